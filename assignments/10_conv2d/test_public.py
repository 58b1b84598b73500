"""10_conv2d, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/conv2d.h)."""

from typing import Any

import pytest

# Sectors of 32 bytes (8 floats) of the cases whose counters are graded, if every array is read or written once.
X_FORWARD, W_FORWARD = 8 * 32 * 32 / 8, 64 * 8 * 9 / 8  # 1,024 and 576 sectors
FORWARD = X_FORWARD + W_FORWARD
IM2COL = 2 * (8 * 16 * 16 + 8 * 9 * 16 * 16) / 8 + W_FORWARD  # x and the columns of both images, w once
WRITTEN = 2 * (8 * 9 * 16 * 16 + 64 * 16 * 16) / 8  # columns and y
DATA = (32 * 16 * 16 + 32 * 64 * 9) / 8
WEIGHT = 2 * (16 * 16 * 16 + 32 * 16 * 16) / 8
# Multiplications of the same cases.
FORWARD_PRODUCTS = 64 * 8 * 9 * 32 * 32
IM2COL_PRODUCTS = 2 * 64 * 8 * 9 * 16 * 16
DATA_PRODUCTS = 32 * 64 * 9 * 16 * 16
WEIGHT_PRODUCTS = 2 * 32 * 16 * 9 * 16 * 16

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
LOCAL_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum"  # arrays of a thread that are in no registers lie in global memory
CONSTANT = "idc__requests.sum"  # one for each distinct number that a warp reads there: 4 bytes
ATOMICS = "smsp__inst_executed_op_atom.sum"  # of a warp: up to 32 numbers, so 4 sectors
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))


def sectors_read(judge: Any) -> float:
    """Sectors that come from global memory: by loads, by atomics, by copies on the device, by way of local and of constant memory."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    loaded = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS)
    atomic = max(4 * judge.counter(ATOMICS), sum(map(judge.counter, ATOMIC_SECTORS)))
    return float(loaded + atomic + judge.counter(CONSTANT) / 8 + copied / 32)


def grade_loads(judge: Any, once: float, full: float, zero: float) -> None:
    """Sectors read, in multiples of what reading every operand once takes. What is too much is scattered, or read too often."""
    times = sectors_read(judge) / once
    scattered = 2 * judge.scattered("ld") > (times - full) * once
    verdict = "UNCOALESCED" if scattered else "REDUNDANT_LOADS"
    judge.graded(
        times,
        full=full,
        zero=zero,
        unit="times the sectors of every operand",
        unit_ko="피연산자 전체 섹터의 {}배",
        verdict=verdict,
        blame=[LOAD_SECTORS, LOCAL_SECTORS],
    )


def grade_parallelism(judge: Any, products: int, full: float, each: int = 4) -> None:
    """Blocks that multiply side by side. A convolution needs little else than multiplications, `each` instructions for one of them at most:
    blocks that pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: each * products / 32, tickets=True),
        full=full,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("fwd_plain")
@pytest.mark.korean("순전파: 패딩 없음, 스트라이드 1", hint="가중치 w[k][c][r][s]는 출력 (p, q)에서 입력의 어느 행, 어느 열과 만나나요?")
def test_forward(judge: Any) -> None:
    """Forward: no padding, stride 1

    Which row and which column of the input does the weight w[k][c][r][s] meet for output (p, q)?
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("fwd_padded")
@pytest.mark.korean(
    "순전파: 행과 열의 패딩이 다름",
    hint="첫 번째 출력의 윈도는 입력 밖에서 시작합니다. 몇 행, 몇 열만큼 밖이고, 그곳의 수는 무엇으로 치나요?",
)
def test_forward_padded(judge: Any) -> None:
    """Forward: rows and columns padded differently

    The first output's window begins outside of the input. By how many rows and columns, and what do the numbers there count as?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("fwd_strided")
