"""The system call filter: a classic BPF program as bytes, made by hand so that no library is needed. Enters: the machine's name. Leaves:
the program.

It is an allow-list. Calls of `syscalls.ALLOWED` pass, some pass for certain arguments, known dangerous ones are answered EPERM, and
everything else ENOSYS, as if the kernel didn't have it: libraries then fall back (glibc from clone3 to clone, whose flags a filter can look
at). A program of another architecture (32-bit int 0x80) is killed. Sources: Documentation/userspace-api/seccomp_filter.rst,
include/uapi/linux/{seccomp,filter,audit}.h.
"""

from __future__ import annotations

import errno
import struct

from grader.sandbox import syscalls

# include/uapi/linux/audit.h
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
_X32_BIT = 0x40000000  # x86-64 kernels may also offer the x32 table under this bit: other numbers, same calls

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL, _GREATER, _AT_LEAST, _ANY_BIT = 0x15, 0x25, 0x35, 0x45  # BPF_JMP | BPF_{JEQ,JGT,JGE,JSET} | BPF_K
_RETURN = 0x06
_NUMBER, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian, so an argument's low half comes first

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_EPERM = 0x00050000 | errno.EPERM
_ENOSYS = 0x00050000 | errno.ENOSYS

# What the rules for single arguments look at: here as BPF, in docker/profile.py as an engine's profile.
MODE_ARGUMENT = {"creat": 1, "mknod": 1, "mknodat": 2, "chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2}  # which one is a file's mode
OPEN_FLAGS = {"open": 1, "openat": 2}  # which one are the flags; the mode follows
SPECIAL_BITS = 0o6000  # set-user-ID and set-group-ID: no such file may be left in a folder of the host
CREATES = 0o100 | 0o20000000  # O_CREAT, __O_TMPFILE: only then does open() read its mode argument
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}; CLONE_NEWTIME exists in clone3 only
AF_UNIX = 1
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: type into a terminal
PERSONALITIES = (0x0, 0x0040000, 0xFFFFFFFF)  # PER_LINUX, ADDR_NO_RANDOMIZE (compilers), "tell me"

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


def program(machine: str, *, shared_memory: bool) -> bytes | None:
    """The filter for `machine` (as `platform.machine()` names it), as an array of struct sock_filter; None for a machine without a table.

    `shared_memory`: let memfd and System V shared memory through. They escape rlimits, so pass False where no memory cgroup counts them.
    """
    if machine not in AUDIT_ARCH:
        return None
    column = COLUMN[machine]

    def numbers(table: dict[str, syscalls.Numbers]) -> list[int]:
        return [row[column] for row in table.values() if row[column] is not None]  # type: ignore[misc]

    code: list[Instruction] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, AUDIT_ARCH[machine]), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _EPERM)]
    for name, row in syscalls.BY_ARGUMENT.items():
        number = row[column]
        if number is not None:
            body = _rule(name)
            code += [(_EQUAL, 0, len(body), number), *body]
    allowed = numbers(syscalls.ALLOWED) + (numbers(syscalls.SHARED_MEMORY) if shared_memory else [])
    refused = numbers(syscalls.REFUSED) + ([] if shared_memory else numbers(syscalls.SHARED_MEMORY))
    code += _ranges(allowed, _ALLOW) + _ranges(refused, _EPERM) + [(_RETURN, 0, 0, _ENOSYS)]
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGS + 8 * index)


def _no_special_bits(index: int) -> list[Instruction]:
    """Refuses a file mode with set-user-ID or set-group-ID."""
    return [_argument(index), (_ANY_BIT, 0, 1, SPECIAL_BITS), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _only(index: int, values: tuple[int, ...], otherwise: int, found: int) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [_argument(index), *tests, (_RETURN, 0, 0, otherwise), (_RETURN, 0, 0, found)]


def _rule(name: str) -> list[Instruction]:
    """What follows once the call's number has matched; ends in a return on every path."""
    if name in MODE_ARGUMENT:
        return _no_special_bits(MODE_ARGUMENT[name])
    if name in OPEN_FLAGS:
        flags = OPEN_FLAGS[name]
        return [_argument(flags), (_ANY_BIT, 1, 0, CREATES), (_RETURN, 0, 0, _ALLOW), *_no_special_bits(flags + 1)]
    if name in ("socket", "socketpair"):
        return _only(0, (AF_UNIX,), _EPERM, _ALLOW)
    if name == "clone":
        return [_argument(0), (_ANY_BIT, 0, 1, NEW_NAMESPACES), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
    if name == "ioctl":
        return _only(1, TERMINAL_INPUT, _ALLOW, _EPERM)
    if name == "prlimit64":
        return _only(0, (0,), _EPERM, _ALLOW)  # its own limits: another's, pid 1's among them, ask for no more than the same user
    if name == "personality":
        return _only(0, PERSONALITIES, _EPERM, _ALLOW)
    raise KeyError(f"no rule for the arguments of {name}")


def _ranges(numbers: list[int], action: int) -> list[Instruction]:
    """Neighbouring numbers share one test: the program must stay under the kernel's 4096 instructions and be quick."""
    code: list[Instruction] = []
    ordered = sorted(numbers)
    first = 0
    for i, number in enumerate(ordered):
        if i + 1 < len(ordered) and ordered[i + 1] == number + 1:
            continue
        low = ordered[first]
        if low == number:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, action)]
        else:
            code += [(_AT_LEAST, 0, 2, low), (_GREATER, 1, 0, number), (_RETURN, 0, 0, action)]
        first = i + 1
    return code
