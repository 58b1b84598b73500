"""03_vector_matrix, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract
(ck/vector_matrix.h)."""

from typing import Any

import pytest

# Counters are told for every 32 numbers of the output: a warp that touches 32 neighbouring floats needs 4 sectors of 32 bytes.
VECTOR = 1048576  # numbers of the add_large case
MATRIX = 512 * 384  # of sum_large
TERMS = 128 * 96 * 64  # of product_large: multiplications

LOAD_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"
STORE_SECTORS = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
LOCAL_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_local_op_{op}.sum" for op in ("ld", "st"))  # in global memory, too
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there, as if that were a sector
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))


def sectors_read(judge: Any) -> float:
    """Sectors that kernels read, and addresses in constant memory. What the device copies by itself counts as a sector a number."""
    copied = sum(call.bytes for run in judge.runs for call in run.trace if call.kind == "DtoD" and call.phase.startswith("call"))
    read = judge.counter(LOAD_SECTORS) + judge.counter(LOCAL_SECTORS[0]) + judge.counter(CONSTANT)
    return float(read + sum(map(judge.counter, ATOMIC_SECTORS)) + copied / 4)


def sectors_written(judge: Any) -> float:
    return float(judge.counter(STORE_SECTORS) + judge.counter(LOCAL_SECTORS[1]) + sum(map(judge.counter, ATOMIC_SECTORS)))


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.cases("add_256")
@pytest.mark.korean("벡터의 합: 수 256개")
def test_add_a_block(judge: Any) -> None:
    """The sum of two vectors: 256 numbers"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("add_1000", "add_large")
@pytest.mark.korean(
    "벡터의 합: 수 1,000개와 1,048,576개",
    hint="1,000은 블록 크기로 나누어떨어지지 않습니다. 블록이 몇 개 필요하고, 남는 스레드는 무엇을 하나요?",
)
def test_add(judge: Any) -> None:
    """The sum of two vectors: 1,000 and 1,048,576 numbers

    1,000 is no multiple of a block. How many blocks are needed, and what do the threads do that are left over?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("multiply_1000")
@pytest.mark.korean("벡터의 원소별 곱: 수 1,000개")
def test_multiply(judge: Any) -> None:
    """The product of two vectors, number by number: 1,000"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("sum_square")
@pytest.mark.korean("행렬의 합: 64 x 64")
def test_sum_square(judge: Any) -> None:
    """The sum of two matrices: 64 x 64"""
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("sum_odd", "sum_large")
@pytest.mark.korean(
    "행렬의 합, 행과 열의 수가 다름: 50 x 21과 512 x 384",
    hint="그리드의 x는 행을 세나요, 열을 세나요? 그리드, 경계 조건, 인덱스가 모두 같은 대답을 해야 합니다.",
)
def test_sum(judge: Any) -> None:
    """The sum of two matrices, not as many rows as columns: 50 x 21 and 512 x 384

    Does x count rows or columns in your grid? Grid, guard and index must all give the same answer.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("product_square")
@pytest.mark.korean("행렬의 곱: 32 x 32 x 32")
def test_product_square(judge: Any) -> None:
    """The product of two matrices: 32 x 32 x 32"""
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("product_odd", "product_large")
@pytest.mark.korean(
    "행렬의 곱, M과 N과 K가 서로 다름: 50 x 21 x 35와 128 x 96 x 64", hint="A의 한 행에는 수가 몇 개 있고, B의 한 열에는 몇 개 있나요?"
)
def test_product(judge: Any) -> None:
    """The product of two matrices, M, N and K all different: 50 x 21 x 35 and 128 x 96 x 64

    How many numbers are there in a row of A, and how many in a column of B?
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("벡터나 행렬의 범위를 벗어나는 접근이 없음", hint="블록이 만드는 스레드의 수는 수의 개수보다 많을 수 있습니다.")
def test_memory(judge: Any) -> None:
    """No access outside of a vector or a matrix

    A grid may have more threads than there are numbers.
    """
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("두 스레드가 같은 수를 두고 경쟁하지 않음")
def test_races(judge: Any) -> None:
    """No two threads race for a number"""
    judge.clean("racecheck")


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "실패를 놓친 커널 실행이 없음",
    hint="커널 실행은 아무것도 돌려주지 않습니다. 블록에 스레드가 너무 많으면 커널은 아예 실행되지 않고, 물어보아야 알 수 있습니다.",
)
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed

    A launch returns nothing. With too many threads in a block the kernel doesn't run at all, and only who asks will know.
    """
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------


@pytest.mark.points(7)
@pytest.mark.category("performance")
@pytest.mark.cases("add_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "결과의 수 하나에 12바이트만 옮김",
    hint="x와 y를 읽고 z를 쓰면 4바이트씩 세 번입니다. 더 많다면 섹터의 일부만 쓰는 것입니다. 레인 0과 1의 주소는 얼마나 떨어져 있나요?",
)
def test_vector_bytes(judge: Any) -> None:
    """12 bytes are moved for each number of the result

    Reading x and y and writing z makes three times 4. More means sectors used in part: how far apart are the addresses of lanes 0 and 1?
    """
    moved = 32 * (sectors_read(judge) + sectors_written(judge)) / VECTOR
    judge.graded(moved, full=12.6, zero=96, unit="bytes for a number", verdict="UNCOALESCED", blame=[LOAD_SECTORS, STORE_SECTORS])


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("sum_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "행렬의 합에서도 12바이트",
    hint="한 워프의 32개 레인이 한 행의 이웃한 수 32개를 맡으면 한 번에 4섹터, 32개 행에서 하나씩 맡으면 32섹터입니다.",
)
def test_matrix_bytes(judge: Any) -> None:
    """12 bytes in the sum of two matrices too

    32 lanes that take 32 neighbours of one row need 4 sectors, 32 lanes in 32 rows need 32.
    """
    moved = 32 * (sectors_read(judge) + sectors_written(judge)) / MATRIX
    judge.graded(moved, full=12.6, zero=96, unit="bytes for a number", verdict="UNCOALESCED", blame=[LOAD_SECTORS, STORE_SECTORS])


@pytest.mark.points(7)
@pytest.mark.category("performance")
@pytest.mark.cases("product_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "행렬의 곱에서 B의 이웃한 수를 함께 읽음",
    hint="곱셈 32번에 A에서 한 섹터, B에서 네 섹터면 됩니다. A의 어느 첨자와 B의 어느 첨자가 레인에 따라 변하나요?",
)
def test_product_sectors(judge: Any) -> None:
    """In the product, neighbours of B are read together

    One sector of A and four of B are enough for 32 multiplications. Which index of A, and which of B, changes from lane to lane?
    """
    read = sectors_read(judge) / (TERMS / 32)
    judge.graded(read, full=5.25, zero=33, unit="sectors for 32 multiplications", verdict="UNCOALESCED", blame=[LOAD_SECTORS])


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("add_timed", "sum_timed")
@pytest.mark.korean(
    "기준 풀이만큼 빠름: 수 2²⁴개의 합과 4096 x 3072 행렬의 합",
    hint="에뮬레이션 GPU에서 채점하면 줄마다 섹터의 수를 볼 수 있습니다. 여기서 시간은 거의 그 수에 달려 있습니다.",
)
def test_time(judge: Any) -> None:
    """As fast as the reference: the sum of 2²⁴ numbers, and of matrices of 4096 x 3072

    Graded on the emulated GPU, the same file shows its sectors line by line. Here, time follows them.
    """
    judge.timed(full=1.2, zero=10)
