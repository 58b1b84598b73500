"""What is said of two grades: each part that differs by its name, and a loud word where nothing explains the results."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from grader.audit.compare import Comparison, compare
from grader.audit.parts import PARTS
from grader.records import CheckResult, Grade, Isolation, Run
from tests.audit.making import GROUNDS, MACHINE, grade, run, side


def grounds(**changes: Any) -> Any:
    return msgspec.structs.replace(GROUNDS, **changes)


def told(found: Comparison) -> dict[str, list[str]]:
    return {reason.part: [reason.text, *reason.details] for reason in found.reasons}


def test_equal_grades_are_equal() -> None:
    found = compare(side(grade()), side(grade(), id=2))
    assert (found.judgement, found.reasons, found.notes, found.results, found.points) == ("equal", (), (), (), 0)


# part -> what the newer grade has otherwise, and what is said
CHANGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "submission": (
        {"grounds": grounds(submission={"scale.cu": "s2", "more.cu": "m"}), "source": {"scale.cu": "// mine\n// more"}},
        ["what was handed in", "more.cu is new", "scale.cu: 1 line added, 0 removed, from line 2 on"],
    ),
    "assignment": (
        {"grounds": grounds(assignment={"assignment.toml": "a2", "problem.py": "p1", "include/ck/math.cuh": "m"})},
        ["the assignment's files", "assignment.toml changed", "include/ck/math.cuh is new"],
    ),
    "checks": (
        {"grounds": grounds(checks={"test_public.py": "c2"})},
        ["the checks", "test_public.py changed", "test_hidden.py is no longer there"],
    ),
    "visible": (
        {"grounds": grounds(hidden=False, assignment={}, checks={})},
        ["which checks: one was graded with the public ones only"],
    ),
    "limits": ({"grounds": grounds(limits={"time_s": 10.0, "memory_mib": 1024.0})}, ["the limits of a case", "time_s was 20 and is 10"]),
    "compiler": (
        {"grounds": grounds(toolchain={"nvidia-cuda-nvcc": "13.0.96", "host compiler": "g++-12"})},
        ["the compiler", "nvidia-cuda-nvcc was 13.0.88 and is 13.0.96"],
    ),
    "libraries": ({"grounds": grounds(libraries={"cudnn": "l1"})}, ["the library cudnn", "it is new"]),
    "device": (
        {"device": "emulated:t4", "grounds": grounds(device="emulated:t4", profile="f2")},
        ["the device: emulated:a100 and emulated:t4"],
    ),
    "sandbox": (
        {
            "isolation": Isolation(level="docker", enforced=("network: none",), image="sha256:ab", engine="Docker Engine 27"),
            "grounds": grounds(sandbox="x2", image="sha256:ab"),
        },
        [
            "the sandbox",
            "it was local and is docker",
            "its image was nothing and is sha256:ab",
            "its engine was nothing and is Docker Engine 27",
            "now in force: network: none",
        ],
    ),
    "seed": (
        {"seed_id": "other", "grounds": grounds(seed_id="other")},
        ["the secret seed, so that inputs have other values: seed and other"],
    ),
    "grader": (
        {"grounds": grounds(grader={**GROUNDS.grader, "version": "0.2.0", "checks": "j2", "numpy": "2.5"})},
        ["the grader itself", "Warpgrade's version was 0.1.0 and is 0.2.0", "our code that judges changed", "numpy was 2.4 and is 2.5"],
    ),
}


@pytest.mark.parametrize("part", [*CHANGES])
def test_each_part_that_differs_is_told_and_no_other(part: str) -> None:
    changes, words = CHANGES[part]
    found = compare(side(grade()), side(grade(60, digest="other", **changes), id=2))
    assert told(found) == {part: words}
    assert found.judgement == "explained" and found.points == 30 and [c.id for c in found.results] == ["t::square"]


def test_every_part_is_tried() -> None:
    assert {*CHANGES, "cases"} == {*PARTS}


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ((run(sizes={"n": 4096}), run("large")), ["small: n was 1024 and is 4096"]),
        ((run(scalars={"a": 3.0}, calls=2), run("large")), ["small: a was 2 and is 3, calls were 1 and are 2"]),
        ((run(), run("huge")), ["large is no longer there", "huge is new"]),
        (
            (run(inputs={"x.0": "i2"}), run("large", visibility="hidden")),
            ["small: other values in x", "large: it was public and is hidden"],
        ),
    ],
)
def test_cases_are_told_from_what_was_recorded(runs: tuple[Run, ...], words: list[str]) -> None:
    found = compare(side(grade()), side(grade(60, digest="other"), id=2, runs=runs))
    assert told(found) == {"cases": ["the cases", *words]}


def test_another_assignment_is_told_as_that() -> None:
    other = grade(60, assignment="02_reverse", grounds=grounds(assignment={"x": "y"}, checks={"z": "z"}))
    found = compare(side(grade()), side(other, id=2, runs=(run("else"),)))
    assert told(found)["assignment"] == ["the assignment: 01_scale and 02_reverse"] and "cases" not in told(found)


def test_unequal_results_of_equal_grounds_are_a_fault_of_ours() -> None:
    found = compare(side(grade(30)), side(grade(60), id=2))
    assert found.judgement == "unexplained" and found.reasons == ()
    assert found.notes == ("inputs and recorded outputs are equal in every case: the difference came about in what was made of them",)
    other = compare(side(grade(30)), side(grade(60), id=2, runs=(run(), run("large", outputs={"y.0": "o2"}))))
    assert other.judgement == "unexplained" and other.notes == ("with equal inputs the recorded outputs differ in large",)


def test_another_machine_is_no_excuse() -> None:
    found = compare(side(grade(30)), side(grade(60, environment={**MACHINE, "cpu": "two"}), id=2, runs=None))
    assert found.judgement == "unexplained"
    assert found.notes == ("graded on different machines; the processor was one and is two, which mustn't change a grade",)


def check(**changes: Any) -> CheckResult:
    return msgspec.structs.replace(grade().checks[0], **changes)


@pytest.mark.parametrize(
    ("other", "note"),
    [
        (grade(0, checks=(check(points=0, verdict="TIMEOUT"),)), "has TIMEOUT, which a slower or fuller machine can bring about"),
        (grade(0, max_score=0, checks=(check(points=0, outcome="not_run"),)), "is undecided: a fault of ours or of a machine"),
    ],
)
def test_what_a_machine_may_have_done_is_told_as_that(other: Grade, note: str) -> None:
    found = compare(side(grade(30)), side(other, id=2))
    assert found.judgement == "chance" and note in found.notes[0]


def test_a_real_gpu_is_another_each_time() -> None:
    real = {"device": "cuda:sm_90", "digest": ""}
    found = compare(side(grade(30, **real)), side(grade(60, **real), id=2))
    assert found.judgement == "chance" and "a real GPU" in found.notes[0]


def test_equal_grounds_of_unequal_addresses_are_no_fault() -> None:
    """A regrade of one check only has an address of its own."""
    found = compare(side(grade(30)), side(grade(60, digest="only"), id=2, why="evaluated again: x"))
    assert found.judgement == "explained" and "--only" in told(found)["other"][0]
    assert "grade 2 evaluates recorded runs again (evaluated again: x), it ran nothing" in found.notes


def test_grades_of_an_older_grader_say_less() -> None:
    old = grade(30, grounds=None)
    same = compare(side(old), side(grade(30, grounds=None), id=2))
    assert same.judgement == "equal" and len(same.notes) == 2
    alike = compare(side(old), side(grade(60), id=2))
    assert alike.judgement == "unexplained", "the addresses are equal"
    assert alike.notes[-1].startswith("grade 1 was stored without what it rests on, part by part")
    other = compare(side(old), side(grade(60, digest="other", source={"scale.cu": "// else"}), id=2))
    assert told(other) == {"submission": ["what was handed in", "scale.cu: 1 line added, 1 removed, from line 1 on"]}
    newer = {**MACHINE, "compiler": "nvcc 13.0.96", "numpy": "3"}
    machine = compare(side(old), side(grade(60, grounds=None, digest="other", environment=newer), id=2))
    assert told(machine) == {
        "compiler": ["the compiler", "was nvcc 13.0.88 and is nvcc 13.0.96"],
        "grader": ["the grader itself", "numpy was 2.4 and is 3"],
    }
    nothing = compare(side(grade(30, grounds=None, digest="")), side(grade(60, grounds=None, digest=""), id=2))
    assert nothing.judgement == "unknown" and "and not even that" in nothing.notes[-1]


def test_lost_runs_are_told() -> None:
    lost = msgspec.structs.replace(side(grade(60, digest="x"), id=2, runs=None), lost="gone or damaged")
    assert "the recorded runs of grade 2 are lost: gone or damaged" in compare(side(grade()), lost).notes
    linked = side(grade(), id=2, same_as=1)
    assert compare(side(grade()), linked).notes == ("grade 2 was taken from grade 1, of equal files",)
