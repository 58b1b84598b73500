"""Writes the public cases' questions and answers into assignments/20_nb_dl_basics/problem.py: what students' machines compare with, which
have no oracles. `--check` writes nothing and says by its exit status whether the block is up to date.

python reference/20_nb_dl_basics/public_values.py
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import unicodedata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

PROBLEM = Path(__file__).resolve().parents[2] / "assignments" / "20_nb_dl_basics" / "problem.py"
SEED = 20
BLOCK = re.compile(r'(?<=PUBLIC_TEXT = r"""\n).*?(?=\n""")', re.S)


def main() -> int:
    text = PROBLEM.read_text(encoding="utf-8")
    made = BLOCK.sub(lambda _: wrapped(json.dumps(public(load()), ensure_ascii=False)), text)
    if made == text:
        return 0
    if "--check" in sys.argv:
        print(f"{PROBLEM}: PUBLIC is out of date", file=sys.stderr)
        return 1
    PROBLEM.write_text(made, encoding="utf-8")
    return 0


def load() -> ModuleType:
    """problem.py as a module."""
    spec = importlib.util.spec_from_file_location("nb_dl_basics_problem", PROBLEM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def public(problem: ModuleType) -> dict[str, Any]:
    """topic -> questions, right answers, and what the slips give that make a difference there."""
    table: dict[str, Any] = {}
    for topic, questions in problem._beside("questions").draw(np.random.default_rng(SEED), hidden=False).items():
        right = problem.right(topic, questions)
        slips = {
            name: [code, en, ko, plain(answers)]
            for name, (code, en, ko, answers) in problem.slipped(topic, questions).items()
            if any(not problem._agrees(a[n], r[n], 1e-7) for a, r in zip(answers, right, strict=True) for n in r if n != "kept" and n in a)
        }
        table[topic] = {"questions": questions, "right": plain(right), "slips": slips}
    return table


def plain(value: Any) -> Any:
    """Numbers with twelve digits."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    number = float(f"{float(value):.12g}")
    return int(number) if np.isfinite(number) and number == int(number) else number


def wrapped(text: str, width: int = 138) -> str:
    """Lines of at most so many columns, broken at blanks: the reader joins them again."""
    lines, line, used = [], [], 0
    for word in text.split(" "):
        size = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word)
        if line and used + 1 + size > width:
            lines.append(" ".join(line))
            line, used = [], 0
        used += size + bool(line)
        line.append(word)
    return "\n".join([*lines, " ".join(line)])


if __name__ == "__main__":
    sys.exit(main())
