"""07_debug_profile, public checks: the original inputs, and the form of answers.json. The hidden ones try other inputs, and the answers."""

import pytest

from grader.checks.answers import Number, OneOf

CHECKERS = OneOf(("memcheck", "racecheck", "initcheck", "synccheck"))
LINE = Number(low=1, high=200, whole=True)
QUESTIONS = {
    **{f"{program}_checker": CHECKERS for program in ("histogram", "prefix", "mean_square", "normalise")},
    **{f"{program}_line": LINE for program in ("histogram", "prefix", "mean_square", "normalise")},
    "most_instructions_kernel": OneOf(("brighten", "row_sums", "extremes", "refine")),
    "refine_divergent_line": LINE,
    "refine_busy_lanes": Number(low=0, high=32),
    "row_sums_sectors_per_load": Number(low=0, high=64),
    "row_sums_unused_share": Number(low=0, high=1),
    "extremes_conflict_line": LINE,
    "extremes_extra_wavefronts": Number(low=0, whole=True),
    "extremes_sectors_per_store": Number(low=0, high=64),
}


@pytest.mark.points(8)
@pytest.mark.cases("histogram")
@pytest.mark.korean(
    "histogram.cu: 원래의 입력에서 맞고, 어떤 검사기도 지적하지 않음", hint="어떤 값이 지적된 줄에 이르렀을 때 첨자는 얼마가 되나요?"
)
def test_histogram(judge):
    """histogram.cu: right on its original input, and nothing for a checker to find

    For which value does the line that is named compute which index?
    """
    judge.correct(clean=True)


@pytest.mark.points(8)
@pytest.mark.cases("prefix")
@pytest.mark.korean(
    "prefix.cu: 원래의 입력에서 맞고, 어떤 검사기도 지적하지 않음",
    hint="한 단계에서 같은 원소를 누가 읽고 누가 쓰나요? 어느 쪽이 먼저여야 하나요?",
)
def test_prefix(judge):
    """prefix.cu: right on its original input, and nothing for a checker to find

    Within one step, who reads an element and who writes it? Which of them has to be first?
    """
    judge.correct(clean=True)


@pytest.mark.points(8)
@pytest.mark.cases("mean_square")
@pytest.mark.korean(
    "mean_square.cu: 원래의 입력에서 맞고, 어떤 검사기도 지적하지 않음", hint="읽히는 수 가운데 어느 것이 쓰인 적이 있나요?"
)
def test_mean_square(judge):
    """mean_square.cu: right on its original input, and nothing for a checker to find

    Which of the numbers that are read has anybody written?
    """
    judge.correct(clean=True)


@pytest.mark.points(8)
@pytest.mark.cases("normalise")
@pytest.mark.korean("normalise.cu: 원래의 입력에서 맞고, 어떤 검사기도 지적하지 않음", hint="블록의 어느 스레드가 어느 배리어에 이르나요?")
def test_normalise(judge):
    """normalise.cu: right on its original input, and nothing for a checker to find

    Which threads of the block come to which barrier?
    """
    judge.correct(clean=True)


@pytest.mark.points(3)
@pytest.mark.korean("answers.json: 모든 질문에 맞는 형식의 답이 있음", hint="키마다 어떤 형식의 답인지는 안내문의 표에 있습니다.")
def test_answers_have_their_form(answers):
    """answers.json: every question has an answer of the right form

    The hand-out's tables say for each key which form its answer has.
    """
    answers.formed(QUESTIONS)
