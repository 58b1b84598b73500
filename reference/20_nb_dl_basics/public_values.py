"""Writes the public cases' questions and answers into assignments/20_nb_dl_basics/problem_values.py: what students' machines compare with,
which have no oracles. `--check` writes nothing and says by its exit status whether the file is up to date.

python reference/20_nb_dl_basics/public_values.py
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.module_file import load

PROBLEM = Path(__file__).resolve().parents[2] / "assignments" / "20_nb_dl_basics" / "problem.py"
VALUES = PROBLEM.with_name("problem_values.py")
QUESTIONS = PROBLEM.with_name("questions.py")
SEED = 20
BLOCK = re.compile(r'(?<=PUBLIC_TEXT = r"""\n).*?(?=\n""")', re.S)


def main() -> int:
    made = written(public(load(PROBLEM, "nb_dl_basics_problem")))
    if made == VALUES.read_text(encoding="utf-8"):
        return 0
    if "--check" in sys.argv:
        print(f"{VALUES} is out of date", file=sys.stderr)
        return 1
    VALUES.write_text(made, encoding="utf-8")
    return 0


def written(table: dict[str, Any]) -> str:
    """The file's text with this table in its block."""
    return BLOCK.sub(lambda _: wrapped(json.dumps(table, ensure_ascii=False)), VALUES.read_text(encoding="utf-8"))


def public(problem: ModuleType) -> dict[str, Any]:
    """topic -> questions, right answers, and what the slips give that make a difference there."""
    table: dict[str, Any] = {}
    exact, within = problem.problem_exact, problem.problem_answers.within
    draw = load(QUESTIONS, "nb_dl_basics_questions").draw
    for topic, questions in draw(np.random.default_rng(SEED), hidden=False).items():
        right = exact.right(topic, questions)
        slips = {
            name: [code, en, ko, plain(answers)]
            for name, (code, en, ko, answers) in exact.slipped(topic, questions).items()
            if any(not within(a[n], r[n], 1e-7) for a, r in zip(answers, right, strict=True) for n in r if n != "kept" and n in a)
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
