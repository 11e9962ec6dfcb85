"""What a hostile program can do behind the wall: nothing, and not for long."""

import io
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from apps.intake import jail
from apps.intake.jail import Broken, Limits, Wall

BEHIND = str(Path(__file__).parent / "behind")
NO_BUBBLEWRAP = "bubblewrap is missing: the wall is not tested on this machine"
SMALL = Limits(memory=300 << 20, cpu=1, wall=20, written=1 << 20)

UNGUARDED = """
import sys; sys.path.insert(0, sys.argv.pop(1)); del sys.argv[1:4]
from apps.intake.jailed import report; report.main()
"""

PAST = "import sys; sys.path.insert(0, sys.argv.pop(1)); del sys.argv[1:4];"
PROBES = "import probes; probes.main()"

Attempt = Callable[..., str]


@pytest.fixture
def attempt(monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """Run one of the probes behind the wall; only their folder is let in besides ours."""
    shown, path = jail._folders, "sys.path.insert(0, sys.argv.pop(1));"
    monkeypatch.setattr(jail, "_folders", lambda: [*shown(), BEHIND])
    also = f"{path} sys.path.insert(0, {BEHIND!r});"
    monkeypatch.setattr(jail, "BOOT", jail.BOOT.replace(path, also))

    def run(*arguments: str, content: bytes = b"", limits: Limits = SMALL) -> str:
        with jail.fed("probes", *arguments, source=io.BytesIO(content), limits=limits) as output:
            return output.read().decode()

    return run


@pytest.fixture
def bubblewrap() -> None:
    """A wall of bubblewrap; a machine without one may skip, a test server may not."""
    if jail.wall() is not Wall.BUBBLEWRAP:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BUBBLEWRAP)


@pytest.fixture(params=list(Wall))
def either_wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits hold behind either wall."""
    if request.param is Wall.BUBBLEWRAP:
        request.getfixturevalue("bubblewrap")
    monkeypatch.setattr(jail, "wall", lambda: request.param)


@pytest.fixture
def lesser_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands where bubblewrap is missing; a kernel older than 5.13 holds less back."""
    monkeypatch.setattr(jail, "wall", lambda: Wall.LIMITS)


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of this machine at which somebody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_program_gets_its_bytes_and_its_answer_comes_back(attempt, either_wall):
    assert attempt("echo", content=b"word for word") == "word for word"


def test_a_network_is_not_there(attempt, bubblewrap, listener):
    with socket.create_connection(("127.0.0.1", listener), timeout=5):
        pass  # outside, somebody answers
    with pytest.raises(Broken):
        attempt("connect", "127.0.0.1", str(listener))


def test_the_database_s_socket_is_not_there(attempt, bubblewrap, tmp_path):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with pytest.raises(Broken):
            attempt("connect_local", path)


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/hostname", str(jail.ROOT / "manage.py")])
def test_a_file_outside_is_not_there(attempt, bubblewrap, path):
    assert Path(path).exists()
    with pytest.raises(Broken):
        attempt("read", path)


def test_our_own_code_can_be_read_and_not_changed(attempt, bubblewrap):
    code = jail.ROOT / "apps" / "__init__.py"
    assert attempt("read", str(code)) == code.read_text()
    with pytest.raises(Broken):
        attempt("write", str(code))


def test_what_is_written_to_its_own_folder_never_reaches_ours(attempt, bubblewrap):
    path = Path("/tmp") / f"probe-{uuid.uuid4()}"
    assert attempt("write", str(path)) == "written"
    assert not path.exists()


def test_no_process_but_its_own_is_to_be_seen(attempt, bubblewrap):
    assert len(attempt("see_processes").split()) == 2  # bubblewrap's first process, and it


def test_no_setting_of_the_portal_is_to_be_seen(attempt, either_wall, monkeypatch):
    monkeypatch.setenv("ROOT_KEYS", "secret")
    few = {"PATH", "LC_ALL", "OMP_NUM_THREADS", "PWD"}  # bubblewrap says the last
    assert set(attempt("see_environment").split()) <= few


