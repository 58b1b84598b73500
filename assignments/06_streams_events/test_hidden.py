"""06_streams_events, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

pytestmark = pytest.mark.on("emulated")

EVENT_US, ASKING_US = 0.5, 5.0


def chunks(case: Any) -> int:
    return -(-case.sizes["n"] // case.sizes["chunk"])


def kernel_us(case: Any) -> float:
    return float(case.latencies_us.get("kernel", 0.0)) + 5.0


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(8)
@pytest.mark.cases("pipeline_1", "pipeline_short", "pipeline_ones", "pipeline_odd")
@pytest.mark.korean("조각의 크기와 수가 달라도 맞음", hint="조각이 하나뿐이거나, 작업 공간에 들어갈 수 있는 것보다 많으면 어떻게 되나요?")
def test_pipeline_sizes(judge: Any) -> None:
    """Other chunks, and other numbers of them

    What if there is only one chunk, or more of them than the workspace holds?
    """
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("slow_upload", "slow_kernel", "slow_download")
@pytest.mark.korean("어느 단계가 느려도 맞음", hint="운이 좋아서 순서가 맞는 것과, 무엇인가가 순서를 지키게 하는 것은 다릅니다.")
def test_latencies(judge: Any) -> None:
    """Right whichever stage is slow

    That things come in the right order by luck is one thing, that something makes them is another.
    """
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("feed_1", "feed_two", "feed_odd")
@pytest.mark.korean("두 버퍼, 다른 크기")
def test_feed_sizes(judge: Any) -> None:
    """Two buffers, other sizes"""
    judge.correct(kernel=False)


@pytest.mark.points(2)
@pytest.mark.cases("pipeline_0", "pipeline_1", "feed_0", "feed_1", all_or_nothing=True)
@pytest.mark.korean("수가 하나도 없을 때")
def test_nothing(judge: Any) -> None:
    """No number at all"""
    judge.correct(kernel=False)


@pytest.mark.points(4)
@pytest.mark.cases("pipeline_twice", "feed_twice", "timed_twice")
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct(kernel=False)


@pytest.mark.points(5)
@pytest.mark.cases("timed_long", "timed_short", "timed_twice")
@pytest.mark.korean("긴 복사와 짧은 복사의 시간")
def test_times(judge: Any) -> None:
    """How long uploads took, long ones and short ones"""
    judge.moved(kernel=False)
    for run in judge.runs:
        for call in range(run.calls):
            copies = [w for w in judge.work(run, "HtoD") if w.phase == f"call:{call}"]
            took_us = copies[-1].end_us - copies[0].start_us
            got_us = 1000 * float(judge.output(run, "ms", call)[0])
            if not took_us <= got_us <= took_us + EVENT_US + ASKING_US:
                korean = f"{run.case} 경우: *ms가 복사에 걸린 시간이 아닙니다."
                judge.fail("WRONG_ANSWER", f"case {run.case}: *ms isn't what the copy took", message_ko=korean)


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an allocation, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어느 단계가 느려도 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No race, whichever stage is slow"""
    judge.clean("racecheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "기본 스트림을 쓰지 않음",
    hint="kernel<<<grid, block, shared_bytes, stream>>>, cudaMemcpyAsync의 마지막 인자: 없으면 기본 스트림입니다.",
)
def test_stream(judge: Any) -> None:
    """Nothing goes to the default stream

    The fourth launch parameter, the last argument of cudaMemcpyAsync: without it, it is the default stream.
    """
    judge.free_of("WRONG_STREAM")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("만든 것을 모두 없앰")
def test_leaks(judge: Any) -> None:
    """Whatever was made is destroyed"""
    judge.clean("leak")


# ---- performance, 9 of 20 points -------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("slow_upload")
@pytest.mark.korean("업로드가 느려도 파이프라인이 끊기지 않음")
def test_slow_upload(judge: Any) -> None:
    """Uploads that take long are never interrupted"""
    judge.overlapped(chunks, zero=1.4, kernel_us=kernel_us)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("slow_kernel")
@pytest.mark.korean("커널이 느려도 파이프라인이 끊기지 않음")
def test_slow_kernel(judge: Any) -> None:
    """Kernels that take long are never interrupted"""
    judge.overlapped(chunks, zero=1.4, kernel_us=kernel_us)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("slow_download")
@pytest.mark.korean("다운로드가 느려도 파이프라인이 끊기지 않음")
def test_slow_download(judge: Any) -> None:
    """Downloads that take long are never interrupted"""
    judge.overlapped(chunks, zero=1.4, kernel_us=kernel_us)
