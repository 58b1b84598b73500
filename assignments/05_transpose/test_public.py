"""05_transpose, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/transpose.h)."""

from typing import Any

import pytest

# Counters of the 512 x 384 case, for every 32 numbers: a warp that touches 32 neighbouring floats needs 4 sectors of 32 bytes.
REQUESTS = 512 * 384 / 32

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))
LOCAL_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_local_op_{op}.sum" for op in ("ld", "st"))  # in global memory, too
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
MOST_WAVEFRONTS = 2 * REQUESTS  # each number goes into shared memory and comes out again
GLOBAL_REQUESTS = tuple(f"l1tex__t_requests_pipe_lsu_mem_global_op_{op}.sum" for op in ("ld", "st"))


def copied(judge: Any) -> float:
    """What the device copies by itself, in numbers."""
    return float(sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call")) / 4)


def sectors_read(judge: Any) -> float:
    """Sectors read for 32 numbers. What the device copies by itself counts as a sector a number."""
    read = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS[0]) + judge.counter(CONSTANT)
    return float(read + sum(map(judge.counter, ATOMIC_SECTORS)) + copied(judge)) / REQUESTS


def sectors_written(judge: Any) -> float:
    """Sectors written for 32 numbers, counted in the same way."""
    written = judge.counter(STORE_SECTORS) + judge.counter(LOCAL_SECTORS[1])
    return float(written + sum(map(judge.counter, ATOMIC_SECTORS)) + copied(judge)) / REQUESTS


def grade_parallelism(judge: Any) -> None:
    """Blocks that move numbers side by side. That takes some tens of instructions for each load and store: blocks which only pass the time
    don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: 40 * sum(k.metrics.get(name, 0.0) for k in run.kernels for name in GLOBAL_REQUESTS), tickets=True),
        full=8,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


def grade_exchange(judge: Any, hint: str, hint_ko: str) -> None:
    """What changing hands is for: whole sectors on both sides."""
    sectors = max(sectors_read(judge), sectors_written(judge))
    unit = "sectors for 32 numbers"
    judge.graded(sectors, full=4.2, zero=16, unit=unit, verdict="UNCOALESCED", hint=hint, hint_ko=hint_ko)


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("square")
@pytest.mark.korean(
    "정사각 행렬: 64 x 64", hint="output의 0행 1열에는 input의 몇 행 몇 열이 와야 하나요? 그리고 타일 하나는 통째로 어디로 가나요?"
)
def test_square(judge: Any) -> None:
    """A square matrix: 64 x 64

    Which number of the input belongs into row 0, column 1 of the output? And where does a whole tile go?
    """
    judge.correct()


@pytest.mark.points(9)
@pytest.mark.cases("multiple")
@pytest.mark.korean(
    "모든 타일 크기의 배수, 행이 열보다 많음: 192 x 64", hint="그리드는 어느 행렬을 덮나요? 경계 조건의 M과 N은 그 행렬의 행과 열인가요?"
)
def test_multiple_of_the_tile(judge: Any) -> None:
    """Multiples of every tile size, more rows than columns: 192 x 64

    Which of the two matrices does your grid cover? Are M and N in the guard that matrix's rows and columns?
    """
    judge.correct()


@pytest.mark.points(10)
@pytest.mark.cases("odd")
@pytest.mark.korean(
    "어떤 타일로도 나누어떨어지지 않는 크기: 33 x 65",
    hint="마지막 타일에서 읽을 수가 없는 스레드와 쓸 자리가 없는 스레드는 같은 스레드인가요?",
)
def test_odd_sizes(judge: Any) -> None:
    """Sizes that no tile divides: 33 x 65

    In the last tiles some threads have nothing to read, and some have nothing to write. Are they the same ones?
    """
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("perf")
@pytest.mark.korean("더 큰 행렬: 512 x 384")
def test_large(judge: Any) -> None:
    """A larger matrix: 512 x 384"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("행렬의 범위를 벗어나거나 정렬되지 않은 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix, none that is misaligned"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "두 스레드가 공유하는 수를 두고 경쟁하지 않음", hint="한 스레드가 타일에 쓴 것을 다른 스레드가 읽습니다. 그 사이에 무엇이 기다리나요?"
)
def test_races(judge: Any) -> None:
    """No two threads race for a shared number

    One thread writes into the tile what another one reads. What waits between the two?
    """
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
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


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "입력을 꽉 찬 섹터로 읽음",
    hint="한 워프의 32개 레인이 이웃한 float 32개를 읽으면 4섹터, 서로 다른 32개 행에서 하나씩 읽으면 32섹터가 필요합니다.",
)
def test_global_loads(judge: Any) -> None:
    """The input is read in whole sectors

    32 lanes that read 32 neighbouring floats need 4 sectors, 32 lanes that read from 32 rows need 32.
    """
    blame = [LOAD_SECTORS, LOCAL_SECTORS[0]]
    unit = "sectors read for 32 numbers"
    judge.worst_of(
        lambda: judge.graded(sectors_read(judge), full=4.2, zero=32, unit=unit, verdict="UNCOALESCED", blame=blame),
        lambda: grade_parallelism(judge),
    )


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "출력을 꽉 찬 섹터로 씀",
    hint="읽기와 쓰기가 모두 행을 따라가려면 수들이 그 사이에 다른 스레드의 손으로 건너가야 합니다. 어디에서 건너갈 수 있을까요?",
)
def test_global_stores(judge: Any) -> None:
    """The output is written in whole sectors

    If reading and writing both follow the rows, numbers have to change hands between threads on the way. Where can they?
    """
    blame = [STORE_SECTORS, LOCAL_SECTORS[1]]
    unit = "sectors written for 32 numbers"
    judge.worst_of(
        lambda: judge.graded(sectors_written(judge), full=4.2, zero=32, unit=unit, verdict="UNCOALESCED", blame=blame),
        lambda: grade_parallelism(judge),
    )


@pytest.mark.points(8)
@pytest.mark.category("performance")
@pytest.mark.cases("perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "공유 메모리에 뱅크 충돌이 없음",
    hint="타일의 한 열에 있는 32개 워드의 번호를 적고 32로 나눈 나머지를 구해 보세요. i번째 워드는 i mod 32번 뱅크에 있습니다.",
)
def test_bank_conflicts(judge: Any) -> None:
    """Shared memory without bank conflicts

    Write down the numbers of the 32 words of one of your tile's columns, and what is left of them modulo 32: word i lies in bank i mod 32.
    """
    if sum(map(judge.counter, WAVEFRONTS)) < REQUESTS / 16:  # hardly any shared memory: worth points if numbers change hands by other means
        grade_exchange(judge, "No tile yet, so the sectors count here.", "아직 타일이 없으므로 여기서는 섹터 수로 채점합니다.")
    else:  # a tile is worth them if it does what it is for
        hint = "The tile doesn't pay yet: one of the two matrices is still touched in pieces of its sectors."
        hint_ko = "타일이 아직 보람이 없습니다. 두 행렬 가운데 하나는 여전히 섹터의 일부씩만 접근합니다."
        judge.worst_of(lambda: judge.graded_wavefronts(MOST_WAVEFRONTS, zero=16), lambda: grade_exchange(judge, hint, hint_ko))


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 4096 x 3072",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 뱅크 충돌의 수를 줄마다 볼 수 있습니다. 시간은 대개 그 수를 따라갑니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: 4096 x 3072

    Graded on the emulated GPU, the same file shows its sectors and bank conflicts line by line: time mostly follows them.
    """
    judge.timed(full=1.2, zero=10)
