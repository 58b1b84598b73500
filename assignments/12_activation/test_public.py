"""12_activation, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/activation.h)."""

from typing import Any

import pytest

NUMBERS = 262144  # of each of the large cases

SECTOR = 32  # bytes
LOADS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_ld.sum" for memory in ("global", "local"))
STORES = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_st.sum" for memory in ("global", "local"))
ATOMICS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))  # each reads and writes
ADDED = tuple(f"smsp__sass_data_bytes_mem_global_op_{op}.sum" for op in ("atom", "red"))  # 4 for each lane's float
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there, as if that were a sector
INSTRUCTIONS = "smsp__inst_executed.sum"  # of a warp, in PTX
FEW = 20  # instructions of a warp for 32 numbers


def graded_bytes(judge: Any, full: float, zero: float) -> None:
    """Bytes of global memory that are moved for a number, in whole sectors, memsets and copies within the device included. Sectors of which
    lanes use a part are one cause of an excess, and numbers that are moved again the other."""
    sectors = sum(map(judge.counter, (*LOADS, *STORES, CONSTANT))) + 2 * sum(map(judge.counter, ATOMICS))
    filled = sum(work.bytes for run in judge.runs for work in judge.work(run, "memset"))
    copied = sum(2 * work.bytes for run in judge.runs for work in judge.work(run, "DtoD"))
    moved = (SECTOR * sectors + filled + copied) / (NUMBERS * len(judge.runs))
    scattered = SECTOR * (judge.scattered("ld") + judge.scattered("st")) / (NUMBERS * len(judge.runs))
    verdict = "UNCOALESCED" if 2 * scattered > moved - full else "TOO_MANY_BYTES"
    judge.graded(moved, full=full, zero=zero, unit="bytes for a number", verdict=verdict, blame=[LOADS[0], STORES[0], *ATOMICS])


def grade_parallelism(judge: Any, full: float) -> None:
    """Blocks that work side by side. A number takes few instructions: blocks which only pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: FEW * NUMBERS / 32, tickets=True),
        full=full,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("sigmoid", "sigmoid_large")
@pytest.mark.korean(
    "시그모이드: 수 1,003개와 262,144개", hint="1,003은 4로도 블록의 크기로도 나누어떨어지지 않습니다. 나머지는 누가 맡나요?"
)
def test_sigmoid(judge: Any) -> None:
    """Sigmoid: 1,003 and 262,144 numbers

    1,003 is no multiple of 4, nor of a block. Who takes the rest?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("tanh")
@pytest.mark.korean("tanh: 수 1,003개")
def test_tanh(judge: Any) -> None:
    """tanh: 1,003 numbers"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("relu")
@pytest.mark.korean("ReLU: 수 1,000개")
def test_relu(judge: Any) -> None:
    """ReLU: 1,000 numbers"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("leaky", "leaky_large", "elu")
@pytest.mark.korean("Leaky ReLU와 ELU")
def test_leaky_and_elu(judge: Any) -> None:
    """Leaky ReLU and ELU"""
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("back_sigmoid", "back_tanh", "back_tanh_large")
@pytest.mark.korean("시그모이드와 tanh의 역전파", hint="도함수를 y로 나타내 보세요.")
def test_back_smooth(judge: Any) -> None:
    """Backward: sigmoid and tanh

    Write the derivative in terms of y.
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("back_relu", "back_leaky", "back_elu")
@pytest.mark.korean("ReLU, Leaky ReLU, ELU의 역전파", hint="x > 0이 아닌 쪽의 식을 손으로 미분해 보세요. 어떤 인수가 남나요?")
def test_back_kinked(judge: Any) -> None:
    """Backward: ReLU, leaky ReLU and ELU

    Differentiate the formula for the side where x isn't > 0 with a pencil. Which factors remain?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("prelu")