@pytest.mark.korean("순전파: 스트라이드 2와 3")
def test_forward_strided(judge: Any) -> None:
    """Forward: strides of 2 and 3"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("im2col_padded")
@pytest.mark.korean(
    "im2col과 행렬 곱: 같은 y", hint="작업 공간에는 이미지 한 장의 열만 들어갑니다. 한 열에는 몇 개의 수가 있고, 열은 몇 개인가요?"
)
def test_im2col(judge: Any) -> None:
    """im2col and a matrix product: the same y

    The workspace holds one image's columns. How many numbers has a column, and how many columns are there?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("data_padded")
@pytest.mark.korean("x의 그래디언트", hint="x의 한 픽셀은 어느 출력들에 들어갔고, 그때마다 어느 가중치와 곱해졌나요?")
def test_backward_data(judge: Any) -> None:
    """The gradient with respect to x

    Into which outputs did one pixel of x go, and which weight was it multiplied with each time?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("weight_padded")
@pytest.mark.korean(
    "w와 바이어스의 그래디언트", hint="가중치 하나는 모든 이미지의 모든 픽셀에서 쓰입니다. 어느 인덱스에 대해 합을 취하나요?"
)
def test_backward_weight(judge: Any) -> None:
    """The gradients with respect to w and the bias

    A weight is used in every pixel of every image. Over which indices is the sum taken?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("cudnn_padded")
