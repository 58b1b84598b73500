"""08_reduction, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/reduction.h)."""

from typing import Any

import pytest

# Counters of the three reductions of 2^20 numbers, taken together.
CALLS = 3
NUMBERS = CALLS * 2**20

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there
LOAD_REQUESTS = "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"
ATOMICS = "smsp__inst_executed_op_atom.sum"  # of a warp: up to 32 numbers, so 4 sectors
INSTRUCTIONS = "smsp__inst_executed.sum"  # of a warp, in PTX
PER_LOAD = 16  # instructions of a warp that a load brings with it, with what is done to the numbers
CONFLICTS = tuple(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))


def bytes_read(judge: Any) -> float:
    """What comes from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    loaded = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS)
    return float(32 * (loaded + 4 * judge.counter(ATOMICS)) + 4 * judge.counter(CONSTANT) + copied)


def all_ran(judge: Any) -> None:
    """Work that wasn't done costs nothing, so it has to be done: in each of the cases."""
    for run in judge.runs:
        if not run.kernels:
            judge.fail("KERNEL_NOT_RUN", f"case {run.case}: no kernel ran, so there is nothing to count")


def few_instructions(judge: Any) -> None:
    each = judge.counter(INSTRUCTIONS) / (NUMBERS / 32)
    judge.graded(each, full=20, zero=160, unit="instructions of a warp for 32 numbers")


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("sum_block")
@pytest.mark.korean("수 256개의 합")
def test_sum_of_a_block(judge: Any) -> None:
    """The sum of 256 numbers"""
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("sum_odd")
@pytest.mark.korean(
    "수 1,000개의 합",
    hint="1,000은 워프 크기의 배수도 블록 크기의 배수도 아닙니다. 남는 수를 누가 더하고, 맡을 수가 없는 스레드는 무엇을 더하나요?",
)
def test_sum_of_a_thousand(judge: Any) -> None:
    """The sum of 1,000 numbers

    1,000 is no multiple of a warp or a block. Who adds what is left over, and what do threads add that have no number?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("sum_large")
@pytest.mark.korean(
    "수 1,048,576개의 합", hint="여러 블록의 결과가 만나야 합니다. 부분 결과는 작업 공간 어디에 놓이고, 누가 그것을 합치나요?"
)
def test_sum_of_a_million(judge: Any) -> None:
    """The sum of 1,048,576 numbers

    The results of many blocks have to meet. Where in the workspace does each lie, and who puts them together?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("max_odd")
@pytest.mark.korean("수 1,000개의 최댓값")
def test_max_of_a_thousand(judge: Any) -> None:
    """The largest of 1,000 numbers"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("max_large")
@pytest.mark.korean("수 1,048,576개의 최댓값")
def test_max_of_a_million(judge: Any) -> None:
    """The largest of 1,048,576 numbers"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("argmax_odd")
