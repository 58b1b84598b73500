"""18_caffe_caffe2, hidden checks: other shapes, the rest of Caffe's rules, what a schema tells, and the review. Stays with the staff."""

from pathlib import Path
from typing import Any

import pytest

from grader.checks.answers import Place, Question, among

# ---- layer.py, in real Caffe: 11 points ------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("python_shapes")
@pytest.mark.korean("layer.py: 모양이 바뀌는 입력", hint="모양에서 나온 값을 self에 담아 두었다면, 그 값은 언제 다시 정해지나요?")
def test_python_shapes(judge: Any) -> None:
    """layer.py: inputs whose shape changes

    If you keep something of a shape in self, when is it set again?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_forward(room, step, "layer.py")

    judge.each(look)


@pytest.mark.points(3)
@pytest.mark.cases("python_shapes")
@pytest.mark.korean("layer.py: 모양이 바뀌는 입력의 역전파", hint="두 diff에 역전파 전부터 들어 있던 값은 각각 어떻게 되어야 하나요?")
def test_python_gradients(judge: Any) -> None:
    """layer.py: backward, for inputs whose shape changes

    What has to become of the numbers that the two diffs hold before the pass?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_data(room, step, "layer.py")
            judge.problem.look_scale(room, step, "layer.py")

    judge.each(look)


@pytest.mark.points(3)
@pytest.mark.cases("python_shapes")
@pytest.mark.korean("layer.py: propagate_down이 거짓일 때", hint="propagate_down은 bottom마다 하나씩입니다. 파라미터에도 그런 것이 있나요?")
def test_python_frozen(judge: Any) -> None:
    """layer.py: propagate_down is false

    There is one for each bottom. Is there one for the parameters, too?
    """
    judge.each(lambda room: judge.problem.look_frozen(room, "layer.py"))


@pytest.mark.points(2)
@pytest.mark.cases("python_shapes")
@pytest.mark.korean("layer.py: 남의 값을 바꾸지 않음", hint="NumPy의 슬라이스와 reshape는 복사본인가요, 뷰인가요?")
def test_python_untouched(judge: Any) -> None:
    """layer.py: nothing is changed that belongs to others

    Are NumPy's slices and reshapes copies or views?
    """
    judge.each(lambda room: [judge.problem.look_untouched(room, step, "layer.py") for step in judge.problem.steps(room)])


# ---- layer.cpp, in the course's layer runtime: 12 points -------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("cpp_shapes")
@pytest.mark.korean("layer.cpp: 모양이 바뀌는 입력", hint="멤버 변수 가운데 모양에서 나온 것은 어느 것인가요?")
def test_cpp_shapes(judge: Any) -> None:
    """layer.cpp: inputs whose shape changes

    Which of your members come from a shape?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_forward(room, step, "layer.cpp")
            judge.problem.look_guards(room, step, "layer.cpp")

    judge.each(look)


@pytest.mark.points(3)
@pytest.mark.cases("cpp_shapes")
@pytest.mark.korean("layer.cpp: 모양이 바뀌는 입력의 역전파", hint="두 diff에 역전파 전부터 들어 있던 값은 각각 어떻게 되어야 하나요?")
def test_cpp_gradients(judge: Any) -> None:
    """layer.cpp: backward, for inputs whose shape changes

    What has to become of the numbers that the two diffs hold before the pass?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_data(room, step, "layer.cpp")
            judge.problem.look_scale(room, step, "layer.cpp")

    judge.each(look)


@pytest.mark.points(2)
@pytest.mark.cases("cpp_shapes")
@pytest.mark.korean(
    "layer.cpp: propagate_down이 거짓일 때", hint="propagate_down은 bottom마다 하나씩입니다. 파라미터에도 그런 것이 있나요?"
)
def test_cpp_frozen(judge: Any) -> None:
    """layer.cpp: propagate_down is false

    There is one for each bottom. Is there one for the parameters, too?
    """
    judge.each(lambda room: judge.problem.look_frozen(room, "layer.cpp"))


@pytest.mark.points(2)
@pytest.mark.cases("cpp_shapes")
@pytest.mark.korean("layer.cpp: 남의 값을 바꾸지 않음", hint="cpu_data()와 mutable_cpu_data() 가운데 무엇을 어디에 썼나요?")
def test_cpp_untouched(judge: Any) -> None:
    """layer.cpp: nothing is changed that belongs to others

    Where do you use cpu_data(), and where mutable_cpu_data()?
    """
    judge.each(lambda room: [judge.problem.look_untouched(room, step, "layer.cpp") for step in judge.problem.steps(room)])


