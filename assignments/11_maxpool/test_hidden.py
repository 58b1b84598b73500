"""11_maxpool, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("pool_wide", "pool_tall", "pool_planes")
@pytest.mark.korean("넓은 평면, 높은 평면, 작은 평면 여러 개", hint="Q가 블록의 폭보다 하나 많으면 블록은 몇 개인가요?")
def test_pool_sizes(judge: Any) -> None:
    """Wide planes, tall planes, many small planes

    How many blocks are there if Q is one more than a block is wide?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("pool_one", "pool_whole")
@pytest.mark.korean("평면 전체를 덮는 윈도")
def test_pool_whole(judge: Any) -> None:
    """Windows as large as the plane"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("pool_rectangle", "pool_flat", "pool_asymmetric")
@pytest.mark.korean(
    "정사각형이 아닌 윈도와 네 방향이 서로 다른 패딩", hint="윈도의 첫 행은 p * stride - pad_top, 첫 열은 q * stride - pad_left입니다."
)
def test_pool_rectangles(judge: Any) -> None:
    """Windows that are no squares, paddings that differ on all sides

    A window's first row is p * stride - pad_top, its first column q * stride - pad_left.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_darknet_13")
@pytest.mark.korean("13 x 13 평면, 스트라이드 1, 오른쪽과 아래에만 패딩")
def test_pool_darknet(judge: Any) -> None:
    """Planes of 13 x 13, stride 1, padding on the right and below only"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_gaps", "pool_far")
@pytest.mark.korean("스트라이드가 윈도보다 큼", hint="한 블록의 윈도들이 덮는 영역은 얼마나 클 수 있나요?")
def test_pool_gaps(judge: Any) -> None:
    """A stride larger than the window

    How large can the area be that the windows of one block cover?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("pool_negative")
@pytest.mark.korean("음수만 있을 때", hint="비교는 어떤 값에서 시작하나요? 패딩은 무엇으로 치나요?")
def test_negative_numbers(judge: Any) -> None:
    """Only negative numbers

    Which value does your comparison start from, and what does the padding count as?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_lowest", "pool_infinite", all_or_nothing=True)
@pytest.mark.korean("±∞가 있을 때", hint="시작값과 똑같은 수가 들어오면 argmax는 무엇이 되나요?")
def test_infinite_numbers(judge: Any) -> None:
    """Where there is ±∞

    What becomes of argmax if a number equals your starting value?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_ties", "pool_zeros", all_or_nothing=True)
@pytest.mark.korean("가장 큰 수가 여럿이면 첫 번째 위치", hint="윈도를 훑는 순서는 어떤가요? 같은 수를 만나면 누가 이기나요?")
def test_ties(judge: Any) -> None:
    """Several largest numbers: the first place

    In which order do you go through a window, and who wins when two numbers are equal?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_nan")
@pytest.mark.korean("윈도에 NaN이 있을 때", hint="NaN과의 비교는 무엇을 내나요?")
def test_nan(judge: Any) -> None:
    """NaN in some windows

    What does a comparison with NaN give?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("back_dense", "back_pairs", "back_peak", "back_whole")
@pytest.mark.korean(
    "역전파: 많은 윈도가 같은 수를 고름", hint="스레드 둘이 같은 수에 더할 때, 하나가 읽고 쓰는 사이에 다른 하나는 무엇을 하나요?"
)
def test_back_overlap(judge: Any) -> None:
    """Backward: many windows choose the same number

    Two threads add to one number: what does the other do between the read and the write of the one?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("back_rectangle", "back_wide", "back_gaps", "back_darknet")
@pytest.mark.korean("역전파: 다른 윈도, 패딩, 스트라이드", hint="어느 윈도도 닿지 않는 수의 그래디언트는 0이고, 그것도 써야 합니다.")
def test_back_shapes(judge: Any) -> None:
    """Backward: other windows, paddings and strides

    The gradient of a number that no window reaches is 0, and that has to be written too.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("back_integers", "back_one")
@pytest.mark.korean("역전파: 작은 정수는 정확히")
def test_back_exact(judge: Any) -> None:
    """Backward: small whole numbers exactly"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("pool_mantissa", "back_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("pool_unaligned", "back_unaligned")
@pytest.mark.korean("16의 배수가 아닌 주소에서 시작하는 배열", hint="규약은 4바이트 정렬만 약속합니다.")
def test_alignment(judge: Any) -> None:
    """Arrays that begin at no multiple of 16 bytes

    The contract promises an alignment to 4 bytes and no more.
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("pool_twice", "back_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("pool_empty", "pool_no_channels", "back_empty")
@pytest.mark.korean("이미지나 채널이 없으면 오류 없이 아무 일도 하지 않음", hint="블록이 0개인 그리드는 오류입니다.")
def test_empty(judge: Any) -> None:
    """No images or no channels: nothing is done, without an error

    A grid of 0 blocks is an error.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나거나 정렬되지 않은 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array and none that is misaligned, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 경쟁 상태가 없음")
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
@pytest.mark.korean("모든 크기에서 배리어와 셔플에 필요한 스레드가 모두 참여함")
def test_barriers(judge: Any) -> None:
    """Barriers and shuffles have all the threads they name, whatever the size"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않고 디바이스를 기다리지 않음")
def test_transfers(judge: Any) -> None:
    """The launchers copy nothing between host and device, and wait for nothing"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 메모리를 남기지 않음")
def test_leaks(judge: Any) -> None:
    """The launchers leave no memory behind"""
    judge.clean("leak")


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
    judge.free_of("WRONG_STREAM")
