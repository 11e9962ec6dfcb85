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
from statistics import mean

from django.utils import timezone
from playwright.sync_api import Browser, Page, Response, sync_playwright

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.intake.models import Document
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Decision
from apps.review.rules import Verdict
from portal.evaluation import slits, web
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


def measure(sender: User, reviewer: User, *, decisions: int, think_s: float) -> dict[str, float]:
    """All figures of `bench station`; what it sends is deleted afterwards."""
    began = timezone.now()
    with acting_for(sender.organisation_id):
        sent, known = _papers(sender, decisions)
        try:
            with web.serving() as (port, _), _chromium() as chromium:
                page, session = _open(chromium, port, reviewer)
                _work(page, session, known, decisions=decisions, think_s=think_s)
            saved = Decision.objects.filter(
                reviewer=reviewer, created_at__gte=began, undone=False,
                verdict__in=(Verdict.ACCEPTED, Verdict.CORRECTED),
            ).count()  # fmt: skip
        finally:
            review.release(reviewer, now=timezone.now())
            for document in sent:
                retention.delete(document, user=sender)
    return _figures(session, saved)


def _papers(sender: User, decisions: int) -> tuple[list[Document], dict[str, Made]]:
    """Documents with at least so many fields in doubt, and each field by what was read of it."""
    sent: list[Document] = []
    known: dict[str, Made] = {}
    for seed in range(math.ceil(decisions / EACH) + 1):
        document, fields = slits.document(sender, seed=seed)
        sent.append(document)
        known |= {one.read: one for one in fields}
        if not seed % 10:
            sys.stderr.write(f"{len(sent) * EACH} slits drawn\n")
    return sent, known


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def _open(chromium: Browser, port: int, reviewer: User) -> tuple[Page, Session]:
    """The station, with its first slits taken."""
    address, session = f"http://127.0.0.1:{port}", Session()
    person = web.Browser(port, reviewer)
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in person.cookies.items()]
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
