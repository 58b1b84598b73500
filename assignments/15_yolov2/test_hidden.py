"""15_yolov2, hidden checks: the rest of the contract. Stays on the staff's side.

Where zeros are the right answer of a case, it is all or nothing together with one where they are wrong.
"""

from typing import Any

import pytest

LAYERS = pytest.mark.cases(
    "conv_stride", "conv_column", "conv_1x1_odd", "conv_offset", "pool_odd", "pool_3", "pool_offset", "reorg_3", "route_odd", "region_voc",
    "region_extreme", "decode_tall", "decode_offset", "letterbox_tall", "letterbox_up",
)  # fmt: skip

# ---- correctness, 35 points: the host's part --------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.cases("cfg_tiny_voc", "cfg_voc", "cfg_crlf", "cfg_sizes")
@pytest.mark.on("emulated")
@pytest.mark.korean("실제 YOLOv2와 다르게 쓰인 글", hint="빈칸, 줄 끝의 \\r, 주석, 없어도 되는 키를 생각해 보세요.")
def test_cfg(judge: Any) -> None:
    """The real YOLOv2, and texts written in other ways

    Think of blanks, of \\r at the end of lines, of comments, and of keys that may be missing.
    """
    judge.correct(kernel=False)


@pytest.mark.points(2.5)
@pytest.mark.cases(
    "cfg_unknown", "cfg_classes", "cfg_channels", "cfg_number", "cfg_key", "cfg_ahead", "cfg_before", "cfg_shapes", "cfg_activation",
    "cfg_anchors", "cfg_reorg", "cfg_twice",
)  # fmt: skip
@pytest.mark.on("emulated")
@pytest.mark.korean("틀린 글: 틀린 곳의 줄 번호")
def test_cfg_mistakes(judge: Any) -> None:
    """Texts with a mistake: the line that it is in"""
    judge.correct(kernel=False)


