"""06_streams_events, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract
(ck/pipeline.h)."""

from typing import Any

import pytest

pytestmark = pytest.mark.on("emulated")  # only there every copy, wait and overlap is seen

EVENT_US = 0.5  # what an event itself takes: docs/design/timeline.md
ASKING_US = 5.0  # between the first event and the copy, if the stream had nothing else to do


def chunks(case: Any) -> int:
    """How many chunks a case has."""
    return -(-case.sizes["n"] // case.sizes["chunk"])


def kernel_us(case: Any) -> float:
    """The longest that a kernel needs for a chunk: what the case adds, and 5 µs of its own."""
    return float(case.latencies_us.get("kernel", 0.0)) + 5.0


def right_times(judge: Any) -> None:
    """*ms is what the record says of the copy, give or take what lies between two calls."""
    judge.moved(kernel=False)
    for run in judge.runs:
        for call in range(run.calls):
            copies = [w for w in judge.work(run, "HtoD") if w.phase == f"call:{call}"]
            took_us = copies[-1].end_us - copies[0].start_us
            got_us = 1000 * float(judge.output(run, "ms", call)[0])
            if not took_us <= got_us <= took_us + EVENT_US + ASKING_US:
                text = f"case {run.case}: the copy took {took_us:.1f} µs, and *ms says {got_us:.1f} µs"
                korean = f"{run.case} 경우: 복사에는 {took_us:.1f} µs가 걸렸는데 *ms는 {got_us:.1f} µs라고 합니다."
                judge.fail("WRONG_ANSWER", text, message_ko=korean)


# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(10)
@pytest.mark.cases("pipeline")
@pytest.mark.korean(
    "여덟 조각을 파이프라인으로 처리함",
    hint="스트림마다 선을 긋고 그 위에 작업을 적어 보세요. "
    "한 선의 작업이 다른 선의 작업을 기다려야 하는 곳마다 화살표가 하나 있어야 합니다.",
)
def test_pipeline(judge: Any) -> None:
    """Eight chunks through the pipeline

    Draw each stream as a line and write the operations on it. Wherever one of them has to wait for one on another line, there must be an
    arrow.
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("pipeline_tail")
@pytest.mark.korean("마지막 조각이 더 짧을 때")
def test_pipeline_tail(judge: Any) -> None:
    """The last chunk is shorter"""
    judge.correct()


@pytest.mark.points(10)
@pytest.mark.cases("feed", "feed_many")
@pytest.mark.korean(
    "일반 메모리의 수를 두 버퍼를 거쳐 디바이스로 보냄",
    hint="버퍼에서 나가는 복사는 언제 끝나나요? 그때까지 그 버퍼는 여러분의 것이 아닙니다.",
)
def test_feed(judge: Any) -> None:
    """Ordinary memory, by way of two buffers

    When has the copy out of a buffer ended? Until then the buffer isn't yours.
    """
    judge.correct(kernel=False)


@pytest.mark.points(5)
@pytest.mark.cases("timed")
@pytest.mark.korean("복사한 수")
def test_upload(judge: Any) -> None:
    """The numbers whose upload is timed"""
    judge.correct(kernel=False)


@pytest.mark.points(5)
@pytest.mark.cases("timed")
@pytest.mark.korean("복사에 걸린 시간", hint="이벤트는 호스트가 부를 때가 아니라 스트림이 거기에 이르렀을 때 일어납니다.")
def test_time(judge: Any) -> None:
    """How long the upload took

    An event doesn't happen when the host calls for it, but when the stream has come that far.
    """
    right_times(judge)


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("할당한 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an allocation"""
    judge.clean("memcheck")


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("스트림 사이에도, 호스트와도 경쟁이 없음")
def test_races(judge: Any) -> None:
    """No race between streams, or with the host"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("실패를 놓친 커널 실행도, 너무 일찍 읽은 이벤트도 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, no event is read too early"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("만든 스트림과 이벤트를 모두 없앰")
def test_leaks(judge: Any) -> None:
    """Streams and events that were made are destroyed"""
    judge.clean("leak")


# ---- performance, 20 points, in virtual time: the same on every machine ----------------------------------------------


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("pipeline")
@pytest.mark.korean(
    "서로 다른 조각이 겹침", hint="두 조각의 타임라인을 그려 보세요. 첫 조각을 계산하는 동안 두 번째 조각의 무엇을 시작할 수 있나요?"
)
def test_overlap(judge: Any) -> None:
    """Different chunks overlap

    Draw the timeline of two chunks. What of the second could begin while the first is being computed?
    """
    judge.moved()
    judge.overlapped(chunks, kernel_us=kernel_us)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("feed", "feed_many")
@pytest.mark.korean("두 버퍼에서 나가는 복사가 비동기임")
def test_asynchronous(judge: Any) -> None:
    """The copies out of the two buffers are asynchronous"""
    judge.moved(kernel=False)
    judge.asynchronous(kernel=False)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("feed_many")
@pytest.mark.korean(
    "한 버퍼를 채우는 동안 다른 버퍼에서 복사가 이어짐",
    hint="버퍼를 채우기 전에 어느 복사를 기다리나요? 그동안 어떤 복사가 계속될 수 있나요?",
)
def test_feed_goes_on(judge: Any) -> None:
    """While one buffer is filled, the copy out of the other one goes on

    Which copy do you wait for before you fill a buffer? Which others may still run meanwhile?
    """
    judge.overlapped(chunks, zero=1.5, kernel=False)
    for run in judge.runs:
        longest = max(judge.work(run, "HtoD"), key=lambda w: w.bytes)
        if longest.bytes > 4 * run.sizes["chunk"]:
            text = f"case {run.case}: a copy of {longest.bytes:,} bytes is more than a chunk, and nothing can go on beside it"
            korean = f"{run.case} 경우: {longest.bytes:,}바이트를 한 번에 복사하면 조각 하나보다 길어서, 함께 이어질 작업이 없습니다."
            judge.fail("NO_OVERLAP", text, longest.file, longest.line, message_ko=korean)
