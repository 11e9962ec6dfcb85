"""The queue's folder: what is seen in it is whole, whoever looks whenever."""

import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from portal.celery import app
from portal.embedded import bell
from portal.embedded.places import Places

FILES = "filesystem://localhost"


@pytest.fixture
def channel(tmp_path):
    connection = Connection(FILES, transport_options=Places(tmp_path).broker_options(FILES))
    yield connection.default_channel
    connection.close()


class Heavy:
    """Something whose writing takes as long as somebody else needs to look."""

    def __init__(self, look):
        self.look = look

    def __json__(self):
        self.look()
        return "written"


def test_it_is_what_celery_uses_for_a_folder():
    assert app.connection_for_write(FILES).get_transport_cls() is bell.Transport


def test_nobody_takes_a_message_that_is_being_written(channel, monkeypatch):
    looked = []

    def look():
        with suppress(Empty):
            raise AssertionError(channel._get("quick"))
        looked.append(channel._size("quick"))

    def in_two_parts(path: Path, content: bytes) -> None:
        with path.open("wb", buffering=0) as file:
            file.write(content[:5])
            look()
            file.write(content[5:])

    monkeypatch.setattr(Path, "write_bytes", in_two_parts)
    channel._put("quick", {"task": Heavy(look)})
    assert looked == [0, 0]
    assert channel._get("quick") == {"task": "written"}


def test_messages_leave_in_their_order_and_by_their_queue(channel):
    for number, queue in enumerate(("quick", "reading", "quick")):
        channel._put(queue, number)
    assert channel._size("quick") == 2
    assert channel._get("reading") == 1
    assert [channel._get("quick") for _ in range(2)] == [0, 2]


def test_a_folder_that_cannot_be_written_is_an_error_of_the_queue(channel, tmp_path):
    channel.connection.client.transport_options["data_folder_out"] = str(tmp_path / "gone")
    with pytest.raises(channel.connection.channel_errors):
        bell.Channel(channel.connection)._put("quick", {})


def test_a_table_is_read_once_it_is_written(channel, monkeypatch):
    opened, go_on, read = threading.Event(), threading.Event(), []

    def slow(file, flags, real=filesystem.lock):
        if flags == filesystem.LOCK_EX:
            opened.set()
            go_on.wait(60)
        real(file, flags)

    monkeypatch.setattr(filesystem, "lock", slow)
    writer = threading.Thread(target=channel._queue_bind, args=("all", "", "", "quick"))
    reader = threading.Thread(target=lambda: read.append(channel.get_table("all")))
    writer.start()
    assert opened.wait(60)
    reader.start()
    reader.join(0.3)  # it would have failed by now
    go_on.set()
    for thread in (writer, reader):
        thread.join(60)
    assert [[row.queue for row in table] for table in read] == [["quick"]]
