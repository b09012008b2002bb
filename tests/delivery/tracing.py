"""Killing a child at one of its system calls, counted exactly: only calls of that name stop it.

The kernel does what ``strace`` has it do (ptrace), but stops the child at the calls of one name alone
(seccomp): where ``strace`` (6.1) is told to do the same, the signal that it injects does not arrive.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
from collections.abc import Callable, Mapping
from typing import NoReturn

_X86 = {
    "connect": 42, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "write": 1, "pwrite64": 18,
    "fdatasync": 75, "fsync": 74, "ftruncate": 77, "unlink": 87, "rename": 82,
}  # fmt: skip
_ARM = {
    "connect": 203, "sendto": 206, "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "write": 64,
    "pwrite64": 68, "fdatasync": 83, "fsync": 82, "ftruncate": 46, "unlink": 35, "rename": 38,
}  # fmt: skip
NUMBERS: Mapping[str, int] = {"x86_64": _X86, "aarch64": _ARM}.get(platform.machine(), {})
"""Calls that leave a process or reach the disk; empty on machines of which nobody has looked them up."""

_TRACE_ME, _CONT, _SET_OPTIONS = 0, 7, 0x4200
_AT_CALLS, _DIES_WITH_US = 1 << 7, 1 << 20
_STOPPED_AT_CALL = signal.SIGTRAP | 7 << 8
_NO_NEW_RIGHTS, _SET_FILTER, _FILTER = 38, 22, 2
_LOAD, _IS, _SAY = 0x20, 0x15, 0x06
_STOP, _GO_ON = 0x7FF00000, 0x7FFF0000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def killed_at(call: str, number: int, work: Callable[[], None]) -> int:
    """Have a child do some work and kill it at its call of this number; its exit status."""
    child = os.fork()
    if not child:
        _be_stopped(call, work)
    os.waitpid(child, 0)
    _ptrace(_SET_OPTIONS, child, _AT_CALLS | _DIES_WITH_US)
    _ptrace(_CONT, child)
    came = 0
    while True:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        is_call = status >> 8 == _STOPPED_AT_CALL
        came += is_call
        if is_call and came == number:
            os.kill(child, signal.SIGKILL)
        else:
            _ptrace(_CONT, child, 0 if is_call else os.WSTOPSIG(status))


def _be_stopped(call: str, work: Callable[[], None]) -> NoReturn:
    """Be traced from here on."""
    _ptrace(_TRACE_ME, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    steps = ((_LOAD, 0, 0, 0), (_IS, 0, 1, NUMBERS[call]), (_SAY, 0, 0, _STOP), (_SAY, 0, 0, _GO_ON))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    for given in ((_NO_NEW_RIGHTS, 1, 0, 0, 0), (_SET_FILTER, _FILTER, ctypes.addressof(program), 0, 0)):
        if _libc.prctl(*given):
            os._exit(1)
    work()
    os._exit(0)


def _ptrace(request: int, process: int, data: int = 0) -> None:
    if _libc.ptrace(request, process, None, data):
        raise OSError(ctypes.get_errno(), "ptrace")