@pytest.mark.points(2)
@pytest.mark.cases("cpp_double")
@pytest.mark.korean("layer.cpp: double로 만든 층", hint="템플릿의 Dtype 대신 float라고 쓴 곳이 있나요?")
def test_cpp_double(judge: Any) -> None:
    """layer.cpp: a layer of doubles

    Is there a float in your code where the template says Dtype?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_forward(room, step, "layer.cpp")
            judge.problem.look_data(room, step, "layer.cpp")
            judge.problem.look_scale(room, step, "layer.cpp")

    judge.each(look)


# ---- layer.cu, through its C ABI: 8 points --------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("gpu_forward_many", "gpu_forward_whole", "gpu_forward_nothing")
@pytest.mark.korean(
    "layer.cu: 큰 이미지, 여백이 없을 때, 남는 것이 없을 때", hint="남는 것이 없으면 블록은 몇 개인가요? 빈 그리드는 오류입니다."
)
def test_gpu_sizes(judge: Any) -> None:
    """layer.cu: larger images, no margin, and nothing that is left

    If nothing is left, how many blocks do you launch? An empty grid is an error.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("gpu_backward_many", "gpu_backward_nothing")
@pytest.mark.korean("layer.cu: 큰 이미지의 역전파, 남는 것이 없을 때", hint="y에 수가 없어도 dx에는 있습니다.")
def test_gpu_gradients(judge: Any) -> None:
    """layer.cu: backward, for larger images and where nothing is left

    Even if y has no numbers, dx has some.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("gpu_backward_frozen")
@pytest.mark.korean("layer.cu: propagate_down이 0일 때", hint="dx와 dscale 가운데 어느 것이 필요한가요?")
def test_gpu_frozen(judge: Any) -> None:
    """layer.cu: propagate_down is 0

    Which of dx and dscale is wanted?
    """
    for run in judge.runs:
        if (judge.output(run, "dx") != judge.arrays(run)["dx"]).any():
            korean = "propagate_down이 0인데 dx를 바꾸었습니다."
            judge.fail("PROPAGATE_IGNORED", "propagate_down is 0, and dx was changed", file="layer.cu", message_ko=korean)
    judge.correct()


# ---- op.py and op.cc, in Caffe2: 8 points ----------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.cases("caffe2_shapes")
@pytest.mark.korean("op.py: 모양이 바뀌는 입력", hint="실행할 때마다 입력의 모양을 새로 보나요? 입력의 값을 바꾸지는 않나요?")
def test_operator_python_shapes(judge: Any) -> None:
    """op.py: inputs whose shape changes

    Do you look at the input's shape in each run, and leave its numbers as they are?
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_exchanged(room, step, "op.py", "python/")
            judge.problem.look_forward(room, step, "op.py", "python/")
            judge.problem.look_data(room, step, "op.py", "python/")
            judge.problem.look_scale(room, step, "op.py", "python/", added=False)
            judge.problem.look_untouched(room, step, "op.py", "python/")

    judge.each(look)


