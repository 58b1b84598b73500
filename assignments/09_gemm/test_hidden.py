"""09_gemm, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("tails", "tails_long")
@pytest.mark.korean("모든 차원에서 어떤 타일로도 나누어떨어지지 않는 크기", hint="k가 K 이상인 스레드는 합에 무엇을 보태나요?")
def test_tails(judge: Any) -> None:
    """Sizes that no tile divides, in every dimension

    What do the threads contribute whose k is K or more?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("row_vector", "column_vector")
@pytest.mark.korean("행 하나, 열 하나")
def test_vectors(judge: Any) -> None:
    """One row, one column"""
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("lda", "ldb", "ldc", "padded")
@pytest.mark.korean(
    "폭보다 큰 선행 차원", hint="A의 i번째 행은 A + i * K가 아니라 A + i * lda에서 시작합니다. C의 행과 행 사이에 있는 것은 쓰면 안 됩니다."
)
def test_leading_dimensions(judge: Any) -> None:
    """Leading dimensions larger than the width

    Row i of A begins at A + i * lda, not at A + i * K. What lies between the rows of C isn't yours to write.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("k_zero", "k_one")
@pytest.mark.korean("K = 0과 K = 1", hint="K = 0이면 곱은 0이고 C는 beta * C가 됩니다.")
def test_short_sums(judge: Any) -> None:
    """K = 0 and K = 1

    With K = 0 the product is zero, and C becomes beta * C.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("beta_zero")
@pytest.mark.korean("beta = 0이면 C를 읽지 않음", hint="여기서 C는 NaN으로 가득 차 있고, 0 * NaN은 NaN입니다.")
def test_beta_zero(judge: Any) -> None:
    """beta = 0 doesn't read C

    C is full of NaN here, and 0 * NaN is NaN.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("emulated")
@pytest.mark.cases("twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.on("cuda")
@pytest.mark.cases("twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call_on_a_card(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.on("emulated")  # a real card would need 24 GiB a matrix for it
@pytest.mark.cases("far_a", "far_b", "far_c")
@pytest.mark.korean(
    "행과 행 사이가 2³⁰개가 넘는 수만큼 떨어진 행렬",
    hint="i * lda는 어떤 형으로 계산되나요? int는 2³¹ − 1에서, unsigned는 2³² − 1에서 끝납니다.",
)
def test_far_apart(judge: Any) -> None:
    """Rows that lie more than 2³⁰ numbers apart

    In which type is i * lda computed? An int ends at 2³¹ − 1, an unsigned at 2³² − 1.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("integers")
@pytest.mark.korean("작은 정수: 결과가 정확히 같음")
def test_exact(judge: Any) -> None:
    """Small whole numbers: the result is exact"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("empty", "empty_width")
@pytest.mark.korean("M = 0이거나 N = 0이면 오류 없이 아무 일도 하지 않음")
def test_empty(judge: Any) -> None:
    """M = 0 or N = 0 does nothing, without an error"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 행렬의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix, odd sizes included"""
    judge.clean("memcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("나누어떨어지지 않는 크기에서도 경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """No races at odd sizes"""
    judge.clean("racecheck")


@pytest.mark.points(1)
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
    """The launcher copies nothing between host and device"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 할당한 것을 해제함")
def test_leaks(judge: Any) -> None:
    """The launcher frees what it allocates"""
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
    "모든 커널을 받은 스트림에서 실행함",
    hint="kernel<<<grid, block, shared_bytes, stream>>>(...): 네 번째 인자가 없으면 기본 스트림에서 실행됩니다.",
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
