"""19_quant_binary, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/quant.h)."""

from typing import Any

import pytest

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there
ATOMICS = "smsp__inst_executed_op_atom.sum"  # of a warp: up to 32 words, so 4 sectors
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st"))

# The product of the counted case: 128 x 128 sums of 4,096 signs, 128 words each.
WORD_PAIRS = 128 * 128 * 128
# What tiles of T x T read, in sectors. Floats in the place of the bits would need 32 times as many.
T32, T2 = (2 * WORD_PAIRS / tile * 4 / 32 for tile in (32, 2))
MOST_WAVEFRONTS = 2 * WORD_PAIRS / 32 * 9 / 8  # of 8 x 8 tiles, in which each comparison reads both of its words there

INSTRUCTIONS = 3 * WORD_PAIRS / 32  # of warps: compare, count, add

NUMBERS = 131072  # that perf_binarise packs, and perf_int8 quantises
PERF_CASES = 3


def bytes_read(judge: Any) -> float:
    """What comes from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    loaded = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS)
    return float(32 * (loaded + 4 * judge.counter(ATOMICS)) + 4 * judge.counter(CONSTANT) + copied)


def bytes_moved(judge: Any) -> float:
    return bytes_read(judge) + 32 * float(judge.counter(STORE_SECTORS))


def grade_bytes(judge: Any, needed: float) -> None:
    """Bytes moved beside those needed. What is too much lies mostly beside what the lanes asked for, or it is data that moves twice."""
    moved = bytes_moved(judge)
    scattered = 32 * (judge.scattered("ld") + judge.scattered("st"))
    verdict = "UNCOALESCED" if 2 * scattered > moved - needed else "TOO_MANY_BYTES"
    judge.graded(moved, full=1.05 * needed, zero=6 * needed, unit="bytes", verdict=verdict, blame=[LOAD_SECTORS, STORE_SECTORS])


def grade_loads(judge: Any) -> None:
    read = bytes_read(judge) / 32
    verdict = "UNCOALESCED" if 2 * judge.scattered("ld") > read - T32 else "REDUNDANT_LOADS"
    judge.graded(read, full=1.05 * T32, zero=T2, unit="sectors", verdict=verdict, blame=[LOAD_SECTORS])


def grade_parallelism(judge: Any) -> None:
    """Blocks that count side by side: 4 have the largest tiles that a kernel may want here."""
    judge.graded(
        judge.busy_blocks(lambda run: INSTRUCTIONS),
        full=3.9,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.cases("int8_plain", "int8_range", "perf_int8")
@pytest.mark.korean("float에서 8비트 정수로", hint="x / scale이 2.5이면 어느 정수가 되고, 200이면 어느 정수가 되나요?")
def test_int8(judge: Any) -> None:
    """From floats to whole numbers of 8 bits

    Which whole number does x / scale become if it is 2.5, and which if it is 200?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("dequantise_plain")
@pytest.mark.korean("그리고 다시 float로")
def test_dequantise(judge: Any) -> None:
    """And back to floats"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("fixed_plain")
@pytest.mark.korean(
    "동적 고정소수점: 그룹마다 자신의 소수부 길이", hint="그룹에서 절댓값이 가장 큰 수가 0.9라면 2의 몇 제곱까지 곱할 수 있나요?"
)
def test_fixed_point(judge: Any) -> None:
    """Dynamic fixed point: each group has its own fractional length

    If the largest magnitude of a group is 0.9, by which power of 2 can it be multiplied?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("log2_plain")
@pytest.mark.korean("비선형 양자화: 가장 가까운 2의 거듭제곱")
def test_log2(judge: Any) -> None:
    """Non-linear quantisation: the nearest power of 2"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("binarise_words", "binarise_odd", "perf_binarise")
@pytest.mark.korean(
    "수 32개의 부호를 한 워드에", hint="K가 45이면 한 행의 두 번째 워드에서 몇 비트가 수에 속하고, 나머지는 무엇이어야 하나요?"
)
def test_binarise(judge: Any) -> None:
    """The signs of 32 numbers in a word

    If K is 45, how many bits of a row's second word belong to a number, and what shall the others be?
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("xnor_words", "xnor_odd", "perf_xnor")
@pytest.mark.korean("XNOR과 비트 세기로 하는 행렬 곱", hint="길이 4인 두 행에서 같은 비트가 0개, 2개, 4개이면 내적은 각각 얼마인가요?")
def test_xnor(judge: Any) -> None:
    """The matrix product by XNOR and counting

    If two rows of length 4 have 0, 2 or 4 equal bits, what is their dot product?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("run_length_example", "run_length_sparse")
@pytest.mark.korean("런 길이 부호", hint="쌍 하나의 자리는 앞에 있는 쌍의 개수가 정합니다. 31보다 긴 런은 쌍이 몇 개 필요한가요?")
def test_run_length(judge: Any) -> None:
    """The run-length code

    A pair's place depends on how many come before it. How many pairs does a run need that is longer than 31?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("emulated")