@pytest.mark.points(2)
@pytest.mark.cases("caffe2_shapes")
@pytest.mark.korean("op.cc: 모양이 바뀌는 입력", hint="연산자는 신경망과 함께 살아 있고, RunOnDevice만 다시 호출됩니다.")
def test_operator_shapes(judge: Any) -> None:
    """op.cc: inputs whose shape changes

    An operator lives as long as its net; only RunOnDevice is called again.
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_exchanged(room, step, "op.cc", "cc/")
            judge.problem.look_forward(room, step, "op.cc", "cc/")
            judge.problem.look_data(room, step, "op.cc", "cc/")
            judge.problem.look_scale(room, step, "op.cc", "cc/", added=False)
            judge.problem.look_untouched(room, step, "op.cc", "cc/")

    judge.each(look)


@pytest.mark.points(2)
@pytest.mark.cases("caffe2_shapes")
@pytest.mark.korean("op.cc: 스키마", hint="OPERATOR_SCHEMA는 입력과 출력의 수와, 실행하기 전의 모양을 말합니다.")
def test_operator_schema(judge: Any) -> None:
    """op.cc: the schema

    OPERATOR_SCHEMA tells the number of inputs and outputs, and shapes before anything runs.
    """

    def look(room: Any) -> None:
        for step in judge.problem.steps(room):
            judge.problem.look_inferred(room, step)
        judge.problem.look_schema(room)

    judge.each(look)


@pytest.mark.points(2)
@pytest.mark.cases("caffe2_shapes")
@pytest.mark.korean(
    "op.cc: Caffe2의 그래디언트 검사기가 본 그래디언트",
    hint="검사기는 입력을 조금씩 움직여 그래디언트를 어림하고, 연산자가 계산한 것과 견줍니다.",
)
def test_operator_checker(judge: Any) -> None:
    """op.cc: the gradient as Caffe2's gradient checker sees it

    It moves each input a little, and compares what follows with what the operator computes.
    """
    judge.each(judge.problem.look_checker)


# ---- cleanliness, 4 points -------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("gpu_forward_many", "gpu_backward_many", "gpu_backward_frozen", "gpu_forward_nothing", "gpu_backward_nothing")
@pytest.mark.korean("layer.cu: 접근, 경쟁, 실패한 커널 실행에 문제가 없음")
def test_clean(judge: Any) -> None:
    """layer.cu: no bad access, no launch that fails unnoticed"""
    judge.clean("memcheck")
    judge.clean("launches")


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("gpu_forward_many", "gpu_backward_many", "gpu_backward_frozen")
@pytest.mark.korean("layer.cu: 받은 스트림을 쓰고 복사하지 않음")
def test_streams(judge: Any) -> None:
    """layer.cu: your stream, and no copies"""
    judge.free_of("WRONG_STREAM")
    judge.clean("transfers")


# ---- the review: 12 points. Each seeded bug's line is found in the files as they are handed out ----------------------

REVIEW = Path(__file__).parent / "starter" / "review"


def lines(file: str, *texts: str) -> set[tuple[str, int]]:
    """Where the texts stand in a reviewed file; each stands there once."""
    text = (REVIEW / file).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(text, 1) if any(each in line for each in texts)]
    if len(found) != len(texts):  # ours to mend: no student loses points
        raise LookupError(f"{file}: {texts} stand in lines {found}")
    return {(file, line) for line in found}


def review(answers: Any, file: str, *texts: str) -> None:
    files = tuple(sorted(path.name for path in REVIEW.iterdir()))
    answers.expect({f"review_{file.partition('.')[0]}": Question(Place(files), among(lines(file, *texts)))})


@pytest.mark.points(2)
@pytest.mark.korean(
    "코드 리뷰: Caffe 방식의 채널 평균", hint="마지막 배치의 이미지가 더 작다면, 세 메서드 가운데 어느 것이 다시 호출되나요?"
)
def test_review_channel_mean(answers: Any) -> None:
    """Review: channel means in the manner of Caffe

    If the images of the last batch are smaller, which of the three methods are called again?
    """
    review(answers, "caffe_channel_mean_layer.cpp", "weights_.Reshape(", "caffe_set(weights_.count()")


@pytest.mark.points(2)
@pytest.mark.korean(
    "코드 리뷰: Caffe 방식의 오프셋",
    hint="iter_size가 4이면 솔버는 역전파를 네 번 한 뒤 한 걸음 움직입니다. 그사이에 무엇이 모여야 하나요?",
)
def test_review_offset(answers: Any) -> None:
    """Review: an offset in the manner of Caffe

    With iter_size 4 the solver goes backward four times before it makes a step. What has to add up in between?
    """
    review(answers, "caffe_offset_layer.py", "self.blobs[0].diff[...] =")


@pytest.mark.points(2)
@pytest.mark.korean(
    "코드 리뷰: Caffe2 방식의 하드 시그모이드",
    hint="그래디언트 연산자가 첫 번째 입력을 무엇으로 여기는지, 실제로 무엇을 받는지 나란히 적어 보세요.",
)
def test_review_hard_sigmoid(answers: Any) -> None:
    """Review: a hard sigmoid in the manner of Caffe2

    Write side by side what the gradient operator takes its first input for, and what it is given.
    """
    review(answers, "caffe2_hard_sigmoid_op.cc", "vector<string>{I(0), GO(0)}", "auto& Y = Input(0)")


@pytest.mark.points(2)
@pytest.mark.korean(
    "코드 리뷰: Caffe2 방식의 행 차분", hint="출력의 이름이 입력과 같다면 x와 y는 어떤 관계인가요? d가 2일 때 x[1]에는 무엇이 들어 있나요?"
)
def test_review_row_steps(answers: Any) -> None:
    """Review: steps of rows in the manner of Caffe2

    If the output has the input's name, what are x and y to each other? What does x[1] hold when d is 2?
    """
    review(answers, "caffe2_row_steps_op.cc", ".AllowInplace({{0, 0}})", "const float before", "for (int d = 0")


@pytest.mark.points(2)
@pytest.mark.korean("코드 리뷰: TensorFlow 방식의 중앙값", hint="연산자 객체는 몇 개이고, Compute는 동시에 몇 번 실행될 수 있나요?")
def test_review_row_median(answers: Any) -> None:
    """Review: medians in the manner of TensorFlow

    How many objects of the kernel are there, and how many calls of Compute may run at the same time?
    """
    review(answers, "tf_row_median_op.cc", "std::vector<float> sorted_;", "sorted_.assign(")


@pytest.mark.points(2)
@pytest.mark.korean("코드 리뷰: TensorFlow 방식의 행 스케일", hint="행이 하나일 때와 둘일 때의 그래디언트를 손으로 계산해 보세요.")
def test_review_scale_rows(answers: Any) -> None:
    """Review: scaled rows in the manner of TensorFlow

    Compute the gradients by hand, for one row and for two.
    """
    review(answers, "tf_scale_rows_grad.py", "tf.reduce_mean(grad * x")
