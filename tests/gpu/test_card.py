"""On a machine with a GPU: the same submissions as on the emulated one, through the command that a TA types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignment import find_assignment
from grader.devices.cuda.machine import find_sanitizer, look
from grader.devices.table import find_device
from grader.sandbox import best
from grader.verify.subjects import Subject, subjects

pytestmark = pytest.mark.gpu
ASSIGNMENTS = ("gemm", "reduction")
# What only the emulated GPU can tell apart: it sees accesses, launches and copies. With compute-sanitizer a card tells the first four.
SANITIZER = {"RACE_SHARED", "RACE_WARP", "UNINIT_READ", "OOB_READ", "OOB_WRITE", "MISALIGNED", "BARRIER_DIVERGENCE"}
EMULATED_ONLY = {
    *("LAUNCH_ERROR_UNREPORTED", "WRONG_STREAM", "FORBIDDEN_TRANSFER", "FORBIDDEN_SYNC", "KERNEL_NOT_RUN", "LEAK"),
    *("REDUNDANT_LOADS", "UNCOALESCED", "BANK_CONFLICT", "TOO_MANY_LAUNCHES", "TOO_MANY_BYTES", "LAUNCH_FAILED"),
}


def solutions(*kinds: str) -> list[pytest.param]:
    found = []
    for slug in ASSIGNMENTS:
        assignment = find_assignment(slug)
        found += [pytest.param(each, id=f"{slug}-{each.kind}-{each.name}") for each in subjects(assignment) if each.kind in kinds]
    return found


def grade(subject: Subject, folder: Path) -> dict:
    for name, content in subject.files.items():
        (folder / name).write_bytes(content)
    sandbox, _ = best()
    command = [sys.executable, "-m", "grader.cli.main", "grade", subject.slug, str(folder), "--device", "cuda", "--sandbox", sandbox]
    ended = subprocess.run([*command, "--json", "--no-cache"], capture_output=True, text=True, timeout=900)
    assert ended.returncode in (0, 1), ended.stderr
    return json.loads(ended.stdout)


def test_the_card_is_fit_for_grading():
    machine = look()
    assert machine.capability >= (7, 5) and machine.nodes
    assert find_device("cuda").target("a100") == "sm_{}{}".format(*machine.capability)


@pytest.mark.parametrize("subject", solutions("reference", "rung", "honest"))
def test_a_right_solution_is_right_on_the_card(subject: Subject, tmp_path: Path):
    result = grade(subject, tmp_path)
    lost = [c for c in result["checks"] if c["outcome"] == "failed" and c["verdict"] != "TOO_SLOW"]
    assert not lost, lost
    assert result["verdict"] in ("PASSED", "TOO_SLOW")


@pytest.mark.parametrize("subject", solutions("mutant"))
def test_a_mutant_gets_its_verdict_where_a_card_can_tell(subject: Subject, tmp_path: Path):
    assert subject.mutant is not None
    wanted = subject.mutant.verdict
    if wanted in EMULATED_ONLY or (wanted in SANITIZER and find_sanitizer() is None and wanted != "OOB_WRITE"):
        assert grade(subject, tmp_path)["max_score"] > 0
    else:
        assert grade(subject, tmp_path)["verdict"] == wanted


@pytest.mark.parametrize("subject", solutions("starter"))
def test_a_starter_earns_next_to_nothing(subject: Subject, tmp_path: Path):
    result = grade(subject, tmp_path)
    assert result["score"] <= 0.1 * result["max_score"]
