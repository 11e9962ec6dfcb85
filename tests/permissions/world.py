"""The cast before their documents, and what one of them is answered at an address."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.intake.models import Document
from apps.intake.references import new_reference
from apps.retention import services as retention
from apps.retention.models import Certificate, Disposal, Hold, Scope, Withdrawal
from apps.retention.policy import Policy
from apps.review import services as review
from apps.review.ladder import RUNGS, State, Step, Why
from apps.review.models import Claim, Grant, Task
from apps.review.rules import CorrectionReason
from apps.vault import services as vault
from apps.vault.models import Artifact
from tests.api.calls import issue
from tests.conftest import House
from tests.intake.browsers import BACKEND, JSON
from tests.permissions import made
from tests.permissions.table import PEOPLE, REFUSED
from tests.preservation import pki
from tests.preservation.originals import kept
from tests.review.desk import CLASS, IBAN, LONG_PAPER, NUMBER, Desk

READING = ("GET", "HEAD", "OPTIONS")
NOBODY = ("nobody", "key")  # nobody who signs in
PASSWORD = "a long enough sentence"
LONG = timedelta(days=1)  # the table takes longer to try than a line may be looked at
FIELD = "grand_total"
SEVEN = NUMBER.index("7")  # a digit in doubt
TOTAL, DATE, NAME = "9184.60", "2019-03-26", "paper.png"
CHANGE = re.compile(r'(INSERT|UPDATE|DELETE)(?!.*"(django_session|audit_event)")', re.DOTALL)
TOKEN = re.compile(rb'(data-csrf|name="csrfmiddlewaretoken" value)="\w+"')  # another each time
ADVICE = re.compile(rb'<script id="words".*?</script>')  # the lexicon, the same for everybody


@dataclass(frozen=True)
class Answer:
    """What a person is answered, and what it changed."""

    said: str  # a cell of the table
    body: bytes
    changed: list[str]  # statements, and files of the vault


class World:
    """Halden's documents and Northmere's, in every state an address is about."""

    def __init__(self, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vault, self.house = vault, House()
        with acting_for(self.house.halden.pk):
            self._documents(Desk(self.house, monkeypatch))
            self.key = issue(self.house)
            self.of_carl = made.all_of(self.house, self.delivered)
            # Else the day's first use is a change, and the day may end among these tests.
            monkeypatch.setattr("apps.accounts.services.keys._note_use", lambda key: None)
        self.people = {name: self._person(name) for name in PEOPLE if name not in NOBODY}
        self._sessions = {name: _session(user) for name, user in self.people.items()}
        self._asked: dict[tuple[Any, ...], Answer] = {}

    def _documents(self, desk: Desk) -> None:
        house = self.house
        whole = {"purpose": "handle-letter", "transcript": True}
        self.delivered = desk.delivered(**whole)
        self.erased = desk.delivered()
        retention.delete(self.erased, user=house.clara)
        self.withdrawn = desk.delivered()
        self.parked = desk.paper()
        self.asked = self._asked_of(desk)
        desk.lines = [line.replace(DATE, "2019-04-27") for line in desk.lines]
        self.cleo_s = desk.delivered(sender=house.cleo, workspace=house.people, **whole)
        with acting_for(house.northmere.pk):
            about = {"sender": house.mallory, "workspace": house.elsewhere}
            self.mallory_s = desk.delivered(**about, **whole)
        self.record = kept(house, declared=True)
        held = desk.take(house.rita)
        self.task, self.decided = held["iban"], held["invoice_number"]
        self.kind = held.pop(CLASS)
        desk.decide(self.decided, NUMBER)
        for one in held.values():
            self._may_see_more(one)
        self._govern()
        review.crop(self.task, user=house.rita, now=timezone.now())
        Claim.objects.update(until=timezone.now() + LONG)

    def _may_see_more(self, task: Task) -> None:
        """Rita has leave for two steps, and has asked for the page."""
        for step in RUNGS:
            how = {"reason": Why.UNIT, "user": self.house.rita, "now": timezone.now()}
            grant = review.ask_more(task, step=step, **how)
            if grant.state == State.GIVEN:
                Grant.objects.filter(pk=grant.pk).update(until=timezone.now() + LONG)

    def _govern(self) -> None:
        """A policy that Rosa proposed, a hold she asked to lift, an exception, a certificate."""
        house, now = self.house, timezone.now()
        policy = retention.current_policy(house.halden.pk)
        fewer = [rule for rule in policy.rules if not rule.doctype]
        self.version = retention.propose(
            Policy(policy.id, policy.version, fewer), reason="Simpler.", user=house.rosa
        )
        self.hold, self.asked_hold = (self._hold(house.otto) for _ in range(2))
        retention.ask_to_lift(self.asked_hold, reason="Settled.", user=house.rosa)
        [self.exception] = retention.except_(
            [self.delivered.reference],
            kind="original",
            until=(now + LONG).date(),
            reason="Audit.",
            user=house.rosa,
        )
        self._wishes(now)
        vault.finish_shredding(now=now + LONG)
        retention.certify(house.halden.pk, now=now)
        self.certificate = Certificate.objects.latest("pk")

    def _wishes(self, now: datetime) -> None:
        """What waits for a look, a person who asked, and a receipt."""
        house = self.house
        Artifact.objects.filter(pk=self.asked.original_id).update(due_at=now)
        self.disposal = Disposal.objects.create(
            organisation_id=house.halden.pk,
            document=self.asked,
            kind="original",
            due_at=now,
            policy="default v5",
            signatures=2,
        )
        named = [self.parked.reference]
        self.subject = retention.open_request(named, case="DSR-17", user=house.carl)
        retention.withdraw(self.withdrawn, user=house.clara)
        self.withdrawal = Withdrawal.objects.get()

    def _hold(self, person: User) -> Hold:
        """Of somebody who sent nothing."""
        wanted = retention.Wanted(
            scope=Scope.PERSON,
            matter="Dispute",
            reason="Court.",
            mandate="Counsel",
            person=person.pk,
        )
        return retention.place(wanted, user=self.house.carl).hold

    def _asked_of(self, desk: Desk) -> Document:
        """A document of which a person is asked what it is."""
        lines, desk.lines = desk.lines, LONG_PAPER
        asked = desk.unsure()
        desk.lines = lines
        return asked

    def _person(self, name: str) -> User:
        if name in ("op", "root"):
            User.objects.create_user(
                f"{name}@portal.example", PASSWORD, name=name, is_superuser=name == "root"
            )
            return User.objects.get(name=name)
        return getattr(self.house, name)

    def own(self, person: str) -> Document:
        """Clara's document, or the one of the same kind that a person sent."""
        return {"cleo": self.cleo_s, "mallory": self.mallory_s}.get(person, self.delivered)

    @property
    def clara_s(self) -> list[Document]:
        return [self.delivered, self.erased, self.parked, self.asked]

    @property
    def secrets(self) -> list[bytes]:
        """What tells somebody that Clara's documents are there, and what they say."""
        tasks = Task.objects.values_list("pk", flat=True)
        names = [name for one in self.clara_s for name in (one.reference, one.pk)]
        names += [self.record.reference, self.record.document.reference]
        said = [*names, *tasks, IBAN, NUMBER, TOTAL, DATE, NAME, self.delivered.received_digest]
        return [str(one).encode() for one in said]

    def answer(self, *question: Any, **how: Any) -> Answer:
        """What is asked in this world, which a question does not change; each is asked once."""
        key = (*question, *how)
        if key not in self._asked:
            self._asked[key] = self.ask(*question, **how)
        return self._asked[key]

    def ask(self, person: str, method: str, address: str, **how: Any) -> Answer:
        """Ask, see what changes, and take it back."""
        with taken_back():
            files = self._files() if method not in READING else set()
            with changes_noted() as changed:
                response = self.send(person, method, address, **how)
            said = _said(response)
            if method not in READING:
                changed += sorted(map(str, self._files() ^ files))
        tells = said in REFUSED or method not in ("GET", "POST")
        whole = b"".join(response) if response.streaming else response.content
        body = ADVICE.sub(b"", TOKEN.sub(b"", whole))
        return Answer(said, body, changed if tells else [])

    def send(
        self,
        person: str,
        method: str,
        address: str,
        *,
        document: Document | None = None,
        task: Task | None = None,
        guessed: bool = False,
        json: bool = False,
    ) -> HttpResponse:
        """Send what Clara would, or Rita, from somebody's browser; nobody's eyes are open before.

        A guess names what is not there.
        """
        cache.clear()  # the libraries count tries there
        client = Client(**(JSON if json else {}))
        if person == "key":
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.key.token.text}"
        client.defaults["HTTP_IDEMPOTENCY_KEY"] = str(uuid.uuid4())  # the pages look past it
        client.cookies = SimpleCookie(self._sessions.get(person, ""))
        reference = new_reference() if guessed else (document or self._about(address)).reference
        path = address.replace("<reference>", reference).replace("<name>", FIELD)
        path = self._governed(path, guessed)
        for name, one in self.of_carl.items():
            path = path.replace(f"<{name}>", str(uuid.uuid4() if guessed else one))
        record = f"PR-{new_reference()}" if guessed else self.record.reference
        path = path.replace("<record>", record)
        path = path.replace("<key>", str(uuid.uuid4() if guessed else self.key.key.pk))
        others = {"choose": self.kind, "correct": self.decided, "<position>.png": self.decided}
        question = Grant.objects.filter(task=self.task, step=Step.PAGE).first()
        path = path.replace(
            "<grant>", str(question.pk if question and not guessed else uuid.uuid4())
        )
        reviewer = uuid.uuid4() if guessed else self.house.rita.pk
        path = path.replace("<person>", str(reviewer))
        asked = task or others.get(address.rstrip("/").rpartition("/")[2], self.task)
        path = path.replace("<position>", str(SEVEN))
        path = path.replace("<pk>", str(uuid.uuid4() if guessed else asked.pk))
        with acting_for(None):
            if method in ("GET", "HEAD"):
                return getattr(client, method.lower())(path)
            content = encode_multipart(BOUNDARY, self._form(address, reference))
            return client.generic(method, path, content, MULTIPART_CONTENT)

    def _governed(self, path: str, guessed: bool) -> str:
        hold = self.hold if path.endswith("/ask/") else self.asked_hold
        there = {
            "<version>": ("999", self.version.number),
            "<hold>": (uuid.uuid4(), hold.pk),
            "<exception>": (uuid.uuid4(), self.exception.pk),
            "<subject>": (uuid.uuid4(), self.subject.pk),
            "<item>": (uuid.uuid4(), self.subject.items.get().pk),
            "<withdrawal>": ("WR-20200101-0000-000000", self.withdrawal.number),
            "<certificate>": ("CD-20200101-0000-000000", self.certificate.number),
        }
        for word, (guess, real) in there.items():
            path = path.replace(word, str(guess if guessed else real))
        return path

    def _about(self, address: str) -> Document:
        special = {
            "receipt": self.erased,
            "consent": self.parked,
            "withdrawal.json": self.withdrawn,
        }
        return special.get(address.rstrip("/").rpartition("/")[2], self.delivered)

    def _form(self, address: str, reference: str) -> dict[str, Any]:
        match address.rstrip("/").rpartition("/")[2]:
            case "sign-in":
                return {"login": self.house.clara.email, "password": PASSWORD}
            case "password":
                new = "another long enough sentence"
                return {"oldpassword": PASSWORD, "password1": new, "password2": new}
            case "upload":
                return self._upload()
            case "documents":
                return {"file": _paper(), "purpose": "pay-invoices", "basis": "contract"}
            case "approve" | "lift":
                return {"password": PASSWORD}
            case "ask" | "refuse":
                return {"reason": "Settled."}
            case "agree" | "extend" | "hold":
                until = (timezone.now() + LONG).date()
                said = {"password": PASSWORD, "until": until, "reason": "Audit."}
                return {**said, "chosen": self.disposal.pk}
            case "open":
                return {"case": "DSR-18", "references": self.parked.reference}
            case "erase" | "sign":
                return {"password": PASSWORD, "reference": self.parked.reference}
            case "uses":
                return {"use": "analytics", "on": "no", "reason": "Less."}
            case "consent":
                return {"less": "manual_review"}
            case "propose":
                said = {"kind": "crop", "about": "all:", "keep": "PT1H"}
                return {**said, "at_most": "P1D", "reason": "Less."}
            case "place":
                said = {"matter": "Dispute", "reason": "Court.", "mandate": "Counsel"}
                return {**said, "scope": "person", "person": self.house.otto.pk}
            case "tell":
                about = {"start": "contract end", "on": "2026-01-31"}
                return {"references": self.parked.reference, **about}
            case "make":
                until = (timezone.now() + LONG).date()
                return {"references": self.parked.reference, "until": until, "reason": "Audit."}
            case "evidence":
                return {"reason": "audit", "password": PASSWORD}
            case "repair" | "remove":
                return {"password": PASSWORD}
            case "add":
                root = SimpleUploadedFile("root.cer", pki.house().issuing.der)
                said = {"certificate": root, "purpose_of": "signatures"}
                return {**said, "password": PASSWORD}
            case "exports":
                return {"mode": "range", "reason": "audit"}
            case "searches":
                return {"name": "Refusals"}
            case "keys":
                return self._key()
            case "known":
                return {"digest": self.delivered.received_digest}
            case "delete":
                return {"confirmed": reference}
            case "original":
                return {"reason": "court"}
            case "approval":
                return {"key": uuid.uuid4(), "what": "approved", "comment": "Agreed."}
            case "correction":
                return {"key": uuid.uuid4(), "what": "sent_by", "reason": "For Cleo."}
            case "reveal":
                return {"reason": "audit"}
            case "decide" | "unreadable":
                return {"key": uuid.uuid4(), "value": IBAN, "trouble": "blurred"}
            case "skip":
                return {"key": uuid.uuid4(), "trouble": "unsure"}
            case "digits":
                return {"key": uuid.uuid4(), "odd": "on"}
            case "correct":
                return {"key": uuid.uuid4(), "value": IBAN, "because": CorrectionReason.SLIP}
            case "choose":
                return {"key": uuid.uuid4(), "doctype": "invoice"}
            case "more":
                return {"step": Step.LINE, "reason": Why.UNIT}
            case "scopes":
                rita = self.house.rita.pk
                return {"person": [rita], f"kind-{rita}": ["iban", "date"]}
            case "settle":
                return {"key": uuid.uuid4(), "choice": "0"}
            case "shown":
                return {"step": Step.SLIT, "ms": 900}
            case "reading":
                return {"error_target": 0.01, "audit_share": 0.05, "reason": "A quiet quarter."}
        return {}

    def _key(self) -> dict[str, Any]:
        said = {"name": "Ledger", "scopes": ["submit"], "days": 90}
        return {**said, "holder": self.house.ida.pk, "workspace": self.house.payable.pk}

    def _upload(self) -> dict[str, Any]:
        return {
            "token": uuid.uuid4(),
            "workspace": self.house.payable.pk,
            "purpose": "pay-invoices",
            "basis": "contract",
            "files": _paper(),
        }

    def _files(self) -> set[Path]:
        return {path for path in self.vault.rglob("*") if path.is_file()}


def _paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("new.png", b"\x89PNG\r\n\x1a\n" + uuid.uuid4().bytes)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens in here has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def changes_noted() -> Iterator[list[str]]:
    """Statements that change rows; a session or the trail may tell even of a refusal."""
    noted: list[str] = []

    def see(execute: Any, sql: str, *rest: Any) -> Any:
        if CHANGE.match(sql):
            noted.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(see):
        yield noted


def _session(user: User) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies.output(header="", sep=";")


def _said(response: HttpResponse) -> str:
    if response.headers.get("Location", "").startswith("/sign-in/?next="):
        return "in"
    return str(response.status_code)
