"""How fast the station is under a reviewer who never tires: a script in Chromium, the real server.

The script looks as long as a person thinks, then presses the keys a person would: Enter where the
machine was right, a digit where it was not, an arrow where another reading is at hand.
"""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from django.conf import settings
from playwright.sync_api import Browser, Page, Response, sync_playwright

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.review.models import Decision
from apps.review.rules import Verdict
from portal.demo.people import add_people, person
from portal.evaluation import slits, web
from portal.evaluation.queue import apart
from portal.evaluation.scratch import scratch
from portal.evaluation.slits import Made

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
EACH = 4  # fields in doubt of a document
PATIENCE = 20_000  # milliseconds for the next slit
SETTLE = 0.26  # seconds; before, a key is not meant for the slit
# Notes, in the page, when a key was pressed and when the next picture had been painted.
STOPWATCH = """() => {
  window.painted = [];
  let since = 0;
  const pressed = (event) => { if (event.key === "Enter") since = event.timeStamp; };
  addEventListener("keydown", pressed, true);
  new MutationObserver(() => {
    const picture = document.querySelector("img[data-img]"), began = since;
    if (!picture || !began) return;
    since = 0;
    const paint = () => requestAnimationFrame(() => requestAnimationFrame(
      () => window.painted.push(performance.now() - began)));
    if (picture.complete) paint(); else picture.addEventListener("load", paint, { once: true });
  }).observe(document.querySelector("[data-scale]"), { childList: true });
}"""
NOW = """() => {
  const q = document.querySelector("[data-station]");
  return { over: q.hidden, name: document.querySelector("[data-name]").textContent,
    value: document.querySelector("#value").value,
    share: parseFloat(document.querySelector("[data-share]").textContent) || 0 };
}"""


@dataclass(slots=True)
class Session:
    """What one sitting gave."""

    decided: int = 0
    corrected: int = 0
    shares: list[float] = field(default_factory=list)  # of the page, per cent
    sizes: list[int] = field(default_factory=list)  # bytes of a picture
    painted: list[float] = field(default_factory=list)  # milliseconds
    seconds: float = 0.0

    def hear(self, response: Response) -> None:
        if response.url.endswith("/crop.png") and response.ok:
            self.sizes.append(int(response.headers.get("content-length", 0)))


def measure(*, decisions: int, think_s: float) -> dict[str, float]:
    """All figures of `bench station`; its database is gone afterwards."""
    with scratch() as made, made.connected("app"), apart() as vault, _places(vault) as var:
        add_people()
        sender, reviewer = person("clara@halden.example"), person("rita@halden.example")
        with acting_for(sender.organisation_id):
            known = _papers(sender, decisions)
            environment = {**made.environment, "DATABASE_ROLE": "app", "VAR_DIR": str(var)}
            with web.serving(environment) as (port, _):
                cookies = web.Browser(port, reviewer).cookies  # before Playwright has this thread
                with _chromium() as chromium:
                    page, session = _open(chromium, port, cookies)
                    _work(page, session, known, decisions=decisions, think_s=think_s)
            said = Decision.objects.filter(
                reviewer=reviewer, verdict__in=(Verdict.ACCEPTED, Verdict.CORRECTED), undone=False
            )
            return _figures(session, said.count())


@contextmanager
def _places(vault: Path) -> Iterator[Path]:
    """The installation's places for a web server, but for the vault."""
    with TemporaryDirectory() as folder:
        for place in settings.PLACES.var.iterdir():
            if place != settings.PLACES.vault:
                (Path(folder) / place.name).symlink_to(place)
        (Path(folder) / settings.PLACES.vault.name).symlink_to(vault)
        yield Path(folder)


def _papers(sender: User, decisions: int) -> dict[str, Made]:
    """Put documents with at least so many fields in doubt before people; what was read of each."""
    known: dict[str, Made] = {}
    for seed in range(math.ceil(decisions / EACH) + 1):
        known |= {one.read: one for one in slits.document(sender, seed=seed)}
        if not seed % 10:
            sys.stderr.write(f"{seed * EACH + EACH} slits drawn\n")
    return known


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def _open(chromium: Browser, port: int, cookies: dict[str, str]) -> tuple[Page, Session]:
    """The station, with its first slits taken."""
    address, session = f"http://127.0.0.1:{port}", Session()
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.on("response", session.hear)
    page.goto(f"{address}/review/")
    page.click("text=Take slits")
    page.wait_for_selector("[data-station]:focus")
    page.evaluate(STOPWATCH)
    return page, session


def _work(
    page: Page, session: Session, known: dict[str, Made], *, decisions: int, think_s: float
) -> None:
    began = time.monotonic()
    while session.decided < decisions:
        time.sleep(max(think_s, SETTLE))
        shown = page.evaluate(NOW)
        if shown["over"]:
            break
        session.shares.append(shown["share"])
        session.corrected += _answer(page, known.get(shown["value"]), session.decided)
        session.decided += 1
        page.wait_for_function(
            "n => painted.length >= n || document.querySelector('[data-station]').hidden",
            arg=session.decided, timeout=PATIENCE,
        )  # fmt: skip
        if not session.decided % 50:
            sys.stderr.write(f"{session.decided} decided\n")
    session.seconds = time.monotonic() - began
    session.painted = page.evaluate("painted")
    page.wait_for_function("document.querySelector('[data-sync]').textContent === 'All saved'")
    page.click("[data-leave] button")
    page.wait_for_url("**/")


def _answer(page: Page, made: Made | None, number: int) -> bool:
    """Press the keys a person would; whether something was corrected."""
    wrong = made is not None and made.is_wrong
    if made is not None and wrong:
        page.keyboard.press("ArrowDown" if number % 2 else made.truth[made.doubtful])
    page.keyboard.press("Enter")
    return wrong


def _figures(session: Session, saved: int) -> dict[str, float]:
    painted = sorted(session.painted)
    return {
        "paint_p50_ms": painted[len(painted) // 2],
        "paint_p95_ms": painted[int(len(painted) * 0.95)],
        "crops_per_hour": session.decided / session.seconds * 3600,
        "bytes_per_crop": mean(session.sizes),
        "pixels_shown_share": mean(session.shares) / 100,
        "decisions_lost": session.decided - saved,
        "decisions": session.decided,
        "corrected": session.corrected,
    }
