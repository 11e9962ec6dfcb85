from django.db import migrations, models

import apps.intake.screening


class Migration(migrations.Migration):
    """How a document was recognised as signed, both hashes of what came, and the door it took."""

    dependencies = [
        ('intake', '0004_consents_and_switches'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='found',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AddField(
            model_name='document',
            name='received_sha512',
            field=models.CharField(blank=True, db_default='', max_length=128),
        ),
        migrations.AddField(
            model_name='submission',
            name='channel',
            field=models.CharField(db_default='page', default=apps.intake.screening.Channel['PAGE'], max_length=10),
        ),
        migrations.AddField(
            model_name='submission',
            name='declared',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
