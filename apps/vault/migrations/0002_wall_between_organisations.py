from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Rows of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.RunSQL(*wall("vault_organisationkey")),
        migrations.RunSQL(*wall("vault_artifact")),
        migrations.RunSQL(*wall("vault_artifactkey")),
    ]
