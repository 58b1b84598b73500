"""02_device_info, hidden checks: other cards, and the answers. Right choices stand here and nowhere else; figures are computed anew."""

import tomllib
from pathlib import Path

import pytest

from grader.checks.answers import Number, OneOf, Place, Question, among, near
from grader.devices.profiles import profile_file

# ---- device_info.cu ----


@pytest.mark.points(5)
@pytest.mark.on("emulated")
@pytest.mark.cases("table_none", "row_none", "occupancy_none", all_or_nothing=True)
@pytest.mark.korean(
    "디바이스가 없는 컴퓨터", hint="디바이스가 없을 때 cudaGetDeviceCount는 무엇을 반환하나요? 그것은 오류인가요, 답인가요?"
)
def test_no_device(judge):
    """A machine without a device

    What does cudaGetDeviceCount return there? Is that an error, or an answer?
    """
    judge.correct(kernel=False)


@pytest.mark.points(6)
@pytest.mark.on("emulated")
@pytest.mark.cases("table_two", "table_two_in_one", "table_no_room", "row_second")
@pytest.mark.korean("디바이스가 둘인 컴퓨터", hint="어느 질문이 몇 번 디바이스에 대한 것인가요? 표에 자리가 모자라면 무엇을 세나요?")
def test_two_devices(judge):
    """A machine with two devices

    Which device is each of your questions about? What does the count say if the table has less room?
    """
    judge.correct(kernel=False)


@pytest.mark.points(4)
@pytest.mark.on("emulated")
@pytest.mark.cases("row_beyond", "row_far_beyond", "row_negative", all_or_nothing=True)
@pytest.mark.korean("없는 디바이스의 번호")
def test_no_such_device(judge):
    """A number of which there is no device"""
    judge.correct(kernel=False)


@pytest.mark.points(6)
@pytest.mark.on("emulated")
@pytest.mark.cases("row_t4", "row_h100", "row_h200")
@pytest.mark.korean("다른 카드", hint="코드의 어느 수가 한 카드나 한 아키텍처에서만 맞나요?")
def test_other_cards(judge):
    """Other cards

    Which number in your code is right for one card, or one architecture, only?
    """
    judge.correct(kernel=False)


@pytest.mark.points(4)
@pytest.mark.on("emulated")
@pytest.mark.cases("occupancy_odd", "occupancy_small", "occupancy_shared", "occupancy_too_much", "occupancy_too_many")
@pytest.mark.korean("다른 블록의 점유율", hint="스레드 65개에는 워프가 몇 개 필요한가요? 실행할 수 없는 블록의 답은 무엇인가요?")
def test_other_blocks(judge):
    """Occupancy of other blocks

    How many warps do 65 threads take? What is the answer for a block that can't be launched?
    """
    judge.correct(kernel=False)


ASKING = ("cudaGetDevice", "cudaDeviceGet", "cudaOccupancy", "cudaFuncGetAttributes", "cudaChooseDevice", "cudaMemGetInfo")


@pytest.mark.points(4)
@pytest.mark.on("emulated")
@pytest.mark.cases("table", "table_two", "row_t4")
@pytest.mark.korean("디바이스마다 런타임을 호출하는 횟수", hint="cudaGetDeviceProperties 한 번이 얼마나 많은 것에 답하나요?")
def test_questions(judge):
    """Calls of the runtime for each device

    How much does one call of cudaGetDeviceProperties answer?
    """
    judge.correct(kernel=False)
    worst = 0.0
    for run in judge.runs:
        asked = sum(call.name.startswith(ASKING) for call in run.trace if call.phase.startswith("call"))
        worst = max(worst, asked / len(judge.case(run).devices))
    judge.graded(worst, full=8, zero=64, unit="questions a device", verdict="TOO_MANY_QUESTIONS")


# ---- the review: the line of each seeded bug, found in the files as they are handed out ----

