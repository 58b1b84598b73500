"""09_gemm, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/gemm.h)."""

from typing import Any

import pytest

# Counters of the 256 x 256 x 256 case, in sectors of 32 bytes (8 floats). A kernel whose blocks stage T x T tiles reads 2*M*N*K / T floats.
MNK = 256**3
T64 = 2 * MNK / 64 / 8  # 65,536 sectors
T8 = 2 * MNK / 8 / 8  # 524,288 sectors
STORES = 256 * 256 / 8  # C once, in whole sectors: 8,192

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
ATOMICS = "smsp__inst_executed_op_atom.sum"  # of a warp: up to 32 numbers, so 4 sectors
CONFLICTS = ("l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum", "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum")
WAVEFRONTS = ("l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum", "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum")


def sectors_read(judge: Any) -> float:
    """Sectors that come from global memory: by loads, by atomics, and by copies on the device (into constant memory, say)."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    return float(judge.counter(LOAD_SECTORS) + 4 * judge.counter(ATOMICS) + copied / 32)


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(7)
@pytest.mark.cases("square")
def test_square(judge: Any) -> None:
    """A small square product: 32 x 32 x 32"""
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("multiple")
def test_multiple_of_the_tile(judge: Any) -> None:
    """Multiples of every tile size: 64 x 192 x 128

    M, N and K differ: a product that is right for squares only has rows and columns mixed up.
    """
    judge.correct()


@pytest.mark.points(9)
@pytest.mark.cases("odd")
def test_odd_sizes(judge: Any) -> None:
    """Sizes that no tile divides: 35 x 50 x 21

    Which threads stand outside of C in the last blocks, and what do they read for k >= K?
    """
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("alpha_beta")
def test_alpha_and_beta(judge: Any) -> None:
    """alpha = 1.5, beta = -0.75"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("perf")
def test_large(judge: Any) -> None:
    """A larger product: 256 x 256 x 256"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_races(judge: Any) -> None:
    """No two threads race for a shared number

    Between a write and another thread's read of the same place there must be a barrier; between that read and the next write too.
    """
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_launches(judge: Any) -> None:
    """Every launch succeeds and is asked for its error"""
    judge.clean("launches")


# ---- performance, 20 points: counters, so the same on every machine --------------------------------------------------


@pytest.mark.points(12)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
def test_global_loads(judge: Any) -> None:
    """Each number of A and B is read few times from global memory

    A block that computes a larger tile of C reads less: how large can it become if each thread computes several elements?
    """
    judge.graded(sectors_read(judge), full=1.05 * T64, zero=T8, unit="sectors", verdict="REDUNDANT_LOADS")


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
def test_global_stores(judge: Any) -> None:
    """C is written in whole sectors

    32 lanes that write 32 neighbouring floats need 4 sectors, 32 lanes that write into 32 rows need 32. C once is 8,192 sectors.
    """
    judge.graded(judge.counter(STORE_SECTORS), full=1.1 * STORES, zero=8 * STORES, unit="sectors", verdict="UNCOALESCED")


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
def test_bank_conflicts(judge: Any) -> None:
    """Shared memory is read and written without bank conflicts

    Word i lies in bank i mod 32. Which words do the 32 lanes of a warp ask for at once, and how many of them share a bank?
    """
    conflicts, wavefronts = sum(map(judge.counter, CONFLICTS)), sum(map(judge.counter, WAVEFRONTS))
    if wavefronts == 0:  # no shared memory, so no conflict: worth points only if reuse comes from elsewhere, from registers say
        judge.graded(sectors_read(judge), full=1.05 * T64, zero=T8, unit="sectors", verdict="REDUNDANT_LOADS")
    else:
        needed = max(wavefronts - conflicts, 1)
        judge.graded(wavefronts / needed, full=1.02, zero=8, unit="times the wavefronts needed", verdict="BANK_CONFLICT")
