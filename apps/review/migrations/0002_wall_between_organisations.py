from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Rows of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.RunSQL(*wall("review_claim")),
        migrations.RunSQL(*wall("review_task")),
        migrations.RunSQL(*wall("review_decision")),
        migrations.RunSQL(*wall("review_linegrant")),
    ]