@pytest.mark.korean("수 1,000개 가운데 최댓값의 위치", hint="값 하나와 그 위치는 언제나 함께 움직여야 합니다. 둘이 헤어지는 곳이 있나요?")
def test_argmax_of_a_thousand(judge: Any) -> None:
    """Where the largest of 1,000 numbers stands

    A value and its place have to travel together. Is there a step where they part?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("argmax_large")
@pytest.mark.korean("수 1,048,576개 가운데 최댓값의 위치")
def test_argmax_of_a_million(judge: Any) -> None:
    """Where the largest of 1,048,576 numbers stands"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("입력과 작업 공간의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of x, the result or the workspace"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "스레드 사이의 경쟁이 없음",
    hint="한 스레드가 쓴 것을 다른 스레드가 읽는다면 그 사이에 기다림이 있어야 합니다. 같은 워프 안에서는 __syncwarp(), 워프 사이에서는 "
    "__syncthreads()입니다.",
)
def test_races(judge: Any) -> None:
    """No two threads race for a number

    Between a write and another thread's read there must be something that waits: __syncwarp() within a warp, __syncthreads() between warps.
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
@pytest.mark.korean("블록의 모든 스레드가 같은 배리어에 도달하고, 셔플하는 레인이 모두 참여함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, every lane that a shuffle names takes part"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------

LARGE = pytest.mark.cases("sum_large", "max_large", "argmax_large")


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "각 수를 전역 메모리에서 한 번만, 꽉 찬 섹터로 읽음",
    hint="한 워프의 32개 레인이 한 번에 읽는 주소를 나란히 적어 보세요. 몇 개의 섹터에 걸쳐 있나요?",
)
def test_global_loads(judge: Any) -> None:
    """Each number is read from global memory once, in whole sectors

    Write the addresses side by side that the 32 lanes of a warp read in one load. How many sectors do they touch?
    """
    all_ran(judge)
    judge.graded(
        bytes_read(judge), full=1.05 * 4 * NUMBERS, zero=4 * 4 * NUMBERS, unit="bytes", verdict="TOO_MANY_BYTES", blame=[LOAD_SECTORS]
    )


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "수 하나에 드는 명령이 적음", hint="수마다 하는 일과 블록마다 한 번 하는 일을 나누어 보세요. 트리는 몇 개의 수마다 한 번 지나가나요?"
)
def test_instructions(judge: Any) -> None:
    """Few instructions for each number

    Tell apart what is done for each number and what once for each block. After how many numbers does a tree come?
    """
    all_ran(judge)
    few_instructions(judge)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "공유 메모리를 적게, 뱅크 충돌 없이 사용함",
    hint="블록 하나가 끝날 때까지 공유 메모리를 거쳐야 하는 값은 몇 개인가요? i번째 워드는 i mod 32번 뱅크에 있습니다. "
    "32개 레인이 한 번에 원하는 워드 가운데 몇 개가 같은 뱅크에 있나요?",
)
def test_shared_memory(judge: Any) -> None:
    """Shared memory is asked rarely, and without bank conflicts

    How many values have to pass through shared memory while a block lives? Word i lies in bank i mod 32: of the words that 32 lanes ask for
    at once, how many share a bank?
    """
    all_ran(judge)
    wavefronts, conflicts = sum(map(judge.counter, WAVEFRONTS)), sum(map(judge.counter, CONFLICTS))
    if wavefronts == judge.counter(WAVEFRONTS[1]):  # nobody reads there: worth points only if threads work together by other means
        few_instructions(judge)
        return
    verdict = "BANK_CONFLICT" if 2 * conflicts > wavefronts else "TOO_SLOW"
    judge.graded(wavefronts / (NUMBERS / 1024), full=8, zero=1024, unit="wavefronts for 1,024 numbers", verdict=verdict, blame=WAVEFRONTS)


@pytest.mark.points(9)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "많은 스레드가 함께 읽음",
    hint="GPU에는 멀티프로세서가 백 개쯤 있고, 그 하나하나에서 천 개가 넘는 스레드가 읽기를 기다릴 수 있습니다. "
    "블록이 하나뿐이면 그중 몇 개가 일하나요?",
)
def test_parallelism(judge: Any) -> None:
    """Many threads read at the same time

    A GPU has a hundred multiprocessors, and more than a thousand threads can wait for their loads on each. How many of them work if there
    is one block?
    """
    all_ran(judge)
    # blocks which read nothing and only pass the time don't count
    busy = judge.busy_blocks(lambda run: PER_LOAD * sum(k.metrics.get(LOAD_REQUESTS, 0.0) for k in run.kernels))
    judge.graded(busy, full=16, zero=1, unit="blocks busy at a time, at most")


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean("호출마다 커널 실행이 두 번 이하")
def test_launch_count(judge: Any) -> None:
    """At most two kernel launches in a call"""
    all_ran(judge)
    judge.graded(judge.launches() / CALLS, full=2, zero=8, unit="launches in a call", verdict="TOO_MANY_LAUNCHES")


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("sum_timed", "argmax_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 수 2²⁶개의 합과 2²⁵개의 최댓값 위치",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 명령의 수를 줄마다 볼 수 있습니다. 합을 구하는 시간은 대개 메모리를 읽는 시간입니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: the sum of 2²⁶ numbers, the index of the largest of 2²⁵

    Graded on the emulated GPU, the same file shows its sectors and instructions line by line. Reading from memory is what takes the time,
    if nothing else does.
    """
    judge.timed(full=1.2, zero=10)
