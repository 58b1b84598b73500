"""12_activation, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.cases("tanh_1", "leaky_2", "elu_3", "sigmoid_255", "leaky_256", "tanh_257", "elu_4097")
@pytest.mark.korean("워프와 블록과 float4의 크기 근처", hint="n을 4로 나눈 나머지가 1, 2, 3일 때 마지막 수들은 누가 맡나요?")
def test_sizes(judge: Any) -> None:
    """Around the sizes of a float4, a warp and a block

    If n leaves a remainder of 1, 2 or 3 when divided by 4, who takes the last numbers?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("sigmoid_extreme")
@pytest.mark.korean("시그모이드: 아주 크거나 작은 수", hint="x = 1e4일 때 식에 나오는 지수 함수는 저마다 얼마인가요?")
def test_sigmoid_extreme(judge: Any) -> None:
    """Sigmoid of very large and very small numbers

    What is each exponential of your formula for x = 1e4?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("tanh_extreme", "tanh_small")
@pytest.mark.korean("tanh: 아주 크거나 작은 수, 0에 가까운 수", hint="0에 가까운 수에서 거의 같은 두 수를 빼면 몇 자리가 남나요?")
def test_tanh_extreme(judge: Any) -> None:
    """tanh of very large and very small numbers, and close to 0

    Close to 0, how many digits remain of a difference of two numbers that are nearly equal?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("elu_extreme", "elu_small")
@pytest.mark.korean(
    "ELU: 아주 크거나 작은 수, 0에 가까운 수", hint="0에 가까운 x에서 expf(x) - 1은 몇 자리가 남나요? CUDA 수학 함수 목록을 살펴보세요."
)
def test_elu_extreme(judge: Any) -> None:
    """ELU of very large and very small numbers, and close to 0

    Close to 0, how many digits has expf(x) - 1? Have a look at the list of CUDA's mathematical functions.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("relu_extreme", "leaky_extreme")
@pytest.mark.korean("ReLU와 Leaky ReLU: 아주 크거나 작은 수")
def test_relu_extreme(judge: Any) -> None:
    """ReLU and leaky ReLU of very large and very small numbers"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("sigmoid_nan", "tanh_nan", "relu_nan", "leaky_nan", "elu_nan", "prelu_nan")
@pytest.mark.korean("NaN과 ±∞", hint="NaN > 0은 참인가요, 거짓인가요? fmaxf(NaN, 0)은 얼마인가요?")
def test_nan(judge: Any) -> None:
    """NaN and ±∞

    Is NaN > 0 true or false? What is fmaxf(NaN, 0)?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("back_relu_zeros", "back_leaky_zeros", "back_elu_zeros", "back_prelu_zeros")
@pytest.mark.korean("역전파: 0에서의 도함수", hint="규약의 표에서 x = 0은 어느 쪽에 속하나요?")
def test_back_zeros(judge: Any) -> None:
    """Backward: the derivative at 0

    To which side does x = 0 belong in the contract's table?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("back_sigmoid_extreme", "back_tanh_extreme", "back_relu_extreme", "back_leaky_extreme", "back_elu_extreme")
@pytest.mark.korean("역전파: 아주 크거나 작은 수")
def test_back_extreme(judge: Any) -> None:
    """Backward, for very large and very small numbers"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("back_elu_1", "back_sigmoid_257", "back_leaky_514")
@pytest.mark.korean("역전파: 다른 크기")
def test_back_sizes(judge: Any) -> None:
    """Backward, other sizes"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("prelu_planes", "prelu_numbers")
@pytest.mark.korean("PReLU: 작은 평면 여러 개")
def test_prelu(judge: Any) -> None:
    """PReLU: many small planes"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("back_prelu_planes", "back_prelu_numbers", "back_prelu_one_channel")
@pytest.mark.korean("PReLU의 역전파: 작은 평면 여러 개, 채널 하나")
def test_back_prelu(judge: Any) -> None:
    """Backward, PReLU: many small planes, one channel"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("back_prelu_integers", "back_prelu_empty", all_or_nothing=True)
@pytest.mark.korean("PReLU의 역전파: 작은 정수는 정확히, 더할 것이 없으면 dslope는 0")
def test_back_prelu_exact(judge: Any) -> None:
    """Backward, PReLU: small whole numbers exactly, and dslope is 0 where there is nothing to sum"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("elu_mantissa", "back_leaky_mantissa", "back_prelu_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("sigmoid_unaligned", "relu_unaligned", "back_tanh_unaligned", "prelu_unaligned", "back_prelu_unaligned")
@pytest.mark.korean("16의 배수가 아닌 주소에서 시작하는 배열", hint="규약은 4바이트 정렬만 약속합니다.")
def test_alignment(judge: Any) -> None:
    """Arrays that begin at no multiple of 16 bytes

    The contract promises an alignment to 4 bytes and no more.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("leaky_twice", "back_elu_twice", "back_prelu_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("sigmoid_0", "back_tanh_0", "prelu_empty")
@pytest.mark.korean("수가 없으면 오류 없이 아무 일도 하지 않음", hint="블록이 0개인 그리드는 오류입니다.")
def test_empty(judge: Any) -> None:
    """No numbers: nothing is done, without an error

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
