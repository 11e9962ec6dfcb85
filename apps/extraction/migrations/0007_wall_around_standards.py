from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Standards of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("extraction", "0006_standards_of_reading")]

    operations = [migrations.RunSQL(*wall("extraction_standard"))]
