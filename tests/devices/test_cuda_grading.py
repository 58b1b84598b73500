"""Grading on a card, end to end, with the emulated GPU as the card: what is measured, what the card process believes, what it doesn't."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.devices.cuda.device import CudaDevice
from grader.pipeline import Judge, grade
from grader.records import Grade
from tests import scale_course as course
from tests.devices.emulated_card import card_judge, emulated_card

TIMED_CASE = """\
[[case]]
id = "timed"
visibility = "hidden"
sizes = { N = 4096 }
scalars = { alpha = 3.0 }
on = "cuda"
timed = true
"""
TIMED_CHECKS = '''

@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("timed")
def test_time(judge):
    """As fast as the reference"""
    judge.timed(full=1.2, zero=10)


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("small")
def test_counted(judge):
    """Counted on the emulated GPU only"""
    judge.counter("l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum")


@pytest.mark.points(1)
@pytest.mark.category("performance")
@pytest.mark.cases("small")
def test_sectors(judge):
    """Counted wherever counters are"""
    judge.counter("l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum")
'''
STOP = """#include <cstdlib>
#include <ctime>
static void rest(long ms) { timespec t{ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, nullptr); }
"""


@pytest.fixture(scope="module")
def timed(folder: Path) -> Assignment:
    """The same with a case and checks that belong to one kind of device."""
    made = course.write_course(folder / "timed")
    for name, more in (("assignment.toml", TIMED_CASE), ("test_hidden.py", TIMED_CHECKS)):
        with (made / name).open("a", encoding="utf-8") as file:
            file.write(more)
    course.submission(folder / "timed" / "reference", "01_scale", course.GOOD)
    return load_assignment(made)


@pytest.fixture(scope="module")
def card() -> Iterator[CudaDevice]:
    with emulated_card(max_block_instructions=100_000) as device:
        yield device


@pytest.fixture(scope="module")
def judge(folder: Path, scale: Assignment, card: CudaDevice) -> Judge:
    return card_judge(card, scale, folder / "cache")


@pytest.fixture
def graded(folder: Path, scale: Assignment, judge: Judge, request: pytest.FixtureRequest):
    """A function: code, assignment -> its Grade."""

    def run(code: str, assignment: Assignment = scale) -> Grade:
        return grade(course.submission(folder, request.node.name, code), assignment, judge)

    return run


def time_check(result: Grade):
    return next(check for check in result.checks if check.id.endswith("test_time"))


def outcomes(result: Grade) -> dict[str, tuple[str, str]]:
    return {check.id.partition("::")[2]: (check.outcome, check.verdict) for check in result.checks}


def test_a_right_program_gets_full_marks_for_what_is_measured(graded, timed):
    result = graded(course.GOOD, timed)
    found = outcomes(result)
    assert "test_counted" not in found, "a check for the emulated GPU is no part of this grade"
    assert found["test_values"] == found["test_again"] == ("passed", "")
    assert found["test_memory"] == found["test_sectors"] == ("not_run", "NOT_MEASURED")
    assert result.verdict in ("PASSED", "TOO_SLOW")  # of the clock nothing is promised on a busy machine
    assert result.max_score in (9, 14)  # 14 if the reference's own times were steady
    assert result.device == "cuda:Emulated Card (sm_80, driver for CUDA 13.0)"


def test_an_output_that_nobody_wrote_is_poison(graded):
    result = graded(course.program(launch=""))
    assert (result.score, result.verdict) == (0, "UNWRITTEN_OUTPUT")


def test_a_write_beside_the_buffer_is_seen_without_any_tool(graded):
    result = graded(course.program(kernel=course.KERNEL.replace("if (i < N)", "")))
    assert result.verdict == "OOB_WRITE"
    assert "0 bytes after the end of Y (400 bytes)" in result.message


def test_a_write_before_the_buffer_is_seen_too(graded):
    result = graded(course.program(kernel=course.KERNEL.replace("if (i < N)", "if (i == 0) Y[-3] = 1; if (i < N)")))
    assert result.verdict == "OOB_WRITE"
    assert "8 bytes before the start of Y" in result.message


def test_what_is_read_beside_the_buffer_is_no_number(graded):
    result = graded(course.program(kernel=course.KERNEL.replace("X[i]", "X[i + 1]")))
    assert outcomes(result)["test_values"] == ("failed", "NAN_OUTPUT")


def test_a_second_call_sees_new_values_at_the_same_addresses(graded):
    kept = "static const float* last = nullptr; if (X == last) return 0; last = X;\n"
    result = graded(course.program(before=kept))
    assert outcomes(result)["test_values"] == ("passed", "")
    assert outcomes(result)["test_again"] == ("failed", "STATE_LEAK")


def test_a_crash_is_the_launchers(graded):
    result = graded(course.program(before="*(volatile int*)8 = 1;\n"))
    assert (result.score, result.verdict) == (0, "HOST_CRASH")


def test_a_program_that_ends_the_process_gets_nothing(graded):
    result = graded(course.program(top=STOP, before="exit(0);\n"))
    assert (result.score, result.verdict) == (0, "EARLY_EXIT")


def test_an_endless_launcher_is_stopped(graded):
    result = graded(course.program(before="for (volatile int i = 0;; i = i) {}\n"))
    assert (result.score, result.verdict) == (0, "HOST_TIMEOUT")


def test_an_endless_kernel_is_stopped(graded):
    result = graded(course.program(kernel=course.KERNEL.replace("if (i < N)", "for (volatile int j = 0;; j = j) {} if (i < N)")))
    assert (result.score, result.verdict) == (0, "TIMEOUT")


def test_a_misaligned_access_is_named(graded):
    kernel = course.KERNEL.replace("if (i < N) Y[i] = alpha * X[i];", "*(volatile double*)((char*)Y + 4) = X[i];")
    assert graded(course.program(kernel=kernel)).verdict == "MISALIGNED"


def test_a_launchers_error_is_told(graded):
    result = graded(course.program(result="(cudaError_t)9"))
    assert (result.score, result.verdict) == (0, "LAUNCH_FAILED")


def test_work_that_comes_after_the_launcher_has_returned_is_too_late(graded):
    late = (
        "#include <thread>\n"
        + STOP
        + course.KERNEL
        + 'extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {\n'
        "  std::thread([=] { rest(30); scale<<<(N + 127) / 128, 128>>>(X, Y, N, alpha); }).detach();\n  return 0;\n}\n"
    )
    assert graded(late).score == 0


# A thief of the runner's own socket: it says that the first call is done before anything was computed, and everything after that.
FORGED = r"""
#include <sys/socket.h>
#include <cstring>
static void say(const char* text) {
  for (int fd = 3; fd < 64; ++fd) {
    int kind = 0; socklen_t size = sizeof kind;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &size) == 0) send(fd, text, strlen(text), MSG_NOSIGNAL);
  }
}
"""


@pytest.mark.parametrize(
    "said",
    [
        r"mark sync:0:0\nmark done\n",
        r"mark call:1\nmark sync:1:0\n",
        r"open Z\n",
        r"rubbish\n",
        r"note return:0:0\nnote sync:0:0\nnote done\n",
    ],
)
def test_words_in_the_runners_name_earn_nothing(graded, said):
    result = graded(course.program(top=FORGED, before=f'say("{said}");\n', launch=""))
    assert result.score == 0
    assert result.verdict != "PASSED"


def test_the_conversation_is_nobodys_to_repeat(graded):
    """Half a megabyte of it: the card process listens to the first wrong word only, and the fault is the program's."""
    flood = (
        "static char text[1 << 19]; size_t size = 0;\n"
        r'  while (size + 16 < sizeof text) size += size_t(sprintf(text + size, "mark sync:0:0\n"));'
        "\n  say(text); _exit(0);\n"
    )
    result = graded(course.program(top="#include <cstdio>\n#include <unistd.h>\n" + FORGED, before=flood, launch=""))
    assert (result.score, result.verdict) == (0, "EARLY_EXIT")
    assert {check.outcome for check in result.checks if "memory" not in check.id} == {"failed"}


