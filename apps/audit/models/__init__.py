"""What the trail keeps: events, the trees over them, and who vouches for the trees."""

from apps.audit.models.events import Detail, Event, EventQuerySet
from apps.audit.models.tallies import Facet, Tallied, Tally
from apps.audit.models.trees import (
    LOG,
    PLATFORM,
    Anchor,
    AnchorDue,
    Checkpoint,
    Edge,
    Leaf,
    Logged,
    Pending,
    SigningKey,
    Tile,
    tree_of,
)

__all__ = [
    "LOG",
    "PLATFORM",
    "Anchor",
    "AnchorDue",
    "Checkpoint",
    "Detail",
    "Edge",
    "Event",
    "EventQuerySet",
    "Facet",
    "Leaf",
    "Logged",
    "Pending",
    "SigningKey",
    "Tallied",
    "Tally",
    "Tile",
    "tree_of",
]
