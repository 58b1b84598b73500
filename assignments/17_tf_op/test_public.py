"""17_tf_op, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract in README.md."""

from typing import Any

import pytest

RESULTS = 256 * 256  # of the case large

SECTOR = 32  # bytes
LOADS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_ld.sum" for memory in ("global", "local"))
STORES = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_st.sum" for memory in ("global", "local"))
ATOMICS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))  # each reads and writes
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there, as if that were a sector
INSTRUCTIONS = "smsp__inst_executed.sum"  # of a warp, in PTX
FEW = 160  # instructions of a warp for 32 results


# ---- correctness, 40 points: op.cc and grad.py in TensorFlow ---------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("operator")
@pytest.mark.korean("즉시 실행: y가 맞음", hint="x의 i번째 행과 centers의 j번째 행은 펼친 배열의 어디에서 시작하나요?")
def test_value(judge: Any) -> None:
    """Called eagerly, y is right

    Where in the flat arrays do row i of x and row j of centers begin?
    """
    judge.each(judge.problem.look_at_interface)
    judge.each(lambda room: judge.problem.look_at_value(room, "eager"))


@pytest.mark.points(3)
@pytest.mark.cases("operator")
@pytest.mark.korean("배정밀도", hint="REGISTER_OP은 두 형을 약속합니다. 형마다 커널이 있나요? 그 커널은 어떤 형으로 계산하나요?")
def test_double(judge: Any) -> None:
    """Double precision

    REGISTER_OP promises two types. Has each of them a kernel, and in which type does it compute?
    """
    judge.each(lambda room: judge.problem.look_at_value(room, "double"))


@pytest.mark.points(3)
@pytest.mark.cases("operator")
@pytest.mark.korean("크기를 모르는 그래프에서 호출: 크기가 다른 입력 두 쌍", hint="그래프를 만들 때 모르던 크기는 호출할 때 어디에 있나요?")
def test_graph(judge: Any) -> None:
    """In a graph that knows no sizes, called with two pairs of inputs

    Sizes that nobody knew when the graph was built: where are they when it is called?
    """
    judge.each(lambda room: judge.problem.look_at_graph(room, "graph"))


@pytest.mark.points(6)
@pytest.mark.cases("operator")
@pytest.mark.korean(
    "모양 함수: 아는 만큼 말함", hint="y의 두 크기는 각각 어느 입력의 어느 차원에서 오나요? 그 차원을 모를 때는 무엇이라고 해야 하나요?"
)
def test_static_shape(judge: Any) -> None:
    """The shape function says as much as is known

    From which dimension of which input does each of y's two sizes come? What is to be said where that dimension isn't known?
    """
    judge.each(lambda room: judge.problem.look_at_shapes(room, refusals=False))


@pytest.mark.points(3)
@pytest.mark.cases("operator")
@pytest.mark.korean(
    "모양 함수: 행렬이 아닌 입력을 그래프를 만들 때 거부함", hint="InferenceContext의 함수 중에 차원 수를 확인하는 것이 있습니다."
)
def test_rank(judge: Any) -> None:
    """The shape function refuses what isn't a matrix while the graph is built

    One of InferenceContext's functions asks for a rank.
    """
    judge.each(lambda room: judge.problem.look_at_shapes(room, refusals=True))


@pytest.mark.points(6)
@pytest.mark.cases("operator")
@pytest.mark.korean(
    "그래디언트: 즉시 실행", hint="y[i, j]를 x[i, d]와 centers[j, d]로 각각 미분해 보세요. 같은 x[i, d]는 몇 개의 y에 들어 있나요?"
)
def test_gradient(judge: Any) -> None:
    """The gradient of both inputs, eagerly

    Differentiate y[i, j] with respect to x[i, d] and to centers[j, d]. How many numbers of y does one x[i, d] take part in?
    """
    judge.each(lambda room: judge.problem.look_at_gradient(room, "gradient"))


