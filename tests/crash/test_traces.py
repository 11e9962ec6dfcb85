"""All that a running portal leaves on its machine, searched for what one document held.

`tests/canary` looks at each place by itself, in one process; this looks at every byte that web,
workers, clock, readers and PostgreSQL have written, its log of changes among them.
"""

from pathlib import Path

import psycopg
import pytest

from tests.canary import papers
from tests.canary.birds import Birds
from tests.crash.installation import Installation, Person, until
from tests.crash.test_kill import (
    accepted,
    events,
    is_delivered_once,
    multipart,
    post,
    still_stored,
)


@pytest.fixture
def birds() -> Birds:
    return Birds()


def database(arrowslit: Installation) -> psycopg.Connection:
    return psycopg.connect(arrowslit.as_superuser(), autocommit=True)


def written(arrowslit: Installation) -> list[Path]:
    """Every file of the installation; those of the database are told to be on disk first."""
    with database(arrowslit) as db:
        db.execute("CHECKPOINT")
    files = [path for path in arrowslit.var.rglob("*") if path.is_file()]
    folders = {path.relative_to(arrowslit.var).parts[0] for path in files}
    assert {"logs", "postgres"} <= folders
    return files


def traces(arrowslit: Installation, birds: Birds) -> dict[str, set[str]]:
    """Which birds are in which files, or in their names."""
    found = {}
    for path in written(arrowslit):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # taken off the queue, or a log of changes that was recycled
            continue
        if seen := birds.found_in(content + str(path).encode()):
            found[str(path)] = seen
    return found


def send(clara: Person, birds: Birds) -> str:
    name = f"{birds['name']}.pdf"
    files = {"files": (name, papers.invoice(birds), "application/pdf")}
    return accepted(clara.post("/upload/", data=clara.form(), files=files))


def test_a_document_leaves_nothing_of_itself_on_the_machine(arrowslit, clara, birds):
    reference = send(clara, birds)
    is_delivered_once(arrowslit, reference)
    for address in ("/", "/jobs/", f"/jobs/{reference}/", f"/jobs/{birds['said']}/"):
        clara.get(address)
    assert traces(arrowslit, birds) == {}
    line = post(clara, f"/jobs/{reference}/delete/", multipart({"confirmed": reference}))
    assert line.getresponse().status == 302
    line.close()
    until(lambda: not still_stored(arrowslit, reference))
    until(lambda: events(arrowslit, reference).count("artifact.gone"))
    assert traces(arrowslit, birds) == {}


def test_what_was_written_in_clear_would_be_found(arrowslit, birds):
    """In a log, in a name, and in a row that was taken back before anybody saw it."""
    log, name = arrowslit.places.logs / "planted.log", arrowslit.places.logs / birds["name"]
    log.write_text(birds["form"])
    name.touch()
    with database(arrowslit) as db, db.transaction(force_rollback=True):
        db.execute("INSERT INTO django_session VALUES ('planted', %s, now())", [birds["title"]])
    found = traces(arrowslit, birds)
    log.unlink()
    name.unlink()
    assert set().union(*found.values()) == {"form", "name", "title"}
    assert any("/pg_wal/" in path for path in found)
