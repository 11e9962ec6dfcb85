"""Tries that failed, counted by place in memory, so that a flood of them writes no rows.

Each web process counts for itself and forgets after a while; what is counted is bounded by the
size of the cache. A place is a keyed digest, never an address.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache

from apps.audit.context import digest_of_address

SAME_HOUSE = 64  # bits of an IPv6 address that one subscriber holds


def place_of(address: str) -> str:
    """Where a request came from; one IPv6 subscriber is one place."""
    try:
        at = ip_address(address)
    except ValueError:
        return digest_of_address(address, key=settings.ADDRESS_KEY)
    if isinstance(at, IPv6Address) and at.ipv4_mapped is None:
        address = str(ip_network((at, SAME_HOUSE), strict=False))
    return digest_of_address(address, key=settings.ADDRESS_KEY)


def is_locked(place: str) -> bool:
    return int(cache.get(f"key-failures:{place}", 0)) >= settings.API_FAILURE_LIMIT


def failed(place: str) -> bool:
    """Count a failure; True for the one that locks the place."""
    return _count(f"key-failures:{place}") == settings.API_FAILURE_LIMIT


def is_worth_an_event(what: str, *, most: int = 1) -> bool:
    """Whether to record a denial: the same one only a few times before it is forgotten."""
    return _count(f"key-denials:{what}") <= most


def _count(name: str) -> int:
    cache.add(name, 0, settings.API_COOLOFF_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out in between
        return 1
