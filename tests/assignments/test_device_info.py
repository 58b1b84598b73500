"""02_device_info is consistent with itself: keys, hand-outs, seeded bugs, and what its oracle says of the profiles. Runs no program."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case, load_assignment
from grader.fences import without

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "02_device_info"
REFERENCE = ROOT / "reference" / "02_device_info"
HANDOUTS = ("README.md", "README.ko.md")


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def keys(file: Path) -> list[str]:
    return list(json.loads(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_device_info_problem", FOLDER / "problem.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_keys_of_the_answers_are_the_same_everywhere() -> None:
    starter = keys(FOLDER / "starter" / "answers.json")
    assert set(json.loads(text("starter/answers.json")).values()) == {None}
    assert keys(REFERENCE / "answers.json") == starter
    for solution in (REFERENCE / "honest").iterdir():
        assert sorted(keys(solution / "answers.json")) == sorted(starter)
    for name in HANDOUTS:
        assert re.findall(r"^\| `(\w+)` \|", text(name), re.MULTILINE) == [
            "table",
            "count",
            "capacity",
            "row",
            "device",
            "result",
            *starter,
        ]


def test_the_hand_outs_describe_each_reviewed_file_and_have_the_same_parts() -> None:
    reviewed = sorted(file.name for file in (FOLDER / "starter" / "review").iterdir())
    shapes = []
    for name in HANDOUTS:
        assert sorted(re.findall(r"^\| `review_\w+` \| `([\w.]+)` \|", text(name), re.MULTILINE)) == reviewed
        shapes.append([text(name).count(mark) for mark in ("\n## ", "\n### ", "\n| ", "\n- ", "\n```", "![", " · **b**")])
        for target in re.findall(r"\]\(([^)]+)\)", text(name)):
            assert (FOLDER / target).exists(), f"{name} links {target}, which isn't there"
    assert shapes[0] == shapes[1]


def test_the_letters_of_the_quiz_are_spread_and_stand_in_hidden_files_only() -> None:
    letters = re.findall(r'"(quiz_\w+)": choice\("([a-d])"\)', text("test_hidden.py"))
    assert len(letters) == 8 and {letter for _, letter in letters} == set("abcd")
    for name in (*HANDOUTS, "test_public.py", "starter/answers.json"):
        for key, letter in letters:
            assert not re.search(rf'{key}"?:?\s*"?{letter}"', text(name))


def test_the_points_are_the_hand_outs() -> None:
    points: dict[str, float] = {}
    for visibility in ("public", "hidden"):
        marks = re.findall(r"((?:^@.*\n(?:(?:[ ].*|\))\n)*)+)^def test_(\w+)", text(f"test_{visibility}.py"), re.MULTILINE)
        for decorators, name in marks:
            worth = re.search(r"points\(([\d.]+)\)", decorators)
            assert worth is not None and "korean(" in decorators
            part = name.partition("_")[0]
            key = visibility if visibility == "public" else {"questions": "questions", "review": "review"}.get(part, "devices")
            if part in ("quiz", "figures"):
                key = "quiz"
            points[key] = points.get(key, 0) + float(worth[1])
    for name in HANDOUTS:
        told = [float(n) for n in re.findall(r"^\| [^|`]+ \| (\d+) \|", text(name), re.MULTILINE)]
        assert told == [points[key] for key in ("public", "devices", "questions", "review", "quiz")]
        assert sum(told) == 100


def test_the_oracle_knows_what_the_data_sheets_say(problem: ModuleType) -> None:
    cores, gflops, megabytes = problem.CORES, problem.GFLOPS, problem.GFLOPS + 1
    assert problem.row("a100")[cores] == 6912 and problem.row("t4")[cores] == 2560 and problem.row("h100")[cores] == 16896
    assert problem.row("t4")[gflops] // 100 == 81  # 8.1 Tflop/s
    assert problem.row("a100")[megabytes] == 1_555_200
    assert all(len(problem.row(name)) == problem.FIGURES for name in ("t4", "a100", "h100", "h200"))


def test_what_students_get_of_the_oracle_are_figures_and_no_formulas(problem: ModuleType) -> None:
    """The public cases' answers are data, equal to what staff's part computes, and enough for those cases."""
    assert problem.row("a100") == problem.computed_row("a100")
    assert all(problem.row("a100", each) == problem.computed_row("a100", each) for each in problem.TAKEN_FOR)
    assert all(answer == problem.computed_occupancy(*asked) for asked, answer in problem.RESIDENT.items())
    given = without(text("problem.py"), "problem.py", "STAFF")
    assert not re.search(r"clock_khz|sm_count|10 ?\*\* ?6|// 32|profile_file", given)
    handed: dict[str, Any] = {}
    exec(compile(given, "problem.py", "exec"), handed)
    for case in (c for c in load_assignment(FOLDER).cases if c.visibility == "public"):
        assert {k: v.value.tolist() for k, v in handed["expected"](case, {}).items()} == {
            k: v.value.tolist() for k, v in problem.expected(case, {}).items()
        }
        assert set(handed["hypotheses"](case, {})) <= set(problem.hypotheses(case, {}))


def test_the_oracle_shows_missing_devices_as_zeros(problem: ModuleType) -> None:
    assignment = load_assignment(FOLDER)

    def value(case: str, buffer: str) -> np.ndarray:
        found: Case = assignment.case(case)
        return np.asarray(problem.expected(found, {})[buffer].value)

    assert not value("table_none", "table").any() and value("table_none", "count") == 0
    assert value("table_two_in_one", "count") == 2 and value("table_two_in_one", "table").shape == (1, 16)
    assert value("table_two", "table")[:, 0].tolist() == [1, 1, 0, 0]
    for case in ("row_none", "row_beyond", "row_far_beyond", "row_negative"):
        assert not value(case, "row").any()
    assert value("occupancy", "result").tolist() == [8, 1000]
    assert value("occupancy_odd", "result").tolist() == [21, 984]
    assert value("occupancy_small", "result").tolist() == [32, 500]
    assert value("occupancy_shared", "result").tolist() == [5, 312]
    for case in ("occupancy_none", "occupancy_too_much", "occupancy_too_many"):
        assert value(case, "result").tolist() == [0, 0]
