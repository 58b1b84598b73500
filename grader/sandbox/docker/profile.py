"""The system call filter as a container engine reads it: a machine's name -> a seccomp profile, as JSON.

The same tables as `grader/sandbox/seccomp.py` reads, and the same answers (a test asks both): allowed, EPERM for what is known and
dangerous, ENOSYS for everything else. Rules of one call never overlap, since libseccomp doesn't say which of two that match would win:
"none of these values" is therefore said as blocks of numbers that leave them out. Sources: the engine's documentation of seccomp profiles;
seccomp_rule_add(3).
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Sequence
from typing import Any

from grader.errors import HarnessError
from grader.sandbox import seccomp, syscalls

ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}
_WORD = 0xFFFFFFFF  # the half of an argument that the kernel looks at where it wants an int

Masked = tuple[int, int, int]  # argument's index, mask, value: matches if (argument & mask) == value


def profile(machine: str) -> str:
    """The profile for `machine` (as `platform.machine()` names it). Raises HarnessError for a machine without a table."""
    if machine not in ARCHITECTURES:
        raise HarnessError(
            f"The sandbox `docker` has no system call filter for {machine}; it knows {', '.join(sorted(ARCHITECTURES))}. "
            "Use `--sandbox local`."
        )
    column = seccomp.COLUMN[machine]

    def names(*tables: dict[str, syscalls.Numbers]) -> list[str]:
        return [name for table in tables for name, row in table.items() if row[column] is not None]

    rules = [_rule(names(syscalls.ALLOWED, syscalls.SHARED_MEMORY), None), _rule(names(syscalls.REFUSED), errno.EPERM)]
    for name in names(syscalls.BY_ARGUMENT):
        allowed, refused = by_argument(name)
        rules += [_rule([name], None, case) for case in allowed] + [_rule([name], errno.EPERM, case) for case in refused]
    # Named too, for engines that don't read defaultErrnoRet: a C library that hears EPERM of clone3 doesn't fall back to clone.
    rules.append(_rule(["clone3"], errno.ENOSYS))
    document = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.ENOSYS,
        "architectures": [ARCHITECTURES[machine]],
        "syscalls": rules,
    }
    return json.dumps(document, separators=(",", ":"))


def by_argument(name: str) -> tuple[list[Sequence[Masked]], list[Sequence[Masked]]]:
    """(allowed, refused) cases of a call of `syscalls.BY_ARGUMENT`. No two overlap in their answer, together they are complete."""
    if name in seccomp.MODE_ARGUMENT:
        index = seccomp.MODE_ARGUMENT[name]
        return [((index, seccomp.SPECIAL_BITS, 0),)], [((index, bit, bit),) for bit in _bits(seccomp.SPECIAL_BITS)]
    if name in seccomp.OPEN_FLAGS:
        flags = seccomp.OPEN_FLAGS[name]
        special = [(flags + 1, bit, bit) for bit in _bits(seccomp.SPECIAL_BITS)]
        creates = [(flags, bit, bit) for bit in _bits(seccomp.CREATES)]
        return (
            [((flags, seccomp.CREATES, 0),), *((each, (flags + 1, seccomp.SPECIAL_BITS, 0)) for each in creates)],
            [(each, mode) for each in creates for mode in special],
        )
    if name in ("socket", "socketpair"):
        return _exactly(0, (seccomp.AF_UNIX,))
    if name == "clone":
        return [((0, seccomp.NEW_NAMESPACES, 0),)], [((0, bit, bit),) for bit in _bits(seccomp.NEW_NAMESPACES)]
    if name == "ioctl":
        refused, allowed = _exactly(1, seccomp.TERMINAL_INPUT)
        return allowed, refused
    if name == "prlimit64":
        return _exactly(0, (0,))
    if name == "personality":
        return _exactly(0, seccomp.PERSONALITIES)
    raise KeyError(f"no rule for the arguments of {name}")


def outside(values: Iterable[int]) -> list[tuple[int, int]]:
    """All 32-bit numbers but `values`, as the fewest blocks (mask, value) of numbers with the same leading bits; no two overlap."""
    blocks: list[tuple[int, int]] = []
    waiting = [(0, 0, frozenset(values))]  # number of leading bits, the block's first number, the values that lie in it
    while waiting:
        bits, first, within = waiting.pop()
        if not within:
            blocks.append((_WORD ^ (_WORD >> bits), first))
        elif bits < 32:
            half = 1 << (31 - bits)
            waiting.append((bits + 1, first, frozenset(value for value in within if not value & half)))
            waiting.append((bits + 1, first | half, frozenset(value for value in within if value & half)))
    return blocks


def _exactly(index: int, values: Sequence[int]) -> tuple[list[Sequence[Masked]], list[Sequence[Masked]]]:
    """(one of `values`, none of them)."""
    return [((index, _WORD, value),) for value in values], [((index, mask, value),) for mask, value in outside(values)]


def _bits(mask: int) -> list[int]:
    return [1 << place for place in range(32) if mask >> place & 1]


def _rule(names: list[str], error: int | None, case: Sequence[Masked] = ()) -> dict[str, Any]:
    rule: dict[str, Any] = {"names": names, "action": "SCMP_ACT_ALLOW" if error is None else "SCMP_ACT_ERRNO"}
    if error is not None:
        rule["errnoRet"] = error
    if case:
        rule["args"] = [{"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"} for index, mask, value in case]
    return rule
