"""The readers' health check: one line of JSON each, and an exit status for a supervisor."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.extraction import reader
from portal.management.commands.readers import WORDS


def test_a_reader_that_works_says_what_it_is_and_what_it_weighs(capsys):
    call_command("readers")
    said = json.loads(capsys.readouterr().out)
    assert (said["reader"], said["well"], said["engine"]) == ("fake", True, "fake/1")
    assert said["right"] is False  # it says the same of every page
    assert said["megabytes"] > 0
    assert reader.health().engines == ()


def test_a_reader_that_does_not_start_ends_in_a_failure(capsys, settings):
    settings.DOCTR_WEIGHTS = "/nowhere"
    with pytest.raises(SystemExit) as ended:
        call_command("readers", "fake", "doctr")
    assert ended.value.code == 1
    fake, doctr = map(json.loads, capsys.readouterr().out.splitlines())
    assert (fake["well"], doctr["well"]) == (True, False)
    assert "did not start" in doctr["why"]


def test_an_engine_that_does_not_exist_is_told():
    with pytest.raises(CommandError, match="no engine owl"):
        call_command("readers", "owl")


def test_words_that_were_read_right_are_told(capsys, monkeypatch):
    page: Any = type("Said", (), {"words": [type("W", (), {"text": t}) for t in WORDS.split()]})
    monkeypatch.setattr(reader, "read_page", lambda *_: (page, "owl/1"))
    call_command("readers", "fake")
    assert json.loads(capsys.readouterr().out)["right"] is True
