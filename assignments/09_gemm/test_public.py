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
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
CONSTANT = "idc__requests.sum"  # one for each distinct number that a warp reads there: 4 bytes
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
MOST_WAVEFRONTS = 2 * MNK / 32 * 9 / 8  # of 8 x 8 tiles, in which each product reads both of its factors there
FMAS = MNK / 32  # of warps


def sectors_read(judge: Any) -> float:
    """Sectors that come from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    loaded = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS)
    atomic = max(4 * judge.counter(ATOMICS), sum(map(judge.counter, ATOMIC_SECTORS)))  # numbers of 8 bytes have more
    return float(loaded + atomic + judge.counter(CONSTANT) / 8 + copied / 32)


def sectors_written(judge: Any) -> float:
    return float(judge.counter(STORE_SECTORS) + sum(map(judge.counter, ATOMIC_SECTORS)))


def grade_loads(judge: Any) -> None:
    """Sectors read. What is too much has one of three causes: most of it lies beside what the lanes asked for; it is numbers that were
    written out only to be read back; or A and B are read too often."""
    read = sectors_read(judge)
    too_much = read - T64
    if 2 * judge.scattered("ld") > too_much:
        judge.graded(read, full=1.05 * T64, zero=T8, unit="sectors", verdict="UNCOALESCED", blame=[LOAD_SECTORS])
    elif sectors_written(judge) - STORES >= too_much:
        both = [LOAD_SECTORS, STORE_SECTORS]
        judge.graded(read, full=1.05 * T64, zero=T8, unit="sectors", verdict="TOO_MANY_BYTES", blame=both, beside=True)
    else:
        judge.graded(read, full=1.05 * T64, zero=T8, unit="sectors", verdict="REDUNDANT_LOADS", blame=[LOAD_SECTORS, LOCAL_SECTORS])


def grade_parallelism(judge: Any) -> None:
    """Blocks that multiply side by side: 4 have the largest tiles that a kernel may want here. A product needs little else than its
    multiplications, so that blocks which only pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: 2 * FMAS, tickets=True),
        full=3.9,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


