
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0003_words_live_in_code'),
    ]

    operations = [
        migrations.AddField(
            model_name='artifact',
            name='certificate',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='artifact',
            name='lost_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='artifact',
            name='reason',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='organisationkey',
            name='family',
            field=models.CharField(max_length=12),
        ),
        migrations.AddIndex(
            model_name='artifact',
            index=models.Index(condition=models.Q(('certificate', None), ('gone_at__isnull', False)), fields=['gone_at'], name='artifacts_to_certify'),
        ),
    ]
