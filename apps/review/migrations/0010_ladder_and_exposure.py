import apps.base.ids
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from apps.base.scope import wall

ROW = [
    (
        "id",
        models.UUIDField(
            default=apps.base.ids.uuid7, editable=False, primary_key=True, serialize=False
        ),
    ),
    ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
    ("organisation_id", models.UUIDField(editable=False)),
]


def to(model, on_delete=django.db.models.deletion.PROTECT, **said):
    return models.ForeignKey(on_delete=on_delete, to=model, **{"related_name": "+", **said})


class Migration(migrations.Migration):
    """Leave to see a line becomes leave to see a step; what was sent to whom has rows of its own.

    Rows of before are lines that somebody took alone: given, and over.
    """

    dependencies = [
        ("accounts", "0001_initial"),
        ("intake", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("review", "0009_tasks_say_what_they_ask"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="task",
            options={
                "default_permissions": (),
                "permissions": [
                    ("decide_task", "Can decide review tasks"),
                    ("decide_escalated", "Can decide what reviewers could not"),
                    ("see_wider", "Can see some room around a slit, with a reason"),
                    ("see_line", "Can see the line around a word, with a reason"),
                    (
                        "see_page",
                        "Can see the page around a word, with a reason and a lead's leave",
                    ),
                    ("lead_queues", "Can see how the queues stand, and grant more of a page"),
                ],
            },
        ),
        migrations.RenameModel(old_name="LineGrant", new_name="Grant"),
        migrations.AddField(
            model_name="grant",
            name="step",
            field=models.CharField(max_length=8, default="line"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="grant",
            name="state",
            field=models.CharField(max_length=10, default="given"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="grant", name="answered_by", field=to(settings.AUTH_USER_MODEL, null=True)
        ),
        migrations.AddField(
            model_name="grant", name="answered_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="grant", name="task", field=to("review.task", related_name="grants")
        ),
        migrations.AlterField(
            model_name="grant", name="until", field=models.DateTimeField(null=True)
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=Q(state="asked") | Q(state="given", until=None),
                fields=["created_at"],
                name="grants_standing",
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["reviewer", "-created_at"], name="grants_of_reviewer"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=Q(state="asked"),
                fields=("task", "reviewer", "step"),
                name="asked_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=~Q(answered_by=F("reviewer")), name="nobody_grants_themselves"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=~Q(state__in=("given", "opened"), step="page")
                | Q(answered_by__isnull=False),
                name="a_page_takes_a_lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=Q(until__isnull=False)
                | ~Q(state="opened") & (~Q(state="given") | Q(answered_by__isnull=False)),
                name="what_is_seen_has_an_end",
            ),
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                *ROW,
                ("step", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("page", models.PositiveSmallIntegerField()),
                ("region", models.JSONField()),
                ("pixels", models.PositiveIntegerField()),
                ("of_pixels", models.PositiveIntegerField()),
                ("shown_ms", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("document", to("intake.document", null=True, related_name="looks")),
                ("reviewer", to(settings.AUTH_USER_MODEL)),
                ("task", to("review.task", related_name="looks")),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["document", "id"], name="looks_of_document"),
                    models.Index(fields=["task", "reviewer", "-id"], name="looks_of_task"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                *ROW,
                ("hour", models.DateTimeField()),
                ("name", models.CharField(max_length=12)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("count", models.PositiveBigIntegerField()),
                (
                    "reviewer",
                    to(
                        settings.AUTH_USER_MODEL,
                        on_delete=django.db.models.deletion.CASCADE,
                        null=True,
                    ),
                ),
                ("workspace", to("accounts.workspace", django.db.models.deletion.CASCADE)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "hour", "name", "kind", "reviewer"),
                        name="one_tally_an_hour",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="", reviewer__isnull=False)
                        | Q(reviewer=None) & ~Q(kind=""),
                        name="by_kind_or_by_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[*ROW, ("until", models.DateTimeField())],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id",), name="one_count_an_organisation"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(state="open", known=None),
                fields=["workspace", "kind", "created_at"],
                include=["due_at", "organisation_id"],
                name="tasks_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(state="open", known=None, escalated=True),
                fields=["workspace", "created_at", "id"],
                name="tasks_escalated",
            ),
        ),
        migrations.RunSQL(*wall("review_look")),
        migrations.RunSQL(*wall("review_tally")),
        migrations.RunSQL(*wall("review_counted")),
    ]
