"""16_torch_op, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

CUDA = (
    "cuda_1",
    "cuda_255",
    "cuda_257",
    "cuda_back_1003",
    "cuda_scalar",
    "cuda_empty",
    "cuda_back_empty",
    "cuda_permuted",
    "cuda_steps",
    "cuda_row",
    "cuda_column",
    "cuda_back_mixed",
    "cuda_back_permuted",
    "cuda_extreme",
    "cuda_back_extreme",
    "cuda_beta_0",
    "cuda_back_beta_0",
    "cuda_f64",
    "cuda_back_f64",
    "cuda_f16",
    "cuda_back_f16",
    "cuda_mantissa",
    "cuda_unaligned",
    "cuda_back_unaligned",
    "cuda_twice",
    "cuda_back_twice",
)  # cases of op.cu

# ---- correctness, 35 points: op.cpp and op.py, 20 --------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.cases("torch_more")
@pytest.mark.korean("op.cpp: 어떤 스트라이드에서도 피연산자를 바꾸지 않음")
def test_untouched(judge: Any) -> None:
    """op.cpp: operands stay as they are, whatever their strides"""
    judge.each(lambda room: judge.problem.ask_untouched(room))


@pytest.mark.points(4)
@pytest.mark.cases("torch_more")
@pytest.mark.korean("op.cpp: 순전파, 여러 스트라이드와 형과 beta", hint="스트라이드가 0이거나, 차원이 없거나, 차원이 넷인 텐서도 있습니다.")
def test_forward(judge: Any) -> None:
    """op.cpp: forward, with various strides, types and values of beta

    Some tensors have strides of 0, no dimension at all, or four.
    """
    judge.each(lambda room: judge.problem.ask_kernels(room, "kernels", "swiglu"))


@pytest.mark.points(4)
@pytest.mark.cases("torch_more")
@pytest.mark.korean("op.cpp: 역전파, 여러 스트라이드와 형과 beta", hint="grad의 스트라이드는 gate와 다를 수 있습니다.")
def test_backward(judge: Any) -> None:
    """op.cpp: backward, with various strides, types and values of beta

    The strides of grad may be others than gate's.
    """
    judge.each(lambda room: judge.problem.ask_kernels(room, "kernels", "swiglu_backward"))


@pytest.mark.points(5)
@pytest.mark.cases("torch_more")
@pytest.mark.korean(
    "op.py: 한쪽만 필요한 그래디언트, 같은 텐서 두 번, 연산자 두 번", hint="beta는 저장했나요? 어느 그래디언트가 어느 자리에 있나요?"
)
def test_autograd(judge: Any) -> None:
    """op.py: gradients of one operand only, of a tensor that is both, through two calls

    Is beta kept for backward? Which gradient stands in which place?
    """
    judge.each(lambda room: judge.problem.ask_gradients(room, "autograd"))


@pytest.mark.points(3)
@pytest.mark.cases("torch_more")
@pytest.mark.korean("op.py: 가짜 커널, 여러 크기와 스트라이드")
def test_fake(judge: Any) -> None:
    """op.py: fake kernels, with various sizes and strides"""
    judge.each(lambda room: judge.problem.ask_fakes(room))


@pytest.mark.points(2)
@pytest.mark.cases("torch_more")
@pytest.mark.korean(
    "op.cpp: 서로 맞지 않는 피연산자를 모두 거절함",
    hint="반정밀도 둘도 서로 다른 형입니다. grad도 확인하나요? 한 행을 늘려 쓰는 일(브로드캐스팅)은 없습니다.",
)
def test_refused(judge: Any) -> None:
    """op.cpp: all operands that don't fit together are refused

    The two half precisions are different types. Is grad looked at, too? One row doesn't stand for all: nothing is broadcast.
    """
    judge.each(lambda room: judge.problem.ask_refused(room))


@pytest.mark.points(1)
@pytest.mark.cases("torch_more")
@pytest.mark.korean("op.cpp와 op.py: 수가 없는 텐서")
def test_empty(judge: Any) -> None:
    """op.cpp and op.py: tensors without numbers"""
    judge.each(lambda room: judge.problem.ask_kernels(room, "kernels", "swiglu", "list"))
    for op in ("swiglu", "swiglu_backward"):
        judge.each(lambda room, op=op: judge.problem.ask_kernels(room, "empty", op))
    judge.each(lambda room: judge.problem.ask_gradients(room, "empty"))


# ---- correctness: op.cu, 15 points -----------------------------------------------------------------------------------


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
@pytest.mark.korean(
    "op.cu: 아주 크거나 작은 수", hint="e^t가 무한대이면 e^t / (1 + e^t)는 얼마인가요? t가 1e30이면 1 + t - t * s에서 1은 얼마나 남나요?"
)
def test_cuda_extreme(judge: Any) -> None:
    """op.cu: very large and very small numbers

    If e^t is infinite, what is e^t / (1 + e^t)? And what is left of 1 in 1 + t - t * s if t is 1e30?
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
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 모든 크기와 스트라이드에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """op.cu: no access outside of a tensor, whatever the sizes and strides"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 모든 크기에서 경쟁 상태가 없고, 쓰기 전에 읽는 일이 없음")
def test_races(judge: Any) -> None:
    """op.cu: no races, and nothing is read before it was written"""
    judge.clean("racecheck")
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않고 디바이스를 기다리지 않음")
def test_transfers(judge: Any) -> None:
    """op.cu: the launchers copy nothing between host and device, and wait for nothing"""
    judge.clean("transfers")
    judge.clean("leak")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """op.cu: no launch fails unnoticed, whatever the size"""
    judge.clean("launches")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 모든 크기에서 현재 스트림을 씀")
def test_stream(judge: Any) -> None:
    """op.cu: the current stream, whatever the size"""
    judge.free_of("WRONG_STREAM")
