from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("extraction", "0008_language_of_a_reading")]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="error_target",
            field=models.FloatField(db_default=0.01, default=0.01),
        ),
    ]
