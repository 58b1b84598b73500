"""03_vector_matrix, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with a case where they are wrong.
"""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.cases("add_1", "add_255", "add_257")
@pytest.mark.korean("워프와 블록 크기 근처의 벡터 합", hint="n이 블록 크기보다 하나 적거나 많을 때 블록은 몇 개인가요?")
def test_add_sizes(judge: Any) -> None:
    """Sums of vectors around the sizes of warps and blocks

    How many blocks are there if n is one less, or one more, than a block has threads?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("multiply_257", "multiply_aligned", "multiply_mantissa")
@pytest.mark.korean("다른 크기의 벡터 곱")
def test_multiply_sizes(judge: Any) -> None:
    """Products of vectors of other sizes"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("add_unaligned")
@pytest.mark.korean("16의 배수가 아닌 주소에서 시작하는 벡터", hint="규약은 4바이트 정렬만 약속합니다.")
def test_alignment(judge: Any) -> None:
    """Vectors that begin at no multiple of 16 bytes

    The contract promises an alignment to 4 bytes and no more.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("add_far")
@pytest.mark.korean("수 2,500,003개의 벡터 합")
def test_long_vector(judge: Any) -> None:
    """The sum of vectors of 2,500,003 numbers"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("sum_tails", "sum_wide", "sum_column")
@pytest.mark.korean(
    "행렬의 합: 나누어떨어지지 않는 크기, 넓은 행렬, 열 하나",
    hint="행이 열보다 많은 행렬과 열이 행보다 많은 행렬을 모두 그려 보세요. 그리드가 둘 다 덮나요?",
)
def test_sum_sizes(judge: Any) -> None:
    """Sums of matrices: sizes that nothing divides, more columns than rows, one column

    Draw a matrix with more rows than columns and one with fewer. Does your grid cover both?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("sum_lda", "sum_ldc", "sum_padded")
@pytest.mark.korean(
    "행렬의 합: 폭보다 큰 선행 차원", hint="A의 i행은 A + i * N이 아니라 A + i * lda에서 시작합니다. C의 행과 행 사이는 쓰면 안 됩니다."
)
def test_sum_leading_dimensions(judge: Any) -> None:
    """Sums of matrices: leading dimensions larger than the width

    Row i of A begins at A + i * lda, not at A + i * N. What lies between the rows of C isn't yours to write.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("product_tails", "product_row", "product_k_one")
@pytest.mark.korean("행렬의 곱: 나누어떨어지지 않는 크기, 행 하나, K = 1")
def test_product_sizes(judge: Any) -> None:
    """Products of matrices: sizes that nothing divides, one row, K = 1"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("product_lda", "product_ldb", "product_nan_padding")
@pytest.mark.korean("행렬의 곱: 폭보다 큰 선행 차원")
def test_product_leading_dimensions(judge: Any) -> None:
    """Products of matrices: leading dimensions larger than the width"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("product_k_zero", "product_integers", all_or_nothing=True)
@pytest.mark.korean("행렬의 곱: K = 0이면 모두 0, 작은 정수는 정확히", hint="더할 것이 하나도 없는 합은 얼마이고, 그것을 누가 쓰나요?")
def test_product_exact(judge: Any) -> None:
    """Products of matrices: all 0 for K = 0, small whole numbers exactly

    What is a sum of no terms, and who writes it?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("product_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("emulated")  # a real card would need 24 GiB a matrix for it
@pytest.mark.cases("sum_far_a", "sum_far_b", "sum_far_c", "product_far_a", "product_far_b", "product_far_c")
@pytest.mark.korean(
    "행과 행 사이가 2³⁰개가 넘는 수만큼 떨어진 행렬",
    hint="row * lda는 어떤 형으로 계산되나요? int는 2³¹ − 1에서, unsigned는 2³² − 1에서 끝납니다.",
)
def test_far_apart(judge: Any) -> None:
    """Rows that lie more than 2³⁰ numbers apart

    In which type is row * lda computed? An int ends at 2³¹ − 1, an unsigned at 2³² − 1.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.on("emulated")
@pytest.mark.cases("add_twice", "product_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.on("cuda")
@pytest.mark.cases("add_twice", "product_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call_on_a_card(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("add_0", "multiply_0", "sum_empty", "sum_empty_width", "product_empty", "product_empty_height")
@pytest.mark.korean("크기가 0이면 오류 없이 아무 일도 하지 않음", hint="블록이 0개인 그리드는 오류입니다.")
def test_empty(judge: Any) -> None:
    """A size of 0 does nothing, without an error

    A grid of 0 blocks is an error.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나거나 정렬되지 않은 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a vector or a matrix and none that is misaligned, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(0.5)
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
@pytest.mark.korean("배리어나 셔플이 있다면 모든 크기에서 필요한 스레드가 참여함")
def test_barriers(judge: Any) -> None:
    """Barriers and shuffles, if there are any, have all the threads they name, whatever the size"""
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
    for run in judge.runs:
        for problem in run.problems:
            if problem.verdict == "WRONG_STREAM":
                judge.fail("WRONG_STREAM", f"case {run.case}: {problem.message}", problem.file, problem.line)
    judge.launched()
