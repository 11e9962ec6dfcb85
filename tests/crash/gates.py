"""Places where a process of an installation stops until a test lets it go on, or kills it.

A test closes a gate with a file; who comes to a closed gate says so with another one. Clocks
that a person would wait for are shortened here, so that a test need not.
"""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import AppConfig

BEFORE = {
    "a page is read": "apps.extraction.reader:Reader.read",
    "pages are sealed": "apps.extraction.services:_keep",
    "a result is sealed": "apps.delivery.services:_keep",
    "an upload is sealed": "apps.intake.services.receiving:_register",
    "a decision is committed": "apps.review.services.exposures:end",
    "a decision is made final": "apps.review.services.final:_settle",
    "keys are destroyed": "apps.vault.shredding:_remove_all",
    "a batch is begun": "apps.audit.sequencer:Sequencer._proven",
    "leaves have places": "apps.audit.sequencer:Sequencer._grow",
    "a tree is signed": "apps.audit.sequencer:Sequencer._sign",
}
AFTER = {
    "a decision is kept": "apps.review.services:decide",
    "a batch is written": "apps.audit.sequencer:Sequencer._grow",
    "checkpoints are logged": "apps.audit.sequencer:Sequencer._enter",
    "an upload is registered": "apps.intake.services.receiving:_register",
}
SHORTER = {
    "apps.jobs.runner:LEASE": timedelta(seconds=3),
    "apps.jobs.runner:BEAT": 0.5,
    "apps.jobs.runner:backoff": lambda attempts: 1,
    "apps.jobs.sweep:UNHEARD": timedelta(seconds=1),
    "apps.review.services.final:TAKE_BACK": timedelta(seconds=2),
    "apps.vault.services:LONGEST": timedelta(seconds=10),
    "portal.management.commands.sequence:LOG_EVERY": timedelta(seconds=1),
    "apps.vault.orphans:GRACE": timedelta(seconds=15),
}
OFTEN = 0.5  # seconds between two rounds of everything that runs on a clock


def closed(var: Path, gate: str) -> Path:
    return var / "gates" / f"closed {gate}"


def reached(var: Path, gate: str) -> Path:
    return var / "gates" / f"reached {gate}"


class Gates(AppConfig):
    name = "tests.crash"
    label = "gates"

    def ready(self) -> None:
        for place, value in SHORTER.items():
            _put(place, lambda _, value=value: value)
        for gate, place in BEFORE.items():
            _put(place, lambda real, gate=gate: _before(gate, real))
        for gate, place in AFTER.items():
            _put(place, lambda real, gate=gate: _after(gate, real))
        for entry in import_module("portal.celery").app.conf.beat_schedule.values():
            entry["schedule"] = OFTEN
            entry["options"]["expires"] = 4 * OFTEN


def _put(place: str, make: Callable[[Any], Any]) -> None:
    module, _, path = place.partition(":")
    holder = import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        holder = getattr(holder, parent)
    setattr(holder, name, make(getattr(holder, name)))


def _before(gate: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def through(*args: Any, **kwargs: Any) -> Any:
        _stop_at(gate)
        return real(*args, **kwargs)

    return through


def _after(gate: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def through(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        _stop_at(gate)
        return result

    return through


def _say(sign: Path) -> None:
    """Who stands here, in one piece: it is read at any moment."""
    whole = sign.with_name(f"{sign.name} {os.getpid()} {threading.get_ident()}")
    whole.write_text(str(os.getpid()))
    whole.replace(sign)


def _stop_at(gate: str) -> None:
    var = Path(os.environ["VAR_DIR"])
    while closed(var, gate).exists():
        _say(reached(var, gate))
        time.sleep(0.02)
