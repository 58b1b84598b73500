"""11_maxpool, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/maxpool.h)."""

from typing import Any

import pytest

SECTOR = 32  # bytes
WORK = 40  # instructions of a warp for 32 numbers of the inputs and outputs
LOADS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_ld.sum" for memory in ("global", "local"))
STORES = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_st.sum" for memory in ("global", "local"))
ATOMICS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))  # each reads and writes
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there, as if that were a sector


def bytes_moved(judge: Any) -> float:
    """Of global memory, in whole sectors, memsets and copies within the device included."""
    sectors = sum(map(judge.counter, (*LOADS, *STORES, CONSTANT))) + 2 * sum(map(judge.counter, ATOMICS))
    filled = sum(work.bytes for run in judge.runs for work in judge.work(run, "memset"))
    copied = sum(2 * work.bytes for run in judge.runs for work in judge.work(run, "DtoD"))
    return float(SECTOR * sectors + filled + copied)


def graded_bytes(judge: Any, full: float, zero: float) -> None:
    """Beside the bytes of the inputs and outputs. Sectors of which lanes use a part are one cause of an excess, and numbers that are moved
    again and again the other."""
    moved, needed = bytes_moved(judge), sum(array.nbytes for run in judge.runs for array in judge.arrays(run).values())
    scattered = SECTOR * (judge.scattered("ld") + judge.scattered("st"))
    verdict = "UNCOALESCED" if 2 * scattered > moved - needed else "TOO_MANY_BYTES"
    judge.graded(
        moved / needed,
        full=full,
        zero=zero,
        unit="times the bytes needed",
        unit_ko="필요한 바이트의 {}배",
        verdict=verdict,
        blame=[LOADS[0], STORES[0], *ATOMICS],
    )


def grade_parallelism(judge: Any, full: float) -> None:
    """Blocks that work side by side. A number takes few instructions: blocks which only pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: WORK * sum(array.size for array in judge.arrays(run).values()) / 32, tickets=True),
        full=full,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(10)
@pytest.mark.cases("pool", "pool_large")
@pytest.mark.korean("2 x 2 윈도, 스트라이드 2: 겹치지 않는 윈도의 최댓값과 그 위치")
def test_pool(judge: Any) -> None:
    """Windows of 2 x 2, stride 2, side by side: the largest number and its place"""
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("pool_overlap", "pool_overlap_large")
@pytest.mark.korean(
    "3 x 3 윈도, 스트라이드 2, 패딩 1: 겹치는 윈도",
    hint="(0, 0) 윈도는 입력의 어느 행과 열을 덮나요? 그중 입력에 없는 자리는 무엇으로 치나요?",
)
def test_pool_overlap(judge: Any) -> None:
    """Windows of 3 x 3, stride 2, padding 1: they overlap

    Which rows and columns of the input does window (0, 0) cover? What do those count as that the input doesn't have?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("pool_darknet")
@pytest.mark.korean(
    "2 x 2 윈도, 스트라이드 1, 오른쪽과 아래에만 패딩 1",
    hint="pad_top과 pad_bottom은 다를 수 있습니다. 윈도가 시작하는 자리를 정하는 것은 어느 쪽인가요?",
)
def test_pool_darknet(judge: Any) -> None:
    """Windows of 2 x 2, stride 1, padding 1 on the right and below only

    pad_top and pad_bottom may differ. Which of them decides where a window begins?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("back")
@pytest.mark.korean("겹치지 않는 윈도의 역전파", hint="어느 윈도에서도 가장 크지 않은 수의 그래디언트는 얼마이고, 그것을 누가 쓰나요?")
def test_back(judge: Any) -> None:
    """Backward, windows side by side

    What is the gradient of a number that is the largest of no window, and who writes it?
    """
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("back_overlap", "back_large")
@pytest.mark.korean("겹치는 윈도의 역전파", hint="여러 윈도가 같은 수를 고를 수 있습니다. 두 스레드가 동시에 더하면 어떻게 되나요?")
def test_back_overlap(judge: Any) -> None:
    """Backward, windows that overlap

    Several windows may choose the same number. What if two threads add to it at the same time?
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("배열의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array"""
    judge.clean("memcheck")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """No races"""
    judge.clean("racecheck")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------


@pytest.mark.points(8)
@pytest.mark.category("performance")
@pytest.mark.cases("pool_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "겹치지 않는 윈도: 입력과 출력을 한 번씩만 옮김",
    hint="한 워프의 32개 레인이 한 번에 읽는 주소를 나란히 적어 보세요. 섹터마다 몇 바이트를 쓰고, 나머지는 언제 다시 읽나요?",
)
def test_pool_bytes(judge: Any) -> None:
    """Windows side by side: input and output are moved once

    Write the addresses down that the 32 lanes of a warp read at a time. How many bytes of each sector are used, and when is the rest read?
    """
    judge.worst_of(lambda: grade_parallelism(judge, full=16), lambda: graded_bytes(judge, full=1.1, zero=4))


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("pool_overlap_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "겹치는 윈도: 입력을 거듭 읽지 않음",
    hint="입력의 수 하나는 몇 개의 윈도에 들어 있나요? 한 블록의 윈도들은 어디에서 그것을 함께 볼 수 있나요?",
)
def test_overlap_bytes(judge: Any) -> None:
    """Windows that overlap: the input isn't read again and again

    In how many windows is a number of the input? Where can all windows of a block look at it?
    """
    judge.worst_of(lambda: grade_parallelism(judge, full=16), lambda: graded_bytes(judge, full=1.3, zero=5))


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("back_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "역전파: 그래디언트를 거의 한 번씩만 옮김",
    hint="dx를 지우는 일과 전역 메모리의 원자 연산도 바이트를 옮깁니다. dx의 한 조각에 더하는 윈도는 어느 것들인가요?",
)
def test_back_bytes(judge: Any) -> None:
    """Backward: the gradients are moved hardly more than once

    Clearing dx and atomics on global memory move bytes too. Which windows add to a given piece of dx?
    """
    judge.worst_of(lambda: grade_parallelism(judge, full=6), lambda: graded_bytes(judge, full=1.3, zero=5))


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("pool_timed", "back_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 평면 1,024개(112 x 112)의 풀링과 역전파",
    hint="에뮬레이션 GPU에서 채점하면 줄마다 섹터의 수를 볼 수 있습니다. 여기서 시간은 거의 그 수에 달려 있습니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: pooling 1,024 planes of 112 x 112, and back

    Graded on the emulated GPU, the same file shows its sectors line by line. Here, time follows them.
    """
    judge.timed(full=1.2, zero=10)
