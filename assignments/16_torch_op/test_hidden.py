"""16_torch_op, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

# ---- correctness: op.cu, 15 of 35 points -----------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("cuda_1", "cuda_255", "cuda_257", "cuda_back_1003", "cuda_scalar")
@pytest.mark.korean("op.cu: 블록의 크기 근처, 차원이 없는 텐서")
def test_cuda_sizes(judge: Any) -> None:
    """op.cu: around the size of a block, and a tensor without dimensions"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("cuda_permuted", "cuda_steps", "cuda_row", "cuda_column")
@pytest.mark.korean("op.cu: 차원을 바꾼, 건너뛰는, 확장한 텐서", hint="스트라이드가 0인 차원에서는 모든 인덱스가 같은 수를 가리킵니다.")
def test_cuda_strides(judge: Any) -> None:
    """op.cu: permuted, stepped and expanded tensors

    In a dimension whose stride is 0 every index means the same number.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("cuda_back_mixed", "cuda_back_permuted")
@pytest.mark.korean("op.cu: 역전파, 세 텐서의 스트라이드가 모두 다름")
def test_cuda_back_strides(judge: Any) -> None:
    """op.cu: backward, each of the three tensors with strides of its own"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("cuda_extreme", "cuda_back_extreme")
@pytest.mark.korean("op.cu: 아주 크거나 작은 수", hint="e^t가 무한대이면 e^t / (1 + e^t)는 얼마인가요?")
def test_cuda_extreme(judge: Any) -> None:
    """op.cu: very large and very small numbers

    If e^t is infinite, what is e^t / (1 + e^t)?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("cuda_f64", "cuda_back_f64", "cuda_f16", "cuda_back_f16", "cuda_mantissa")
@pytest.mark.korean("op.cu: 배정밀도와 반정밀도", hint="at::opmath_type은 각 형에 대해 무엇인가요? 상수와 exp도 그 형인가요?")
def test_cuda_types(judge: Any) -> None:
    """op.cu: double and half precision

    What is at::opmath_type of each type? Are your constants and exp of that type, too?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("cuda_beta_0", "cuda_back_beta_0", "cuda_unaligned", "cuda_back_unaligned", "cuda_twice", "cuda_back_twice")
@pytest.mark.korean("op.cu: beta가 0, 정렬되지 않은 주소, 두 번째 호출")
def test_cuda_rest(judge: Any) -> None:
    """op.cu: beta of 0, unaligned addresses, a second call"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("cuda_empty", "cuda_back_empty")
@pytest.mark.korean("op.cu: 수가 없으면 오류 없이 아무 일도 하지 않음", hint="블록이 0개인 그리드는 오류입니다.")
def test_cuda_empty(judge: Any) -> None:
    """op.cu: without numbers nothing is done, and that is no error

    A grid of 0 blocks is an error.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("op.cu: 모든 크기와 스트라이드에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """op.cu: no access outside of a tensor, whatever the sizes and strides"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("op.cu: 모든 크기에서 경쟁 상태가 없고, 쓰기 전에 읽는 일이 없음")
def test_races(judge: Any) -> None:
    """op.cu: no races, and nothing is read before it was written"""
    judge.clean("racecheck")
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("op.cu: 런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않고 디바이스를 기다리지 않음")
def test_transfers(judge: Any) -> None:
    """op.cu: the launchers copy nothing between host and device, and wait for nothing"""
    judge.clean("transfers")
    judge.clean("leak")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("op.cu: 어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """op.cu: no launch fails unnoticed, whatever the size"""
    judge.clean("launches")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("op.cu: 모든 크기에서 현재 스트림을 씀")
def test_stream(judge: Any) -> None:
    """op.cu: the current stream, whatever the size"""
    judge.free_of("WRONG_STREAM")