REVIEW = Path(__file__).parent / "starter" / "review"


def lines(file, *texts):
    """Where the texts stand in a reviewed file; each stands there once."""
    text = (REVIEW / file).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(text, 1) if any(each in line for each in texts)]
    if len(found) != len(texts):  # ours to mend: no student loses points
        raise LookupError(f"{file}: {texts} stand in lines {found}")
    return {(file, line) for line in found}


def review(answers, file, *texts):
    files = tuple(sorted(path.name for path in REVIEW.iterdir()))
    answers.expect({f"review_{file.partition('.')[0]}": Question(Place(files), among(lines(file, *texts)))})


@pytest.mark.points(3)
@pytest.mark.korean(
    "코드 리뷰: Caffe 방식의 풀링", hint="모두 음수인 창 하나를 종이에서 따라가 보세요. 처음 비교할 때 변수에는 무엇이 들어 있나요?"
)
def test_review_caffe_pooling(answers):
    """Review: pooling in the manner of Caffe

    Follow one window of negative numbers on paper. What do the variables hold at the first comparison?
    """
    review(answers, "caffe_pooling_layer.cu", "Dtype maxval = Dtype(0)")


@pytest.mark.points(3)
@pytest.mark.korean("코드 리뷰: Caffe 방식의 tanh", hint="커널의 각 인자가 뜻하는 것과 실제로 주어지는 것을 나란히 적어 보세요.")
def test_review_caffe_tanh(answers):
    """Review: tanh in the manner of Caffe

    Write side by side what each parameter of the kernel means, and what it is given.
    """
    review(answers, "caffe_tanh_layer.cu", "out_data = bottom[0]->gpu_data()", "count, top_diff, out_data, bottom_diff")


@pytest.mark.points(3)
@pytest.mark.korean("코드 리뷰: Caffe2 방식의 자르기(clip)", hint="모양이 64×3×32×32인 텐서에서 커널이 몇 개의 원소를 맡는지 세어 보세요.")
def test_review_caffe2_clip(answers):
    """Review: clipping in the manner of Caffe2

    Count how many elements the kernels take care of, for a tensor of 64 x 3 x 32 x 32.
    """
    review(answers, "caffe2_clip_op.cu", "const int N = Y.dim32(0)")


@pytest.mark.points(3)
@pytest.mark.korean("코드 리뷰: Caffe2 방식의 모멘텀", hint="두 커널이 언제 실행되는지를 무엇이 정하나요?")
def test_review_caffe2_momentum(answers):
    """Review: momentum in the manner of Caffe2

    What decides when each of the two kernels runs?
    """
    review(answers, "caffe2_momentum_sgd_op.cu", "  MomentumSGDKernel", "<<<CAFFE_GET_BLOCKS(N), CAFFE_CUDA_NUM_THREADS>>>(")


@pytest.mark.points(3)
@pytest.mark.korean(
    "코드 리뷰: TensorFlow 방식의 편향",
    hint="그래프를 만들 때는 어느 코드가 실행되고, 계산할 때는 어느 코드가 실행되나요? 둘이 같은 모양을 말하나요?",
)
def test_review_tf_bias_scale(answers):
    """Review: bias and scale in the manner of TensorFlow

    Which code runs when a graph is built, and which when it is computed? Do both tell the same shape?
    """
    review(answers, "tf_bias_scale_op.cc", "c->set_output(0, bias)")


@pytest.mark.points(3)
@pytest.mark.korean("코드 리뷰: TensorFlow 방식의 구간 평균", hint="여러 스레드가 같은 주소에 쓰는 곳이 몇 군데인가요?")
def test_review_tf_segment_mean(answers):
    """Review: segment means in the manner of TensorFlow

    In how many places do several threads write the same address?
    """
    review(answers, "tf_segment_mean_op.cu.cc", "counts[segment] += 1")


# ---- the quiz. How many are right is told, not which: a letter of four is soon guessed ----

