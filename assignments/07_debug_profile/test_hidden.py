"""07_debug_profile, hidden checks: other inputs, cleanliness, and the answers against what the emulated GPU says when they are graded."""

import pytest

from grader.checks.answers import Number, OneOf, Question, among, near

CHECKERS = OneOf(("memcheck", "racecheck", "initcheck", "synccheck"))
LINE = Number(whole=True)
HISTOGRAM = ("histogram_1", "histogram_one_bin", "histogram_outside", "histogram_many", "histogram_bins", "histogram_twice", "histogram_0")
PREFIX = ("prefix_33", "prefix_256", "prefix_257", "prefix_1000", "prefix_3000", "prefix_twice", "prefix_0")
MEAN_SQUARE = (
    "mean_square_1",
    "mean_square_257",
    "mean_square_16000",
    "mean_square_50001",
    "mean_square_partial",
    "mean_square_twice",
    "mean_square_0",
)
NORMALISE = (
    "normalise_1",
    "normalise_33",
    "normalise_127",
    "normalise_1001",
    "normalise_3000",
    "normalise_zeros",
    "normalise_twice",
    "normalise_0",
)


# ---- the four programs, on other inputs. All or nothing: many inputs don't show a bug, which is no merit of the program's ----


@pytest.mark.points(6)
@pytest.mark.cases(*HISTOGRAM, all_or_nothing=True)
@pytest.mark.korean(
    "histogram.cu: 다른 입력", hint="규약을 다시 읽어 보세요. low와 high는 어느 칸에 들어가고, 어떤 수가 어느 칸에도 들어가지 않나요?"
)
def test_histogram(judge):
    """histogram.cu: other inputs

    Read the contract again: where do low and high belong, and which numbers belong nowhere?
    """
    judge.correct(clean=True)


@pytest.mark.points(6)
@pytest.mark.cases(*PREFIX, all_or_nothing=True)
@pytest.mark.korean("prefix.cu: 다른 입력", hint="한 조각보다 짧거나 긴 행을 손으로 따라가 보세요.")
def test_prefix(judge):
    """prefix.cu: other inputs

    Follow a row by hand that is shorter than a piece, and one that is longer.
    """
    judge.correct(clean=True)


@pytest.mark.points(6)
@pytest.mark.cases(*MEAN_SQUARE, all_or_nothing=True)
@pytest.mark.korean("mean_square.cu: 다른 입력", hint="블록이 0개, 1개, 64개일 때 두 번째 커널은 각각 무엇을 읽나요?")
def test_mean_square(judge):
    """mean_square.cu: other inputs

    What does the second kernel read if there were 0 blocks before, or 1, or 64?
    """
    judge.correct(clean=True)


@pytest.mark.points(6)
@pytest.mark.cases(*NORMALISE, all_or_nothing=True)
@pytest.mark.korean("normalise.cu: 다른 입력", hint="열이 1개, 127개, 1,001개인 행에서 각 스레드는 무엇을 맡나요?")
def test_normalise(judge):
    """normalise.cu: other inputs

    What is each thread's part in a row of 1 column, of 127, of 1,001?
    """
    judge.correct(clean=True)


# ---- cleanliness, over everything ----


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("할당된 메모리 밖에 접근하지 않음")
def test_memcheck(judge):
    """No access outside of an allocation"""
    judge.clean("memcheck")


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("경쟁 상태(race)가 없음")
def test_racecheck(judge):
    """No race"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("쓰기 전에 읽지 않음")
def test_initcheck(judge):
    """Nothing read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("배리어가 제대로 쓰임")
def test_synccheck(judge):
    """Barriers as they must be"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행이 없고, 받은 스트림을 씀")
def test_launches(judge):
    """No launch fails unnoticed, and all are on the stream that was given"""
    judge.clean("launches")
    judge.free_of("WRONG_STREAM")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("함수가 호스트와 복사하지 않음")
def test_transfers(judge):
    """The launchers copy nothing to or from the host"""
    judge.clean("transfers")


# ---- the answers. What is right is what the emulated GPU says of the programs as they were handed out, now ----


def bug(given, program):
    """The first finding in the program as it was handed out: its checker, and its lines in the program's own file."""
    finding = given(program).findings()[0]
    lines = {line for file, line in finding.places if file == f"{program}.cu"}
    return {
        f"{program}_checker": Question(CHECKERS, among({finding.checker})),
        f"{program}_line": Question(LINE, among(lines)),  # a race has two lines, one as right as the other
    }


@pytest.mark.points(3)
@pytest.mark.korean(
    "답: histogram.cu의 버그를 찾은 검사기와 줄",
    hint="시작 폴더의 원래 파일로 `grader exec --check all -- ./programs histogram`을 다시 실행하고 첫 지적을 읽어 보세요.",
)
def test_histogram_bug(answers, given):
    """Answers: which checker finds the bug of histogram.cu, and in which line

    Take the file as it was handed out, run `grader exec --check all -- ./programs histogram` again, and read the first finding.
    """
    answers.expect(bug(given, "histogram"))


