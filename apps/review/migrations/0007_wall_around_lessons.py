from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Lessons of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("review", "0006_audits_and_lessons")]

    operations = [migrations.RunSQL(*wall("review_lesson"))]