@pytest.fixture(params=list(Wall))
def wall_with_namespaces(
    request: pytest.FixtureRequest, bubblewrap: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either wall, on a machine whose kernel lets anybody make namespaces: so does bubblewrap."""
    monkeypatch.setattr(jail, "wall", lambda: request.param)


def test_its_network_and_its_neighbours_are_its_own(attempt, wall_with_namespaces):
    """Should the filter ever let a socket through, there is nobody at the other end."""
    assert are_its_own(attempt("see_namespaces"))


def test_bubblewrap_alone_gives_it_a_network_of_its_own(bubblewrap, monkeypatch):
    """Without anything that a program takes from itself."""
    monkeypatch.setattr(jail, "_folders", lambda shown=jail._folders: [*shown(), BEHIND])
    monkeypatch.setattr(jail, "BOOT", f"{PAST} sys.path.insert(0, {BEHIND!r}); {PROBES}")
    with jail.fed("probes", "see_namespaces", source=io.BytesIO()) as output:
        assert are_its_own(output.read().decode())


def are_its_own(namespaces: str) -> bool:
    outside = {str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("net", "ipc", "user")}
    assert len(outside) == len(namespaces.split()) == 3
    return not outside & set(namespaces.split())


def test_it_has_no_right_that_not_everybody_has(attempt, either_wall):
    assert {int(held, 16) for held in attempt("see_rights").split()} == {0}


def test_what_got_past_the_filter_is_ended_with_its_parent(lesser_wall, monkeypatch):
    """A machine whose system calls we do not know has no filter: children can be made there."""
    monkeypatch.setattr(jail, "BOOT", f"{PAST} sys.path.insert(0, {BEHIND!r}); {PROBES}")
    token, limits = str(uuid.uuid4()), Limits(wall=10)
    with (
        suppress(Broken),
        jail.fed("probes", "fork_holding", token, source=io.BytesIO(), limits=limits) as output,
    ):
        assert int(output.read()) > 0  # the child's number, once nobody holds the pipe
    assert _processes_with(token) == []


def test_it_cannot_become_somebody_else(attempt, bubblewrap):
    with pytest.raises(Broken):
        attempt("become_root")


def test_it_cannot_mount_anything(attempt, bubblewrap):
    assert attempt("mount") == "-1"


@pytest.mark.parametrize("greed", ["allocate", "fill", "open_many", "loop"])
def test_a_greedy_program_is_ended(attempt, either_wall, greed):
    with pytest.raises(Broken):
        attempt(greed)


def test_a_program_that_waits_for_ever_is_ended(attempt, either_wall):
    with pytest.raises(Broken):
        attempt("sleep", limits=Limits(wall=1))


def test_a_program_that_crashes_is_told_from_one_that_ends(attempt, either_wall):
    with pytest.raises(Broken, match="within its limits"):
        attempt("crash")


@pytest.mark.parametrize("way", ["fork", "fork_holding", "run_a_program"])
def test_a_program_starts_no_other(attempt, either_wall, way):
    token = str(uuid.uuid4())
    with pytest.raises(Broken):
        attempt(way, token)
    assert _processes_with(token) == []


def test_threads_are_its_own_affair(attempt, either_wall):
    assert attempt("start_threads") == "8"


def test_without_bubblewrap_a_network_is_not_there_either(attempt, lesser_wall, listener):
    with pytest.raises(Broken):
        attempt("connect", "127.0.0.1", str(listener))


def test_without_bubblewrap_a_file_outside_cannot_be_read(attempt, lesser_wall, tmp_path):
    """Nor the environment of the portal's own processes, which run as the same user."""
    secret = tmp_path / "root-keys"
    secret.write_text("secret")
    for path in (secret, jail.ROOT / "manage.py", Path(f"/proc/{os.getpid()}/environ")):
        with pytest.raises(Broken):
            attempt("read", str(path))
    code = jail.ROOT / "apps" / "__init__.py"
    assert attempt("read", str(code)) == code.read_text()


def test_without_bubblewrap_nothing_can_be_written(attempt, lesser_wall, tmp_path):
    with pytest.raises(Broken):
        attempt("write", str(tmp_path / "planted"))
    assert list(tmp_path.iterdir()) == []


def test_without_bubblewrap_nobody_is_ended_from_inside(attempt, lesser_wall):
    with pytest.raises(Broken):
        attempt("end", str(os.getpid()))


def test_the_wall_says_what_it_holds_back(either_wall):
    standing = jail.standing.__wrapped__()
    assert standing.tight
    assert standing.wall is jail.wall()


def test_a_hole_in_the_wall_is_told(monkeypatch, either_wall):
    """The trial looks; it does not repeat what the wall is meant to do."""
    monkeypatch.setattr(jail, "BOOT", UNGUARDED)
    assert jail.standing.__wrapped__().children


def test_a_program_that_does_not_listen_blocks_nobody(attempt, either_wall):
    """It ends before it has read what it was given, which is more than a pipe holds."""
    assert attempt("see_environment", content=bytes(4 << 20))


def _processes_with(token: str) -> list[str]:
    """Ids of living processes that carry a token on their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != str(os.getpid()):
            try:
                arguments = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in arguments:
                found.append(folder.name)
    return found
