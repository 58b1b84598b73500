"""17_tf_op, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

LAUNCHES = ("one", "a_column", "a_row", "tails", "hidden_exact", "far_offset", "some_nan", "unaligned", "twice", "no_numbers")

# ---- correctness, 35 points: op.cc and grad.py in TensorFlow ---------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("즉시 실행: 다른 크기, 정수는 정확히")
def test_sizes(judge: Any) -> None:
    """Called eagerly: other sizes, and whole numbers exactly"""
    judge.each(lambda room: judge.problem.look_at_value(room, "many"))
    judge.each(lambda room: judge.problem.look_at_value(room, "one"))
    judge.each(lambda room: judge.problem.look_at_value(room, "exact", exact=True))


@pytest.mark.points(3)
@pytest.mark.cases("operator_more")
@pytest.mark.korean(
    "0에서 멀고 서로 가까운 행",
    hint="300.1과 300.2의 제곱에는 몇 자리가 있고, 그 차에는 몇 자리가 남나요? 빼는 것이 먼저인가요, 제곱이 먼저인가요?",
)
def test_offset(judge: Any) -> None:
    """Rows that are far from 0 and close to each other

    How many digits have the squares of 300.1 and 300.2, and how many remain of their difference? What comes first, subtracting or squaring?
    """
    judge.each(lambda room: judge.problem.look_at_value(room, "offset"))
    judge.each(lambda room: judge.problem.look_at_value(room, "offset_double"))


@pytest.mark.points(1.5)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("NaN은 NaN으로 남음", hint="std::min은 둘 중 하나가 NaN이면 무엇을 돌려주나요? 어느 비교가 거짓이 되나요?")
def test_nan(judge: Any) -> None:
    """NaN stays NaN

    What does std::min return if one of the two is NaN? Which comparison is false then?
    """
    judge.each(lambda room: judge.problem.look_at_value(room, "nan"))


@pytest.mark.points(1.5)
@pytest.mark.cases("operator_more")
@pytest.mark.korean(
    "비어 있는 입력", hint="N이나 K가 0이면 y는 비어 있습니다. D가 0이면 y는 비어 있지 않습니다. 무엇이 들어 있어야 하나요?"
)
def test_empty(judge: Any) -> None:
    """Inputs without numbers

    Without rows or centers y is empty. If rows have no numbers it isn't: what has to be in it?
    """
    for name in ("no_rows", "no_centers", "no_numbers"):
        judge.each(lambda room, name=name: judge.problem.look_at_value(room, name))


@pytest.mark.points(2)
@pytest.mark.cases("operator_more")
@pytest.mark.korean(
    "한 그래프를 여러 번 호출: 앞선 호출의 것이 남지 않음",
    hint="커널 객체 하나가 모든 호출을 맡고, 여러 스레드에서 동시에 불리기도 합니다.",
)
def test_again(judge: Any) -> None:
    """One graph, called again and again: nothing is left of earlier calls

    One kernel object serves all calls, also from several threads at once.
    """
    judge.each(lambda room: judge.problem.look_at_graph(room, "again"))


@pytest.mark.points(2)
@pytest.mark.cases("operator_more")
@pytest.mark.korean(
    "그래프 안에서 아무도 쓰지 않게 된 입력", hint="y가 x와 같은 메모리에 있다면, y[i, 0]을 쓴 뒤에 x[i]를 다시 읽어도 되나요?"
)
def test_temporary(judge: Any) -> None:
    """In a graph, with inputs that nobody else holds

    If y lay in the memory of x, might you read x[i] again once y[i, 0] is written?
    """
    judge.each(lambda room: judge.problem.look_at_temporary(room, "temporary", "square"))


@pytest.mark.points(1.5)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("입력은 호출한 뒤에도 그대로임")
def test_inputs(judge: Any) -> None:
    """Inputs are as before behind a call"""
    judge.each(lambda room: judge.problem.look_at_inputs(room, "many", "exact", "offset", "square"))


@pytest.mark.points(4)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("모양 함수: 일부만 아는 입력", hint="차원 수도 모르는 입력이 있습니다. 그때 두 번째 입력은 무엇을 알려 주나요?")
def test_static_shapes(judge: Any) -> None:
    """The shape function: inputs of which only a part is known

    There are inputs of which not even the rank is known. What does the other one tell then?
    """
    judge.each(lambda room: judge.problem.look_at_shapes(room, refusals=False))


@pytest.mark.points(2)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("모양 함수: 맞지 않는 입력을 거부함", hint="행의 길이 D는 두 입력에 모두 있습니다. 하나만 알 때는 어떻게 되나요?")
def test_ranks(judge: Any) -> None:
    """The shape function refuses what can't do

    The length of a row, D, stands in both inputs. What if only one of them tells it?
    """
    judge.each(lambda room: judge.problem.look_at_shapes(room, refusals=True))


@pytest.mark.points(2.5)
@pytest.mark.cases("operator_more")
@pytest.mark.korean(
    "커널: 맞지 않는 모양을 거부함", hint="즉시 실행에서는 모양 함수를 부르지 않습니다. OP_REQUIRES는 어느 함수에서 빠져나오나요?"
)
def test_kernel_refuses_shapes(judge: Any) -> None:
    """The kernel refuses shapes that don't do

    An eager call asks no shape function. Which function does OP_REQUIRES return from?
    """
    judge.each(lambda room: judge.problem.look_at_refusals(room, "shape"))


@pytest.mark.points(1)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("limit이 0보다 크지 않으면 거부함")
def test_kernel_refuses_limits(judge: Any) -> None:
    """A limit that isn't > 0 is refused"""
    judge.each(lambda room: judge.problem.look_at_refusals(room, "limit"))


