"""19_quant_binary, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("int8_ties", "int8_divided")
@pytest.mark.korean("절반과 그 바로 옆의 수", hint="절반은 짝수로 갑니다. x / scale과 x * (1 / scale)은 언제나 같은 수인가요?")
def test_rounding(judge: Any) -> None:
    """Halves, and numbers right beside them

    Halves go to the even number. Is x / scale always the same number as x * (1 / scale)?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("int8_special")
@pytest.mark.korean("NaN, 무한대, 범위를 크게 벗어난 수")
def test_special_numbers(judge: Any) -> None:
    """NaN, infinities, and numbers far outside"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("int8_offset", "int8_one")
@pytest.mark.korean("아무 데서나 시작하는 배열, 수 하나")
def test_odd_arrays(judge: Any) -> None:
    """Arrays that begin anywhere, and a single number"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("dequantise_all", "dequantise_odd")
@pytest.mark.korean("8비트 정수 모두를 float로")
def test_all_of_8_bits(judge: Any) -> None:
    """All whole numbers of 8 bits become floats"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("fixed_tail", "fixed_uneven", "fixed_tensor")
@pytest.mark.korean("어떤 크기의 그룹이든", hint="마지막 그룹에는 수가 몇 개 있나요? 그룹이 블록보다 길면 누가 나머지를 보나요?")
def test_groups_of_any_size(judge: Any) -> None:
    """Groups of any size

    How many numbers has the last group? If a group is longer than a block, who looks at the rest?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("fixed_edges")
@pytest.mark.korean(
    "가장 큰 절댓값이 2의 거듭제곱이거나, 그 바로 아래이거나, 0일 때", hint="2^f를 곱해 127.9가 되면 반올림한 뒤에는 무엇이 되나요?"
)
def test_magnitudes_at_the_edge(judge: Any) -> None:
    """Largest magnitudes that are a power of 2, just below one, or 0

    If 2^f times a number is 127.9, what is it after rounding?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("log2_odd", "log2_ties")
@pytest.mark.korean("두 거듭제곱의 한가운데와 그 옆")
def test_between_powers(judge: Any) -> None:
    """Halfway between two powers, and beside it"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("log2_special")
@pytest.mark.korean("부호화할 것이 없는 수, NaN, 무한대")
def test_powers_of_special_numbers(judge: Any) -> None:
    """Numbers that are nothing in this code, NaN, infinities"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("binarise_1", "binarise_31", "binarise_33", "binarise_1000")
@pytest.mark.korean("워드를 채우지 않는 행", hint="행의 끝을 지난 레인은 무엇을 투표하나요? 다음 행은 어느 주소에서 시작하나요?")
def test_rows_that_fill_no_word(judge: Any) -> None:
    """Rows that don't fill their words

    What do lanes vote that lie behind the end of the row? At which address does the next row begin?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("binarise_zeros")
@pytest.mark.korean("두 부호의 0과 NaN")
def test_zeros(judge: Any) -> None:
    """0 of both signs, and NaN"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("xnor_1", "xnor_31", "xnor_33", "xnor_long")
@pytest.mark.korean(
    "행의 끝을 지난 비트는 세지 않음", hint="K가 33이면 한 행의 워드에 비트가 64개 있습니다. XNOR은 나머지 31개를 무엇으로 만드나요?"
)
def test_bits_behind_the_end(judge: Any) -> None:
    """Bits behind the end of a row don't count

    If K is 33, a row's words have 64 bits. What does XNOR make of the other 31?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("xnor_column", "xnor_row")
@pytest.mark.korean("행 하나, 열 하나")
def test_one_row_or_column(judge: Any) -> None:
    """One row, one column"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("run_length_runs", "run_length_dense", "run_length_long", "run_length_whole")
@pytest.mark.korean(
    "긴 런, 0이 없는 입력, 꽉 찬 워드",
    hint="0이 32개이면 쌍 (31, 0) 하나가 필요하고, 그다음 쌍의 런은 얼마인가요? 블록이 한 번에 보는 것보다 긴 런은 어떤가요?",
)
def test_runs(judge: Any) -> None:
    """Long runs, an input without 0, full words

    32 zeros need one pair (31, 0): what is the next pair's run? And if a run is longer than what a block looks at in one go?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("xnor_row", "xnor_nothing", "xnor_no_rows", "int8_none", "run_length_zeros", "run_length_none", all_or_nothing=True)
@pytest.mark.korean("계산할 것이 없을 때", hint="격자가 비어 있으면 커널을 실행할 수 없습니다. 그래도 써야 하는 것이 있나요?")
def test_nothing_to_do(judge: Any) -> None:
    """Nothing to compute

    An empty grid can't be launched. Is there something to write all the same?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("fixed_twice", "binarise_twice", "xnor_twice", "run_length_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.on("emulated")
@pytest.mark.cases("majority_odd", "majority_table")
@pytest.mark.korean("다수결의 진리표")
def test_truth_table(judge: Any) -> None:
    """The truth table of the majority"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("cuda")
@pytest.mark.cases("majority_odd", "majority_table")
@pytest.mark.korean("다수결의 진리표")
def test_truth_table_on_a_card(judge: Any) -> None:
    """The truth table of the majority"""
    judge.correct()


@pytest.mark.points(0.75)
@pytest.mark.on("emulated")
@pytest.mark.cases("cost_large", "cost_one")
@pytest.mark.korean("32비트를 넘는 비용", hint="곱은 어떤 형으로 계산되나요?")
def test_large_costs(judge: Any) -> None:
    """Costs beyond 32 bits

    In which type is the product computed?
    """
    judge.correct(kernel=False)


@pytest.mark.points(0.75)
@pytest.mark.on("emulated")
@pytest.mark.cases("reuse_large", "reuse_one")
@pytest.mark.korean("32비트를 넘는 접근 횟수")
def test_large_counts(judge: Any) -> None:
    """Counts of accesses beyond 32 bits"""
    judge.correct(kernel=False)


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No races, whatever the size"""
    judge.clean("racecheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, whatever the size"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 배리어, 투표, 셔플에 필요한 스레드가 모두 참여함")
def test_barriers(judge: Any) -> None:
    """Barriers, votes and shuffles have all the threads they name, whatever the size"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않음")
def test_transfers(judge: Any) -> None:
    """The launchers copy nothing between host and device"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 할당한 것을 해제함")
def test_leaks(judge: Any) -> None:
    """The launchers free what they allocate"""
    judge.clean("leak")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 실패를 놓친 커널 실행이 없음")
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
    judge.free_of("WRONG_STREAM")
    judge.launched()
