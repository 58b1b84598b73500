"""08_reduction, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros or NaN are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(5.5)
@pytest.mark.cases("sum_1", "sum_31", "sum_32", "sum_33", "sum_255", "sum_257", "sum_1001")
@pytest.mark.korean("워프와 블록 크기 근처의 합", hint="맡을 수가 없는 스레드는 무엇을 더하나요?")
def test_sums_of_all_sizes(judge: Any) -> None:
    """Sums of sizes around those of warps and blocks

    What do threads add that have no number?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("max_1", "max_31", "max_33", "max_255", "max_257", "max_1001")
@pytest.mark.korean("워프와 블록 크기 근처의 최댓값")
def test_maxima_of_all_sizes(judge: Any) -> None:
    """Maxima of sizes around those of warps and blocks"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("argmax_31", "argmax_33", "argmax_255", "argmax_257", "argmax_1001")
@pytest.mark.korean("워프와 블록 크기 근처의 최댓값 위치")
def test_indices_of_all_sizes(judge: Any) -> None:
    """Indices for sizes around those of warps and blocks"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("sum_0", "max_0", "argmax_0", "argmax_1", all_or_nothing=True)
@pytest.mark.korean("수가 하나도 없거나 하나뿐일 때", hint="n = 0이어도 결과는 써야 합니다. 무엇을 써야 하나요?")
def test_nothing_to_reduce(judge: Any) -> None:
    """No number at all, and the index of a single one

    With n = 0 there is a result all the same. What is it, and who writes it?
    """
    judge.correct()


@pytest.mark.points(3.5)
@pytest.mark.cases("sum_ones")
@pytest.mark.korean("2²⁵개의 1을 더한 합", hint="누산기 하나가 연달아 몇 번의 덧셈을 받나요?")
def test_long_sum(judge: Any) -> None:
    """The sum of 2²⁵ ones

    How many additions does one accumulator take, one after the other?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("sum_integers")
@pytest.mark.korean("작은 정수: 합이 정확함")
def test_exact_sum(judge: Any) -> None:
    """Small whole numbers: the sum is exact"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("sum_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("max_negative", "argmax_negative")
@pytest.mark.korean("음수만 있을 때", hint="비교는 어떤 값에서 시작하나요?")
def test_negative_numbers(judge: Any) -> None:
    """Only negative numbers

    Which value does your comparison start from?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("max_lowest", "argmax_lowest", all_or_nothing=True)
@pytest.mark.korean("−∞만 있을 때", hint="시작값과 똑같은 수가 들어오면 어떻게 되나요?")
def test_lowest_numbers(judge: Any) -> None:
    """Nothing but −∞

    What happens to a number that equals your starting value?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("sum_nan", "sum_infinite", all_or_nothing=True)
@pytest.mark.korean("NaN이나 ∞가 들어 있는 합")
def test_special_sums(judge: Any) -> None:
    """Sums with NaN or ∞ in them"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("max_nan", "max_infinite", all_or_nothing=True)
@pytest.mark.korean("NaN이나 ∞가 있을 때의 최댓값", hint="NaN과의 비교는 무엇을 내나요?")
def test_special_maxima(judge: Any) -> None:
    """Maxima where there is NaN or ∞

    What does a comparison with NaN give?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("argmax_nan")
@pytest.mark.korean("첫 번째 NaN의 위치")
def test_index_of_nan(judge: Any) -> None:
    """The index of the first NaN"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("argmax_ties", "argmax_zeros")
@pytest.mark.korean("가장 큰 수가 여럿이면 가장 작은 위치", hint="값이 같은 두 후보가 만나면 누가 이기나요? 만나는 순서와 상관없나요?")
def test_ties(judge: Any) -> None:
    """Several largest numbers: the smallest index

    Who wins when two equal candidates meet, and does the order in which they meet matter?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("sum_twice", "max_twice", "argmax_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """Further calls, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("sum_workspace", "max_workspace", "argmax_workspace")
@pytest.mark.korean("작업 공간에 무엇이 들어 있든 상관없음")
def test_workspace(judge: Any) -> None:
    """The workspace may hold anything before the call"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of x, the result or the workspace, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No races, whatever the size"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, whatever the size"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 배리어와 셔플에 필요한 스레드가 모두 참여함")
def test_barriers(judge: Any) -> None:
    """Barriers and shuffles have all the threads they name, whatever the size"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않음")
def test_transfers(judge: Any) -> None:
    """The launchers copy nothing between host and device"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, whatever the size"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "모든 커널을 받은 스트림에서 실행함",
    hint="kernel<<<grid, block, shared_bytes, stream>>>(...): 네 번째 인자가 없으면 기본 스트림입니다.",
)
def test_stream(judge: Any) -> None:
    """Every kernel is launched on the stream that was passed

    kernel<<<grid, block, shared_bytes, stream>>>(...): without a fourth argument it is the default stream.
    """
    for run in judge.runs:
        for problem in run.problems:
            if problem.verdict == "WRONG_STREAM":
                judge.fail("WRONG_STREAM", f"case {run.case}: {problem.message}", problem.file, problem.line)
    judge.launched()
