"""13_fully_connected, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract
(ck/fully_connected.h)."""

from typing import Any

import pytest

# Counters of a forward and a backward pass of 64 samples, 256 inputs and 256 outputs, in sectors of 32 bytes (8 floats). Each of the three
# products needs 2*B*I*O / T floats if blocks stage T x T tiles.
B, I, O = 64, 256, 256  # noqa: E741
PRODUCTS = 3
T32 = PRODUCTS * 2 * B * I * O / 32 / 8  # 98,304 sectors
T4 = PRODUCTS * 2 * B * I * O / 4 / 8
STORES = (B * O + B * I + O * I + O) / 8  # y, dx, dW and dbias once, in whole sectors
FMAS = B * I * O / 32  # of warps, in one product

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
ATOMICS = "smsp__inst_executed_op_atom.sum"  # of a warp: up to 32 numbers, so 4 sectors
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
CONSTANT = "idc__requests.sum"  # one for each distinct number that a warp reads there: 4 bytes
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
MOST_WAVEFRONTS = PRODUCTS * 2 * FMAS * 9 / 8  # of 8 x 8 tiles, in which each product reads both of its factors there


def sectors_read(judge: Any) -> float:
    """Sectors that come from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    loaded = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS)
    atomic = max(4 * judge.counter(ATOMICS), sum(map(judge.counter, ATOMIC_SECTORS)))
    return float(loaded + atomic + judge.counter(CONSTANT) / 8 + copied / 32)


def grade_loads(judge: Any) -> None:
    """Sectors read. What is too much lies beside what the lanes asked for, for the most part, or the same numbers are read too often."""
    read = sectors_read(judge)
    scattered = 2 * judge.scattered("ld") > read - T32
    verdict = "UNCOALESCED" if scattered else "REDUNDANT_LOADS"
    judge.graded(read, full=1.05 * T32, zero=T4, unit="sectors", verdict=verdict, blame=[LOAD_SECTORS, LOCAL_SECTORS])


def grade_reuse(judge: Any) -> None:
    """What a tile is for, at its least: in one of 8 x 8 each number that was read serves 8 elements."""
    judge.graded(
        sectors_read(judge),
        full=1.05 * 4 * T32,
        zero=16 * T32,
        unit="sectors",
        verdict="REDUNDANT_LOADS",
        blame=[LOAD_SECTORS],
        hint="Shared memory is used, and yet the factors are read about as often as without it. Who needs the numbers that lie there?",
        hint_ko="공유 메모리를 쓰는데도 두 행렬을 그것 없이 읽을 때만큼 자주 읽습니다. 거기 놓인 수는 누구에게 필요한가요?",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(7)
@pytest.mark.cases("forward_whole")
@pytest.mark.korean(
    "순전파: 표본 64개, 입력 32개, 출력 16개",
    hint="W는 출력마다 한 행입니다. 출력 하나를 구하려면 W의 어느 수들이 필요하고, 메모리에서 어디에 있나요?",
)
def test_forward(judge: Any) -> None:
    """Forward: 64 samples, 32 inputs, 16 outputs

    W has a row for each output. Which numbers of W does one output need, and where do they lie in memory?
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("forward_odd")
@pytest.mark.korean("순전파: 표본 5개, 입력 37개, 출력 23개", hint="타일의 가장자리 밖에 있는 스레드는 합에 무엇을 보태나요?")
def test_forward_odd(judge: Any) -> None:
    """Forward: 5 samples, 37 inputs, 23 outputs

    What do threads beyond the edge of a tile contribute to a sum?
    """
    judge.correct()


