"""What the tests of the opcode table prove, where they are at hand: a checkout has them (tests/ptx), an installed package doesn't."""

from __future__ import annotations

import importlib
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
# At the start of a line or of a Python string, perhaps guarded: "@%p1 bar.sync 0;"
_INSTRUCTION = re.compile(r"(?:^|[\"'(;])\s*(?:@!?%\w+\s+)?([a-z]\w*(?:\.[\w:]+)*)(?=;|\s[^;\n]*;)", re.MULTILINE)


@dataclass(frozen=True)
class Tests:
    """by_form: cases of each (row, type). elsewhere: row -> number of test functions. spellings: as the tests write them."""

    by_form: Counter[tuple[str, str]]
    elsewhere: dict[str, int]
    spellings: Counter[str]


def key(spelling: str) -> tuple[str, tuple[str, ...]]:
    """Opcode and modifiers without the order of those that are no types: PTX's own order has changed over the years."""
    opcode, *modifiers = spelling.split(".")
    return opcode, tuple(sorted(modifiers))


def find(checkout: Path = CHECKOUT) -> Tests | None:
    folder = checkout / "tests" / "ptx"
    if not (folder / "all_cases.py").is_file():
        return None
    if str(checkout) not in sys.path:
        sys.path.append(str(checkout))
    cases = importlib.import_module("tests.ptx.all_cases").collect()
    elsewhere = importlib.import_module("tests.ptx.coverage").ELSEWHERE
    spellings: Counter[str] = Counter()
    for case in cases:
        for line in case.code:
            spellings.update(_INSTRUCTION.findall(line))
    for module in sorted({module for module, _ in elsewhere.values()}):
        text = (folder / f"{module}.py").read_text(encoding="utf-8").replace("\\n", "\n")
        spellings.update(_INSTRUCTION.findall(text))
    return Tests(
        by_form=Counter((case.row, case.type) for case in cases),
        elsewhere={row: len(functions) for row, (_, functions) in elsewhere.items()},
        spellings=spellings,
    )
