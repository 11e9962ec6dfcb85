"""Trees over events. Only the sequencer writes them; all but the queue and the edge only grow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models

from apps.audit import tlog

PLATFORM = UUID(int=0)  # the tree of events that belong to no organisation
LOG = UUID(int=2**128 - 1)  # the tree whose leaves are checkpoints of all others


def tree_of(organisation: UUID | None) -> UUID:
    """The tree of an organisation's events."""
    return organisation or PLATFORM


class Pending(models.Model):
    """An event that waits for its place in a tree; written by the database for each event."""

    event_id = models.UUIDField(primary_key=True)
    tree = models.UUIDField()
    hash = models.BinaryField()  # of the leaf, as the event was when it was written

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event_id)


class Leaf(models.Model):
    """The place of an event in its tree."""

    pk = models.CompositePrimaryKey("tree", "index")
    tree = models.UUIDField()
    index = models.BigIntegerField()  # from 0, without gaps
    event_id = models.UUIDField(unique=True)
    hash = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.tree}/{self.index}"


class Tile(models.Model):
    """The hashes of 256 neighbours, and the one above them; only ever written when full.

    At level 0 they are leaves, at level 1 the roots of tiles of level 0, and so on.
    """

    pk = models.CompositePrimaryKey("tree", "level", "index")
    tree = models.UUIDField()
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.tree}/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """What a tree looked like, signed."""

    pk = models.CompositePrimaryKey("tree", "size")
    tree = models.UUIDField()
    size = models.BigIntegerField()  # leaves
    root = models.BinaryField()
    note = models.TextField()  # as others read it, with signatures
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["tree", "at"], name="checkpoint_at")]

    def __str__(self) -> str:
        return f"{self.tree}@{self.size}"


class Edge(models.Model):
    """Where a tree goes on growing: nothing that its leaves do not say, but found at once."""

    tree = models.UUIDField(primary_key=True)
    size = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.tree}@{self.size}"

    @property
    def frontier(self) -> tlog.Frontier:
        return tlog.Frontier.unpack(self.size, bytes(self.hashes))


class Logged(models.Model):
    """A checkpoint that was entered into the log of all trees; its key is that of the leaf."""

    id = models.UUIDField(primary_key=True)
    tree = models.UUIDField()
    size = models.BigIntegerField()
    body = models.TextField()  # the checkpoint's three lines, which the leaf is the hash of

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["tree", "size"], name="a checkpoint is logged once")
        ]

    def __str__(self) -> str:
        return f"{self.tree}@{self.size}"


class SigningKey(models.Model):
    """The public half of a key that signs checkpoints. The other half is in no database."""

    verifier = models.TextField(primary_key=True)  # as others read it
    since: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.verifier


class Anchor(models.Model):
    """What an authority outside says: that a checkpoint of the log was there at a time."""

    id = models.UUIDField(primary_key=True)  # UUIDv7
    size = models.BigIntegerField()  # of the log
    authority = models.CharField(max_length=200)  # its address
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()  # as it says
    token = models.BinaryField()  # its whole answer, RFC 3161

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["authority", "size"], name="anchored once a place")
        ]

    def __str__(self) -> str:
        return f"log@{self.size}"


class AnchorDue(models.Model):
    """A checkpoint of the log that an authority has not answered for yet."""

    size = models.BigIntegerField()
    authority = models.CharField(max_length=200)
    tries = models.PositiveIntegerField(default=0)
    not_before: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    problem = models.CharField(max_length=40)  # a code; empty before the first try

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["authority", "size"], name="due once a place")
        ]

    def __str__(self) -> str:
        return f"log@{self.size}"
