import apps.base.ids
import apps.review.rules
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from apps.base.scope import wall

WALLED = ('confusion', 'knownanswer', 'pause', 'practice', 'qualityrule', 'scope')

# What somebody said stays said. Taking back and erasing are written beside it, never over it.
DECISIONS_STAND = """
CREATE FUNCTION review_decisions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed review_decision%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        allowed := OLD;
        allowed.undone := OLD.undone OR NEW.undone;
        allowed.told := OLD.told OR NEW.told;
        IF NEW.sealed IS NULL THEN
            allowed.sealed := NULL;
        END IF;
        IF NEW IS NOT DISTINCT FROM allowed THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Decisions are only added: % was refused.', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_are_only_added';
END $$;

CREATE TRIGGER decisions_are_only_added BEFORE UPDATE OR DELETE ON review_decision
    FOR EACH ROW EXECUTE FUNCTION review_decisions_stand();

CREATE FUNCTION review_decided_by_its_reader() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reader uuid;
BEGIN
    SELECT reader_id INTO reader FROM review_task WHERE id = NEW.task_id;
    IF reader IS DISTINCT FROM NEW.reviewer_id THEN
        RAISE EXCEPTION 'Only its reader says something of a task.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_by_its_reader';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decided_by_its_reader BEFORE INSERT ON review_decision
    FOR EACH ROW EXECUTE FUNCTION review_decided_by_its_reader();
"""

DECISIONS_FALL = """
DROP TRIGGER decided_by_its_reader ON review_decision;
DROP FUNCTION review_decided_by_its_reader();
DROP TRIGGER decisions_are_only_added ON review_decision;
DROP FUNCTION review_decisions_stand();
"""


