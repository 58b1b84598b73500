"""The table of spellings -> `Coverage`. Each spelling is really loaded (`synthesis.module`): a name that is known proves nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from grader import _core
from grader.emulator.coverage import data, synthesis, tested

# Not the emulated GPU's yet, and not counted: tensor cores, textures and surfaces.
LATER = ("tex", "tld4", "sust", "suld", "wmma", "mma", "ldmatrix")


@dataclass(frozen=True)
class Answer:
    """What the loader says of one spelling."""

    spelling: data.Spelling
    refused: str  # why; "" if it is taken


@dataclass(frozen=True)
class Row:
    """A row of the opcode table. tests: cases and functions that prove it; None where the tests aren't at hand. untested: types without."""

    name: str
    types: tuple[str, ...]
    tests: int | None
    untested: tuple[str, ...]

    @property
    def forms(self) -> int:
        return max(1, len(self.types))


@dataclass(frozen=True)
class Coverage:
    rows: tuple[Row, ...]
    refused: tuple[tuple[str, str], ...]  # (family, why) of the table
    answers: tuple[Answer, ...]  # of the spellings that are asked for, `LATER` apart
    later: tuple[data.Spelling, ...]
    tested: Counter[str] | None  # spelling as a test has it -> cases

    @property
    def total(self) -> int:
        return sum(answer.spelling.count for answer in self.answers)

    @property
    def covered(self) -> int:
        return sum(answer.spelling.count for answer in self.answers if not answer.refused)

    @property
    def share(self) -> float:
        return self.covered / self.total if self.total else 1.0

    @property
    def missing(self) -> list[Answer]:
        return sorted((answer for answer in self.answers if answer.refused), key=lambda answer: -answer.spelling.count)

    def untested_spellings(self) -> list[data.Spelling]:
        """Spellings that are taken though no test has an instruction with the same modifiers and types, in whatever order."""
        known = {tested.key(name) for name in self.tested or ()}
        return [a.spelling for a in self.answers if not a.refused and tested.key(a.spelling.name) not in known]


def ask(device: _core.Device, spelling: data.Spelling) -> Answer:
    try:
        device.load(synthesis.module(spelling.name))
    except _core.LoadError as error:
        return Answer(spelling, str(error))
    return Answer(spelling, "")


def measure(path: Path = data.SHIPPED) -> Coverage:
    """Loads every spelling of the table once: about a second."""
    spellings = data.read(path)
    device = _core.Device(memory_mib=16)
    tests = tested.find()
    rows = []
    for name, types in _core.opcode_rows():
        if tests is None:
            rows.append(Row(name, tuple(types), None, ()))
        elif name in tests.elsewhere:
            rows.append(Row(name, tuple(types), tests.elsewhere[name], ()))
        else:
            counts = [tests.by_form.get((name, kind), 0) for kind in types or [""]]
            untested = tuple(kind for kind, n in zip(types or [""], counts, strict=True) if not n)
            rows.append(Row(name, tuple(types), sum(counts), untested))
    return Coverage(
        rows=tuple(rows),
        refused=tuple(_core.refused_rows()),
        answers=tuple(ask(device, s) for s in spellings if s.opcode not in LATER),
        later=tuple(s for s in spellings if s.opcode in LATER),
        tested=tests.spellings if tests else None,
    )
