"""The portal's addresses and a few more, each of which does one thing to the access guard."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path

from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.audit.tags import Tag
from apps.base.errors import Gone
from portal import urls

CONTENT = "what the document says"

ran = []  # names of the views that ran


def answer(status=200):
    return HttpResponse(CONTENT, status=status, headers={"X-Value": CONTENT})


def recorded(request, tag):
    with transaction.atomic():
        user = request.user
        audit.record(tag, actor=user.actor, subject=user.pk, organisation=user.organisation_id)


def undeclared(request):
    ran.append("undeclared")
    return answer()


@login_not_required
def undeclared_and_open(request):
    ran.append("undeclared_and_open")
    return answer()


@exposes(Exposure.NOTHING)
def nothing(request):
    return HttpResponse("no content")


@exposes(Exposure.VALUE)
def forgotten(request):
    return answer()


@exposes(Exposure.VALUE)
def streamed(request):
    return StreamingHttpResponse(iter([CONTENT]))


@exposes(Exposure.VALUE)
def mistaken(request):
    recorded(request, Tag.FIELDS_SHOWN)
    return answer()


@exposes(Exposure.VALUE)
def told(request):
    recorded(request, Tag.FIELD_REVEALED)
    return answer()


@exposes(Exposure.VALUE)
def elsewhere(request):
    return HttpResponseRedirect("/")


@exposes(Exposure.VALUE)
def gone(request):
    raise Gone("It was erased.")


@exposes(Exposure.VALUE)
def refused(request):
    return answer(status=422)


VIEWS = [
    undeclared,
    undeclared_and_open,
    nothing,
    forgotten,
    streamed,
    mistaken,
    told,
    elsewhere,
    gone,
    refused,
]
urlpatterns = [*urls.urlpatterns, *(path(f"{view.__name__}/", view) for view in VIEWS)]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
