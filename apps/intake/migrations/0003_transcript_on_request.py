from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_wall_between_organisations")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="transcript",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
