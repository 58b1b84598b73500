"""02_device_info, public checks: one card, and the form of answers.json. The hidden ones show other cards, and read the answers."""

import pytest

from grader.checks.answers import Number, OneOf, Place

LETTER = OneOf(("a", "b", "c", "d"))
REVIEWED = (
    "caffe_pooling_layer.cu",
    "caffe_tanh_layer.cu",
    "caffe2_clip_op.cu",
    "caffe2_momentum_sgd_op.cu",
    "tf_bias_scale_op.cc",
    "tf_segment_mean_op.cu.cc",
)
QUESTIONS = {
    **{f"review_{file.partition('.')[0]}": Place(REVIEWED) for file in REVIEWED},
    **{f"quiz_{name}": LETTER for name in ("cores", "memory", "matmul", "tpu", "opencl", "benchmark", "bottleneck", "prefetch")},
    **{f"quiz_{name}_library": OneOf(("cuBLAS", "cuFFT", "cuDNN")) for name in ("gemm", "fft", "convolution")},
    "quiz_cloud": OneOf(("IaaS", "PaaS", "SaaS")),
    "a100_cores": Number(low=0, whole=True),
    "t4_gflops": Number(low=0),
    "h100_megabytes_per_s": Number(low=0),
    "a100_operations_per_byte": Number(low=0),
}


@pytest.mark.points(12)
@pytest.mark.on("emulated")
@pytest.mark.cases("table")
@pytest.mark.korean(
    "표: 카드 한 장", hint="어느 수를 속성이 바로 말해 주고, 어느 수를 계산해야 하나요? 남는 행에는 무엇이 들어가야 하나요?"
)
def test_table(judge):
    """The table: one card

    Which figures does the runtime tell, and which have to be computed? What belongs into rows that are left?
    """
    judge.correct(kernel=False)


@pytest.mark.points(8)
@pytest.mark.on("emulated")
@pytest.mark.cases("row")
@pytest.mark.korean("한 디바이스의 행")
def test_row(judge):
    """The row of one device"""
    judge.correct(kernel=False)


@pytest.mark.points(10)
@pytest.mark.on("emulated")
@pytest.mark.cases("occupancy")
@pytest.mark.korean("점유율", hint="블록 하나에는 워프가 몇 개이고, 멀티프로세서 하나에는 워프가 몇 개까지 들어가나요?")
def test_occupancy(judge):
    """Occupancy

    How many warps has a block, and how many has a multiprocessor room for?
    """
    judge.correct(kernel=False)


@pytest.mark.points(5)
@pytest.mark.korean("answers.json: 모든 질문에 맞는 형식의 답이 있음", hint="안내문에서 각 표의 앞뒤에 답의 형식이 적혀 있습니다.")
def test_answers_have_their_form(answers):
    """answers.json: every question has an answer of the right form

    The hand-out says beside each of its tables which form the answers have.
    """
    answers.formed(QUESTIONS)
