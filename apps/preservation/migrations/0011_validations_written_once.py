from django.db import migrations

from apps.base.scope import wall
from apps.preservation.guards import written_once

OWNED = (
    "preservation_validation",
    "preservation_signature",
    "preservation_validationdue",
    "preservation_trustversion",
    "preservation_trustroot",
    "preservation_recordtimestamp",
    "preservation_timestampdue",
)
ONCE = (
    "preservation_validation",
    "preservation_signature",
    "preservation_trustversion",
    "preservation_trustroot",
    "preservation_revocationword",
    "preservation_recordtimestamp",
)


class Migration(migrations.Migration):
    """Walls between organisations, and what was found is written once."""

    dependencies = [("preservation", "0010_validations")]

    operations = [
        *(migrations.RunSQL(*wall(table)) for table in OWNED),
        *(migrations.RunSQL(*written_once(table)) for table in ONCE),
    ]
