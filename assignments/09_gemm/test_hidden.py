"""09_gemm, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("tails", "tails_long")
def test_tails(judge: Any) -> None:
    """Sizes that no tile divides, in every dimension

    What do the threads contribute whose k is K or more?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("row_vector", "column_vector")
def test_vectors(judge: Any) -> None:
    """One row, one column"""
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("lda", "ldb", "ldc", "padded")
def test_leading_dimensions(judge: Any) -> None:
    """Leading dimensions larger than the width

    Row i of A begins at A + i * lda, not at A + i * K. What lies between the rows of C isn't yours to write.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("k_zero", "k_one")
def test_short_sums(judge: Any) -> None:
    """K = 0 and K = 1

    With K = 0 the product is zero, and C becomes beta * C.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("beta_zero")
def test_beta_zero(judge: Any) -> None:
    """beta = 0 doesn't read C

    C is full of NaN here, and 0 * NaN is NaN.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("twice")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("integers")
def test_exact(judge: Any) -> None:
    """Small whole numbers: the result is exact"""
    judge.correct()


@pytest.mark.points(2.5)
@pytest.mark.cases("mantissa")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("empty")
def test_empty(judge: Any) -> None:
    """M = 0 does nothing, without an error"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix, odd sizes included"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_races(judge: Any) -> None:
    """No races at odd sizes"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, odd sizes included"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, odd sizes included"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
def test_transfers(judge: Any) -> None:
    """The launcher copies nothing between host and device"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
def test_launches(judge: Any) -> None:
    """Every launch succeeds and is asked for its error, odd sizes included"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
def test_stream(judge: Any) -> None:
    """Every kernel is launched on the stream that was passed

    kernel<<<grid, block, shared_bytes, stream>>>(...): without a fourth argument it is the default stream.
    """
    for run in judge.runs:
        for problem in run.problems:
            if problem.verdict == "WRONG_STREAM":
                judge.fail("WRONG_STREAM", f"case {run.case}: {problem.message}", problem.file, problem.line)
    judge.launched()
