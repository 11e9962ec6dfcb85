import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.base.ids
import apps.preservation.models.records


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_wall_around_keys'),
        ('intake', '0003_transcript_on_request'),
        ('vault', '0004_reasons_and_proofs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('reference', models.CharField(default=apps.preservation.models.records.new_reference, max_length=10, unique=True)),
                ('sha256', models.CharField(max_length=64)),
                ('sha512', models.CharField(max_length=128)),
                ('size', models.PositiveBigIntegerField()),
                ('pages', models.PositiveSmallIntegerField()),
                ('media_type', models.CharField(max_length=40)),
                ('received_at', models.DateTimeField()),
                ('channel', models.CharField(max_length=10)),
                ('declared', models.BooleanField()),
                ('found', models.CharField(max_length=20)),
                ('sealed_at', models.DateTimeField()),
                ('artifact', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='record', to='vault.artifact')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='record', to='intake.document')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.workspace')),
            ],
            options={
                'permissions': [('download_original', 'Can download signed originals, with a reason'), ('view_evidence', 'Can see signatures, approvals and other signature evidence'), ('approve_record', 'Can record approvals and corrections')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['organisation_id', '-id'], name='records_newest_first')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('found', 'declared'), _negated=True), ('declared', True), _connector='OR'), name='declared_was_declared')],
            },
        ),
        migrations.CreateModel(
            name='RecordCorrection',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('what', models.CharField(max_length=20)),
                ('corrected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='preservation.record')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['record', 'id'], name='corrections_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('role', models.CharField(max_length=40)),
                ('what', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('comment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='preservation.record')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['record', 'id'], name='approvals_of_record')],
            },
        ),
    ]