def test_beats_of_the_programs_own_end_the_conversation(graded):
    early = r'__attribute__((constructor)) static void early() { say("mark beat\nmark beaten\n"); }'
    result = graded(course.program(top=FORGED + early))
    assert result.score == 0 and result.verdict != "NOT_RUN"


def test_a_timed_call_begins_once(graded, timed):
    again = (
        "static int calls = 0; char text[64];\n"
        r'  if (N == 4096 && calls++ > 0) { snprintf(text, 64, "mark call:%d\n", 1004 + calls); say(text); }'
    )
    check = time_check(graded(course.program(top="#include <cstdio>\n" + FORGED, before=again + "\n"), timed))
    assert (check.outcome, check.verdict) == ("failed", "EARLY_EXIT"), check.message


def test_a_slow_program_is_slow_whatever_its_events_say(graded, timed):
    # the launcher waits on the host, which no event of the stream sees
    check = time_check(graded(course.program(top=STOP, before="if (N == 4096) rest(40);\n"), timed))
    assert check.outcome == "not_run" or (check.verdict == "TOO_SLOW" and check.points == 0), check.message


def test_what_is_right_once_and_wrong_when_timed_is_wrong(graded, timed):
    # in one call of all, and outputs as small as these are all looked at
    spent = "static int calls = 0; if (N == 4096 && calls++ == 9) return 0;\n"
    check = time_check(graded(course.program(before=spent), timed))
    assert check.points == 0 and check.verdict in ("STATE_LEAK", "NOT_MEASURED"), check.message


def test_a_program_that_stops_when_it_is_timed_earns_nothing_for_it(graded, timed):
    spent = "static int calls = 0; if (N == 4096 && calls++ > 4) *(volatile int*)8 = 1;\n"
    check = time_check(graded(course.program(before=spent), timed))
    assert (check.outcome, check.verdict) == ("failed", "HOST_CRASH")


def test_a_card_process_that_dies_is_our_fault(folder, scale, judge, monkeypatch):
    from grader.devices.cuda.session import CardSession

    started = CardSession.wait_ready

    def dies(self: CardSession, limit_s: float = 20) -> None:
        started(self)
        self._process.kill()

    monkeypatch.setattr(CardSession, "wait_ready", dies)
    result = grade(course.submission(folder, "unlucky", course.GOOD), scale, judge)
    assert {check.outcome for check in result.checks} == {"not_run"} and result.verdict == "NOT_RUN"
