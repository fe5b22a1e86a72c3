"""What a query worker denies itself before it reads a query: outliving its parent, memory beyond a limit, sockets.

Each is asked of the system where it can give it (all three on Linux) and skipped elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from contextlib import suppress

OUT_OF_MEMORY = 77
"""Exit code of a process whose Python found no memory below its limit."""
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Machine -> (AUDIT_ARCH constant, number of the socket system call)."""


def die_with_parent() -> None:
    """The kernel kills this process when the thread that started it ends (prctl(2) PR_SET_PDEATHSIG)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def die_first() -> None:
    """Where the whole machine lacks memory, the kernel takes this process before the server (proc(5) oom_score_adj)."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - pathlib would double the start
        file.write("1000")


def forbid_sockets() -> None:
    """socket(2) fails with EACCES from here on in this thread and its children: seccomp(2), a filter of six instructions.

    The engine would fetch a SERVICE address by itself; should a query ever pass ``guard``, it reaches nobody.
    """
    known = _ARCHITECTURES.get(os.uname().machine)
    if known is None:
        return
    architecture, socket_call = known
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD_WORD, 0, 0, 4),  # seccomp_data.arch
            (_JUMP_IF_EQUAL, 0, 3, architecture),
            (_LOAD_WORD, 0, 0, 0),  # seccomp_data.nr
            (_JUMP_IF_EQUAL, 0, 1, socket_call),
            (_RETURN, 0, 0, _ERRNO | errno.EACCES),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def limit_memory(mebibytes: int) -> None:
    """Bars allocating more than this beyond what is mapped now (RLIMIT_AS): the engine then aborts the process, Python raises MemoryError.

    Abort leaves no core file. Reserved address space counts, so the limit is taken after the store is open.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    mapped = mapped_bytes()
    if mapped:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = mapped + (mebibytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def mapped_bytes() -> int:
    """Address space of this process in bytes (proc(5) statm), 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123 - as above
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _prctl(option: int, *arguments: int) -> None:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(option, *(ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]))
