"""10_conv2d, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

CREATED = ("", "TensorDescriptor", "FilterDescriptor", "ConvolutionDescriptor", "ActivationDescriptor")  # behind cudnnCreate

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("fwd_dilated", "fwd_all")
@pytest.mark.korean(
    "순전파: 팽창, 그리고 모든 것을 한꺼번에", hint="팽창은 탭과 탭 사이의 거리이고, 스트라이드는 윈도와 윈도 사이의 거리입니다."
)
def test_dilation(judge: Any) -> None:
    """Forward: dilation, and everything at once

    Dilation is the distance between taps, stride the distance between windows.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("fwd_groups", "fwd_depthwise")
@pytest.mark.korean(
    "순전파: 그룹, 그리고 채널마다 하나씩(depthwise)", hint="출력 채널 k는 어느 그룹에 속하고, 그 그룹의 첫 번째 입력 채널은 무엇인가요?"
)
def test_groups(judge: Any) -> None:
    """Forward: groups, and one for each channel (depthwise)

    To which group does output channel k belong, and what is this group's first input channel?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("fwd_pointwise", "fwd_stepping_over", "fwd_wide_padding", "fwd_whole", "fwd_far")
@pytest.mark.korean(
    "순전파: 1 × 1, 필터보다 큰 스트라이드와 패딩, 입력만 한 필터", hint="공유 메모리에 놓으려는 것이 언제나 거기에 들어가나요?"
)
def test_unusual_windows(judge: Any) -> None:
    """Forward: 1 × 1, strides and pads larger than the filter, a filter as large as its input

    Does what you want to put into shared memory always fit there?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("fwd_tails", "im2col_tails")
@pytest.mark.korean("어떤 타일로도 나누어떨어지지 않는 크기")
def test_tails(judge: Any) -> None:
    """Sizes that no tile divides"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("fwd_integers", "im2col_integers", "data_integers")
@pytest.mark.korean("작은 정수: 결과가 정확히 같음")
def test_exact(judge: Any) -> None:
    """Small whole numbers: the result is exact"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("fwd_mantissa")
@pytest.mark.korean("처음부터 끝까지 단정밀도")
def test_precision(judge: Any) -> None:
    """Single precision throughout"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("fwd_unaligned")
@pytest.mark.korean("float만큼만 정렬된 포인터", hint="float4로 읽으려면 주소가 16의 배수여야 합니다. 계약은 무엇을 약속하나요?")
def test_unaligned(judge: Any) -> None:
    """Pointers that are aligned as floats are

    A float4 needs an address that 16 divides. What does the contract promise?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("im2col_all", "im2col_depthwise")