@pytest.mark.points(9)
@pytest.mark.cases("backward_whole")
@pytest.mark.korean(
    "역전파: 표본 64개, 입력 32개, 출력 16개",
    hint="가중치 하나는 모든 표본의 출력에 영향을 줍니다. 그 도함수는 무엇에 대한 합인가요? 바이어스는 어떤가요?",
)
def test_backward(judge: Any) -> None:
    """Backward: 64 samples, 32 inputs, 16 outputs

    A weight has a part in the outputs of all samples. Over what is its derivative summed, and that of a bias?
    """
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("backward_odd")
@pytest.mark.korean("역전파: 표본 13개, 입력 29개, 출력 19개")
def test_backward_odd(judge: Any) -> None:
    """Backward: 13 samples, 29 inputs, 19 outputs"""
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("forward_large", "backward_large")
@pytest.mark.korean("더 큰 계층: 표본 64개, 입력 256개, 출력 256개")
def test_large(judge: Any) -> None:
    """A larger layer: 64 samples, 256 inputs, 256 outputs"""
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
    "두 스레드가 한 수를 두고 경쟁하지 않음",
    hint="한 자리에 쓰는 일과 다른 스레드가 그 자리를 읽는 일 사이에는 배리어가 있어야 합니다. 읽은 뒤 다시 쓰기 전에도 마찬가지입니다.",
)
def test_races(judge: Any) -> None:
    """No two threads race for a number

    Between a write and another thread's read of the same place there must be a barrier; between that read and the next write too.
    """
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "쓰기 전에 읽는 일이 없음", hint="출력에는 호출 전에 무엇이든 들어 있을 수 있습니다. 거기에 더하려면 먼저 무엇이 있어야 하나요?"
)
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written

    An output holds anything before the call. Whoever adds to it needs something there first: who writes it?
    """
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

LARGE = pytest.mark.cases("forward_large", "backward_large")


@pytest.mark.points(7)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "세 곱의 인수를 전역 메모리에서 몇 번만, 꽉 찬 섹터로 읽음",
    hint="세 결과는 모두 행렬의 곱이고, 그중 한 행렬은 전치되어 있습니다. 전치된 행렬의 타일을 읽을 때 이웃한 레인은 이웃한 주소를 읽나요?",
)
def test_global_loads(judge: Any) -> None:
    """The factors of the three products are read from global memory few times, in whole sectors

    All three results are products of matrices, and one matrix of each is turned. When a tile of a turned matrix is staged, do neighbouring
    lanes read neighbouring addresses?
    """
    grade_loads(judge)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean("결과를 한 번만, 꽉 찬 섹터로 씀", hint="y를 쓰고 나서 다시 손대는 것은 누구인가요?")
def test_global_stores(judge: Any) -> None:
    """Results are written once, in whole sectors

    Who touches y again after it was written?
    """
    stored, added = judge.counter(STORE_SECTORS), sum(map(judge.counter, ATOMIC_SECTORS))
    scattered = 2 * judge.scattered("st") > stored + added - STORES  # else they are whole sectors, but too many
    judge.graded(
        stored + added,
        full=1.1 * STORES,
        zero=4 * STORES,
        unit="sectors",
        verdict="UNCOALESCED" if scattered else "TOO_MANY_BYTES",
        blame=[STORE_SECTORS, *ATOMIC_SECTORS],
        beside=not scattered and stored >= added,  # who touches y again; sums of atomics are made where the work is
    )


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "공유 메모리를 뱅크 충돌 없이 읽고 씀",
    hint="i번째 워드는 i mod 32번 뱅크에 있습니다. 타일을 행을 따라 쓰고 열을 따라 읽으면, 레인 32개가 원하는 워드는 뱅크 몇 개에 있나요?",
)
def test_bank_conflicts(judge: Any) -> None:
    """Shared memory is read and written without bank conflicts

    Word i lies in bank i mod 32. If a tile is written along its rows and read along its columns, in how many banks are the words that 32
    lanes want?
    """
    staged = judge.counter(WAVEFRONTS[1])  # at 32 floats each; a kernel that stages what it reads has one for every 4 sectors
    if staged < sectors_read(judge) / 16:  # hardly any shared memory, so no conflict: worth points only if registers, say, give the reuse
        grade_loads(judge)
    else:  # a tile is worth them if it does what it is for
        judge.worst_of(lambda: judge.graded_wavefronts(MOST_WAVEFRONTS, zero=8), lambda: grade_reuse(judge))


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean("많은 블록이 나란히 일함", hint="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.")
def test_parallelism(judge: Any) -> None:
    """Many blocks work side by side

    A GPU has a hundred multiprocessors, and each block runs on one of them.
    """
    # a product needs little else than its multiplications: blocks which only pass the time don't count
    judge.graded(judge.busy_blocks(lambda run: 16 * FMAS, tickets=True), full=7.5, zero=1, unit="blocks busy at a time, at most")


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "순전파에 커널 실행 한 번, 역전파에 두 번 이하",
    hint="바이어스와 그 그래디언트는 다른 결과와 같은 수를 필요로 합니다. 그 수를 이미 손에 들고 있는 것은 누구인가요?",
)
def test_launch_count(judge: Any) -> None:
    """One kernel launch forward, at most two backward

    The bias and its gradient need the same numbers as other results. Who holds them already?
    """
    launches = judge.launches()
    judge.graded(launches, full=3, zero=8, unit="launches in two calls", unit_ko="두 호출에 {}번", verdict="TOO_MANY_LAUNCHES")


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("forward_timed", "backward_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 표본 1024개, 입력 1024개, 출력 1024개",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 뱅크 충돌의 수를 줄마다 볼 수 있습니다. 시간은 대개 그 수를 따라갑니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: 1024 samples, 1024 inputs, 1024 outputs

    Graded on the emulated GPU, the same file shows its sectors and bank conflicts line by line: time mostly follows them.
    """
    judge.timed(full=1.2, zero=10)
