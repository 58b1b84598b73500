"""A small course on the disk with one assignment whose cases run commands."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from grader.assignment import Assignment, load_assignment

ROOT = Path(__file__).resolve().parents[2]

TOML = """
slug = "01_words"
kind = "shell"
title = { en = "Words", ko = "단어" }
files = ["words.sh"]
[limits]
time_s = 5
memory_mib = 256
output_mib = 1
"""
CASES = """
[[case]]
id = "count"
visibility = "public"
run = ["bash", "/task/drive.sh"]
[[case]]
id = "count_again"
run = ["bash", "/task/drive.sh"]
"""
DRIVE = """
cp /task/student/words.sh . && chmod 755 words.sh
./words.sh /task/words.txt > /out/answer.txt 2> /out/said.txt
echo $? > /out/status.txt
"""
PROBLEM = """
import numpy as np
def room(case, rng):
    words = "\\n".join(f"word{number}" for number in rng.integers(0, 10**6, rng.integers(500, 20_000))) + "\\n"
    return {"task/words.txt": words, "task/x.npy": rng.standard_normal(3), "home/notes.txt": "mine\\n"}
def wanted(text):
    return len(set(text.split()))
"""
TEST = """
import pytest

@pytest.mark.points(60)
@pytest.mark.korean("서로 다른 단어의 수")
def test_count(judge):
    \"\"\"How many different words\"\"\"
    def right(room):
        want = judge.problem.wanted(room.given("task/words.txt"))
        if room.text("answer.txt").split() != [str(want)]:
            room.fail("WRONG_ANSWER", "another number", message_ko="수가 다릅니다.", file="words.sh", line=2)
    judge.each(right)

@pytest.mark.points(40)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("홈은 그대로")
def test_home(judge):
    \"\"\"The home stays as it was\"\"\"
    def same(room):
        tree = room.tree()
        assert tree["notes.txt"].text == "mine\\n", "notes.txt was changed"
        assert sorted(tree) == [".", "notes.txt", "words.sh"], sorted(tree)
    judge.each(same)
"""


def make(
    folder: Path, *, toml: str = TOML, cases: str = CASES, room: dict[str, str] | None = None, problem: str = PROBLEM, test: str = TEST
) -> Assignment:
    """The assignment, written below `folder`."""
    (folder / "assignments").mkdir(parents=True)
    (folder / "kernels" / "include").mkdir(parents=True)
    (folder / "assignments" / "course.toml").write_text('id = "small"\n')
    place = folder / "assignments" / "01_words"
    (place / "room").mkdir(parents=True)
    (place / "assignment.toml").write_text(dedent(toml) + dedent(cases))
    for name, text in (room or {"drive.sh": DRIVE}).items():
        (place / "room" / name).parent.mkdir(exist_ok=True)
        (place / "room" / name).write_text(dedent(text))
    (place / "problem.py").write_text(dedent(problem))
    (place / "test_public.py").write_text(dedent(test))
    return load_assignment(place)