@pytest.mark.korean("PReLU: 채널마다 다른 기울기", hint="x의 i번째 수는 어느 이미지의 어느 채널에 있나요?")
def test_prelu(judge: Any) -> None:
    """PReLU: a slope of its own for each channel

    In which image and which channel is number i of x?
    """
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("back_prelu", "back_prelu_large")
@pytest.mark.korean("PReLU의 역전파: dx와 dslope", hint="기울기 하나는 y의 어느 수들을 바꾸나요? 그 수만큼의 항을 더해야 합니다.")
def test_back_prelu(judge: Any) -> None:
    """Backward: PReLU, dx and dslope

    Which numbers of y does one slope change? So many terms have to be summed.
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


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("sigmoid_large", "leaky_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "순전파: 수 하나에 8바이트만 옮김", hint="x를 읽고 y를 쓰면 4바이트씩 두 번입니다. 레인 0과 1의 주소는 얼마나 떨어져 있나요?"
)
def test_forward_bytes(judge: Any) -> None:
    """Forward: 8 bytes are moved for a number

    Reading x and writing y makes twice 4. How far apart are the addresses of lanes 0 and 1?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=8.4, zero=64), lambda: grade_parallelism(judge, full=16))


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("back_tanh_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("역전파: 수 하나에 12바이트만 옮김", hint="x와 y가 모두 주어집니다. 도함수에는 둘 다 필요한가요?")
def test_backward_bytes(judge: Any) -> None:
    """Backward: 12 bytes are moved for a number

    You are given x and y. Does the derivative need both?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=12.6, zero=64), lambda: grade_parallelism(judge, full=16))


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("back_prelu_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("PReLU의 역전파: 수 하나에 12바이트만 옮김", hint="dx와 dslope에는 같은 x와 dy가 필요합니다. 몇 번 읽나요?")
def test_prelu_bytes(judge: Any) -> None:
    """Backward, PReLU: 12 bytes are moved for a number

    dx and dslope need the same x and dy. How often do you read them?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=13.2, zero=64), lambda: grade_parallelism(judge, full=7.5))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("back_prelu_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "PReLU의 역전파: 전역 메모리의 원자 연산이 적음",
    hint="같은 주소에 대한 원자 연산은 하나씩 차례로 됩니다. 메모리로 가기 전에 어디까지 더해 둘 수 있나요?",
)
def test_prelu_atomics(judge: Any) -> None:
    """Backward, PReLU: few atomics on global memory

    Atomics on one address are done one after the other. How far can you add up before you go to memory?
    """
    judge.launches()  # a wrong result is never fast
    added = sum(kernel.metrics.get(name, 0.0) for run in judge.runs for kernel in run.kernels for name in ADDED) / 4
    judge.graded(
        1024 * added / NUMBERS,
        full=4,
        zero=1024,
        unit="atomics for 1,024 numbers",
        unit_ko="수 1,024개에 원자 연산 {}번",
        blame=ATOMICS,
    )


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("sigmoid_large", "back_tanh_large", "back_prelu_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("호출마다 커널 실행 한 번", hint="두 커널이 같은 수를 읽는다면 하나로 합칠 수 있습니다.")
def test_launch_count(judge: Any) -> None:
    """One kernel launch in a call

    If two kernels read the same numbers they can be one.
    """
    judge.launched()
    judge.graded(
        judge.launches() / len(judge.runs),
        full=1,
        zero=4,
        unit="launches in a call",
        verdict="TOO_MANY_LAUNCHES",
        blame=[*LOADS, *STORES],
        beside=True,
    )


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("leaky_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "수 하나에 드는 명령이 적음", hint="워드 하나가 아니라 16바이트를 한 번에 읽으면, 인덱스와 경계 조건은 몇 개의 수마다 한 번 계산하나요?"
)
def test_instructions(judge: Any) -> None:
    """Few instructions for each number

    If a load takes 16 bytes and not one word, for how many numbers are index and guard computed once?
    """
    each = judge.counter(INSTRUCTIONS) / (NUMBERS / 32)
    judge.graded(each, full=12, zero=80, unit="instructions of a warp for 32 numbers", blame=[INSTRUCTIONS])


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("sigmoid_timed", "back_elu_timed", "back_prelu_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 수 2²⁴개의 시그모이드와 ELU의 역전파, PReLU의 역전파",
    hint="에뮬레이션 GPU에서 채점하면 줄마다 섹터의 수를 볼 수 있습니다. 여기서 시간은 거의 그 수에 달려 있습니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: sigmoid of 2²⁴ numbers, ELU and PReLU back

    Graded on the emulated GPU, the same file shows its sectors line by line. Here, time follows them.
    """
    judge.timed(full=1.2, zero=10)
