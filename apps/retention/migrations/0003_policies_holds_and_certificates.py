
import apps.base.ids
import apps.retention.models.policies
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0002_wall_between_organisations'),
        ('retention', '0002_wall_between_organisations'),
        ('vault', '0004_reasons_and_proofs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='erasure',
            options={'default_permissions': (), 'permissions': [('delete_document', 'Can delete documents and withdraw consent'), ('view_clocks', 'Can see what is kept until when, without content'), ('govern', 'Can propose and approve policies, place and lift holds')]},
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('number', models.CharField(max_length=40)),
                ('document', models.UUIDField(null=True)),
                ('cause', models.CharField(max_length=12)),
                ('items', models.PositiveIntegerField()),
                ('seconds', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('key', models.CharField(max_length=40)),
                ('salt', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['organisation_id', '-id'], name='certificates_newest_first')],
                'constraints': [models.UniqueConstraint(fields=('organisation_id', 'number'), name='one_certificate_a_number'), models.UniqueConstraint(condition=models.Q(('document__isnull', False)), fields=('document',), name='one_certificate_a_document')],
            },
        ),
        migrations.CreateModel(
            name='Failure',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('attempts', models.PositiveIntegerField(default=1)),
                ('problem', models.CharField(max_length=40)),
                ('next_at', models.DateTimeField()),
                ('artifact', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='failure', to='vault.artifact')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('number', models.PositiveIntegerField()),
                ('matter', models.CharField(max_length=120)),
                ('reason', models.CharField(max_length=300)),
                ('mandate', models.CharField(max_length=1000)),
                ('scope', models.CharField(max_length=12)),
                ('workspace', models.UUIDField(null=True)),
                ('person', models.UUIDField(null=True)),
                ('query', models.JSONField(default=dict)),
                ('lift_reason', models.CharField(blank=True, max_length=300)),
                ('lift_asked_at', models.DateTimeField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Held',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('document', models.UUIDField()),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held', to='retention.hold')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Moment',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('start', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='intake.document')),
                ('told_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PolicyException',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('batch', models.UUIDField()),
                ('reason', models.CharField(max_length=300)),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exceptions', to='intake.document')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(max_length=64)),
                ('rules', models.JSONField()),
                ('standing', models.CharField(default=apps.retention.models.policies.Standing['PROPOSED'], max_length=12)),
                ('reason', models.CharField(max_length=300)),
                ('effect', models.JSONField(default=dict)),
                ('decided_at', models.DateTimeField(null=True)),
                ('takes_effect_at', models.DateTimeField(null=True)),
                ('applied_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'number'), name='one_hold_a_number'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_at', None), models.Q(('lift_asked_by__isnull', False), ('lifted_by__isnull', False), models.Q(('lifted_by', models.F('lift_asked_by')), _negated=True)), _connector='OR'), name='lifting_needs_two_people'),
        ),
        migrations.AddConstraint(
            model_name='held',
            constraint=models.UniqueConstraint(fields=('document', 'hold'), name='held_once_by_a_hold'),
        ),
        migrations.AddConstraint(
            model_name='moment',
            constraint=models.UniqueConstraint(fields=('document', 'start'), name='one_moment_a_start'),
        ),
        migrations.AddConstraint(
            model_name='policyexception',
            constraint=models.CheckConstraint(condition=models.Q(('until__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=366))))), name='no_exception_is_endless'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'number'), name='one_policy_a_number'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('standing', 'proposed')), fields=('organisation_id',), name='one_open_proposal'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('standing', 'approved'), _negated=True), ('takes_effect_at__isnull', False), _connector='OR'), name='an_approved_policy_has_a_beginning'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('standing', 'approved'), _negated=True), ('proposed_by', None), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='a_policy_needs_two_people'),
        ),
    ]
