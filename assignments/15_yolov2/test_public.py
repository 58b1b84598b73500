"""15_yolov2, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract (ck/yolov2.h)."""

from typing import Any

import numpy as np
import pytest

from grader.darknet.boxes import detect
from grader.darknet.scenes import NAMES, PUBLIC_SEED, scene

LOADS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{where}_op_ld.sum" for where in ("global", "local"))
STORES = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{where}_op_st.sum" for where in ("global", "local"))
ATOMICS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))
SECTOR = 32  # bytes
INSTRUCTIONS = "smsp__inst_executed.sum"
STORE_WAVEFRONTS = "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum"


def products(judge: Any) -> int:
    """Products of the check's convolutions."""
    return sum(s["F"] * s["OH"] * s["OW"] * s["C"] * s["size"] ** 2 for s in (run.sizes for run in judge.runs))


def bytes_read(judge: Any) -> float:
    """What comes from global memory: by loads, by atomics, by way of local and of constant memory."""
    return float(SECTOR * (sum(map(judge.counter, (*LOADS, *ATOMICS))) + judge.counter("idc__requests.sum") / 8))


def grade_loads(judge: Any, full: float = 0.25, **hints: str) -> None:
    """Bytes read for each product. What is too much is scattered, or read too often."""
    read = bytes_read(judge)
    judge.graded(
        read / products(judge),
        full=full,
        zero=5,
        unit="bytes for each product",
        unit_ko="곱 하나에 {}바이트",
        verdict="UNCOALESCED" if 2 * SECTOR * judge.scattered("ld") > read else "REDUNDANT_LOADS",
        blame=LOADS,
        **hints,
    )


def grade_reuse(judge: Any) -> None:
    """What a tile is for, at its least: in one of 8 x 8 each number that was read serves 8 products."""
    grade_loads(
        judge,
        full=1.05,
        hint="Shared memory is used, and yet pixels and weights are read about as often as without it. Who needs the numbers there?",
        hint_ko="공유 메모리를 쓰는데도 화소와 가중치를 그것 없이 읽을 때만큼 자주 읽습니다. 거기 놓인 수는 누구에게 필요한가요?",
    )


def grade_parallelism(judge: Any) -> None:
    """Blocks that multiply side by side. A convolution needs little else than multiplications: blocks that pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: 4 * products(judge) / 32, tickets=True),
        full=3.9,
        zero=1,
        unit="blocks busy at a time, at most",
        blame=[INSTRUCTIONS],
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points: the host's part --------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("cfg_tiny", "cfg_pass")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "네트워크의 글을 표로", hint="층마다 입력의 모양과 출력의 모양을 종이에 적어 보세요. route의 음수는 어느 층부터 세나요?"
)
def test_cfg(judge: Any) -> None:
    """The text of a network becomes a table

    Write each layer's input and output shape on paper. From which layer does a negative number of a route count?
    """
    judge.correct(kernel=False)


@pytest.mark.points(4)
@pytest.mark.cases("weights_plain", "weights_files")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "가중치 파일을 파라미터로", hint="파일의 순서와 parameters의 순서는 다릅니다. 합성곱 하나에 대해 둘을 나란히 적어 보세요."
)
def test_weights(judge: Any) -> None:
    """A file of weights becomes parameters

    The file's order and that of the parameters differ: write both side by side for one convolution.
    """
    judge.correct(kernel=False)


@pytest.mark.points(3)
@pytest.mark.cases("nms_few")
@pytest.mark.on("emulated")
@pytest.mark.korean("클래스마다 겹치는 상자를 억제함", hint="억제된 상자가 다른 상자를 억제할 수 있나요?")
def test_suppression(judge: Any) -> None:
    """Within each class, boxes that overlap a better one are suppressed

    Can a box that was suppressed suppress another one?
    """
    judge.correct(kernel=False)


@pytest.mark.points(3)
@pytest.mark.cases("ap_few")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "평균 정밀도", hint="점수가 높은 것부터 하나씩 보면서 맞음과 틀림을 적어 보세요. 이미 찾은 물체를 다시 찾은 것은 어느 쪽인가요?"
)
def test_average_precision(judge: Any) -> None:
    """Average precision

    Go through the detections, best first, and write right or wrong behind each. What is one that finds an object again?
    """
    judge.correct(kernel=False)


# ---- the device's part ------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.cases("conv_3x3", "conv_1x1", "conv_perf")
@pytest.mark.on("emulated")
@pytest.mark.korean("합성곱과 편향과 활성화", hint="입력 밖의 화소는 0입니다. 창의 왼쪽 위 모서리는 입력의 몇 번째 행과 열인가요?")
def test_convolution(judge: Any) -> None:
    """Convolution, bias and activation

    Pixels outside of the input are 0. In which row and column of the input does a window begin?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("pool_2", "pool_stride_1")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "최대 풀링, 간격이 1일 때도", hint="padding이 1이면 왼쪽과 위에는 1 / 2 = 0개가 붙습니다. 마지막 열의 창은 어디에 놓이나요?"
)
def test_maxpool(judge: Any) -> None:
    """Maxpool, with a stride of 1 as well

    A padding of 1 puts 1 / 2 = 0 columns on the left. Where do the windows of the last column lie?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("reorg_2")
@pytest.mark.on("emulated")
@pytest.mark.korean("Darknet의 reorg", hint="4 x 2 x 2 입력을 종이에 적고 문서의 식대로 옮겨 보세요.")
def test_reorg(judge: Any) -> None:
    """Darknet's reorg

    Write an input of 4 x 2 x 2 on paper and move it as the hand-out's formula says.
    """
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.cases("route_2")
@pytest.mark.on("emulated")
@pytest.mark.korean("두 층의 채널을 이어 붙임")
def test_route(judge: Any) -> None:
    """The channels of two layers, one behind the other"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("region_2")
