"""Statements of generated kernels: the PTX of each beside what it does to one thread of the oracle's machine.

Reserved registers (%t…, %own, %mask…) are never in the pools, so a statement may be left out and the program stays valid: that is how
a failing one is made small.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fuzz.machine import Steps, Thread
from tests.fuzz.rules import Rule

Register = tuple[str, int]  # pool, index
Source = tuple[str, int]  # the same, or a kind in capitals with the literal's pattern: "R", "G", …
WIDTH = {"h": 16, "r": 32, "d": 64, "p": 1}


def read(t: Thread, source: Source) -> int:
    pool, index = source
    return t.regs[pool][index] if pool in t.regs else index


def write(t: Thread, register: Register, pattern: int) -> None:
    t.regs[register[0]][register[1]] = pattern


def text(source: Source) -> str:
    pool, index = source
    if pool.islower():
        return f"%{pool}{index}"
    return f"0f{index:08X}" if pool == "G" else f"0d{index:016X}" if pool == "E" else f"{index:#x}"


class Writer:
    """Collects PTX lines; hands out labels."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.masks = 0
        self._labels = 0

    def op(self, line: str) -> None:
        self.lines.append("  " + line)

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def fresh(self, name: str) -> str:
        self._labels += 1
        return f"{name}{self._labels}"

    def fresh_mask(self) -> str:
        self.masks += 1
        return f"%mask{self.masks}"


@dataclass
class Statement:
    """Base. `mask` is the register that holds the lanes known to be here."""

    def emit(self, w: Writer, mask: str) -> None:
        raise NotImplementedError

    def steps(self, t: Thread) -> Steps:
        raise NotImplementedError

    def bodies(self) -> list[list[Statement]]:
        return []


def run(body: list[Statement], t: Thread) -> Steps:
    for statement in body:
        yield from statement.steps(t)


def emit(body: list[Statement], w: Writer, mask: str) -> None:
    for statement in body:
        statement.emit(w, mask)


@dataclass
class Step(Statement):
    """A rule with its operands, perhaps under a guard."""

    rule: Rule
    targets: list[Register]
    sources: list[Source]
    guard: int = -1  # index of a predicate
    guard_negated: bool = False

    def emit(self, w: Writer, mask: str) -> None:
        names = dict(zip("xyz", map(text, self.targets), strict=False)) | dict(zip("abcde", map(text, self.sources), strict=False))
        guard = "" if self.guard < 0 else f"@{'!' if self.guard_negated else ''}%p{self.guard} "
        for line in self.rule.text:
            w.op(guard + line.format(**names))

    def steps(self, t: Thread) -> Steps:
        t.executed += len(self.rule.text)
        if self.guard >= 0 and t.regs["p"][self.guard] == self.guard_negated:
            return
        result = self.rule.meaning(*(read(t, s) for s in self.sources))
        for target, pattern in zip(self.targets, result if isinstance(result, tuple) else (result,), strict=True):
            write(t, target, pattern)
        return
        yield
