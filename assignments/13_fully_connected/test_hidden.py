"""13_fully_connected, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("forward_tails", "forward_long")
@pytest.mark.korean("순전파: 33 x 65 x 47과 9 x 1030 x 11", hint="입력이 타일의 배수가 아니면 마지막 타일에는 무엇이 들어 있나요?")
def test_forward_tails(judge: Any) -> None:
    """Forward: 33 x 65 x 47 and 9 x 1030 x 11

    If the inputs are no multiple of a tile, what does the last tile hold?
    """
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("backward_tails", "backward_batch")
@pytest.mark.korean(
    "역전파: 33 x 47 x 65와 300 x 9 x 12",
    hint="dW와 dbias에서는 표본에 대해, dx에서는 출력에 대해 더합니다. 어느 쪽이든 타일의 배수가 아닐 수 있습니다.",
)
def test_backward_tails(judge: Any) -> None:
    """Backward: 33 x 47 x 65 and 300 x 9 x 12

    dW and dbias are sums over samples, dx over outputs. Either can be no multiple of a tile.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("forward_one", "backward_one")
@pytest.mark.korean("표본 하나짜리 배치")
def test_batch_of_one(judge: Any) -> None:
    """A batch of one"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("forward_input", "forward_output", "backward_input", "backward_output")
@pytest.mark.korean("입력이 하나이거나 출력이 하나")
def test_one_input_or_output(judge: Any) -> None:
    """One input, or one output"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("forward_no_input", "forward_no_row", "forward_no_output", all_or_nothing=True)
@pytest.mark.korean("순전파: 입력, 표본, 출력이 없을 때", hint="입력이 없어도 출력은 있습니다. 빈 합은 얼마인가요?")
def test_forward_of_nothing(judge: Any) -> None:
    """Forward: no inputs, no samples, no outputs

    Without inputs there are outputs all the same. What is an empty sum?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("backward_no_input", "backward_no_row", "backward_no_output", all_or_nothing=True)
@pytest.mark.korean("역전파: 입력, 표본, 출력이 없을 때", hint="세 결과 가운데 크기가 0이 아닌 것은 써야 합니다.")
def test_backward_of_nothing(judge: Any) -> None:
    """Backward: no inputs, no samples, no outputs

    Whichever of the three results has elements has to be written.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("forward_integers", "backward_integers")
@pytest.mark.korean("작은 정수: 결과가 정확히 같음")
def test_exact(judge: Any) -> None:
    """Small whole numbers: the result is exact"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("forward_mantissa", "backward_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("forward_offset", "backward_offset")
@pytest.mark.korean("float의 정렬만 지켜지는 포인터", hint="float4는 16으로 나누어떨어지는 주소가 필요합니다.")
def test_alignment(judge: Any) -> None:
    """Pointers aligned as floats are, and no better

    A float4 needs an address that 16 divides.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("forward_twice", "backward_twice")
@pytest.mark.korean(
    "같은 주소에 다른 값을 넣은 두 번째 호출", hint="그래디언트는 호출마다 새로 시작합니다. 앞선 호출의 것에 더하지 않습니다."
)
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses

    A gradient starts anew with each call; nothing is added to that of an earlier one.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 행렬의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix, odd sizes included"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No races at odd sizes"""
    judge.clean("racecheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, odd sizes included"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 블록의 모든 스레드가 같은 배리어에 도달함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, odd sizes included"""
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
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, odd sizes included"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "모든 일을 받은 스트림에서 함",
    hint="kernel<<<grid, block, shared_bytes, stream>>>(...): 네 번째 인자가 없으면 기본 스트림에서 실행됩니다.",
)
def test_stream(judge: Any) -> None:
    """All work is done on the stream that was passed

    kernel<<<grid, block, shared_bytes, stream>>>(...): without a fourth argument it is the default stream.
    """
    judge.free_of("WRONG_STREAM")
