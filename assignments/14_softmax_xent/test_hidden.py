"""14_softmax_xent, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros or NaN are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("softmax_tail", "softmax_row", "softmax_wide")
@pytest.mark.korean("소프트맥스: 33 x 77, 1 x 257, 3 x 5003", hint="블록 하나가 가질 수 있는 스레드보다 클래스가 많을 수 있습니다.")
def test_softmax_sizes(judge: Any) -> None:
    """Softmax: 33 x 77, 1 x 257, 3 x 5003

    There can be more classes than a block can have threads.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("xent_tail", "xent_row", "xent_wide", "xent_batch")
@pytest.mark.korean("손실과 그래디언트: 35 x 77, 1 x 130, 3 x 5003, 257 x 10")
def test_xent_sizes(judge: Any) -> None:
    """Loss and gradient: 35 x 77, 1 x 130, 3 x 5003, 257 x 10"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("softmax_high", "softmax_low")
@pytest.mark.korean("소프트맥스: 모든 로짓이 10,000이나 −10,000 근처", hint="모든 지수 함수가 무한대이거나 0이면 몫은 무엇이 되나요?")
def test_softmax_range(judge: Any) -> None:
    """Softmax: all logits near 10,000, or near −10,000

    What is the quotient if every exponential is infinite, or every one is 0?
    """
    judge.correct()


@pytest.mark.points(3.5)
@pytest.mark.cases("xent_extreme", "xent_high", "xent_low")
@pytest.mark.korean(
    "손실: 아주 크거나 아주 작은 로짓", hint="확률이 0으로 반올림되어도 그 로그는 유한합니다. 로그를 먼저 취하면 식은 어떻게 되나요?"
)
def test_xent_range(judge: Any) -> None:
    """Loss: very large and very small logits

    A probability may round to 0 while its logarithm is finite. What becomes of the formula if the logarithm is taken first?
    """
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("softmax_masked", "xent_masked")
@pytest.mark.korean("−∞인 로짓: 확률 0", hint="아직 −∞만 본 레인의 최댓값은 무엇인가요? −∞ − (−∞)는 얼마인가요?")
def test_masked(judge: Any) -> None:
    """Logits of −∞: a probability of 0

    What is the maximum of a lane that has seen nothing but −∞, and what is −∞ − (−∞)?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("softmax_ldx", "softmax_ldy", "xent_padded")
@pytest.mark.korean(
    "폭보다 큰 선행 차원", hint="b번째 행은 x + b * C가 아니라 x + b * ldx에서 시작합니다. 출력의 행과 행 사이에 있는 것은 쓰면 안 됩니다."
)
def test_leading_dimensions(judge: Any) -> None:
    """Leading dimensions larger than the width

    Row b begins at x + b * ldx, not at x + b * C. What lies between the rows of an output isn't yours to write.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("softmax_offset", "xent_offset", "norm_offset")
@pytest.mark.korean("float의 정렬만 지켜지는 포인터", hint="float4는 16으로 나누어떨어지는 주소가 필요합니다.")
def test_alignment(judge: Any) -> None:
    """Pointers aligned as floats are, and no better

    A float4 needs an address that 16 divides.
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("softmax_class", "softmax_no_row", "softmax_no_class", all_or_nothing=True)
@pytest.mark.korean("클래스가 하나뿐이거나, 클래스나 행이 하나도 없을 때")
def test_no_choice(judge: Any) -> None:
    """A single class, or no class or row at all"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("xent_class", "xent_no_row", "norm_one", "norm_empty", all_or_nothing=True)
@pytest.mark.korean(
    "배울 것이 없을 때의 손실과 그래디언트, 수가 하나뿐이거나 없을 때의 정규화", hint="B = 0이어도 손실은 써야 합니다. 무엇을 써야 하나요?"
)
def test_nothing_to_learn(judge: Any) -> None:
    """Loss and gradient where there is nothing to learn, normalisation of one number and of none

    With B = 0 there is a loss all the same. What is it, and who writes it?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("softmax_mantissa", "xent_mantissa", "norm_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("norm_vectors", "norm_tail", "norm_zero_var")
@pytest.mark.korean("배치 정규화: 수 하나짜리 평면, 홀수 크기의 평면, 분산 0", hint="eps는 제곱근 안에 있습니다.")
def test_normalisation(judge: Any) -> None:
    """Batch normalisation: planes of a single number, planes of odd size, variances of 0

    eps stands under the root.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.on("emulated")
@pytest.mark.cases("softmax_twice", "xent_twice", "norm_twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.on("cuda")
@pytest.mark.cases("softmax_twice", "xent_twice", "norm_twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call_on_a_card(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.on("emulated")  # a real card would need 24 GiB for it
@pytest.mark.cases("softmax_far")
@pytest.mark.korean(
    "행과 행 사이가 2³⁰개가 넘는 수만큼 떨어진 로짓",
    hint="b * ldx는 어떤 형으로 계산되나요? int는 2³¹ − 1에서, unsigned는 2³² − 1에서 끝납니다.",
)
def test_far_apart(judge: Any) -> None:
    """Rows that lie more than 2³⁰ numbers apart

    In which type is b * ldx computed? An int ends at 2³¹ − 1, an unsigned at 2³² − 1.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of inputs and outputs, whatever the size"""
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
@pytest.mark.korean("런처가 아무것도 할당한 채로 남기지 않음")
def test_leaks(judge: Any) -> None:
    """The launchers leave nothing allocated"""
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
    "모든 일을 받은 스트림에서 함",
    hint="kernel<<<grid, block, shared_bytes, stream>>>(...): 네 번째 인자가 없으면 기본 스트림입니다. cudaMemsetAsync에도 있습니다.",
)
def test_stream(judge: Any) -> None:
    """All work is done on the stream that was passed

    kernel<<<grid, block, shared_bytes, stream>>>(...): without a fourth argument it is the default stream. cudaMemsetAsync has one too.
    """
    judge.free_of("WRONG_STREAM")
