"""Replay: a grade's evidence -> the same grade, with nothing built or run; and what a mended check changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from grader.address import basis
from grader.assignment import Assignment, find_assignment, load_assignment
from grader.blobs import Blobs
from grader.errors import AssignmentError, HarnessError
from grader.evidence import Evidence, contents
from grader.pipeline import Judge, address_of, grade_recorded, open_judge, replay
from grader.records import Grade, Isolation, Source
from grader.run.seeds import public_seed
from grader.unpack import unpack

ROOT = Path(__file__).resolve().parents[1]
SLUG = "03_vector_matrix"


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment(SLUG)


@pytest.fixture(scope="module")
def judge(assignment: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return open_judge(
        assignment, sandbox="none", seed=public_seed(assignment.course, SLUG), cache=tmp_path_factory.mktemp("cache"), hidden=False
    )


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Blobs:
    return Blobs(tmp_path_factory.mktemp("blobs"))


def recorded(source: Source, assignment: Assignment, judge: Judge, blobs: Blobs) -> tuple[Grade, Evidence]:
    return grade_recorded(source, assignment, judge, "alice", blobs.put)


@pytest.fixture(scope="module")
def wrong(assignment: Assignment, judge: Judge, blobs: Blobs) -> tuple[Grade, Evidence]:
    """A submission that loses points of several kinds."""
    files = {name: (ROOT / "reference" / SLUG / name).read_bytes() for name in assignment.files}
    first = next(iter(files))
    files[first] = files[first].replace(b"i < n", b"i + 1 < n", 1).replace(b"i < N", b"i + 1 < N", 1)
    return recorded(Source(files=files, digest="wrong"), assignment, judge, blobs)


def same(one: Grade, other: Grade) -> bool:
    plain = [msgspec.structs.replace(each, timings_s={}, digest="") for each in (one, other)]
    return msgspec.json.encode(plain[0]) == msgspec.json.encode(plain[1])


def test_replay_gives_the_same_grade(wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs) -> None:
    grade, evidence = wrong
    again, _ = replay(evidence, blobs.get, assignment, judge.builds, "alice")
    assert grade.score < grade.max_score
    assert same(grade, again)


def test_evidence_survives_json(wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs) -> None:
    read = msgspec.json.decode(msgspec.json.encode(wrong[1]), type=Evidence)
    assert read == wrong[1]
    assert same(wrong[0], replay(read, blobs.get, assignment, judge.builds, "alice")[0])


def test_a_failed_build_replays_too(assignment: Assignment, judge: Judge, blobs: Blobs) -> None:
    files = dict.fromkeys(assignment.files, b"this is no CUDA\n")
    grade, evidence = recorded(Source(files=files, digest="broken"), assignment, judge, blobs)
    again, _ = replay(evidence, blobs.get, assignment, judge.builds, "alice")
    assert grade.verdict == "COMPILE_ERROR" and same(grade, again)


def mended(assignment: Assignment, folder: Path, old: str, new: str, file: str = "test_public.py") -> Assignment:
    """A copy of the assignment whose public checks were changed."""
    copy = folder / "course" / "assignments"
    shutil.copytree(assignment.folder, copy / SLUG)
    (copy / "course.toml").write_text('id = "warpgrade"\n')
    path = copy / SLUG / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return load_assignment(copy / SLUG)


def test_only_one_check_is_evaluated_again(
    wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs, tmp_path: Path
) -> None:
    grade, evidence = wrong
    one = grade.checks[0]
    changed = mended(assignment, tmp_path, f"def {one.id.rpartition('::')[2]}(judge", f"def {one.id.rpartition('::')[2]}(answers, judge")
    again, new = replay(evidence, blobs.get, changed, judge.builds, "alice", only=[one.id])
    assert [c.id for c in again.checks] == [c.id for c in grade.checks]
    assert again.checks[0].outcome == "not_run"  # the fixture isn't to be had here: this one was evaluated with the file as it is now
    assert [c.outcome for c in again.checks[1:]] == [c.outcome for c in grade.checks[1:]]
    assert again.max_score == grade.max_score - one.max_points
    back, _ = replay(new, blobs.get, assignment, judge.builds, "alice", only=[one.id])
    assert same(grade, back)  # what was weighed once isn't weighed again


def test_an_unknown_check_is_told(wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs) -> None:
    with pytest.raises(AssignmentError, match=r"no check is called test_public\.py::test_nothing; known are test_public\.py::"):
        replay(wrong[1], blobs.get, assignment, judge.builds, "alice", only=["test_public.py::test_nothing"])


def test_a_case_that_changed_is_not_judged_by_old_runs(
    wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs, tmp_path: Path
) -> None:
    case = wrong[1].runs[0].case
    run = msgspec.structs.replace(wrong[1].runs[0], sizes={name: size + 1 for name, size in wrong[1].runs[0].sizes.items()})
    other = msgspec.structs.replace(wrong[1], runs=(run, *wrong[1].runs[1:]))
    with pytest.raises(AssignmentError, match=f"case {case} is not what it was"):
        replay(other, blobs.get, assignment, judge.builds, "alice")


def test_a_lost_array_is_our_fault(wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="gone or damaged"):
        replay(wrong[1], Blobs(tmp_path).get, assignment, judge.builds, "alice")


def test_arrays_are_kept_once(wrong: tuple[Grade, Evidence], assignment: Assignment, judge: Judge, blobs: Blobs) -> None:
    before = set(blobs.all())
    files = {name: (ROOT / "reference" / SLUG / name).read_bytes() for name in assignment.files}
    _, evidence = recorded(Source(files=files, digest="right"), assignment, judge, blobs)
    inputs = {content for run in evidence.runs for content in run.inputs.values()}
    assert inputs <= before  # the same seed, the same inputs
    assert contents(evidence) <= set(blobs.all())


def test_addresses_tell_runs_from_checks(assignment: Assignment, judge: Judge, tmp_path: Path) -> None:
    source = unpack(ROOT / "reference" / SLUG, assignment)
    first = address_of(source, assignment, judge)
    changed = mended(assignment, tmp_path, "import", "import  ", "test_hidden.py")
    other = address_of(source, changed, judge)
    assert first.grade != other.grade
    # the copy has headers of the package, as the original: the runs stay those that they were
    assert first.runs == other.runs


def test_an_address_needs_all_that_a_grade_depends_on(assignment: Assignment, judge: Judge) -> None:
    source = Source(files={}, digest="x")
    seed, isolation = judge.seed, Isolation(level="none")
    known = basis(assignment, seed, "emulated:a100", isolation, True).of(source)
    others = [
        basis(assignment, public_seed("other", SLUG), "emulated:a100", isolation, True).of(source),
        basis(assignment, seed, "emulated:t4", isolation, True).of(source),
        basis(assignment, seed, "emulated:a100", Isolation(level="local"), True).of(source),
        basis(assignment, seed, "emulated:a100", isolation, False).of(source),
        basis(assignment, seed, "emulated:a100", isolation, True).of(Source(files={}, digest="y")),
        basis(find_assignment("gemm"), seed, "emulated:a100", isolation, True).of(source),
    ]
    assert len({known.runs, *(each.runs for each in others)}) == 7
    assert basis(assignment, seed, "emulated:a100", isolation, True).of(source) == known
