import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.base.ids
import apps.preservation.models.packages
from apps.base.scope import wall
from apps.preservation.guards import written_once

OWNED = [
    ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
    ('organisation_id', models.UUIDField(editable=False)),
]


class Migration(migrations.Migration):
    """Copies of originals and what hashing them found, and packages of evidence."""

    dependencies = [
        ('preservation', '0011_validations_written_once'),
        ('vault', '0004_reasons_and_proofs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Copy',
            fields=[
                *OWNED,
                ('place', models.CharField(max_length=6)),
                ('size', models.PositiveBigIntegerField()),
                ('due_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('baseline', models.UUIDField(null=True)),
                ('damage', models.CharField(blank=True, db_default='', max_length=10)),
                ('quarantined_at', models.DateTimeField(null=True)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='preservation.record')),
            ],
            options={
                'permissions': [('see_fixity', 'Can see how copies of signed originals are'), ('repair_copies', 'Can repair a damaged copy from the other one')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['due_at', 'id'], name='copies_by_clock'), models.Index(condition=models.Q(('quarantined_at__isnull', False)), fields=['organisation_id', '-quarantined_at'], name='copies_in_quarantine')],
                'constraints': [models.UniqueConstraint(fields=('record', 'place'), name='one_copy_a_place'), models.CheckConstraint(condition=models.Q(models.Q(('damage', ''), ('quarantined_at', None)), models.Q(models.Q(('damage', ''), _negated=True), ('quarantined_at__isnull', False)), _connector='OR'), name='what_is_damaged_is_quarantined')],
            },
        ),
        migrations.CreateModel(
            name='FixityCheck',
            fields=[
                *OWNED,
                ('at', models.DateTimeField()),
                ('found', models.CharField(max_length=10)),
                ('sealed', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('run', models.UUIDField()),
                ('copy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='preservation.copy')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['copy', '-id'], name='checks_of_copy'), models.Index(fields=['run'], name='checks_of_run')],
            },
        ),
        migrations.CreateModel(
            name='Package',
            fields=[
                *OWNED,
                ('reference', models.CharField(default=apps.preservation.models.packages.new_package, max_length=9, unique=True)),
                ('reason', models.CharField(max_length=40)),
                ('original', models.BooleanField()),
                ('expected', models.PositiveBigIntegerField(null=True)),
                ('written', models.PositiveBigIntegerField(default=0)),
                ('size', models.PositiveBigIntegerField(null=True)),
                ('commitment', models.UUIDField(null=True)),
                ('event', models.UUIDField(null=True)),
                ('artifact', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='preservation.record')),
            ],
            options={
                'permissions': [('export_evidence', 'Can take evidence of a record out of the portal')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['record', '-id'], name='packages_of_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('artifact', None), ('commitment', None), ('event', None)), models.Q(('artifact__isnull', False), ('commitment__isnull', False), ('event__isnull', False)), _connector='OR'), name='package_made_and_recorded')],
            },
        ),
        *(migrations.RunSQL(*wall(f'preservation_{name}')) for name in ('copy', 'fixitycheck', 'package')),
        migrations.RunSQL(*written_once('preservation_fixitycheck')),
    ]