@pytest.mark.points(0.5)
@pytest.mark.cases("cfg_net", "cfg_empty", "cfg_unknown", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("첫 줄이나 그 뒤가 틀린 글")
def test_first_line(judge: Any) -> None:
    """Texts with a mistake in the first line, or further down"""
    judge.correct(kernel=False)


@pytest.mark.points(2)
@pytest.mark.cases("weights_old", "weights_first", "weights_major", "weights_thousand")
@pytest.mark.on("emulated")
@pytest.mark.korean("다른 버전의 가중치 파일", hint="seen이 몇 바이트인지는 버전이 정합니다.")
def test_versions(judge: Any) -> None:
    """Files of other versions

    The version says how many bytes `seen` has.
    """
    judge.correct(kernel=False)


@pytest.mark.points(1.25)
@pytest.mark.cases("weights_short", "weights_long", "weights_header", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("잘린 파일과 남는 바이트")
def test_lengths(judge: Any) -> None:
    """Files that end early or go on too long"""
    judge.correct(kernel=False)


@pytest.mark.points(1.25)
@pytest.mark.cases("weights_nan", "weights_infinite", "weights_variance", "weights_major", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("수가 아닌 수, 음수인 분산, 그리고 성한 파일")
def test_numbers(judge: Any) -> None:
    """Files that hold what is no number, or a negative variance, and one in which all is well"""
    judge.correct(kernel=False)


@pytest.mark.points(2)
@pytest.mark.cases("nms_random", "nms_ties", "nms_equal")
@pytest.mark.on("emulated")
@pytest.mark.korean("상자가 많을 때, 점수가 같을 때, 겹침이 문턱값과 같을 때의 억제")
def test_suppression(judge: Any) -> None:
    """Suppression of many boxes, of equal scores, and where IoU and threshold are equal"""
    judge.correct(kernel=False)


@pytest.mark.points(1.5)
@pytest.mark.cases("nms_loose", "nms_outside", "nms_flat")
@pytest.mark.on("emulated")
@pytest.mark.korean("멀리 떨어진 상자, 이미지 밖의 상자, 넓이가 없는 상자", hint="서로 만나지 않는 두 상자의 겹침은 식에서 얼마가 되나요?")
def test_overlaps(judge: Any) -> None:
    """Boxes far apart, outside of the image, or without an area

    What does your formula say of two boxes that don't meet?
    """
    judge.correct(kernel=False)


@pytest.mark.points(1)
@pytest.mark.cases("nms_none", "nms_0", "nms_many", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("후보가 없거나 십만 개일 때의 억제")
def test_candidates(judge: Any) -> None:
    """Suppression without any candidate, and with a hundred thousand boxes"""
    judge.correct(kernel=False)


@pytest.mark.points(1.5)
@pytest.mark.cases("ap_many", "ap_one_class")
@pytest.mark.on("emulated")
@pytest.mark.korean("여러 사진에 걸친 평균 정밀도")
def test_average_precision(judge: Any) -> None:
    """Average precision over several pictures"""
    judge.correct(kernel=False)


@pytest.mark.points(1)
@pytest.mark.cases("ap_0", "ap_no_truth", "ap_one_class", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("아무것도 찾지 못했거나 찾을 것이 없을 때")
def test_nothing_found(judge: Any) -> None:
    """Where nothing was found, or there was nothing to find"""
    judge.correct(kernel=False)


# ---- the device's part ------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.cases("conv_stride", "conv_5x5", "conv_column", "conv_1x1_odd")
@pytest.mark.on("emulated")
@pytest.mark.korean("다른 크기의 합성곱")
def test_convolutions(judge: Any) -> None:
    """Convolutions of other sizes"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("conv_integers", "conv_mantissa")
@pytest.mark.on("emulated")
@pytest.mark.korean("처음부터 끝까지 단정밀도인 합성곱")
def test_precision(judge: Any) -> None:
    """Convolutions in single precision throughout"""
    judge.correct()


@pytest.mark.points(1.25)
@pytest.mark.cases("conv_twice", "conv_offset", "conv_deep", "conv_first")
@pytest.mark.on("emulated")
@pytest.mark.korean("tiny-voc의 합성곱, 다시 호출, 정렬되지 않은 포인터")
def test_real_convolutions(judge: Any) -> None:
    """Tiny-voc's convolutions, a second call, pointers aligned as floats are"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("conv_0", "pool_0", "conv_column", "pool_odd", all_or_nothing=True)
@pytest.mark.on("emulated")
@pytest.mark.korean("필터도 채널도 없는 합성곱과 풀링, 그리고 있는 것")
def test_nothing_to_do(judge: Any) -> None:
    """Convolution and pool where there is nothing to do, and where there is"""
    judge.correct()


@pytest.mark.points(1.25)
@pytest.mark.cases("pool_odd", "pool_3", "pool_3_stride_1", "pool_4", "pool_bare")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "다른 창과 홀수 크기의 최대 풀링", hint="padding은 두 쪽을 합한 것입니다. 왼쪽에는 그 절반이 붙고, 나머지가 오른쪽에 붙습니다."
)
def test_pools(judge: Any) -> None:
    """Maxpool with other windows and odd sizes

    The padding is that of both sides together: half of it, rounded down, lies on the left.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("pool_negative")
@pytest.mark.on("emulated")
@pytest.mark.korean("음수만 있을 때의 최대 풀링")
def test_negative_pool(judge: Any) -> None:
    """Maxpool of negative numbers only"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("reorg_3", "reorg_voc", "reorg_1")
@pytest.mark.on("emulated")
@pytest.mark.korean("다른 크기의 reorg")
def test_reorgs(judge: Any) -> None:
    """Reorg of other sizes"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("route_1", "route_odd")
@pytest.mark.on("emulated")
@pytest.mark.korean("한 층만 가져오는 route, 홀수 크기의 route")
def test_routes(judge: Any) -> None:
    """Routes from one layer, and of odd sizes"""
    judge.correct()


@pytest.mark.points(0.5)
@pytest.mark.cases("region_voc", "region_1", "region_twice")
@pytest.mark.on("emulated")
@pytest.mark.korean("다른 크기의 region")
def test_regions(judge: Any) -> None:
    """Regions of other sizes"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("region_extreme", "region_large")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "아주 큰 로짓", hint="exp(300)은 float에 들어가지 않습니다. 소프트맥스에서 모든 로짓에 같은 수를 더하면 무엇이 바뀌나요?"
)
def test_extreme_regions(judge: Any) -> None:
    """Very large logits

    exp(300) fits into no float. What changes in a softmax if the same number is added to all logits?
    """
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("decode_tall", "decode_wide", "decode_same", "decode_voc")
@pytest.mark.on("emulated")
@pytest.mark.korean("격자와 이미지의 모양이 다를 때의 상자")
def test_decodes(judge: Any) -> None:
    """Boxes where grid and image have different shapes"""
    judge.correct()


@pytest.mark.points(1.5)
@pytest.mark.cases("letterbox_tall", "letterbox_up", "letterbox_same", "letterbox_line", "letterbox_dot", "letterbox_thin", "letterbox_0")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 모양의 이미지, 화소가 하나뿐이거나 없는 이미지까지")
def test_letterboxes(judge: Any) -> None:
    """Images of all shapes, down to one pixel and none"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("forward_pass", "forward_tiny_twice", "forward_shapes")
@pytest.mark.on("emulated")
@pytest.mark.korean("route와 reorg가 있는 네트워크, 다른 이미지로 다시 호출")
def test_networks(judge: Any) -> None:
    """A network with routes and a reorg, and a second call with another image"""
    rows = {run.case: judge.arrays(run)["table"][: run.sizes["layers"]].tolist() for run in judge.runs}
    judge.layers("outputs", lambda case: [(f"{i}", tuple(row[12:15])) for i, row in enumerate(rows[case.id])])


@pytest.mark.points(1)
@pytest.mark.cases("detect_pass", "detect_tiny_tall", "detect_shapes_tall")
@pytest.mark.on("emulated")
@pytest.mark.korean("다른 네트워크와 다른 이미지의 상자")
def test_detections(judge: Any) -> None:
    """Boxes of another network and of other images"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("pool_offset", "reorg_offset", "route_offset", "region_offset", "decode_offset")
@pytest.mark.on("emulated")
@pytest.mark.korean("float만큼만 정렬된 포인터")
def test_alignment(judge: Any) -> None:
    """Pointers that are aligned as floats are"""
    judge.correct()


# ---- cleanliness, 5 of 10 points --------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a buffer, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 크기에서 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No races, whatever the size"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 크기에서 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, whatever the size"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 크기에서 배리어에 모든 스레드가 도달함")
def test_barriers(judge: Any) -> None:
    """Barriers have all their threads, whatever the size"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("허락되지 않은 복사도 기다림도 없음")
def test_transfers(judge: Any) -> None:
    """No copies and no waiting where they aren't allowed"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("할당한 것은 해제함")
def test_leaks(judge: Any) -> None:
    """What was allocated is freed"""
    judge.clean("leak")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, whatever the size"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("모든 작업을 받은 스트림에 넣음")
def test_stream(judge: Any) -> None:
    """All work goes into the stream that was passed"""
    judge.free_of("WRONG_STREAM")


# ---- on a real GPU ----------------------------------------------------------------------------------------------------


@pytest.mark.points(35)
@pytest.mark.on("cuda")
@LAYERS
@pytest.mark.korean("디바이스에서 하는 모든 걸음, 다른 크기")
def test_layers_on_a_card(judge: Any) -> None:
    """Every step on the device, other sizes"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("cuda")
@LAYERS
@pytest.mark.korean("디바이스에서: 모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory_on_a_card(judge: Any) -> None:
    """On the device: no access outside of a buffer, whatever the size"""
    judge.clean("memcheck")
