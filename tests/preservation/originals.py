"""Signed originals as they arrive: whole, damaged, and said to be signed."""

import io
import uuid
import warnings
from datetime import timedelta
from functools import cache

import pikepdf
from django.utils import timezone

from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.preservation import services as preservation
from apps.preservation.models import Record
from portal.demo.signing import sign
from tests.intake import files


@cache
def signed() -> bytes:
    return sign(files.pdf())


def without_form() -> bytes:
    """The signature is there, and the dictionary that lists it is not."""
    return _without(lambda document: document.Root.__delitem__("/AcroForm"))


def without_value() -> bytes:
    """The form lists a field, and the field has forgotten its signature."""

    def forget(document: pikepdf.Pdf) -> None:
        form = document.Root.AcroForm
        form.SigFlags = 0
        form.Spare = form.Fields[0].V
        del form.Fields[0]["/V"]

    return _without(forget)


def unreadable_form() -> bytes:
    return signed().replace(b"/AcroForm", b"/AcroFxrm")


def with_empty_field() -> bytes:
    """Ready to be signed; nobody has."""
    with pikepdf.open(io.BytesIO(files.pdf())) as document:
        field = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Signature1"))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        return _saved(document)


def kept(house, content: bytes | None = None, **terms: object) -> Record:
    """The record of what Clara sent, made as the pipeline makes it."""
    return preserved(house.send(content or signed(), name="contract.pdf", **terms))


def preserved(document: Document) -> Record:
    job = intake.job_of(document)
    Job.objects.filter(pk=job.pk).update(
        state=State.RUNNING, token=uuid.uuid4(), lease_until=timezone.now() + timedelta(minutes=5)
    )
    record = preservation.preserve(document, job=Job.objects.get(pk=job.pk))
    assert record is not None
    return record


def _without(change) -> bytes:
    with pikepdf.open(io.BytesIO(signed())) as document:
        change(document)
        return _saved(document)


def _saved(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # what is odd about it is meant
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