def grade_reuse(judge: Any) -> None:
    """What a tile is for, at its least: in one of 8 x 8 each number that was read serves 8 elements of C."""
    judge.graded(
        sectors_read(judge),
        full=1.05 * T8,
        zero=4 * T8,
        unit="sectors",
        verdict="REDUNDANT_LOADS",
        blame=[LOAD_SECTORS],
        hint="Shared memory is used, and yet A and B are read about as often as without it. Who needs the numbers that lie there?",
        hint_ko="공유 메모리를 쓰는데도 A와 B를 그것 없이 읽을 때만큼 자주 읽습니다. 거기 놓인 수는 누구에게 필요한가요?",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(7)
@pytest.mark.cases("square")
@pytest.mark.korean("작은 정사각 행렬의 곱: 32 x 32 x 32")
def test_square(judge: Any) -> None:
    """A small square product: 32 x 32 x 32"""
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("multiple")
@pytest.mark.korean(
    "모든 타일 크기의 배수: 192 x 64 x 128", hint="M, N, K가 서로 다릅니다. 정사각 행렬에서만 맞는 곱은 행과 열이 뒤바뀐 것입니다."
)
def test_multiple_of_the_tile(judge: Any) -> None:
    """Multiples of every tile size: 192 x 64 x 128

    M, N and K differ: a product that is right for squares only has rows and columns mixed up.
    """
    judge.correct()


@pytest.mark.points(9)
@pytest.mark.cases("odd")
@pytest.mark.korean(
    "어떤 타일로도 나누어떨어지지 않는 크기: 50 x 21 x 35",
    hint="마지막 블록에서 C의 바깥에 서 있는 스레드는 어느 것이고, k >= K일 때 무엇을 읽나요?",
)
def test_odd_sizes(judge: Any) -> None:
    """Sizes that no tile divides: 50 x 21 x 35

    Which threads stand outside of C in the last blocks, and what do they read for k >= K?
    """
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("alpha_beta")
@pytest.mark.korean("alpha = 1.5, beta = -0.75")
def test_alpha_and_beta(judge: Any) -> None:
    """alpha = 1.5, beta = -0.75"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("perf")
@pytest.mark.korean("더 큰 행렬의 곱: 256 x 256 x 256")
def test_large(judge: Any) -> None:
    """A larger product: 256 x 256 x 256"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("행렬의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "두 스레드가 공유하는 수를 두고 경쟁하지 않음",
    hint="한 자리에 쓰는 일과 다른 스레드가 그 자리를 읽는 일 사이에는 배리어가 있어야 합니다. 읽은 뒤 다시 쓰기 전에도 마찬가지입니다.",
)
def test_races(judge: Any) -> None:
    """No two threads race for a shared number

    Between a write and another thread's read of the same place there must be a barrier; between that read and the next write too.
    """
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("블록의 모든 스레드가 같은 배리어에 도달함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------


@pytest.mark.points(12)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "A와 B의 각 수를 전역 메모리에서 몇 번만 읽음",
    hint="블록 하나가 C의 더 큰 타일을 계산하면 덜 읽습니다. 스레드 하나가 원소를 여러 개 계산한다면 타일은 얼마나 커질 수 있을까요?",
)
def test_global_loads(judge: Any) -> None:
    """Each number of A and B is read few times from global memory

    A block that computes a larger tile of C reads less: how large can it become if each thread computes several elements?
    """
    judge.worst_of(lambda: grade_loads(judge), lambda: grade_parallelism(judge))


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "C를 꽉 찬 섹터로 씀",
    hint="32개 레인이 이웃한 float 32개를 쓰면 4섹터, 서로 다른 32개 행에 쓰면 32섹터가 필요합니다. C 전체는 8,192섹터입니다.",
)
def test_global_stores(judge: Any) -> None:
    """C is written in whole sectors

    32 lanes that write 32 neighbouring floats need 4 sectors, 32 lanes that write into 32 rows need 32. C once is 8,192 sectors.
    """
    written = sectors_written(judge)
    scattered = 2 * judge.scattered("st") > written - STORES  # else they are whole sectors, but too many
    verdict = "UNCOALESCED" if scattered else "TOO_MANY_BYTES"
    judge.graded(written, full=1.1 * STORES, zero=8 * STORES, unit="sectors", verdict=verdict, blame=[STORE_SECTORS], beside=not scattered)


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "공유 메모리를 뱅크 충돌 없이 읽고 씀",
    hint="i번째 워드는 i mod 32번 뱅크에 있습니다. 한 워프의 32개 레인은 한 번에 어느 워드를 원하고, 그중 몇 개가 같은 뱅크에 있나요?",
)
def test_bank_conflicts(judge: Any) -> None:
    """Shared memory is read and written without bank conflicts

    Word i lies in bank i mod 32. Which words do the 32 lanes of a warp ask for at once, and how many of them share a bank?
    """
    staged = judge.counter(WAVEFRONTS[1])  # at 32 floats each; a kernel that stages what it reads has one for every 4 sectors
    if staged < sectors_read(judge) / 16:  # hardly any shared memory, so no conflict: worth points only if registers, say, give the reuse
        grade_loads(judge)
    else:  # a tile is worth them if it does what it is for
        judge.worst_of(lambda: judge.graded_wavefronts(MOST_WAVEFRONTS, zero=8), lambda: grade_reuse(judge))


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 1024 x 1024 x 1024",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 뱅크 충돌의 수를 줄마다 볼 수 있습니다. 시간은 대개 그 수를 따라갑니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: 1024 x 1024 x 1024

    Graded on the emulated GPU, the same file shows its sectors and bank conflicts line by line: time mostly follows them.
    """
    judge.timed(full=1.2, zero=10)