@pytest.mark.on("emulated")
@pytest.mark.korean("region 층: 시그모이드와 소프트맥스", hint="앵커 하나의 5 + classes개 가운데 어느 것이 그대로 남나요?")
def test_region(judge: Any) -> None:
    """The region layer: sigmoid and softmax

    Of an anchor's 5 + classes numbers, which stay as they are?
    """
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("decode_2")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "원래 이미지의 상자와 점수", hint="칸 하나를 골라 손으로 계산해 보세요. 값마다 단위는 칸, 화소, 비율 가운데 무엇인가요?"
)
def test_decode(judge: Any) -> None:
    """Boxes of the original image, and scores

    Compute one cell by hand. In which unit is each number: cells, pixels or a share?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("letterbox_wide")
@pytest.mark.on("emulated")
@pytest.mark.korean("비율을 지키며 입력 크기로")
def test_letterbox(judge: Any) -> None:
    """An image is brought to the network's size, its proportions kept"""
    judge.correct()


KINDS = ("", "convolutional", "maxpool", "reorg", "route", "region")  # as ck/yolov2.h counts them


@pytest.mark.points(2)
@pytest.mark.cases("forward_tiny")
@pytest.mark.on("emulated")
@pytest.mark.korean("네트워크 전체", hint="층마다 출력과 파라미터가 어디에서 시작하는지 적어 보세요.")
def test_forward(judge: Any) -> None:
    """The whole network

    Write down where each layer's output and parameters begin.
    """
    rows = {run.case: judge.arrays(run)["table"][: run.sizes["layers"]].tolist() for run in judge.runs}
    judge.layers("outputs", lambda case: [(f"{i} {KINDS[row[0]]}", tuple(row[12:15])) for i, row in enumerate(rows[case.id])])


@pytest.mark.points(1)
@pytest.mark.cases("detect_tiny", "detect_shapes")
@pytest.mark.on("emulated")
@pytest.mark.korean("이미지에서 상자와 점수까지")
def test_detect(judge: Any) -> None:
    """From an image to boxes and scores"""
    for run in judge.runs:
        if run.case == "detect_shapes" and not run.problems:
            show(judge, run)
    judge.correct()


def show(judge: Any, run: Any) -> None:
    """The picture that the trained network was shown, with what was found in it and what is there."""
    boxes, scores = (np.nan_to_num(judge.output(run, name), posinf=0, neginf=0) for name in ("boxes", "scores"))
    image = judge.arrays(run)["image"]
    height, width = image.shape[1:]
    found = detect(boxes, scores, 0.3)
    truth = scene(PUBLIC_SEED, width, height)
    judge.show_detections(
        run,
        image,
        [(NAMES[c], float(s), pixels(b, width, height)) for b, s, c in zip(found.boxes, found.scores, found.classes, strict=True)],
        [(NAMES[c], 1.0, pixels(b, width, height)) for b, c in zip(truth.boxes, truth.classes, strict=True)],
    )


