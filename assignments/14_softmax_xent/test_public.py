"""14_softmax_xent, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract
(ck/softmax_xent.h)."""

from typing import Any

import pytest

# Counters of the three large cases: softmax and loss of 128 x 1000 logits, normalisation of 4 x 32 x 32 x 32 numbers.
LOGITS = 128 * 1000
NUMBERS = 4 * 32 * 32 * 32
ALL = 2 * LOGITS + NUMBERS

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
LOAD_REQUESTS = "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there
INSTRUCTIONS = "smsp__inst_executed.sum"  # of a warp, in PTX
WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
CONFLICTS = tuple(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
FEW = 80  # instructions of a warp for 32 numbers
PER_LOAD = 200  # instructions of a warp that a load brings with it, with the exponentials of what is loaded


def bytes_read(judge: Any) -> float:
    """What comes from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    sectors = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS) + sum(map(judge.counter, ATOMIC_SECTORS))
    return float(32 * sectors + 4 * judge.counter(CONSTANT) + copied)


def all_ran(judge: Any) -> None:
    """Work that wasn't done costs nothing, so it has to be done: in each of the cases."""
    for run in judge.runs:
        if not run.kernels:
            judge.fail("KERNEL_NOT_RUN", f"case {run.case}: no kernel ran, so there is nothing to count")


def grade_reads(judge: Any, needed: float, full: float, zero: float) -> None:
    """Bytes read. What is too much lies beside what the lanes asked for, for the most part, or it was asked for too often."""
    all_ran(judge)
    read = bytes_read(judge)
    scattered = 2 * 32 * judge.scattered("ld") > read - needed
    verdict = "UNCOALESCED" if scattered else "TOO_MANY_BYTES"
    judge.graded(read, full=full, zero=zero, unit="bytes", verdict=verdict, blame=[LOAD_SECTORS, LOCAL_SECTORS])


def few_instructions(judge: Any) -> None:
    each = judge.counter(INSTRUCTIONS) / (ALL / 32)
    judge.graded(each, full=FEW, zero=8 * FEW, unit="instructions of a warp for 32 numbers")


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("softmax_warp")
@pytest.mark.korean(
    "소프트맥스: 8행, 클래스 32개", hint="합은 행마다 따로 구합니다. 한 행을 맡는 스레드는 몇 개이고, 합은 어떻게 모두에게 전해지나요?"
)
def test_softmax(judge: Any) -> None:
    """Softmax: 8 rows of 32 classes

    Each row has a sum of its own. How many threads share a row, and how does its sum get to all of them?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("softmax_odd")
@pytest.mark.korean("소프트맥스: 7행, 클래스 37개", hint="맡을 로짓이 없는 레인은 최댓값과 합에 무엇을 보태나요?")
def test_softmax_odd(judge: Any) -> None:
    """Softmax: 7 rows of 37 classes

    What does a lane that has no logit contribute to the maximum, and what to the sum?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("softmax_extreme")
@pytest.mark.korean(
    "소프트맥스: −10,000에서 10,000까지의 로짓",
    hint="exp(89)는 단정밀도에서 무한대입니다. 분자와 분모를 무엇으로 나누면 몫은 그대로인가요?",
)
def test_softmax_extreme(judge: Any) -> None:
    """Softmax: logits from −10,000 to 10,000

    exp(89) is infinite in single precision. By what can numerator and denominator both be divided, so that the quotient stays?
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("xent_warp")
@pytest.mark.korean("손실과 그래디언트: 8행, 클래스 32개", hint="dx는 평균 손실의 도함수입니다. 종이에 로짓 세 개를 놓고 미분해 보세요.")
def test_xent(judge: Any) -> None:
    """Loss and gradient: 8 rows of 32 classes

    dx is the derivative of the mean loss. Differentiate it on paper for three logits.
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("xent_odd")
@pytest.mark.korean("손실과 그래디언트: 9행, 클래스 21개")
def test_xent_odd(judge: Any) -> None:
    """Loss and gradient: 9 rows of 21 classes"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("norm_planes", "norm_odd")
@pytest.mark.korean("배치 정규화: 2 x 3 x 8 x 8과 3 x 5 x 7 x 9")
def test_normalisation(judge: Any) -> None:
    """Batch normalisation: 2 x 3 x 8 x 8 and 3 x 5 x 7 x 9"""
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("softmax_large", "xent_large", "norm_large")
@pytest.mark.korean(
    "더 큰 경우: 128행, 클래스 1000개와 4 x 32 x 32 x 32", hint="클래스가 블록의 스레드보다 많으면 한 스레드가 여러 개를 맡습니다."
)
def test_large(judge: Any) -> None:
    """Larger ones: 128 rows of 1000 classes, and 4 x 32 x 32 x 32

    Where there are more classes than a block has threads, a thread takes several.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("입력과 출력의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of inputs and outputs"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "스레드 사이의 경쟁이 없음",
    hint="한 스레드가 쓴 것을 다른 스레드가 읽는다면 그 사이에 기다림이 있어야 합니다. 여러 행의 손실은 어떻게 한 수에 더해지나요?",
)
def test_races(judge: Any) -> None:
    """No two threads race for a number

    Between a write and another thread's read there must be something that waits. And how do the losses of many rows get into one number?
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

LARGE = pytest.mark.cases("softmax_large", "xent_large", "norm_large")


@pytest.mark.points(7)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("softmax_large", "xent_large")
@pytest.mark.korean(
    "로짓을 전역 메모리에서 많아야 두 번, 꽉 찬 섹터로 읽음",
    hint="최댓값을 알기 전에 합을 구하기 시작할 수 있을까요? 지금까지의 최댓값이 커지면 지금까지의 합은 어떻게 되나요?",
)
def test_logits_read(judge: Any) -> None:
    """Each logit is read from global memory twice at most, in whole sectors

    Can the sum begin before the maximum is known? If the largest logit so far grows, what becomes of the sum so far?
    """
    grade_reads(judge, needed=2 * 8 * LOGITS, full=2.05 * 8 * LOGITS, zero=8 * 8 * LOGITS)


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("norm_large")
@pytest.mark.korean(
    "정규화가 읽는 바이트: 수마다 4바이트와 그 밖에 조금",
    hint="채널의 네 수는 얼마나 많은 수에 똑같이 쓰이나요? 그것을 읽는 것은 누구인가요?",
)
def test_numbers_read(judge: Any) -> None:
    """Normalisation reads 4 bytes a number, and little else

    For how many numbers are the four of a channel the same, and who reads them?
    """
    grade_reads(judge, needed=4 * NUMBERS, full=1.3 * 4 * NUMBERS, zero=4 * 4 * NUMBERS)


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("softmax_large", "xent_large")
@pytest.mark.korean("확률과 그래디언트를 한 번만, 꽉 찬 섹터로 씀", hint="나중에 나누려고 먼저 써 두는 것이 있나요?")
def test_stores(judge: Any) -> None:
    """Probabilities and gradients are written once, in whole sectors

    Is something written in order to be divided later?
    """
    all_ran(judge)
    written = judge.counter(STORE_SECTORS)
    needed = 2 * LOGITS / 8
    scattered = 2 * judge.scattered("st") > written - needed
    verdict = "UNCOALESCED" if scattered else "TOO_MANY_BYTES"
    judge.graded(written, full=1.1 * needed, zero=8 * needed, unit="sectors", verdict=verdict, blame=[STORE_SECTORS])


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "수 하나에 드는 명령이 적음", hint="수마다 하는 일과 행마다 한 번 하는 일을 나누어 보세요. 나눗셈과 지수 함수는 각각 몇 번인가요?"
)
def test_instructions(judge: Any) -> None:
    """Few instructions for each number

    Tell apart what is done for each number and what once for each row. How many divisions and how many exponentials are there?
    """
    all_ran(judge)
    few_instructions(judge)


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("softmax_large", "xent_large")
@pytest.mark.korean(
    "공유 메모리를 적게, 뱅크 충돌 없이 사용함",
    hint="한 행이 끝날 때까지 공유 메모리를 거쳐야 하는 값은 몇 개인가요? i번째 워드는 i mod 32번 뱅크에 있습니다.",
)
def test_shared_memory(judge: Any) -> None:
    """Shared memory is asked rarely, and without bank conflicts

    How many values of a row have to pass through shared memory? Word i lies in bank i mod 32.
    """
    all_ran(judge)
    wavefronts, conflicts = sum(map(judge.counter, WAVEFRONTS)), sum(map(judge.counter, CONFLICTS))
    if wavefronts == judge.counter(WAVEFRONTS[1]):  # nobody reads there: worth points only if threads work together by other means
        grade_reads(judge, needed=2 * 8 * LOGITS, full=3.05 * 8 * LOGITS, zero=8 * 8 * LOGITS)
        return
    verdict = "BANK_CONFLICT" if 2 * conflicts > wavefronts else "TOO_SLOW"
    blame = CONFLICTS if verdict == "BANK_CONFLICT" else WAVEFRONTS
    judge.graded(
        wavefronts / 256, full=16, zero=1024, unit="wavefronts a row", unit_ko="행마다 웨이브프런트 {}개", verdict=verdict, blame=blame
    )


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean(
    "많은 블록이 나란히 일함",
    hint="GPU에는 멀티프로세서가 백 개쯤 있습니다. 행이 128개일 때 블록은 몇 개인가요?",
)
def test_parallelism(judge: Any) -> None:
    """Many blocks work side by side

    A GPU has a hundred multiprocessors. How many blocks are there for 128 rows?
    """
    all_ran(judge)
    # blocks which read nothing and only pass the time don't count
    busy = judge.busy_blocks(lambda run: PER_LOAD * sum(k.metrics.get(LOAD_REQUESTS, 0.0) for k in run.kernels))
    judge.graded(busy, full=16, zero=1, unit="blocks busy at a time, at most")


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@LARGE
@pytest.mark.korean("호출마다 커널 실행 한 번, 손실에는 하나 더 써도 됨")
def test_launch_count(judge: Any) -> None:
    """One kernel launch in a call, and one more for the loss if need be"""
    all_ran(judge)
    judge.graded(judge.launches(), full=4, zero=16, unit="launches in three calls", unit_ko="세 호출에 {}번", verdict="TOO_MANY_LAUNCHES")


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("softmax_timed", "xent_timed", "norm_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 16,384행, 클래스 1000개와 16 x 64 x 112 x 112",
    hint="에뮬레이션 GPU에서 채점하면 섹터와 명령의 수를 줄마다 볼 수 있습니다. 세 함수 모두 시간은 대개 메모리를 읽고 쓰는 시간입니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: 16,384 rows of 1000 classes, and 16 x 64 x 112 x 112

    Graded on the emulated GPU, the same file shows its sectors and instructions line by line. In all three, reading and writing memory is
    what takes the time, if nothing else does.
    """
    judge.timed(full=1.2, zero=10)
