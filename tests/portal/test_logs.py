"""Nothing that anybody logs carries content: planted words come out nowhere."""

import ast
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from logging.config import dictConfig
from pathlib import Path

import pytest
import structlog

from apps.audit.context import Origin, origin
from portal import logs

ROOT = Path(__file__).parents[2]
WORD = "Zanzibar"  # planted wherever a record can hold something
REQUEST = "0190f3a0-0000-7000-8000-000000000001"


class Planted(ValueError):
    pass


@pytest.fixture(params=[True, False], ids=["json", "words"])
def written(request) -> Iterator[io.StringIO]:
    """What a logger with our formatter wrote."""
    stream = io.StringIO()
    outlet = logging.StreamHandler(stream)
    outlet.setFormatter(logs.Lines(as_json=request.param))
    root = logging.getLogger()
    before, root.handlers = root.handlers, [outlet]
    yield stream
    root.handlers = before


def raise_planted() -> None:
    try:
        raise KeyError(WORD)
    except KeyError as error:
        raise Planted(f"{WORD} in {WORD}") from error


@pytest.mark.parametrize("name", ["some.library", "django.request", "celery.worker", "apps.jobs"])
def test_planted_words_come_out_nowhere(written, name):
    logger = logging.getLogger(name)
    logger.disabled, logger.propagate = False, True  # whatever another test left behind
    if name != "apps.jobs":  # ours are constants, as a test below proves
        logger.warning(f"It was {WORD}.")
    logger.warning("It was %s.", WORD)
    logger.warning("It was %(what)s.", {"what": WORD})
    logger.warning("It has too few %s %s", WORD)
    logger.warning("Extra.", extra={"value": WORD, "job": WORD, "step": f"{WORD} {WORD}"})
    logger.warning({"value": WORD})
    logger.warning("Stack.", stack_info=True, extra={"status_code": WORD})
    try:
        raise_planted()
    except Planted as error:
        logger.exception(error)
        logger.error("Exception.", exc_info=error)
    assert written.getvalue()
    assert WORD not in written.getvalue()


def test_what_structlog_is_given_is_held_to_the_same_list(written):
    structlog.get_logger("apps.jobs").warning("A job moved.", job=REQUEST, value=WORD, step="read")
    structlog.get_logger("library").warning(WORD, event_dict=WORD)
    said = written.getvalue()
    assert WORD not in said
    assert REQUEST in said
    assert "read" in said


def test_a_line_says_what_kind_of_error_and_where(written):
    try:
        raise_planted()
    except Planted:
        logging.getLogger("apps.jobs").exception("A step failed.")
    said = written.getvalue()
    assert "Planted < KeyError" in said
    assert "tests/portal/test_logs.py" in said
    assert "in raise_planted" in said
    assert "A step failed." in said


def test_a_line_of_a_library_says_where_it_was_written(written):
    logging.getLogger("library").error("x")
    assert "tests/portal/test_logs.py" in written.getvalue()


def test_a_call_that_does_not_fit_its_message_is_still_a_line(written):
    logging.getLogger("library").warning("%s and %d", WORD)
    assert "tests/portal/test_logs.py" in written.getvalue()


def test_a_line_carries_the_id_of_its_request(written):
    token = origin.set(Origin(request_id=REQUEST))
    logging.getLogger("apps.jobs").warning("Inside.")
    origin.reset(token)
    logging.getLogger("apps.jobs").warning("Outside.")
    inside, outside = written.getvalue().splitlines()
    assert REQUEST in inside
    assert REQUEST not in outside


def test_warnings_are_lines_as_well(written):
    logging._showwarning(UserWarning(WORD), UserWarning, "library.py", 1)  # type: ignore[attr-defined]
    assert "py.warnings" in written.getvalue()
    assert WORD not in written.getvalue()


def test_production_writes_one_object_a_line():
    line = logs.as_one_object(None, "", {"event": "A.", "places": ["a.py:1 in b"]})
    assert json.loads(line) == {"event": "A.", "places": ["a.py:1 in b"]}


def test_the_page_of_an_error_and_its_line_carry_nothing(written, house, client, monkeypatch):
    """Through the whole portal: a view that breaks with content in its hands."""

    def breaks(*_: object, **__: object) -> None:
        raise Planted(WORD)

    monkeypatch.setattr("portal.pages.home.next_clocks", breaks)
    client.force_login(house.carl)
    client.raise_request_exception = False
    answer = client.get(f"/?note={WORD}")
    assert answer.status_code == 500
    assert WORD not in answer.text
    said = written.getvalue()
    assert "Planted" in said
    assert WORD not in said
    assert "request" in said


@pytest.mark.parametrize("server", ["gunicorn", "celery"])
def test_servers_take_our_configuration(server):
    """Read by a fresh interpreter, as the servers do."""
    said = subprocess.run(
        [sys.executable, "-c", SERVERS[server]],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert WORD not in said.stdout + said.stderr
    assert "level" in said.stderr or " error " in said.stderr


SERVERS = {
    "gunicorn": f"""
from gunicorn.config import Config
from gunicorn.glogging import Logger
from portal.embedded import web
settings = Config()
settings.set("logconfig_dict", web.logconfig_dict)
Logger(settings).error("Worker %s", "{WORD}")
""",
    "celery": f"""
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
django.setup()
from portal.celery import app
app.log.setup(loglevel="WARNING", redirect_stdouts=True)
import logging
logging.getLogger("celery.app.trace").error("Task got %s", "{WORD}")
logging.getLogger("celery.task").error("{WORD}")
print("{WORD}")
""",
}


def test_an_exception_nobody_caught_is_said_without_its_words():
    script = (
        "from logging.config import dictConfig\nfrom portal import logs\n"
        f"dictConfig(logs.config(as_json=True))\nlogs.watch_ends()\nraise ValueError('{WORD}')"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert said.returncode == 1
    assert "ValueError" in said.stderr
    assert WORD not in said.stderr


def test_the_configuration_is_valid():
    root = logging.getLogger()
    before, level = root.handlers, root.level
    dictConfig(logs.config(as_json=True))
    assert isinstance(root.handlers[0].formatter, logs.Lines)
    root.handlers = before
    root.setLevel(level)


def test_our_own_sentences_are_constants():
    """What we log is written in the source, word for word; facts go by allowed keys."""
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("apps", "portal")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and _logs(call) and not _is_constant(call)
    ]
    assert wrong == []


def _logs(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"debug", "info", "warning", "error", "exception", "critical", "log"}
        and ast.unparse(call.func.value) in {"logger", "logging", "logging.getLogger('portal')"}
    )


def _is_constant(call: ast.Call) -> bool:
    """One literal sentence that fits, and of facts only those that may be given."""
    said = [isinstance(one, ast.Constant) and bool(logs.SENTENCE.fullmatch(str(one.value)))
            for one in call.args]  # fmt: skip
    extra = [key.value for key in call.keywords if key.arg == "extra"]
    keys = [key.value for one in extra if isinstance(one, ast.Dict) for key in one.keys]  # type: ignore[union-attr]
    return said == [True] and set(keys) <= set(logs.GIVEN)
