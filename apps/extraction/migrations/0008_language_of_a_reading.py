from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('extraction', '0007_wall_around_standards'),
    ]

    operations = [
        migrations.AddField(
            model_name='reading',
            name='language',
            field=models.CharField(blank=True, db_default='', max_length=3),
        ),
        migrations.AlterField(
            model_name='reading',
            name='error_target',
            field=models.FloatField(db_default=0.01, default=0.01),
        ),
    ]
