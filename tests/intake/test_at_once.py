"""Two requests at the same moment, with real commits."""

import threading
import uuid
from typing import Any

from django.db import connection

from apps.base.scope import acting_for
from apps.intake import checks
from apps.intake.models import Document
from tests.base.locks import PATIENCE
from tests.intake.test_receive import paper


def test_the_same_form_sent_twice_at_once_gives_one_document(real_house, monkeypatch, stored):
    """Both have found no earlier document before either of them writes one."""
    both = threading.Barrier(2, timeout=PATIENCE)

    def said(*_: object) -> dict[str, Any]:
        both.wait()
        return {"pages": 1, "signed": False}

    monkeypatch.setattr(checks, "_said", said)
    token, given = uuid.uuid4(), []

    def send() -> None:
        with acting_for(real_house.halden.pk):
            given.append(real_house.send(paper(), token=token, again=True).pk)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Document.objects.count() == 1
    assert given == [Document.objects.get().pk] * 2
    assert len(stored()) == 1
