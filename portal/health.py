"""Two questions a machine asks: are you alive, and can you work?"""

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from apps.audit.exposure import Exposure, exposes
from apps.base.errors import PortalError
from apps.vault import services as vault


@require_safe
@login_not_required
@exposes(Exposure.NOTHING)
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@login_not_required
@exposes(Exposure.NOTHING)
def ready(request: HttpRequest) -> JsonResponse:
    """Whether database and document store answer; 503 names what does not."""
    said = {"database": _database_answers(), "store": _store_answers()}
    return JsonResponse(said, status=200 if all(said.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _store_answers() -> bool:
    try:
        vault.store().exists("ready")
    except (PortalError, OSError):
        return False
    return True