@pytest.mark.korean("im2col: 스트라이드, 패딩, 팽창, 그룹")
def test_im2col(judge: Any) -> None:
    """im2col: strides, padding, dilation, groups"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("data_strided", "data_all", "data_depthwise", "data_stepping_over", "data_wide_padding")
@pytest.mark.korean(
    "x의 그래디언트: 스트라이드, 팽창, 그룹", hint="스트라이드가 2이면 한 탭에서 x의 행 가운데 절반은 어느 출력에도 들어가지 않습니다."
)
def test_backward_data(judge: Any) -> None:
    """The gradient of x: strides, dilation, groups

    With a stride of 2, half of x's rows go into no output under a given tap.
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("weight_strided", "weight_all", "weight_depthwise", "weight_wide_padding", "weight_images")
@pytest.mark.korean("w의 그래디언트: 스트라이드, 팽창, 그룹, 여러 이미지")
def test_backward_weight(judge: Any) -> None:
    """The gradient of w: strides, dilation, groups, many images"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("fwd_twice", "im2col_twice", "data_twice", "weight_twice", "cudnn_twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases(
    "fwd_none",
    "im2col_none",
    "data_none",
    "weight_none",
    "cudnn_none",
    "fwd_integers",
    "data_integers",
    "weight_images",
    all_or_nothing=True,
)
@pytest.mark.korean("이미지가 없을 때", hint="아무것도 더하지 않은 합은 무엇인가요? dw와 db의 원소는 N = 0이어도 있습니다.")
def test_no_image(judge: Any) -> None:
    """No image

    What is the sum over nothing? dw and db have their elements even if N = 0.
    """
    judge.correct(kernel=False)  # there is nothing to compute, and a memset may write the zeros; whoever never computes isn't asked this


@pytest.mark.points(1)
@pytest.mark.cases("cudnn_all")
@pytest.mark.korean("cuDNN: 스트라이드, 패딩, 팽창, 그룹", hint="그룹이 있을 때 필터 디스크립터의 채널 수는 몇 개인가요?")
def test_cudnn(judge: Any) -> None:
    """cuDNN: strides, padding, dilation, groups

    How many channels does the filter's descriptor have with groups?
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.on("emulated")
@pytest.mark.cases("cudnn_short", "cudnn_all", all_or_nothing=True)
@pytest.mark.korean("cuDNN: 너무 작은 작업 공간을 알림", hint="cuDNN의 호출은 저마다 상태를 반환합니다. 그 값은 런처의 반환값까지 가나요?")
def test_workspace_too_small(judge: Any) -> None:
    """cuDNN: a workspace that is too small is reported

    Every call of cuDNN returns a status. Does it get as far as the launcher's own return value?
    """
    for run in judge.runs:
        for problem in run.problems:
            if problem.verdict == "STATUS_UNCHECKED":
                judge.fail("STATUS_UNCHECKED", f"case {run.case}: {problem.message}", problem.file, problem.line)
    # The short one may be reported; if it returned 0, y has to be right, by whatever algorithm. The other one has to be right in any case:
    # an error that comes always tells nothing.
    judge.runs = tuple(run for run in judge.runs if run.case != "cudnn_short" or not run.returned or not all(run.returned))
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("emulated")
@pytest.mark.cases("cost_resnet50", "cost_mobilenet", "cost_unusual", "cost_nothing")
@pytest.mark.korean(
    "다른 신경망의 파라미터와 MAC", hint="그룹이 있으면 필터 하나는 몇 개의 채널을 보나요? 곱과 합은 어떤 형으로 계산되나요?"
)
def test_cost(judge: Any) -> None:
    """Parameters and MACs of other networks

    With groups, how many channels does a filter see? In which type are products and sums computed?
    """
    judge.correct(kernel=False)


@pytest.mark.points(3)
@pytest.mark.on("cuda")
@pytest.mark.cases("fwd_tails", "im2col_tails", "data_all", "weight_all")
@pytest.mark.korean("모든 것을 한꺼번에")
def test_everything_on_a_card(judge: Any) -> None:
    """Everything at once"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 배열의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an array, whatever the sizes"""
    judge.clean("memcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """No races, whatever the sizes"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, whatever the sizes"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 블록의 모든 스레드가 같은 배리어에 도달함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, whatever the sizes"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않음")
def test_transfers(judge: Any) -> None:
    """The launchers copy nothing between host and device"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 할당한 것을 해제하고, 만든 핸들과 디스크립터를 없앰")
def test_leaks(judge: Any) -> None:
    """The launchers free what they allocate, and destroy the handles and descriptors that they create"""
    judge.clean("leak")
    for run in judge.runs:
        for what in CREATED:
            made, gone = ([c for c in run.trace if c.name == f"cudnn{verb}{what}" and not c.error] for verb in ("Create", "Destroy"))
            if len(made) > len(gone):
                kept, of = len(made) - len(gone), "a handle" if not what else f"a {what}"
                message = f"case {run.case}: cudnnCreate{what} made {of} that is never destroyed ({kept} of {len(made)})"
                judge.fail("LEAK", message, made[-1].file, made[-1].line)


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, whatever the sizes"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 커널과 memset을 받은 스트림에서 실행함")
def test_stream(judge: Any) -> None:
    """Every kernel and memset is put on the stream that was passed"""
    judge.free_of("WRONG_STREAM")
