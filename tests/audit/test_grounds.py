"""What a grade rests on, part by part: each thing that changes it changes its part, and no other."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from grader.address import basis, judged_now
from grader.assignment import Assignment, find_assignment
from grader.records import Grounds, Isolation, Source
from grader.run.seeds import public_seed
from tests.audit.making import copied

SLUG = "03_vector_matrix"
SEED = public_seed("course", SLUG)
SOURCE = Source(files={"b.cu": b"two", "a.cu": b"one"}, digest="x")


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment(SLUG)


def of(assignment: Assignment, *, device: str = "emulated:a100", isolation: Isolation | None = None, hidden: bool = True) -> Grounds:
    return basis(assignment, SEED, device, isolation or Isolation(level="none"), hidden).grounds_of(SOURCE)


def differing(one: Grounds, other: Grounds) -> list[str]:
    return [name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)]


def test_all_of_it_is_said(assignment: Assignment) -> None:
    found = of(assignment)
    assert found.submission == {name: hashlib.sha256(content).hexdigest() for name, content in sorted(SOURCE.files.items())}
    assert {"assignment.toml", "problem.py"} <= {*found.assignment} and not any(name.startswith("test_") for name in found.assignment)
    assert {*found.checks} == {file.name for file in assignment.folder.glob("test_*.py")}
    assert found.limits == {name: float(value) for name, value in msgspec.structs.asdict(assignment.limits).items()}
    assert found.toolchain["nvidia-cuda-nvcc"].startswith("13.0") and "g++" in found.toolchain["host compiler"]
    assert {*found.grader} == {"version", "runs", "checks", "programs", "python", "numpy"} and all(found.grader.values())
    assert (found.device, found.seed_id, found.hidden) == ("emulated:a100", SEED.id, True) and found.profile and found.sandbox
    assert SEED.secret.hex() not in msgspec.json.encode(found).decode()


def test_each_change_is_of_its_part(assignment: Assignment, tmp_path: Path) -> None:
    first = of(assignment)
    assert differing(first, of(assignment)) == []
    assert differing(first, of(assignment, device="emulated:t4")) == ["device", "profile"]
    assert differing(first, of(assignment, isolation=Isolation(level="docker", image="sha256:ab"))) == ["sandbox", "image"]
    for number, (file, part) in enumerate(
        {"test_public.py": "checks", "problem.py": "assignment", "assignment.toml": "assignment"}.items()
    ):
        changed = of(copied(assignment, tmp_path / str(number), file, "\n# changed\n"))
        assert differing(first, changed) == [part]
        assert [name for name in getattr(first, part) if getattr(first, part)[name] != getattr(changed, part)[name]] == [file]


def test_public_checks_say_nothing_of_the_assignments_files(assignment: Assignment) -> None:
    """A course's server answers them, and its files hold hidden tests."""
    found = of(assignment, hidden=False)
    assert (found.assignment, found.checks, found.hidden) == ({}, {}, False) and found.submission


def test_a_replay_rests_on_old_runs_and_the_checks_of_now(assignment: Assignment, tmp_path: Path) -> None:
    recorded = of(assignment)
    assert judged_now(recorded, assignment) == recorded and judged_now(None, assignment) is None
    mended = judged_now(recorded, copied(assignment, tmp_path / "1", "test_hidden.py", "\n# mended\n"))
    assert mended is not None and differing(recorded, mended) == ["checks"]
    other = judged_now(recorded, copied(assignment, tmp_path / "2", "problem.py", "\n# mended\n"))
    assert other is not None and differing(recorded, other) == ["assignment"]
    assert {*other.assignment} - {*recorded.assignment} == {"problem.py, as it judged"}
    public = of(assignment, hidden=False)
    assert judged_now(public, assignment) == public


def test_an_assignment_without_a_problem_is_judged_as_it_ran(assignment: Assignment, tmp_path: Path) -> None:
    without = copied(assignment, tmp_path, "assignment.toml", "")
    without.problem.unlink()
    recorded = of(without)
    assert "problem.py" not in recorded.assignment and judged_now(recorded, without) == recorded
