from __future__ import annotations

from django.db import models

from apps.base.models import OwnedRow


class Lesson(OwnedRow):
    """Whether one value that a machine had read was right, as a person said.

    It belongs to no document and holds no content: it outlives both, and calibration learns from
    it. Rows are added and never changed, so that counting them waits for nobody.
    """

    engine = models.CharField(max_length=60)  # "name/version"
    calibration = models.CharField(max_length=120, blank=True)  # under which it was read
    doctype = models.CharField(max_length=40)
    type = models.CharField(max_length=20)  # of the field
    field = models.CharField(max_length=40)  # its name
    reason = models.CharField(max_length=20)  # a `Reason`
    evidence = models.JSONField()  # read, chosen, proved, second; see `extraction.fields`
    confidence = models.FloatField()  # 0 to 1
    failed = models.BooleanField()  # a check of the value
    flagged = models.BooleanField()
    weight = models.FloatField()  # for how many fields it stands; a field drawn by lot for many
    right = models.BooleanField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["engine", "doctype"], name="lessons_of_engine")]

    def __str__(self) -> str:
        return f"lesson of {self.engine}"


class Confusion(OwnedRow):
    """An engine took one character for another that looks like it, once in some document.

    Two characters and nothing around them. The document is told by one of 256 marks, which many
    share: enough to see that several documents are behind a count, and too little to name one.
    """

    engine = models.CharField(max_length=60)  # "name/version"
    read = models.CharField(max_length=1)
    meant = models.CharField(max_length=1)
    mark = models.PositiveSmallIntegerField()  # of the document, 0 to 255

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["engine", "read", "meant"], name="confusions_of_engine")]

    def __str__(self) -> str:
        return f"confusion of {self.engine}"