@pytest.mark.points(3)
@pytest.mark.cases("operator")
@pytest.mark.korean(
    "그래디언트: 크기를 모르는 그래프 안", hint="그래프를 만드는 동안에는 텐서에 값이 없습니다. 정적인 크기도 없을 수 있습니다."
)
def test_gradient_in_graph(judge: Any) -> None:
    """The gradient in a graph that knows no sizes

    While a graph is built a tensor has no numbers yet, and it may have no static sizes either.
    """
    judge.each(lambda room: judge.problem.look_at_gradient(room, "gradient_graph"))


@pytest.mark.points(2)
@pytest.mark.cases("operator")
@pytest.mark.korean("tf.test.compute_gradient의 두 야코비 행렬", hint="두 행렬이 다르면 도함수가, 둘 다 틀리면 y가 의심스럽습니다.")
def test_jacobian(judge: Any) -> None:
    """Both Jacobians of tf.test.compute_gradient

    If they differ, doubt the derivative; if both are wrong, y.
    """
    judge.each(lambda room: judge.problem.look_at_jacobian(room, "jacobian", "gradient"))


# ---- correctness: op.cu ----------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("small", "odd", "public_exact", "large")
@pytest.mark.korean(
    "op.cu: 작은 배열, 홀수 크기, 정수, 큰 배열", hint="N, K, D가 블록의 크기로 나누어떨어지지 않으면 누가 나머지를 맡나요?"
)
def test_launcher(judge: Any) -> None:
    """op.cu: small arrays, odd sizes, whole numbers, large arrays

    If N, K and D are no multiples of a block, who takes the rest?
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("small", "odd", "public_exact", "large")
@pytest.mark.korean("op.cu: 배열의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """op.cu: no access outside of an array"""
    judge.clean("memcheck")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("small", "odd", "public_exact", "large")
@pytest.mark.korean("op.cu: 경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """op.cu: no races"""
    judge.clean("racecheck")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("small", "odd", "public_exact", "large")
@pytest.mark.korean("op.cu: 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """op.cu: no launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 15 points where counters can be read: the same on every machine ------------------------------------


def graded_bytes(judge: Any, full: float, zero: float) -> None:
    """Bytes of global memory that are moved for a result, in whole sectors. Sectors of which lanes use a part are one cause of an excess,
    and rows that are read again for each result the other."""
    sectors = sum(map(judge.counter, (*LOADS, *STORES, CONSTANT))) + 2 * sum(map(judge.counter, ATOMICS))
    moved = SECTOR * sectors / RESULTS
    scattered = SECTOR * (judge.scattered("ld") + judge.scattered("st")) / RESULTS
    verdict = "UNCOALESCED" if 2 * scattered > moved - full else "TOO_MANY_BYTES"
    judge.graded(moved, full=full, zero=zero, unit="bytes for a result", verdict=verdict, blame=[LOADS[0], STORES[0]])


def grade_parallelism(judge: Any, full: float) -> None:
    """Blocks that work side by side."""
    judge.graded(
        judge.busy_blocks(lambda run: FEW * RESULTS / 32, tickets=True),
        full=full,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


@pytest.mark.points(9)
@pytest.mark.category("performance")
@pytest.mark.cases("large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "op.cu: 결과 하나에 옮기는 바이트가 적음",
    hint="한 블록의 결과들은 어떤 행을 함께 쓰나요? 이웃한 레인이 읽는 주소는 얼마나 떨어져 있나요?",
)
def test_bytes(judge: Any) -> None:
    """op.cu: few bytes are moved for a result

    Which rows do the results of one block share? How far apart are the addresses that neighbouring lanes read?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=48, zero=768), lambda: grade_parallelism(judge, full=12))


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 호출마다 커널 실행 한 번", hint="거리를 구하는 커널이 자르는 일도 할 수 있나요?")
def test_launch_count(judge: Any) -> None:
    """op.cu: one kernel launch in a call

    Can the kernel that has the sum clip it, too?
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


# ---- performance, 15 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(15)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("timed")
@pytest.mark.korean("op.cu: 기준 풀이만큼 빠름", hint="에뮬레이션 GPU에서 채점하면 줄마다 섹터의 수를 볼 수 있습니다.")
def test_time(judge: Any) -> None:
    """op.cu: as fast as the reference

    Graded on the emulated GPU, the same file shows its sectors line by line.
    """
    judge.timed(full=1.2, zero=10)