@pytest.mark.points(3)
@pytest.mark.korean(
    "답: prefix.cu의 버그를 찾은 검사기와 줄",
    hint="시작 폴더의 원래 파일로 `grader exec --check all -- ./programs prefix`를 다시 실행하고 첫 지적을 읽어 보세요.",
)
def test_prefix_bug(answers, given):
    """Answers: which checker finds the bug of prefix.cu, and in which line

    Take the file as it was handed out, run `grader exec --check all -- ./programs prefix` again, and read the first finding.
    """
    answers.expect(bug(given, "prefix"))


@pytest.mark.points(3)
@pytest.mark.korean(
    "답: mean_square.cu의 버그를 찾은 검사기와 줄",
    hint="시작 폴더의 원래 파일로 `grader exec --check all -- ./programs mean_square`를 다시 실행하고 첫 지적을 읽어 보세요.",
)
def test_mean_square_bug(answers, given):
    """Answers: which checker finds the bug of mean_square.cu, and in which line

    Take the file as it was handed out, run `grader exec --check all -- ./programs mean_square` again, and read the first finding.
    """
    answers.expect(bug(given, "mean_square"))


@pytest.mark.points(3)
@pytest.mark.korean(
    "답: normalise.cu의 버그를 찾은 검사기와 줄",
    hint="시작 폴더의 원래 파일로 `grader exec --check all -- ./programs normalise`를 다시 실행하고 첫 지적을 읽어 보세요.",
)
def test_normalise_bug(answers, given):
    """Answers: which checker finds the bug of normalise.cu, and in which line

    Take the file as it was handed out, run `grader exec --check all -- ./programs normalise` again, and read the first finding.
    """
    answers.expect(bug(given, "normalise"))


LOADS, STORES = "pipe_lsu_mem_global_op_ld", "pipe_lsu_mem_global_op_st"
CONFLICTS = ("l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum", "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum")


def highest(values):
    """The keys with the largest value."""
    return {key for key, value in values.items() if value == max(values.values())}


@pytest.mark.points(6)
@pytest.mark.korean(
    "답: refine의 프로파일",
    hint="`grader profile --all -- ./slow`의 refine: 워프 명령과 스레드 명령의 수, 그리고 소스 옆의 diverg branch 열을 보세요.",
)
def test_refine(answers, given):
    """Answers: the profile of refine

    `grader profile --all -- ./slow`, the part of refine: the numbers of warp and thread instructions, and the column `diverg branch` beside
    the source.
    """
    slow = given("slow")
    instructions = {kernel: slow.counter("smsp__inst_executed.sum", kernel) for kernel in slow.kernels()}
    busy = slow.counter("smsp__thread_inst_executed.sum", "refine") / instructions["refine"]
    divergent = highest(slow.lines("smsp__sass_branch_targets_threads_divergent.sum", "refine"))
    answers.expect(
        {
            "most_instructions_kernel": Question(OneOf(slow.kernels()), among(highest(instructions))),
            "refine_divergent_line": Question(LINE, among(divergent)),
            "refine_busy_lanes": Question(Number(), near(busy, relative=0.05)),
        }
    )


@pytest.mark.points(6)
@pytest.mark.korean(
    "답: row_sums의 프로파일",
    hint="`grader profile --all -- ./slow`의 row_sums: 요청당 섹터, 옮긴 바이트(moved)와 요구한 바이트(asked for)를 보세요.",
)
def test_row_sums(answers, given):
    """Answers: the profile of row_sums

    `grader profile --all -- ./slow`, the part of row_sums: sectors per request, bytes moved and bytes asked for.
    """
    slow = given("slow")
    moved = slow.counter(f"l1tex__t_bytes_{LOADS}.sum", "row_sums")
    asked = slow.counter("smsp__sass_data_bytes_mem_global_op_ld.sum", "row_sums")
    ratio = slow.counter(f"l1tex__average_t_sectors_per_request_{LOADS}.ratio", "row_sums")
    answers.expect(
        {
            "row_sums_sectors_per_load": Question(Number(), near(ratio, relative=0.02)),
            "row_sums_unused_share": Question(Number(), near(1.0 - asked / moved, absolute=0.01)),
        }
    )


@pytest.mark.points(7)
@pytest.mark.korean(
    "답: extremes의 프로파일",
    hint="`grader profile --all -- ./slow`의 extremes: 뱅크 충돌(bank conflicts)의 수, 소스 옆의 bank confl 열, "
    "저장(store)의 요청당 섹터를 보세요.",
)
def test_extremes(answers, given):
    """Answers: the profile of extremes

    `grader profile --all -- ./slow`, the part of extremes: bank conflicts, the column `bank confl` beside the source, sectors per store
    request.
    """
    slow = given("slow")
    by_line = {}
    for metric in CONFLICTS:
        for line, value in slow.lines(metric, "extremes").items():
            by_line[line] = by_line.get(line, 0.0) + value
    extra = sum(slow.counter(metric, "extremes") for metric in CONFLICTS)
    answers.expect(
        {
            "extremes_conflict_line": Question(LINE, among(highest(by_line))),
            "extremes_extra_wavefronts": Question(Number(whole=True), near(extra, relative=0.02)),
            "extremes_sectors_per_store": Question(
                Number(), near(slow.counter(f"l1tex__average_t_sectors_per_request_{STORES}.ratio", "extremes"), relative=0.02)
            ),
        }
    )
