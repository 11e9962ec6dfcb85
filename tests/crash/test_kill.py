"""Kill -9 of every process of a running installation, in the middle of its work.

Whatever dies, a document that was accepted is delivered, each thing is done once, and the
store holds what rows speak of.
"""

import io
import os
import shutil
import signal
from http.client import HTTPConnection
from pathlib import Path

import pytest
from PIL import Image

from apps.extraction import drawing
from tests.crash.installation import Installation, Person, command, until
from tests.papers import invoice_png
from tests.victims import kill_when_seen

ONCE = ("document.received", "document.read", "result.delivered", "job.succeeded")
EDGE = "an-edge"
FORM = ("token", "workspace", "purpose", "basis", "doctype")
STARTED_AGAIN = "PostgreSQL ended and was started again"
KINDS = ["fields", "original", "page image", "result"]
LARGE = (1600, 2200)  # pixels; more than a pipe holds
seeds = iter(range(100, 200))


@pytest.fixture
def paper() -> bytes:
    """A page that nobody sent before."""
    return invoice_png(next(seeds))


def tiff_of(pages: int, seed: int) -> bytes:
    """Pages that nobody sent before, each too large to wait in a pipe."""
    out = io.BytesIO()
    frames = [Image.new("RGB", LARGE, (seed, 90, number)) for number in range(pages)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw")
    return out.getvalue()


def accepted(answer) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def state_of(arrowslit: Installation, reference: str) -> str:
    [[state]] = arrowslit.ask(
        "SELECT state FROM jobs_job j JOIN intake_document d ON d.id = j.subject_id "
        "WHERE d.reference = %s",
        reference,
    )
    return str(state)


def is_delivered_once(arrowslit: Installation, reference: str, *, pages: int = 1) -> None:
    """Wait for the end, and see that everything was done, and done once."""
    until(lambda: state_of(arrowslit, reference) == "succeeded", "It was never delivered.")
    kinds = arrowslit.ask(
        "SELECT a.kind FROM vault_artifact a JOIN intake_document d ON d.id = a.document "
        "WHERE d.reference = %s",
        reference,
    )
    images = [kind for kind in KINDS if kind == "page image"] * (pages - 1)
    assert sorted(kind for (kind,) in kinds) == sorted(KINDS + images)
    told = events(arrowslit, reference)
    assert [told.count(tag) for tag in ONCE] == [1] * len(ONCE)


def events(arrowslit: Installation, reference: str) -> list[str]:
    told = arrowslit.ask(
        "SELECT tag FROM audit_event e JOIN intake_document d ON d.id = e.document "
        "WHERE d.reference = %s",
        reference,
    )
    return [tag for (tag,) in told]


def every_row_has_bytes(arrowslit: Installation) -> None:
    """The other way round is seen at the end of all: what crashes left is swept away."""
    assert set(arrowslit.expected()) <= set(arrowslit.stored())


@pytest.mark.parametrize("gate", ["pages are sealed", "a result is sealed"])
def test_a_worker_dies_between_sealing_and_committing(arrowslit, clara, paper, gate):
    with arrowslit.held_at(gate) as whoever_comes:
        reference = accepted(clara.send(paper))
        worker = whoever_comes()
        assert len(arrowslit.stored()) > len(arrowslit.expected())  # bytes, and no row yet
        os.kill(worker, signal.SIGKILL)
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_the_engine_dies_in_the_middle_of_a_document(arrowslit, clara, paper):
    with arrowslit.held_at("a page is read") as whoever_comes:
        reference = accepted(clara.send(paper))
        [engine] = engines_of(whoever_comes())
        os.kill(engine, signal.SIGKILL)
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_the_program_that_draws_dies_in_the_middle_of_a_document(arrowslit, clara):
    """It waits with its second page until somebody takes it."""
    with arrowslit.held_at("a page is read") as whoever_comes:
        reference = accepted(clara.send(tiff_of(3, next(seeds))))
        kill_when_seen(drawing.RENDER, under=whoever_comes())
    is_delivered_once(arrowslit, reference, pages=3)
    every_row_has_bytes(arrowslit)


def test_a_child_of_a_pool_dies_in_the_middle_of_a_document(arrowslit, clara, paper):
    with arrowslit.pooled():
        with arrowslit.held_at("pages are sealed") as whoever_comes:
            reference = accepted(clara.send(paper))
            child = whoever_comes()
            assert child != arrowslit.processes("--pool=prefork")[0]
            os.kill(child, signal.SIGKILL)
        is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def engines_of(worker: int) -> list[int]:
    """Processes that know nothing of the installation, not even its name."""
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    return [int(child) for child in children if "engines.serve" in command(int(child))]


def post(person: Person, address: str, body: bytes, *, missing: int = 0) -> HTTPConnection:
    """Send a request without waiting for its answer; `missing` bytes of it never come."""
    line = HTTPConnection("127.0.0.1", person.arrowslit.port, timeout=20)
    cookies = "; ".join(f"{one.name}={one.value}" for one in person.session.cookies)
    line.putrequest("POST", address)
    line.putheader("Content-Type", f"multipart/form-data; boundary={EDGE}")
    line.putheader("Content-Length", str(len(body) + missing))
    line.putheader("Cookie", cookies)
    line.putheader("X-CSRFToken", person.session.cookies["arrowslit-csrf"])
    line.endheaders()
    line.send(body)
    return line


def multipart(form: dict[str, str], content: bytes = b"") -> bytes:
    fields = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="files"; filename="paper.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    return "".join([*fields, head]).encode() + content + f"\r\n--{EDGE}--\r\n".encode()


def test_the_web_server_dies_in_the_middle_of_an_upload(arrowslit, clara, paper):
    body = multipart(clara.form(), paper + bytes(2_000_000))
    line = post(clara, "/upload/", body, missing=5_000_000)
    until(lambda: any(name.endswith(".part") for name in arrowslit.stored()))
    arrowslit.kill_process("gunicorn")
    with pytest.raises(OSError):
        line.getresponse()  # the sender's browser says that the connection broke
    line.close()
    arrowslit.until_it_answers()
    reference = accepted(clara.send(paper))
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


@pytest.mark.parametrize("victim", ["the server", "the process that answers"])
@pytest.mark.parametrize("gate", ["an upload is sealed", "an upload is registered"])
def test_the_web_server_dies_before_it_answers(arrowslit, clara, paper, gate, victim):
    form = clara.form()
    with arrowslit.held_at(gate) as whoever_comes:
        line = post(clara, "/upload/", multipart(form, paper))
        child, server = whoever_comes(), arrowslit.leader("gunicorn")
        assert child != server
        os.kill(server if victim == "the server" else child, signal.SIGKILL)
        until(lambda: not command(child), "It outlived its server.")
    with pytest.raises(OSError):
        line.getresponse()
    line.close()
    arrowslit.until_it_answers()
    reference = accepted(clara.send(paper, form))  # the same form, sent again
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_the_web_server_dies_between_a_key_and_its_bytes(arrowslit, clara, paper):
    reference = accepted(clara.send(paper))
    is_delivered_once(arrowslit, reference)
    with arrowslit.held_at("keys are destroyed") as whoever_comes:
        confirmed = multipart({"confirmed": reference})
        line = post(clara, f"/jobs/{reference}/delete/", confirmed)
        child = whoever_comes()
        arrowslit.kill_process("gunicorn")
        until(lambda: not command(child), "It outlived its server.")
        assert still_stored(arrowslit, reference)
    line.close()
    until(lambda: not still_stored(arrowslit, reference), "The bytes outlived their key.")
    arrowslit.until_it_answers()
    told = events(arrowslit, reference)
    assert told.count("document.erased") == 1
    until(lambda: events(arrowslit, reference).count("artifact.gone") == len(KINDS))


def still_stored(arrowslit: Installation, reference: str) -> list[str]:
    ids = arrowslit.ask(
        "SELECT a.id::text FROM vault_artifact a JOIN intake_document d ON d.id = a.document "
        "WHERE d.reference = %s",
        reference,
    )
    return [name for name in arrowslit.stored() if (name.rpartition("/")[2],) in ids]


@pytest.mark.parametrize("victim", ["bin/postgres -D", "portal.embedded.keeper"])
def test_the_database_server_dies_in_the_middle_of_everything(arrowslit, clara, paper, victim):
    times = arrowslit.said.count(STARTED_AGAIN)
    with arrowslit.held_at("pages are sealed") as whoever_comes:
        reference = accepted(clara.send(paper))
        whoever_comes()
        os.kill(arrowslit.leader(victim), signal.SIGKILL)
    until(lambda: arrowslit.said.count(STARTED_AGAIN) > times)
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_a_person_reads_that_the_database_does_not_answer(arrowslit, clara, paper):
    with arrowslit.unattended():
        os.kill(arrowslit.leader("bin/postgres -D"), signal.SIGKILL)
        page = clara.get("/jobs/", headers={"Accept": "text/html"})
        answer = clara.send(paper, dict.fromkeys(FORM, ""))
    assert (page.status_code, answer.status_code) == (503, 503)
    assert "The database does not answer. What you sent before is safe." in page.text
    assert "may have to be sent again" in answer.json()["message"]
    arrowslit.until_it_answers()
    is_delivered_once(arrowslit, accepted(clara.send(paper)))
    every_row_has_bytes(arrowslit)


def test_the_supervisor_dies_in_the_middle_of_everything(arrowslit, clara, paper):
    with arrowslit.held_at("pages are sealed") as whoever_comes:
        reference = accepted(clara.send(paper))
        [engine] = engines_of(whoever_comes())
        arrowslit.kill()
        until(lambda: not command(engine), "The engine outlived its worker.")
    arrowslit.start()
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_the_broker_forgets_everything(arrowslit, clara, paper):
    """Its folder is emptied, or taken away under the feet of those who use it."""
    with arrowslit.held_at("pages are sealed") as whoever_comes:
        first = accepted(clara.send(paper))
        whoever_comes()
        second = accepted(clara.send(invoice_png(next(seeds))))
        gone = arrowslit.places.bell.rename(arrowslit.places.bell.with_name("gone"))
        shutil.rmtree(gone)  # at rest: whoever was using it cannot reach it any more
    for reference in (first, second):
        is_delivered_once(arrowslit, reference)
    third = accepted(clara.send(invoice_png(next(seeds))))
    is_delivered_once(arrowslit, third)
    every_row_has_bytes(arrowslit)