@pytest.mark.points(1)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("y를 위한 메모리가 없으면 오류를 알림", hint="allocate_output은 무엇을 돌려주나요? 그 값은 코드에서 어떻게 되나요?")
def test_memory_error(judge: Any) -> None:
    """Without memory for y, an error is told

    What does allocate_output return, and what becomes of it in your code?
    """
    judge.each(lambda room: judge.problem.look_at_refusals(room, "memory"))


@pytest.mark.points(2)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("그래디언트: 거리가 정확히 limit인 쌍", hint="규약: limit부터는 y가 변하지 않으므로 아무것도 전달하지 않습니다.")
def test_kink(judge: Any) -> None:
    """The gradient where a distance is exactly limit

    By the contract y doesn't change any more from limit on, so that such a pair passes nothing on.
    """
    judge.each(lambda room: judge.problem.look_at_gradient(room, "kink", exact=True))


@pytest.mark.points(3)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("그래디언트: 모두 잘리거나 하나도 잘리지 않을 때, 배정밀도, 정사각 행렬, 빈 입력")
def test_gradients(judge: Any) -> None:
    """The gradient where all pairs are clipped and where none is, in double precision, of square matrices, of empty ones"""
    for name in ("near", "near_graph", "double_gradient", "square_gradient", "no_rows_gradient", "far"):
        judge.each(lambda room, name=name: judge.problem.look_at_gradient(room, name))


@pytest.mark.points(1)
@pytest.mark.cases("operator_more")
@pytest.mark.korean("tf.test.compute_gradient의 두 야코비 행렬, 다른 크기")
def test_jacobians(judge: Any) -> None:
    """Both Jacobians of tf.test.compute_gradient, of other sizes"""
    judge.each(lambda room: judge.problem.look_at_jacobian(room, "jacobian", "near"))


# ---- correctness: op.cu ----------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.cases("one", "a_column", "a_row", "tails", "hidden_exact", "unaligned")
@pytest.mark.korean("op.cu: 한 행, 한 열, 나머지가 있는 크기, 정렬되지 않은 배열")
def test_launcher_sizes(judge: Any) -> None:
    """op.cu: a row, a column, sizes with a rest, unaligned arrays"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("far_offset", "some_nan", "twice")
@pytest.mark.korean("op.cu: 0에서 먼 행, NaN, 두 번째 호출")
def test_launcher_numbers(judge: Any) -> None:
    """op.cu: rows far from 0, NaN, and a second call"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("no_numbers", "no_rows", "no_centers", all_or_nothing=True)
@pytest.mark.korean("op.cu: 비어 있는 배열", hint="D가 0이면 y를 0으로 채워야 합니다. 블록이 0개인 그리드는 오류입니다.")
def test_launcher_empty(judge: Any) -> None:
    """op.cu: empty arrays

    If D is 0, y has to be filled with zeros. A grid of 0 blocks is an error.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean("op.cu: 모든 크기에서 범위를 벗어나거나 정렬되지 않은 접근이 없음")
def test_memory(judge: Any) -> None:
    """op.cu: no access outside of an array and none that is misaligned, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean("op.cu: 모든 크기에서 경쟁 상태가 없고, 쓰기 전에 읽는 일이 없음")
def test_races(judge: Any) -> None:
    """op.cu: no races, and nothing is read before it was written, whatever the size"""
    judge.worst_of(lambda: judge.clean("racecheck"), lambda: judge.clean("initcheck"))


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean("op.cu: 배리어에 필요한 스레드가 모두 참여함")
def test_barriers(judge: Any) -> None:
    """op.cu: barriers have all the threads they name"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean("op.cu: 런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않고 디바이스를 기다리지 않음")
def test_transfers(judge: Any) -> None:
    """op.cu: the launcher copies nothing between host and device, and waits for nothing"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean("op.cu: 런처가 메모리를 남기지 않음")
def test_leaks(judge: Any) -> None:
    """op.cu: the launcher leaves no memory behind"""
    judge.clean("leak")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*LAUNCHES)
@pytest.mark.korean(
    "op.cu: 모든 커널을 받은 스트림에서 실행함",
    hint="연산자는 TensorFlow가 정한 스트림에서 실행됩니다. 네 번째 인자가 없으면 기본 스트림입니다.",
)
def test_stream(judge: Any) -> None:
    """op.cu: every kernel is launched on the stream that was passed

    TensorFlow decides on which stream an operator runs. Without a fourth argument it is the default stream.
    """
    judge.free_of("WRONG_STREAM")