LETTER = OneOf(("a", "b", "c", "d"))
LIBRARY = OneOf(("cuBLAS", "cuFFT", "cuDNN"))


def choice(letter):
    return Question(LETTER, among({letter}))


@pytest.mark.points(4)
@pytest.mark.korean("퀴즈: CPU, GPU, TPU", hint="CS231n 8강의 'CPU vs GPU' 부분과 안내문의 배경을 다시 읽어 보세요.")
def test_quiz_hardware(answers):
    """Quiz: CPU, GPU, TPU

    Read CS231n's lecture 8, "CPU vs GPU", and the hand-out's background again.
    """
    answers.expect(
        {"quiz_cores": choice("c"), "quiz_memory": choice("a"), "quiz_matmul": choice("d"), "quiz_tpu": choice("b")}, named=False
    )


@pytest.mark.points(4)
@pytest.mark.korean(
    "퀴즈: CUDA, OpenCL, 라이브러리",
    hint="CS231n 8강의 'Programming GPUs' 부분과, 라이브러리 이름의 글자가 무엇을 줄인 것인지를 찾아보세요.",
)
def test_quiz_software(answers):
    """Quiz: CUDA, OpenCL, libraries

    Read CS231n's lecture 8, "Programming GPUs", and look up what the letters of the libraries' names stand for.
    """
    answers.expect(
        {
            "quiz_opencl": choice("d"),
            "quiz_gemm_library": Question(LIBRARY, among({"cublas"})),
            "quiz_fft_library": Question(LIBRARY, among({"cufft"})),
            "quiz_convolution_library": Question(LIBRARY, among({"cudnn"})),
        },
        named=False,
    )


@pytest.mark.points(4)
@pytest.mark.korean(
    "퀴즈: 측정, 데이터, 클라우드",
    hint="CS231n 8강의 'CPU / GPU communication' 부분을 다시 읽고, 세 이름이 클라우드의 어느 층을 뜻하는지 찾아보세요.",
)
def test_quiz_practice(answers):
    """Quiz: measuring, data, clouds

    Read CS231n's lecture 8, "CPU / GPU communication", and look up which layers of the cloud the three names stand for.
    """
    answers.expect(
        {
            "quiz_benchmark": choice("b"),
            "quiz_bottleneck": choice("c"),
            "quiz_prefetch": choice("a"),
            "quiz_cloud": Question(OneOf(("IaaS", "PaaS", "SaaS")), among({"iaas"})),
        },
        named=False,
    )


@pytest.mark.points(6)
@pytest.mark.korean(
    "카드의 수치", hint="`grader exec --devices t4,a100,h100 -- ./devices`로 여러분의 함수가 출력하는 표를 읽고, 단위를 확인하세요."
)
def test_figures(answers):
    """Figures of cards

    Read the table that your own functions print: `grader exec --devices t4,a100,h100 -- ./devices`. Mind the units.
    """
    figures = {name: tomllib.loads(profile_file(name).read_text(encoding="utf-8")) for name in ("t4", "a100", "h100")}

    def cores(name, each):
        return figures[name]["sm_count"] * each

    def gflops(name, each):
        return 2 * cores(name, each) * figures[name]["clock_khz"] / 1e6

    def megabytes_per_s(name):
        return 2 * figures[name]["memory_clock_khz"] * figures[name]["memory_bus_bits"] / 8 / 1e3

    answers.expect(
        {
            "a100_cores": Question(Number(whole=True), among({float(cores("a100", 64))})),
            "t4_gflops": Question(Number(), near(gflops("t4", 64), relative=0.01)),
            "h100_megabytes_per_s": Question(Number(), near(megabytes_per_s("h100"), relative=0.01)),
            "a100_operations_per_byte": Question(Number(), near(1e3 * gflops("a100", 64) / megabytes_per_s("a100"), relative=0.02)),
        }
    )
