"""01_linux_basics: homes are drawn as they should be, texts agree, and hostile scripts get a clear verdict."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.assignment import load_assignment
from grader.gradebook.by_hand import rubric_of
from grader.module_file import load
from grader.pipeline import grade, open_judge
from grader.records import Grade
from grader.release.course import released
from grader.run.seeds import public_seed
from grader.starters import starter_text
from grader.verdicts import VERDICTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "01_linux_basics"
REFERENCE = ROOT / "reference" / "01_linux_basics"
ASSIGNMENT = load_assignment(FOLDER)
CURRICULUM = {"BAD_INTERPRETER", "PERM_WRONG", "WORD_SPLIT", "WRONG_ANSWER", "BYSTANDER_KILLED", "NOT_IDEMPOTENT"}
SCRIPTS = [name for name in ASSIGNMENT.files if name.endswith(".sh")]
PROBLEM = load(FOLDER / "problem.py", "linux_problem_under_test")


def drawn(task: str, seed: int = 0, odd: bool = True, problem: ModuleType = PROBLEM) -> dict[str, Any]:
    files: dict[str, Any] = problem.room(SimpleNamespace(id=task, given={"task": task, "odd": odd}), np.random.default_rng(seed))
    return files


# ---- homes ----


@pytest.mark.parametrize("task", PROBLEM.TASKS)
def test_a_home_is_the_seeds_and_nothing_elses(task: str) -> None:
    assert drawn(task) == drawn(task) and drawn(task) != drawn(task, seed=1) and drawn(task) != drawn(task, odd=False)


@pytest.mark.parametrize("task", PROBLEM.TASKS)
def test_arguments_are_one_a_line_and_all_names_differ(task: str) -> None:
    for seed in range(20):
        files = drawn(task, seed)
        plan = files["task/plan.json"]
        assert files["task/arguments.txt"].splitlines() == list(plan.get("arguments", ()))
        assert not any("\n" in path or "\\" in path for path in plan["tree"])
        assert subprocess.run(["bash", "-n"], input=files["task/setup.sh"].encode(), check=False).returncode == 0


def test_students_draw_tame_names_with_what_they_are_handed(tmp_path: Path) -> None:
    for name, content in released(ASSIGNMENT).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    given = load(tmp_path / "problem.py", "linux_problem_of_students")
    for task in PROBLEM.TASKS:
        assert drawn(task, odd=False, problem=given) == drawn(task, odd=False), "public cases are the same at home"
    assert "$HOME" not in json.dumps(drawn("files", problem=given)["task/plan.json"]["arguments"])


def test_names_are_odd_where_nobody_sees_them() -> None:
    names = [name for task in PROBLEM.TASKS for name in drawn(task)["task/plan.json"].get("arguments", ())]
    for mark in ("-", "*", "'", '"', "$"):
        assert any(mark in name for name in names), mark
    assert drawn("navigate")["task/plan.json"]["arguments"][0].startswith("-")


def test_no_expected_result_goes_into_a_room() -> None:
    for task in PROBLEM.TASKS:
        assert set(drawn(task)) == {"task/plan.json", "task/arguments.txt", "task/setup.sh"}
    drive = (FOLDER / "room" / "drive.sh").read_text(encoding="utf-8")
    assert "plan.json" not in drive


# ---- texts ----


def test_starters_are_the_references_without_their_solutions() -> None:
    for name in ASSIGNMENT.files:
        starter = (FOLDER / "starter" / name).read_text(encoding="utf-8")
        assert starter == starter_text(name, (REFERENCE / name).read_text(encoding="utf-8"))


def test_hand_outs_tell_of_every_script_and_question_in_both_languages() -> None:
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
    for name in (*SCRIPTS, *json.loads((REFERENCE / "answers.json").read_text(encoding="utf-8"))):
        assert all(f"`{name}`" in text for text in texts), name
    shapes = [[text.count(mark) for mark in ("\n## ", "\n### ", "\n| ", "\n- ", "\n```", "![")] for text in texts]
    assert shapes[0] == shapes[1]
    for text in texts:
        assert all((FOLDER / target).exists() for target in re.findall(r"\]\(([^)]+)\)", text))


def test_points_are_a_hundred_and_35_of_them_public() -> None:
    points = {
        name: sum(map(int, re.findall(r"points\((\d+)\)", (FOLDER / name).read_text()))) for name in ("test_public.py", "test_hidden.py")
    }
    assert points == {"test_public.py": 35, "test_hidden.py": 65}


def test_the_mutants_are_the_curriculums_and_more() -> None:
    mutants = tomllib.loads((REFERENCE / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    expected = {mutant["verdict"] for mutant in mutants}
    assert expected >= CURRICULUM and expected <= set(VERDICTS)
    assert {path.stem for path in (REFERENCE / "mutants").iterdir()} == {Path(mutant["file"]).stem for mutant in mutants}


def test_the_text_that_a_person_reads_has_a_rubric_of_all_its_points() -> None:
    rubric = rubric_of(REFERENCE, "test_hidden.py::test_quiz_why_sort")
    assert rubric is not None and sum(criterion.points for criterion in rubric.criteria) == 5
    for name in ("README.md", "README.ko.md", "test_public.py", *(file.name for file in ASSIGNMENT.problem_files)):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert not any(criterion.text in text for criterion in rubric.criteria)


# ---- hostile scripts, all in one submission ----

HOSTILE = {
    "task01_navigate.sh": 'until read -rsp "Password: " password; do :; done',
    "task02_files.sh": "rm -rf ~ /task /out/* /tmp/*",
    "task05_processes.sh": "kill -9 -1",
    "task06_filters.sh": "yes flood",
    "task07_counting.sh": ":() { : | : & }; :; wait",
    "task08_find.sh": "setsid bash -c 'while :; do rm -rf ~/answers; done' &",
    "task09_space.sh": "if true; then",
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "cache"


def graded(scripts: dict[str, str], cache: Path) -> Grade:
    """The reference with these scripts in place of its own."""
    work = Path(tempfile.mkdtemp(dir=cache.parent))
    for name in ASSIGNMENT.files:
        shutil.copy(REFERENCE / name, work)
    for name, line in scripts.items():
        (work / name).write_text(f"#!/bin/bash\n{line}\n", encoding="utf-8")
    judge = open_judge(ASSIGNMENT, seed=public_seed(ASSIGNMENT.course, ASSIGNMENT.slug), cache=cache, keep_grades=False)
    return grade(work, ASSIGNMENT, judge)


@pytest.fixture(scope="module")
def hostile(cache: Path) -> Grade:
    return graded(HOSTILE, cache)


@pytest.mark.parametrize(
    ("check", "verdicts", "line"),
    [
        ("navigate", {"HOST_TIMEOUT"}, 2),
        ("files", {"DELETED_TOO_MUCH"}, None),
        ("processes", {"BYSTANDER_KILLED"}, 2),
        ("filters", {"OUTPUT_LIMIT"}, None),
        ("counting", {"HOST_TIMEOUT", "FILE_NOT_MADE"}, 2),  # as the machine is fast
        ("find", {"NOT_REMOVED"}, None),
        ("space", {"SYNTAX_ERROR"}, 3),
    ],
)
def test_hostile_scripts_get_a_clear_verdict(hostile: Grade, check: str, verdicts: set[str], line: int | None) -> None:
    found = next(each for each in hostile.checks if each.id == f"test_public.py::test_{check}")
    assert found.outcome == "failed" and found.verdict in verdicts and found.points == 0
    assert line is None or found.line == line


@pytest.mark.parametrize("check", ["permissions", "shebang", "archive", "git"])
def test_the_other_scripts_are_not_harmed(hostile: Grade, check: str) -> None:
    assert all(each.outcome == "passed" for each in hostile.checks if each.id.endswith(f"::test_{check}"))


def test_forged_records_leave_no_check_undecided(cache: Path) -> None:
    """The driver can't write over what is read-only; a check that stumbled over its form would take all of them out of the grade."""
    forge = 'for name in status processes first remote-log remote-tree; do echo many > "/out/$name.txt"; done\n'
    forge += "for name in remote project; do echo main > /out/$name-branches.txt; done\n"
    forge += "mkdir -p ~/project/.git && touch ~/project/.git/HEAD\nchmod 444 /out/*"
    found = graded(dict.fromkeys(("task05_processes.sh", "task11_git.sh"), forge), cache)
    assert found.max_score == pytest.approx(sum(check.max_points for check in found.checks if check.verdict != "AWAITS_GRADING"))
    assert {check.outcome for check in found.checks if check.id.endswith(("::test_processes", "::test_git"))} == {"failed"}
