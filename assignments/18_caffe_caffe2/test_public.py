"""18_caffe_caffe2, public checks: one layer in each of its forms, and the form of answers.json. Each looks at cases of one runtime."""

from typing import Any

import pytest

from grader.checks.answers import Place

REVIEWED = (
    "caffe_channel_mean_layer.cpp",
    "caffe_offset_layer.py",
    "caffe2_hard_sigmoid_op.cc",
    "caffe2_row_steps_op.cc",
    "tf_row_median_op.cc",
    "tf_scale_rows_grad.py",
)
QUESTIONS = {f"review_{file.partition('.')[0]}": Place(REVIEWED) for file in REVIEWED}


# ---- layer.py, in real Caffe: 8 points ------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("python")
@pytest.mark.korean("layer.py: 설정과 순전파", hint="top의 모양은 어느 메서드가 언제 정하나요? scale은 처음에 어떤 값인가요?")
def test_python_forward(judge: Any) -> None:
    """layer.py: setup and forward

    Which method says the top's shape, and when? What does the scale hold at first?
    """

    def look(room: Any) -> None:
        judge.problem.look_start(room, "layer.py")
        for step in judge.problem.steps(room):
            judge.problem.look_forward(room, step, "layer.py")

    judge.each(look)


@pytest.mark.points(4)
@pytest.mark.cases("python")
@pytest.mark.korean("layer.py: 역전파", hint="bottom의 diff와 파라미터의 diff는 규칙이 다릅니다. 잘려 나간 자리의 그래디언트는 얼마인가요?")
def test_python_backward(judge: Any) -> None:
    """layer.py: backward

    The bottom's diff and the parameter's have different rules. What is the gradient where something was cut off?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_data(room, step, "layer.py")
            judge.problem.look_scale(room, step, "layer.py")

    judge.each(look)


# ---- layer.cpp, in the course's layer runtime: 11 points -------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("cpp")
@pytest.mark.korean("layer.cpp: 설정과 순전파", hint="LayerSetUp, Reshape, Forward_cpu는 각각 얼마나 자주 호출되나요?")
def test_cpp_forward(judge: Any) -> None:
    """layer.cpp: setup and forward

    How often is each of LayerSetUp, Reshape and Forward_cpu called?
    """

    def look(room: Any) -> None:
        judge.problem.look_start(room, "layer.cpp")
        for step in judge.problem.steps(room):
            judge.problem.look_forward(room, step, "layer.cpp")

    judge.each(look)


@pytest.mark.points(5)
@pytest.mark.cases("cpp")
@pytest.mark.korean("layer.cpp: 역전파", hint="caffe/layer.hpp의 앞부분에 두 규칙이 적혀 있습니다.")
def test_cpp_backward(judge: Any) -> None:
    """layer.cpp: backward

    Both rules stand at the beginning of caffe/layer.hpp.
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_data(room, step, "layer.cpp")
            judge.problem.look_scale(room, step, "layer.cpp")

    judge.each(look)


# ---- layer.cu, through its C ABI: 9 points --------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("gpu_forward")
@pytest.mark.korean("layer.cu: 순전파", hint="y의 i번째 수는 x의 몇 번째 수에서 오나요? 행과 열과 평면을 차례로 구해 보세요.")
def test_gpu_forward(judge: Any) -> None:
    """layer.cu: forward

    Which number of x is number i of y made of? Find its column, its row and its plane, one after the other.
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("gpu_backward")
@pytest.mark.korean("layer.cu: 역전파", hint="dx에서 여백의 수는 누가 쓰나요? dscale[c] 하나에는 몇 개의 스레드가 더하나요?")
def test_gpu_backward(judge: Any) -> None:
    """layer.cu: backward

    Who writes the numbers of dx that lie in the margin? How many threads add to one dscale[c]?
    """
    judge.correct()


# ---- op.py and op.cc, in Caffe2: 10 points ---------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("caffe2")
@pytest.mark.korean(
    "op.py: Caffe2의 Python 연산자와 그래디언트", hint="출력은 쓰기 전에 모양을 정해야 합니다. 역전파의 입력은 차례로 무엇인가요?"
)
def test_operator_python(judge: Any) -> None:
    """op.py: a Python operator of Caffe2, with its gradient

    An output gets its shape before it is written. Which inputs does the backward function have, one after the other?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_exchanged(room, step, "op.py", "python/")
            judge.problem.look_forward(room, step, "op.py", "python/")
            judge.problem.look_data(room, step, "op.py", "python/")
            judge.problem.look_scale(room, step, "op.py", "python/", added=False)

    judge.each(look)


@pytest.mark.points(3)
@pytest.mark.cases("caffe2")
@pytest.mark.korean("op.cc: 순전파", hint="입력의 모양은 실행할 때마다 새로 물어보나요?")
def test_operator_forward(judge: Any) -> None:
    """op.cc: forward

    Does your operator ask for its input's shape anew in each run?
    """
    judge.each(lambda room: [judge.problem.look_forward(room, step, "op.cc", "cc/") for step in judge.problem.steps(room)])


@pytest.mark.points(3)
@pytest.mark.cases("caffe2")
@pytest.mark.korean("op.cc: 그래디언트", hint="GradientMaker는 블롭의 이름만 다룹니다. 어느 자리에 어느 이름이 있어야 하나요?")
def test_operator_gradient(judge: Any) -> None:
    """op.cc: the gradient

    A GradientMaker only handles names of blobs. Which name belongs to which place?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_exchanged(room, step, "op.cc", "cc/")
            judge.problem.look_data(room, step, "op.cc", "cc/")
            judge.problem.look_scale(room, step, "op.cc", "cc/", added=False)

    judge.each(look)


# ---- the review, and cleanliness -------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.korean("answers.json: 모든 질문에 맞는 형식의 답이 있음", hint='답은 "caffe_offset_layer.py:7"처럼 파일과 줄입니다.')
def test_answers_have_their_form(answers: Any) -> None:
    """answers.json: every question has an answer of the right form

    An answer is a file and a line, such as "caffe_offset_layer.py:7".
    """
    answers.formed(QUESTIONS)


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("gpu_forward", "gpu_backward")
@pytest.mark.korean("layer.cu: 배열의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """layer.cu: no access outside of an array"""
    judge.clean("memcheck")


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("gpu_forward", "gpu_backward")
@pytest.mark.korean("layer.cu: 경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """layer.cu: no races"""
    judge.clean("racecheck")