@pytest.mark.cases("majority_plain")
@pytest.mark.korean("메모리 안의 논리: 다수결")
def test_majority(judge: Any) -> None:
    """Logic in the memory: the majority"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.on("cuda")
@pytest.mark.cases("majority_plain")
@pytest.mark.korean("메모리 안의 논리: 다수결")
def test_majority_on_a_card(judge: Any) -> None:
    """Logic in the memory: the majority"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.on("emulated")  # what a function does on the host is seen there only
@pytest.mark.cases("cost_mobilenet")
@pytest.mark.korean("깊이별 분리 합성곱의 비용")
def test_cost(judge: Any) -> None:
    """What a depthwise separable convolution costs"""
    judge.correct(kernel=False)


@pytest.mark.points(1)
@pytest.mark.on("emulated")
@pytest.mark.cases("reuse_small")
@pytest.mark.korean("데이터 재사용: 버퍼에 접근하는 횟수")
def test_reuse(judge: Any) -> None:
    """Data reuse: how often the buffer is accessed"""
    judge.correct(kernel=False)


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("배열의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("스레드 사이의 경쟁이 없음", hint="한 스레드가 쓴 것을 다른 스레드가 읽는다면 그 사이에 무엇이 기다리나요?")
def test_races(judge: Any) -> None:
    """No two threads race for a value

    Between a write and another thread's read there must be something that waits.
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
@pytest.mark.korean("블록의 모든 스레드가 같은 배리어에 도달하고, 투표하거나 셔플하는 레인이 모두 참여함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, every lane that a vote or shuffle names takes part"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------


@pytest.mark.points(8)
@pytest.mark.category("performance")
@pytest.mark.cases("perf_xnor")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "A와 B의 워드를 전역 메모리에서 몇 번만 읽음: float 타일의 1/32 바이트",
    hint="한 워드에는 수 32개가 들어 있습니다. 블록 하나가 C의 타일을 계산한다면 워드 하나는 몇 개의 원소에 쓰이나요?",
)
def test_product_loads(judge: Any) -> None:
    """The words of A and B are read few times from global memory: 1/32 of the bytes that tiles of floats need

    A word holds 32 numbers. If a block computes a tile of C, how many elements does a word serve?
    """
    judge.worst_of(lambda: grade_loads(judge), lambda: grade_parallelism(judge))


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("perf_xnor")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "공유 메모리를 뱅크 충돌 없이 읽고 씀",
    hint="i번째 워드는 i mod 32번 뱅크에 있습니다. 여러 행의 같은 열을 한꺼번에 원하면 그 워드들은 어느 뱅크에 있나요?",
)
def test_bank_conflicts(judge: Any) -> None:
    """Shared memory is read and written without bank conflicts

    Word i lies in bank i mod 32. If lanes want the same column of several rows at once, in which banks do those words lie?
    """
    if judge.counter(WAVEFRONTS[1]) < bytes_read(judge) / 32 / 16:  # hardly any: worth points only if registers, say, give the reuse
        grade_loads(judge)
    else:  # a tile is worth them if it does what it is for
        judge.worst_of(
            lambda: judge.graded_wavefronts(MOST_WAVEFRONTS, zero=8),
            lambda: judge.graded(
                bytes_read(judge) / 32, full=T32 * 4.2, zero=T2, unit="sectors", verdict="REDUNDANT_LOADS", blame=[LOAD_SECTORS]
            ),
        )


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("perf_binarise")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "수를 꽉 찬 섹터로 읽어 비트로 만듦",
    hint="이웃한 레인이 이웃한 수를 읽는다면 워드 하나의 비트는 32개 레인에 흩어져 있습니다. 무엇이 그것을 모으고, "
    "몇 개의 워드를 한꺼번에 쓰나요?",
)
def test_packing(judge: Any) -> None:
    """Numbers are read in whole sectors and become bits

    If neighbouring lanes read neighbouring numbers, a word's bits lie in 32 lanes. What collects them, and how many words are written at
    once?
    """
    grade_bytes(judge, NUMBERS * (4 + 1 / 8))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("perf_int8")
@pytest.mark.on("emulated")
@pytest.mark.korean("각 수를 한 번 읽고 바이트 하나를 한 번 씀")
def test_quantising(judge: Any) -> None:
    """Each number is read once, and one byte is written once"""
    grade_bytes(judge, NUMBERS * (4 + 1))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("perf_int8", "perf_binarise", "perf_xnor")
@pytest.mark.on("emulated")
@pytest.mark.korean("호출마다 커널 실행 한 번")
def test_launch_count(judge: Any) -> None:
    """A single kernel launch in a call"""
    for run in judge.runs:
        if not run.kernels:
            judge.fail("KERNEL_NOT_RUN", f"case {run.case}: no kernel ran, so there is nothing to count")
    judge.graded(judge.launches() / PERF_CASES, full=1, zero=4, unit="launches in a call", verdict="TOO_MANY_LAUNCHES")


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("timed_binarise", "timed_xnor")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 수 2²⁴개의 부호, 1024 x 1024 x 8192 이진 행렬 곱",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 뱅크 충돌의 수를 줄마다 볼 수 있습니다. 시간은 대개 그 수를 따라갑니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: the signs of 2²⁴ numbers, the binary product 1024 x 1024 x 8192

    Graded on the emulated GPU, the same file shows its sectors and bank conflicts line by line: time mostly follows them.
    """
    judge.timed(full=1.2, zero=10)
