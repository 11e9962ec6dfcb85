"""A jail that can be asked to lie, and rooms to look into."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.intake import checks
from tests.intake.browsers import as_
from tests.intake.rooms import built, house

__all__ = ["as_", "built", "house", "jail_says", "stored"]


@pytest.fixture
def jail_says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the parser behind the wall say something, without starting it."""

    def say(**said: Any) -> None:
        monkeypatch.setattr(checks, "_said", lambda *_: said)

    say(pages=1, signed=False)
    return say


@pytest.fixture
def stored(settings: Any) -> Callable[[], list[Path]]:
    """Every file in the vault, finished or not."""

    def files() -> list[Path]:
        return [path for path in Path(settings.VAULT_DIR).rglob("*") if path.is_file()]

    return files
