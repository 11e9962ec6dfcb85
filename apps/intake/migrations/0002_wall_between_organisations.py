from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Rows of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.RunSQL(*wall("intake_submission")),
        migrations.RunSQL(*wall("intake_document")),
    ]
