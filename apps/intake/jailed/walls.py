"""What a process behind the wall takes from itself: privileges, files, sockets and children.

Bubblewrap stands around it where it is installed; these stand in every case that the kernel
allows. Each says whether it stands, and none can be taken down again by the process.

Source: linux/landlock.h, linux/seccomp.h, linux/capability.h; system calls by their numbers.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SIGKILL = 9
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
CLONE_THREAD = 0x00010000
EPERM, ENOSYS = 1, 38

CAPABILITIES = 0x20080522  # the third version of the structure
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ = 0b1101  # run, read a file, list a folder
READ_FILE = 0b0101
ALL_FILE_ACCESS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights a version of landlock knows

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # offsets in what the filter sees
FOREIGN = 0x40000000  # from here on numbers of another calling convention
# socket, fork, vfork, execve, execveat, kill, tkill, tgkill, rt_sigqueueinfo, pidfd_send_signal,
# ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root, chroot, unshare, setns,
# open_by_handle_at, add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd,
# io_uring_setup, init_module, finit_module, delete_module, kexec_load
MACHINES: dict[str, tuple[int, int, list[int]]] = {  # audit number, `clone`, what is refused
    "x86_64": (
        0xC000003E,
        56,
        [41, 57, 58, 59, 322, 62, 200, 234, 129, 424, 101, 310, 311, 165, 166, 155, 161, 272, 308,
         304, 248, 249, 250, 321, 298, 323, 425, 175, 313, 176, 246],
    ),
    "aarch64": (
        0xC00000B7,
        220,
        [198, 221, 281, 129, 130, 131, 138, 424, 117, 270, 271, 40, 39, 41, 51, 97, 268, 265, 217,
         218, 219, 280, 241, 282, 425, 105, 273, 106, 104],
    ),
}  # fmt: skip
CLONE3 = 435  # its flags lie in memory, where a filter cannot look; libraries fall back to clone

_libc = ctypes.CDLL(None, use_errno=True)


def leave() -> None:
    """Leave network, neighbours and privileges behind; failing is no error here."""
    _libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC)
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.capset(struct.pack("=Ii", CAPABILITIES, 0), bytes(24))


def see_only(paths: Iterable[str]) -> bool:
    """Let this process read under some paths, and nothing else; whether the kernel does so."""
    version = _libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = (1 << ALL_FILE_ACCESS.get(version, 16)) - 1
    asked = struct.pack("=QQQ", handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _libc.syscall(CREATE_RULESET, asked, size, 0)
    if rules < 0:
        return False
    for path in paths:
        with suppress(OSError):
            _allow(rules, path)
    stands = _libc.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(stands)


def refuse_calls() -> bool:
    """Refuse sockets, children, other programs and signals; whether the kernel does so.

    Threads are allowed: memory bounds how many there can be.
    """
    if platform.machine() not in MACHINES:
        return False
    program = _filter(*MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(program))
    pointer = struct.pack("@HP", len(program), ctypes.addressof(code))
    return bool(_libc.prctl(PR_SET_SECCOMP, 2, pointer, 0, 0) == 0)


def _allow(rules: int, path: str) -> None:
    opened = os.open(path, os.O_PATH)
    rights = READ if Path(path).is_dir() else READ_FILE
    _libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, opened), 0)
    os.close(opened)


def _filter(machine: int, clone: int, refused: list[int]) -> list[bytes]:
    """A program of the kernel's packet filter over one system call."""
    denied = _step(RETURN, REFUSE | EPERM)
    program = [
        _step(LOAD, MACHINE), _step(EQUAL, machine, 1, 0), denied,
        _step(LOAD, NUMBER), _step(AT_LEAST, FOREIGN, 0, 1), denied,
        _step(EQUAL, CLONE3, 0, 1), _step(RETURN, REFUSE | ENOSYS),
    ]  # fmt: skip
    for number in refused:
        program += [_step(EQUAL, number, 0, 1), denied]
    return [
        *program,
        _step(EQUAL, clone, 0, 3), _step(LOAD, FIRST_ARGUMENT),
        _step(ANY_BIT, CLONE_THREAD, 1, 0), denied,
        _step(RETURN, ALLOW),
    ]  # fmt: skip


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
