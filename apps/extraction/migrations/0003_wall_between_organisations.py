from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Rows of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("extraction", "0002_initial")]

    operations = [
        migrations.RunSQL(*wall("extraction_reading")),
        migrations.RunSQL(*wall("extraction_page")),
        migrations.RunSQL(*wall("extraction_field")),
    ]
