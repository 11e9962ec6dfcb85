from django.db import migrations

from apps.base.scope import wall
from apps.preservation.guards import NO_REFUSAL, REFUSAL, written_once

TABLES = (
    "preservation_record",
    "preservation_recordcorrection",
    "preservation_approval",
)


class Migration(migrations.Migration):
    """Walls between organisations, and rows that nobody changes or deletes."""

    dependencies = [("preservation", "0001_records")]

    operations = [
        migrations.RunSQL(REFUSAL, NO_REFUSAL),
        *(migrations.RunSQL(*wall(table)) for table in TABLES),
        *(migrations.RunSQL(*written_once(table)) for table in TABLES),
    ]
