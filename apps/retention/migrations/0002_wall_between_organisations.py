from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Rows of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("retention", "0001_initial")]

    operations = [
        migrations.RunSQL(*wall("retention_erasure")),
    ]
