"""Log lines that cannot carry content: what happened and where, never what it was about.

Everything that logs, ours or a library's, ends in `Lines`. A line is built anew from a list of
allowed keys, each with the shape its value must have; whatever else a record holds is dropped.
Messages of libraries and of exceptions quote what they stumbled over, so of a library only the
place in its code is kept, and of an exception its kind and the places it passed. Our own
sentences are constants; `tests/portal/test_logs.py` reads the source to prove it.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from apps.audit.context import origin

OURS = ("apps", "portal")
ROOT = str(Path(__file__).resolve().parents[1])
MOST_PLACES = 12  # of one exception, the innermost

CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
SENTENCE = re.compile(r"[A-Z][A-Za-z0-9 ,;.'-]{1,160}")
ALLOWED: dict[str, re.Pattern[str]] = {
    "at": re.compile(r"[0-9T:.+-]{20,35}"),
    "level": CODE,
    "logger": CODE,
    "event": SENTENCE,
    "request": ID,
    "job": ID,
    "step": CODE,
    "problem": CODE,
    "status": re.compile(r"\d{3}"),
    "seconds": COUNT,
    "count": COUNT,
    "place": re.compile(r"[\w./@-]{1,200}:\d+ in [\w<>]{1,80}"),
    "kind": re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}( < [A-Za-z_][A-Za-z0-9_]{0,79}){0,5}"),
}
GIVEN = ("job", "step", "problem", "seconds", "count")  # keys a caller may give as `extra`

Event = MutableMapping[str, Any]


class Lines(structlog.stdlib.ProcessorFormatter):
    """The one formatter of the portal."""

    def __init__(self, *, as_json: bool) -> None:
        render = as_one_object if as_json else as_words
        super().__init__(processors=[known, allowed, render], use_get_message=False)


def config(*, as_json: bool) -> dict[str, Any]:
    """What Django, gunicorn and Celery give to `logging.config`."""
    quiet = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "portal.logs.Lines", "as_json": as_json}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": quiet,
            "django.server": quiet,
            "celery": quiet,
            "gunicorn.error": quiet,
            "gunicorn.access": {"handlers": [], "propagate": False},  # the trail knows who came
            "pyhanko": {"level": "CRITICAL"},  # it names signers
            "pyhanko_certvalidator": {"level": "CRITICAL"},
            "axes": {"level": "ERROR"},  # it names addresses
        },
    }


def install() -> None:
    """Close the ways around the formatter: warnings, broken calls, exceptions nobody caught."""
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # else the arguments of a broken call are printed
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def known(logger: Any, method: str, event: Event) -> Event:
    """Gather what is known of a record; nothing here is trusted yet."""
    record: logging.LogRecord = event.pop("_record")
    from_structlog = event.pop("_from_structlog")
    given = event if from_structlog else vars(record)
    line: Event = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        **{key: given[key] for key in GIVEN if key in given},
        "status": getattr(record, "status_code", None),
    }
    if record.name.split(".")[0] in OURS:
        line["event"] = event.get("event") if from_structlog else _sentence(record.msg)
    elif not from_structlog:
        line["place"] = f"{_short(record.pathname)}:{record.lineno} in {record.funcName}"
    if request := origin.get():
        line["request"] = request.request_id
    line.update(_broken(event.get("exc_info")))
    return line


def allowed(logger: Any, method: str, event: Event) -> Event:
    """Keep the allowed keys whose values have the shape they must have."""
    kept = {
        key: str(event[key])
        for key, shape in ALLOWED.items()
        if event.get(key) is not None and shape.fullmatch(str(event[key]))
    }
    places = [place for place in event.get("places", ()) if ALLOWED["place"].fullmatch(place)]
    return {**kept, "places": places} if places else dict(kept)


def as_one_object(logger: Any, method: str, event: Event) -> str:
    return json.dumps(event, separators=(",", ":"))


def as_words(logger: Any, method: str, event: Event) -> str:
    """A line for a person, and one more for each place an exception passed."""
    first = [str(event.pop(key, "")) for key in ("at", "level", "logger", "event")]
    places = [f"\n    {place}" for place in event.pop("places", ())]
    rest = [f"{key}={value}" for key, value in event.items()]
    return " ".join([word for word in first if word] + rest) + "".join(places)


def quiet_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What a process says of an exception that nobody caught."""
    logging.getLogger("portal").critical("Nobody caught this.", exc_info=(kind, error, trace))


def watch_ends() -> None:
    """For processes that serve; a command at a person's hands may say more."""
    sys.excepthook = quiet_end


def _sentence(message: object) -> str:
    """A message as it stands in our source; an exception given as one is not such a sentence."""
    return message if isinstance(message, str) else ""


def _broken(about: Any) -> Mapping[str, Any]:
    if about is True:
        about = sys.exc_info()
    if isinstance(about, BaseException):
        about = (type(about), about, about.__traceback__)
    if not about or about[0] is None:
        return {}
    passed = traceback.extract_tb(about[2])[-MOST_PLACES:]
    places = [f"{_short(one.filename)}:{one.lineno} in {one.name}" for one in passed]
    return {"kind": " < ".join(_kinds(about[1])), "places": places}


def _kinds(error: BaseException | None) -> list[str]:
    """The kind of an exception, and of those it came from."""
    kinds: list[str] = []
    while error is not None and len(kinds) < 6:
        kinds.append(type(error).__name__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return kinds


def _short(path: str) -> str:
    """A path without the machine's own part of it."""
    inside = path.removeprefix(ROOT).lstrip("/")
    return re.sub(r"^.*?(site-packages|lib/python3\.\d+)/", "", inside)
