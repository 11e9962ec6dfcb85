from django.urls import path

from apps.delivery import api as delivery
from apps.preservation import api as preservation
from apps.retention import api as retention
from portal.api import documents, schema

app_name = "api"
urlpatterns = [
    path("schema/", schema.schema, name="schema"),
    path("documents/", documents.Documents.as_view(), name="documents"),
    path("jobs/", delivery.Jobs.as_view(), name="jobs"),
    path("jobs/<reference:reference>/", delivery.Job.as_view(), name="job"),
    path("jobs/<reference:reference>/result/", delivery.Result.as_view(), name="result"),
    path(
        "jobs/<reference:reference>/transcript/", delivery.Transcript.as_view(), name="transcript"
    ),
    path("jobs/<reference:reference>/withdraw/", retention.Withdraw.as_view(), name="withdraw"),
    path("disposals/", retention.Disposals.as_view(), name="disposals"),
    path("records/<record:record>/", preservation.Record.as_view(), name="record"),
]