@pytest.mark.korean("cuDNN으로: 같은 y", hint="cuDNN에는 이름이 같은 두 가지 합성곱이 있습니다. 바이어스는 누가 더하나요?")
def test_cudnn(judge: Any) -> None:
    """By cuDNN: the same y

    cuDNN knows two things by the name of convolution. And who adds the bias?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.on("emulated")
@pytest.mark.cases("cost_alexnet", "cost_vgg16")
@pytest.mark.korean("AlexNet과 VGG-16의 파라미터와 MAC", hint="가중치 하나는 이미지 한 장에서 몇 번 곱해지나요? 합은 32비트에 들어가나요?")
def test_cost(judge: Any) -> None:
    """Parameters and MACs of AlexNet and VGG-16

    How often is one weight multiplied in one image? Does the sum fit into 32 bits?
    """
    judge.correct(kernel=False)


@pytest.mark.points(3)
@pytest.mark.on("cuda")
@pytest.mark.cases("fwd_perf", "data_perf", "weight_perf")
@pytest.mark.korean("더 큰 합성곱")
def test_larger_on_a_card(judge: Any) -> None:
    """Larger convolutions"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("배열과 작업 공간의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array or of the workspace"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "경쟁 상태가 없음", hint="한 자리에 쓰는 일과 다른 스레드가 그 자리를 읽거나 쓰는 일 사이에는 배리어나 원자적 연산이 필요합니다."
)
def test_races(judge: Any) -> None:
    """No races

    Between a write and another thread's access to the same place there must be a barrier, or both must be atomic.
    """
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("쓰기 전에 읽는 일이 없음", hint="헤일로는 누가 읽어 오나요? 출력이 없는 스레드도 필요한가요?")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written

    Who loads the halo? Are threads needed there that have no output?
    """
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


@pytest.mark.points(7)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("fwd_perf")
@pytest.mark.korean(
    "순전파가 x와 w를 전역 메모리에서 몇 번만 읽음",
    hint="x의 수 하나는 탭 9개와 출력 채널 64개에 쓰입니다. 한 번 읽은 수를 블록과 스레드가 몇 번 쓰나요?",
)
def test_forward_loads(judge: Any) -> None:
    """Forward reads x and w few times from global memory

    A number of x is used by 9 taps and 64 output channels. How often do a block and a thread use it, once it was read?
    """
    judge.worst_of(lambda: grade_loads(judge, FORWARD, full=18, zero=400), lambda: grade_parallelism(judge, FORWARD_PRODUCTS, full=3.9))


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("im2col_perf")
@pytest.mark.korean(
    "im2col과 곱이 열을 전역 메모리에서 몇 번만 읽음", hint="열의 수 하나는 출력 채널마다 필요합니다. 09_gemm의 타일을 떠올려 보세요."
)
def test_im2col_loads(judge: Any) -> None:
    """im2col and product read the columns few times from global memory

    Every output channel needs each number of the columns: think of the tiles of 09_gemm.
    """
    judge.worst_of(lambda: grade_loads(judge, IM2COL, full=3.5, zero=60), lambda: grade_parallelism(judge, IM2COL_PRODUCTS, full=3.9))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("im2col_perf")
@pytest.mark.korean("열과 y를 한 번씩, 꽉 찬 섹터로 씀", hint="이웃한 스레드는 작업 공간의 이웃한 자리에 쓰나요?")
def test_im2col_stores(judge: Any) -> None:
    """Columns and y are written once, in whole sectors

    Do neighbouring threads write into neighbouring places of the workspace?
    """
    stored, added = judge.counter(STORE_SECTORS), sum(map(judge.counter, ATOMIC_SECTORS))
    scattered = 2 * judge.scattered("st") > stored + added - WRITTEN
    judge.graded(
        stored + added,
        full=1.1 * WRITTEN,
        zero=8 * WRITTEN,
        unit="sectors",
        verdict="UNCOALESCED" if scattered else "TOO_MANY_BYTES",
        blame=[STORE_SECTORS, *ATOMIC_SECTORS],
        beside=not scattered and stored >= added,  # who writes again; sums of atomics are made where the work is
    )


@pytest.mark.points(1)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("im2col_perf")
@pytest.mark.korean("이미지마다 커널 실행이 두 번 이하")
def test_im2col_launches(judge: Any) -> None:
    """At most two kernel launches for an image"""
    judge.graded(
        judge.launches() / 2, full=2, zero=16, unit="launches for an image", unit_ko="이미지마다 실행 {}번", verdict="TOO_MANY_LAUNCHES"
    )


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("data_perf")
@pytest.mark.korean("x의 그래디언트가 dy와 w를 몇 번만 읽음", hint="이것도 합성곱입니다. 순전파에서 아낀 방법이 여기에도 통하나요?")
def test_data_loads(judge: Any) -> None:
    """The gradient of x reads dy and w few times

    It is a convolution as well: does what saved loads in the forward pass work here too?
    """
    judge.worst_of(lambda: grade_loads(judge, DATA, full=10, zero=160), lambda: grade_parallelism(judge, DATA_PRODUCTS, full=2.5))


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.on("emulated")
@pytest.mark.cases("weight_perf")
@pytest.mark.korean("w의 그래디언트가 x와 dy를 몇 번만 읽음", hint="가중치 하나마다 x와 dy를 모두 읽는다면 같은 수를 몇 번 읽게 되나요?")
def test_weight_loads(judge: Any) -> None:
    """The gradient of w reads x and dy few times

    If every weight reads x and dy for itself, how often is the same number read?
    """
    judge.worst_of(  # 32 x 145 sums fill tiles badly, so that many threads multiply for nothing
        lambda: grade_loads(judge, WEIGHT, full=6, zero=400),
        lambda: grade_parallelism(judge, WEIGHT_PRODUCTS, full=2.5, each=9),
    )


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(10)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("fwd_timed")
@pytest.mark.korean("순전파가 기준 풀이만큼 빠름")
def test_forward_time(judge: Any) -> None:
    """Forward is as fast as the reference"""
    judge.timed(full=1.2, zero=10)


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("data_timed")
@pytest.mark.korean("x의 그래디언트가 기준 풀이만큼 빠름")
def test_data_time(judge: Any) -> None:
    """The gradient of x is as fast as the reference's"""
    judge.timed(full=1.2, zero=10)


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("weight_timed")
@pytest.mark.korean("w의 그래디언트가 기준 풀이만큼 빠름")
def test_weight_time(judge: Any) -> None:
    """The gradient of w is as fast as the reference's"""
    judge.timed(full=1.2, zero=10)