def pixels(box: Any, width: int, height: int) -> tuple[float, float, float, float]:
    x, y, w, h = (float(v) for v in box)
    return (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height


# ---- cleanliness, 5 of 10 points --------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("버퍼의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a buffer"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("스레드 사이의 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No two threads race for a number"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("블록의 모든 스레드가 같은 배리어에 도달함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers"""
    judge.clean("synccheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.on("emulated")
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points, from counters and the record of copies ---------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("detect_tiny")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "억제 전에는 호스트가 아무것도 기다리지 않음", hint="한 스트림 안의 작업은 저절로 순서를 지킵니다. 기다리는 것은 호출한 쪽입니다."
)
def test_asynchronous(judge: Any) -> None:
    """The host waits for nothing before suppression

    Work within one stream keeps its order by itself, and it is the caller who waits.
    """
    judge.free_of("FORBIDDEN_SYNC")
    judge.asynchronous()


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("detect_tiny")
@pytest.mark.on("emulated")
@pytest.mark.korean("이미지가 한 번 올라가고 상자와 점수가 한 번 내려옴", hint="층 사이의 값은 디바이스를 떠날 이유가 없습니다.")
def test_bytes(judge: Any) -> None:
    """The image goes up once, boxes and scores come down once

    What lies between two layers has no reason to leave the device.
    """
    judge.moved()


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("forward_tiny")
@pytest.mark.on("emulated")
@pytest.mark.korean("층마다 커널 실행이 한 번", hint="편향을 더하고 활성화하는 일에 필요한 값은 합성곱이 끝난 순간 어디에 있나요?")
def test_launch_count(judge: Any) -> None:
    """One kernel launch a layer

    Where are the values that bias and activation need at the moment at which a convolution's sum is complete?
    """
    each = judge.launches() / sum(run.sizes["layers"] for run in judge.runs)
    judge.graded(
        each,
        full=1,
        zero=3,
        unit="launches a layer",
        unit_ko="층마다 커널 실행 {}번",
        verdict="TOO_MANY_LAUNCHES",
        blame=STORES,
        beside=True,
    )


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("conv_perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "합성곱이 전역 메모리에서 적게 읽음",
    hint="화소 하나는 필터 모두에, 필터의 수 하나는 화소 모두에 쓰입니다. 블록이 한 번 읽은 것을 몇 번 쓰나요?",
)
def test_loads(judge: Any) -> None:
    """The convolution reads little from global memory

    Every pixel is used by all filters, and every weight for all pixels. How often does a block use what it has loaded once?
    """
    judge.worst_of(lambda: grade_loads(judge), lambda: grade_parallelism(judge))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("conv_perf")
@pytest.mark.on("emulated")
@pytest.mark.korean(
    "합성곱의 공유 메모리에 뱅크 충돌이 없음", hint="i번째 워드는 i mod 32번 뱅크에 있습니다. 워프 하나가 한 번에 어느 워드를 원하나요?"
)
def test_shared_memory(judge: Any) -> None:
    """No bank conflicts in the convolution's shared memory

    Word i lies in bank i mod 32. Which words does a warp ask for at once?
    """
    staged = judge.counter(STORE_WAVEFRONTS)  # at 32 floats each; a kernel that stages what it reads has one for every 128 bytes
    if staged < bytes_read(judge) / 512:  # hardly any shared memory, so no conflict: worth points only if registers, say, give the reuse
        judge.worst_of(lambda: grade_loads(judge), lambda: grade_parallelism(judge))
        return
    two_words = 2 * products(judge) / 32  # for each product
    judge.worst_of(lambda: judge.graded_wavefronts(most=two_words, zero=8), lambda: grade_reuse(judge), lambda: grade_parallelism(judge))


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("forward_tiny")
@pytest.mark.on("emulated")
@pytest.mark.korean("각 층의 출력을 한 번만, 꽉 찬 섹터로 씀", hint="이웃한 스레드가 이웃한 수를 쓰나요? 같은 수를 몇 번 쓰나요?")
def test_stores(judge: Any) -> None:
    """Every output is written once, in whole sectors

    Do neighbouring threads write neighbouring numbers, and how often is a number written?
    """
    stored = SECTOR * sum(map(judge.counter, (*STORES, *ATOMICS)))
    needed = 4 * sum(run.sizes["total"] for run in judge.runs)
    verdict = "UNCOALESCED" if 2 * SECTOR * judge.scattered("st") > stored - needed else "TOO_MANY_BYTES"
    unit, korean = "times the bytes needed", "필요한 바이트의 {}배"
    judge.graded(stored / needed, full=1.1, zero=6, unit=unit, unit_ko=korean, verdict=verdict, blame=STORES)


# ---- on a real GPU: what can be judged there --------------------------------------------------------------------------


@pytest.mark.points(35)
@pytest.mark.on("cuda")
@pytest.mark.cases(
    "conv_3x3", "conv_1x1", "conv_perf", "pool_2", "pool_stride_1", "reorg_2", "route_2", "region_2", "decode_2", "letterbox_wide"
)
@pytest.mark.korean("디바이스에서 하는 모든 걸음 (호스트 메모리는 에뮬레이션 GPU에서 채점합니다)")
def test_layers_on_a_card(judge: Any) -> None:
    """Every step on the device (what lies in host memory is graded on the emulated GPU)"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.category("cleanliness")
@pytest.mark.on("cuda")
@pytest.mark.cases("conv_3x3", "conv_1x1", "pool_2", "pool_stride_1", "reorg_2", "route_2", "region_2", "decode_2", "letterbox_wide")
@pytest.mark.korean("디바이스에서: 버퍼의 범위를 벗어나는 접근이 없음")
def test_memory_on_a_card(judge: Any) -> None:
    """On the device: no access outside of a buffer"""
    judge.clean("memcheck")


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("conv_timed_13", "conv_timed_52")
@pytest.mark.korean("기준 풀이만큼 빠름: tiny-voc의 두 합성곱")
def test_time(judge: Any) -> None:
    """As fast as the reference: two of tiny-voc's convolutions"""
    judge.timed(full=1.2, zero=10)
