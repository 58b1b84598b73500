"""Launchers that put work elsewhere, wait by asking, or swallow an error, end to end: each gets the verdict and the line of what it did,
and who forks and joins by events keeps all points. Real compiler, real sandbox, real device."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from tests import scale_course as course

HIDDEN = '''\
import pytest


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_stream(judge):
    """All work is in the stream that was given"""
    judge.free_of("WRONG_STREAM")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_others(judge):
    """Nothing else is wrong"""
    for family in ("racecheck", "initcheck", "launches", "transfers", "leak"):
        judge.clean(family)
'''


@pytest.fixture(scope="module")
def scale(folder: Path) -> Assignment:
    made = course.write_course(folder / "course")
    (made / "test_hidden.py").write_text(HIDDEN, encoding="utf-8")
    return load_assignment(made)


@pytest.fixture(scope="module")
def judge(folder: Path, scale: Assignment) -> Judge:
    return open_judge(scale, seed=public_seed(scale.course, scale.slug), cache=folder / "cache", keep_grades=False)


def launch(stream: str) -> str:
    return f"  scale<<<(N + 127) / 128, 128, 0, {stream}>>>(X, Y, N, alpha);  // here\n"


GIVEN = """\
  cudaStream_t given = (cudaStream_t)stream, mine;
  cudaEvent_t event;
  cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
"""
MADE = GIVEN + "  cudaStreamCreateWithFlags(&mine, cudaStreamNonBlocking);\n"
BLOCKING = GIVEN + "  cudaStreamCreate(&mine);\n"
FORK = "  cudaEventRecord(event, given);\n  cudaStreamWaitEvent(mine, event, 0);\n"
JOIN = "  cudaEventRecord(event, mine);\n  cudaStreamWaitEvent(given, event, 0);\n"
GONE = "  cudaEventDestroy(event);\n  cudaStreamDestroy(mine);\n"
MINE = launch("mine")
EARLY, LATE = "may begin before the caller's data are there", "the caller may go on before it has ended"
POLL = "  while (cudaStreamQuery(given) == cudaErrorNotReady) {}  // here\n"
TOO_MANY = "  scale<<<1, 2048, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);  // here\n"

# what stands in the launcher, its result; the verdict at the line that says "here"; what the message says
WRONG = {
    "per_thread": (launch("cudaStreamPerThread"), "", "WRONG_STREAM", (EARLY, LATE)),
    "default": (launch("0"), "", "WRONG_STREAM", ("default stream",)),
    "own": (MADE + MINE + GONE, "", "WRONG_STREAM", (EARLY, LATE)),
    "own_blocking": (BLOCKING + MINE + GONE, "", "WRONG_STREAM", (EARLY, LATE)),
    "not_forked": (MADE + MINE + JOIN + GONE, "", "WRONG_STREAM", (EARLY,)),
    "not_joined": (MADE + FORK + MINE + GONE, "", "WRONG_STREAM", (LATE,)),
    "memset": (
        "  cudaMemsetAsync(Y, 0, 4 * N);  // here\n" + course.LAUNCH,
        "",
        "WRONG_STREAM",
        ("cudaMemsetAsync in the default stream",),
    ),
    "polled": (
        "  cudaStream_t given = (cudaStream_t)stream;\n" + course.LAUNCH + POLL,
        "",
        "FORBIDDEN_SYNC",
        ("cudaStreamQuery is asked again and again",),
    ),
    "polled_event": (
        GIVEN + course.LAUNCH + "  cudaEventRecord(event, given);\n" + POLL.replace("Stream", "Event").replace("given", "event"),
        "",
        "FORBIDDEN_SYNC",
        ("cudaEventQuery is asked again and again",),
    ),
    "swallowed": (TOO_MANY + "  cudaGetLastError();\n", "0", "LAUNCH_ERROR_UNREPORTED", ("asked for the error and returned 0",)),
    "passed_on": (TOO_MANY, "", "LAUNCH_FAILED", ("2048 threads",)),
    "divided": ("  volatile int zero = 0;\n  N /= zero;  // here\n" + course.LAUNCH, "", "HOST_CRASH", ("SIGFPE",)),
    "in_libc": (
        "  volatile char* none = nullptr;\n  N += strlen((const char*)none);  // here\n" + course.LAUNCH,
        "",
        "HOST_CRASH",
        ("null pointer",),
    ),
    "asserted": ("  assert(N < 0);  // here\n" + course.LAUNCH, "", "HOST_CRASH", ("SIGABRT",)),
}
RIGHT = {
    "given": course.LAUNCH,
    "forked_and_joined": MADE + FORK + MINE + JOIN + GONE,
    "asked_once": course.LAUNCH + "  if (cudaStreamQuery((cudaStream_t)stream) == cudaSuccess) N = 0;\n",
    "asked_of_each_launch": 2 * (course.LAUNCH + "  if (cudaStreamQuery((cudaStream_t)stream) == cudaSuccess) N += 0;\n"),
}


def graded(name: str, body: str, result: str, folder: Path, scale: Assignment, judge: Judge) -> tuple[Grade, str]:
    code = course.program(launch=body, result=result or "cudaGetLastError()", top="#include <cassert>\n#include <cstring>\n")
    return grade(course.submission(folder, name, code), scale, judge), code


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_at_its_line(name: str, folder: Path, scale: Assignment, judge: Judge) -> None:
    body, result, verdict, says = WRONG[name]
    found, code = graded(name, body, result, folder, scale, judge)
    here = next(number for number, line in enumerate(code.splitlines(), 1) if line.endswith("// here"))
    assert (found.verdict, found.file, found.line) == (verdict, "scale.cu", here), found.message
    assert all(text in found.message for text in says), found.message
    assert not {p.verdict for p in found.problems} & {"CROSS_STREAM_RACE", "UNINIT_READ"}, "what only the caller's work met"
    assert all("cudaMemcpy" not in p.message for p in found.problems), "the student has no such copies"


@pytest.mark.parametrize("name", RIGHT)
def test_who_orders_all_of_it_keeps_all_points(name: str, folder: Path, scale: Assignment, judge: Judge) -> None:
    found, _ = graded(name, RIGHT[name], "", folder, scale, judge)
    assert (found.verdict, found.score) == ("PASSED", found.max_score), found.message
