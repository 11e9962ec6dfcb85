"""The portal's addresses, and one that tells whose rows it sees."""

from django.http import JsonResponse
from django.urls import path

from apps.audit.exposure import Exposure, exposes
from apps.vault.models import Artifact
from portal import urls


@exposes(Exposure.NOTHING)
def rows(request):
    seen = Artifact.objects.values_list("organisation_id", flat=True)
    return JsonResponse({"organisations": list(seen)})


urlpatterns = [*urls.urlpatterns, path("rows/", rows)]
