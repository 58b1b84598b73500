"""The course as a whole: twenty-two assignments that weigh 100, and a known-wrong solution for every mistake of the plan."""

from __future__ import annotations

import tomllib
from pathlib import Path

from grader.assignment import find_assignment
from grader.course import find_course, slugs

ROOT = Path(__file__).resolve().parents[2]
COURSE = find_course(ROOT)
PLANNED = {
    "ANCHOR_UNITS",
    "AUTOGRAD_LEAK",
    "BAD_INTERPRETER",
    "BANK_CONFLICT",
    "BARRIER_DIVERGENCE",
    "BYSTANDER_KILLED",
    "COMPILE_ERROR",
    "COPY_DIRECTION",
    "CROSS_STREAM_RACE",
    "DECODE_WRONG",
    "EVENT_NOT_READY",
    "GRADIENT_WRONG",
    "GRAD_ACCUMULATES",
    "HARDCODED_ARCH",
    "HEADER_OFFSET",
    "HOST_RACE",
    "HOST_WAR",
    "INT_OVERFLOW",
    "IOU_WRONG",
    "LAUNCH_ERROR_UNREPORTED",
    "LEADING_DIM",
    "LEAK",
    "LOADER_LOSS",
    "LOST_UPDATE",
    "LOW_PRECISION",
    "MAP_INFLATED",
    "MISALIGNED",
    "MODE_WRONG",
    "NAN_PROPAGATION",
    "NMS_WRONG",
    "NONCONTIGUOUS",
    "NOT_ASYNC",
    "NOT_CROSS_CORRELATION",
    "NOT_IDEMPOTENT",
    "NO_OVERLAP",
    "NO_SATURATION",
    "NUMERIC_ERROR",
    "OOB_WRITE",
    "OPCHECK_FAKE",
    "OPCHECK_SCHEMA",
    "OPTIMIZER_STEP",
    "OVERFLOW_NAN",
    "PARTIAL_COPY",
    "PERM_WRONG",
    "RACE_SHARED",
    "RACE_WARP",
    "REORG_SEMANTICS",
    "RETRACING",
    "SCALE_WRONG",
    "SERIALISED",
    "SHAPE_UNKNOWN",
    "STALE_SHAPE",
    "STATE_LEAK",
    "STATUS_UNCHECKED",
    "TAIL_BITS",
    "TIE_RULE",
    "TRANSPOSED",
    "UNCOALESCED",
    "UNDEFINED_SHFL",
    "UNINIT_READ",
    "UNWRITTEN_TAIL",
    "WEIGHT_ORDER",
    "WORD_SPLIT",
    "WRONG_ANSWER",
    "WRONG_NEGATIVE",
    "WRONG_NONSQUARE",
    "WRONG_PADDING",
    "WRONG_STREAM",
    "WRONG_TAIL",
    "XNOR_FORMULA",
}


def test_all_assignments_are_there_and_weigh_a_hundred() -> None:
    found = [find_assignment(slug, COURSE) for slug in slugs(COURSE)]
    assert [each.slug[:2] for each in found] == [f"{number:02}" for number in range(22)]
    assert sum(COURSE.table.weights.values()) == 100 == sum(each.weight for each in found)


def test_every_planned_mistake_has_a_known_wrong_solution() -> None:
    files = (ROOT / "reference").glob("*/mutants.toml")
    shown = {mutant["verdict"] for file in files for mutant in tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]}
    assert sorted(PLANNED - shown) == []