class Migration(migrations.Migration):
    """A field may be read by two people, or three; by whom, and how well, the database knows."""

    dependencies = [
        ('accounts', '0003_wall_around_keys'),
        ('extraction', '0008_language_of_a_reading'),
        ('intake', '0002_wall_between_organisations'),
        ('jobs', '0004_what_workers_say'),
        ('review', '0007_wall_around_lessons'),
        ('vault', '0003_words_live_in_code'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Confusion',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('engine', models.CharField(max_length=60)),
                ('read', models.CharField(max_length=1)),
                ('meant', models.CharField(max_length=1)),
                ('mark', models.PositiveSmallIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='KnownAnswer',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('paper', models.UUIDField()),
                ('doctype', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=20)),
                ('language', models.CharField(blank=True, max_length=3)),
                ('reason', models.CharField(max_length=20)),
                ('page', models.PositiveSmallIntegerField()),
                ('layout', models.JSONField()),
                ('boxes', models.JSONField()),
                ('geometry', models.JSONField()),
                ('suggested', models.BinaryField(null=True)),
                ('truth', models.BinaryField(null=True)),
                ('flags', models.JSONField(default=list)),
                ('failed', models.JSONField(default=list)),
                ('habits', models.JSONField(default=dict)),
                ('planted', models.BooleanField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('because', models.CharField(max_length=20)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Practice',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('doctype', models.CharField(blank=True, max_length=40)),
                ('promise_minutes', models.PositiveIntegerField(null=True)),
                ('hides_value', models.BooleanField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='QualityRule',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('known_share', models.FloatField()),
                ('tells_misses', models.BooleanField()),
                ('floor', models.FloatField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Scope',
            fields=[
                ('id', models.UUIDField(default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation_id', models.UUIDField(editable=False)),
                ('doctype', models.CharField(blank=True, max_length=40)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(blank=True, max_length=3)),
                ('tier', models.CharField(blank=True, max_length=12)),
                ('region', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'permissions': [('direct_review', 'Can say who reviews what, by which rules, and how soon')],
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='about_a_field_or_a_class',
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='one_class_task_a_document',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='tasks_to_claim',
        ),
        migrations.AddField(
            model_name='decision',
            name='because',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AddField(
            model_name='decision',
            name='corrects',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='review.decision'),
        ),
        migrations.AddField(
            model_name='decision',
            name='met',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='told',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='blind',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='doctype',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='task',
            name='due_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='task',
            name='kind',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AddField(
            model_name='task',
            name='language',
            field=models.CharField(blank=True, db_default='', max_length=3),
        ),
        migrations.AddField(
            model_name='task',
            name='name',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='task',
            name='reader',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='task',
            name='turn',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='task',
            name='sender',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='task',
            name='crop',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact'),
        ),
        migrations.AlterField(
            model_name='task',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='intake.document'),
        ),
        migrations.AlterField(
            model_name='task',
            name='field',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='extraction.field'),
        ),
        migrations.AlterField(
            model_name='task',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('met__isnull', False)), fields=['reviewer', '-id'], name='decisions_on_known_answers'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('because', ''), ('corrects', None)), models.Q(('corrects__isnull', False), models.Q(('because', ''), _negated=True)), _connector='OR'), name='corrections_have_a_reason'),
        ),
        migrations.AddIndex(
            model_name='confusion',
            index=models.Index(fields=['engine', 'read', 'meant'], name='confusions_of_engine'),
        ),
        migrations.AddField(
            model_name='knownanswer',
            name='crop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact'),
        ),
        migrations.AddField(
            model_name='knownanswer',
            name='image',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.artifact'),
        ),
        migrations.AddField(
            model_name='task',
            name='known',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='review.knownanswer'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('claim', None), ('known', None), ('state', apps.review.rules.State['OPEN'])), fields=['workspace', 'due_at', 'id'], name='tasks_to_claim'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('claim', None), ('known', None), ('state', apps.review.rules.State['OPEN'])), fields=['workspace', 'doctype', 'due_at', 'id'], name='tasks_to_claim_of_a_class'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('claim', None), ('known', None), ('state', apps.review.rules.State['OPEN'])), fields=['workspace', 'name', 'due_at', 'id'], name='tasks_to_claim_of_a_field'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('field', None), ('known', None), ('reason', apps.review.rules.Reason['UNSURE_CLASS'])), models.Q(('field__isnull', False), ('known', None), models.Q(('reason', apps.review.rules.Reason['UNSURE_CLASS']), _negated=True)), models.Q(('field', None), ('known__isnull', False), models.Q(('reason', apps.review.rules.Reason['UNSURE_CLASS']), _negated=True)), _connector='OR'), name='about_a_field_or_a_class'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document__isnull', False), ('job__isnull', False), ('known', None)), models.Q(('document', None), ('job', None), ('known__isnull', False), ('sender', None)), _connector='OR'), name='of_a_document_unless_known'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('field', None), ('known', None)), fields=('document',), name='one_class_task_a_document'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('field', 'turn'), name='one_task_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('field', 'reader'), name='nobody_reads_a_field_twice'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('known', 'reader'), name='known_once_to_each'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('reader', None), ('sender', None), models.Q(('reader', models.F('sender')), _negated=True), _connector='OR'), name='nobody_reads_what_they_sent'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('turn__gte', apps.review.rules.Turn['FIRST']), ('turn__lte', apps.review.rules.Turn['THIRD'])), name='three_turns_at_most'),
        ),
        migrations.AddField(
            model_name='pause',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pause',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='practice',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='practice',
            name='workspace',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace'),
        ),
        migrations.AddField(
            model_name='qualityrule',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scope',
            name='assigned_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scope',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scopes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scope',
            name='workspace',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace'),
        ),
        migrations.AddIndex(
            model_name='knownanswer',
            index=models.Index(condition=models.Q(('retired_at', None)), fields=['organisation_id', 'doctype', 'name'], name='known_answers_in_use'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('reviewer',), name='one_open_pause_a_reviewer'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('ended_by', models.F('reviewer')), _negated=True)), _connector='OR'), name='somebody_else_ends_a_pause'),
        ),
        migrations.AddConstraint(
            model_name='practice',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'workspace', 'doctype'), name='one_practice_a_class', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='practice',
            constraint=models.CheckConstraint(condition=models.Q(('promise_minutes', None), ('promise_minutes__gt', 0), _connector='OR'), name='promises_take_time'),
        ),
        migrations.AddIndex(
            model_name='qualityrule',
            index=models.Index(fields=['organisation_id', '-id'], name='quality_rules_by_age'),
        ),
        migrations.AddConstraint(
            model_name='qualityrule',
            constraint=models.CheckConstraint(condition=models.Q(('known_share__gte', 0), ('known_share__lte', 0.05)), name='known_answers_are_few'),
        ),
        migrations.AddConstraint(
            model_name='qualityrule',
            constraint=models.CheckConstraint(condition=models.Q(('floor__gte', 0), ('floor__lt', 1)), name='a_floor_can_be_stood_on'),
        ),
        migrations.AddConstraint(
            model_name='scope',
            constraint=models.UniqueConstraint(fields=('reviewer', 'workspace', 'doctype', 'kind', 'language', 'tier', 'region'), name='one_scope_of_a_kind', nulls_distinct=False),
        ),
        *[migrations.RunSQL(*wall(f'review_{name}')) for name in WALLED],
        migrations.RunSQL(DECISIONS_STAND, DECISIONS_FALL),
    ]
