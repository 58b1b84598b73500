"""04_memory_kinds, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import pytest

EMULATED = pytest.mark.on("emulated")

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.cases("device_1", "device_255", "device_100003")
@EMULATED
@pytest.mark.korean(
    "디바이스 메모리, 블록의 배수가 아닌 크기",
    hint="마지막 블록에서 맡을 수가 남지 않은 스레드는 몇 개인가요?",
)
def test_device_sizes(judge: Any) -> None:
    """Device memory, sizes that are no multiple of a block

    How many threads of the last block have no number?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("device_integers", "device_mantissa")
@pytest.mark.korean("단정밀도 그대로")
def test_precision(judge: Any) -> None:
    """Single precision, no less"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("pageable_1", "pageable_257")
@EMULATED
@pytest.mark.korean("일반 호스트 메모리, 다른 크기")
def test_pageable_sizes(judge: Any) -> None:
    """Ordinary host memory, other sizes"""
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("pinned_1", "pinned_1025")
@EMULATED
@pytest.mark.korean("비동기 복사, 다른 크기")
def test_pinned_sizes(judge: Any) -> None:
    """Asynchronous copies, other sizes"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("zero_copy_33")
@EMULATED
@pytest.mark.korean("복사 없이, 다른 크기")
def test_zero_copy_sizes(judge: Any) -> None:
    """Without copies, other sizes"""
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("managed_1", "managed_1025")
@EMULATED
@pytest.mark.korean("관리 메모리, 다른 크기")
def test_managed_sizes(judge: Any) -> None:
    """Managed memory, other sizes"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases(
    "pageable_0",
    "pageable_1",
    "pinned_0",
    "pinned_1",
    "zero_copy_0",
    "zero_copy_33",
    "managed_0",
    "managed_1",
    "device_0",
    "device_1",
    all_or_nothing=True,
)
@EMULATED
@pytest.mark.korean("수가 하나도 없을 때", hint="블록이 0개인 그리드는 실행할 수 없습니다. 0바이트를 할당하거나 고정하면 어떻게 되나요?")
def test_nothing(judge: Any) -> None:
    """No number at all

    A grid of no blocks can't be launched. What happens when no bytes are allocated, or locked?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("pageable_twice", "pinned_twice", "zero_copy_twice", "managed_twice", "device_twice")
@EMULATED
@pytest.mark.korean("같은 주소에 다른 값을 두고 다시 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("kind_pinned", "kind_managed", "kind_pageable_again", "kind_device_again", all_or_nothing=True)
@EMULATED
@pytest.mark.korean("네 가지 메모리를 모두 구별함")
def test_all_kinds(judge: Any) -> None:
    """All four kinds of memory are told apart"""
    judge.correct(kernel=False)


@pytest.mark.points(33)
@pytest.mark.on("cuda")
@pytest.mark.cases("device_1", "device_255", "device_100003", "device_twice")
@pytest.mark.korean("디바이스 메모리, 다른 크기와 두 번째 호출")
def test_device_sizes_on_a_card(judge: Any) -> None:
    """Device memory, other sizes and a second call"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------

DEVICE = pytest.mark.cases("device_1", "device_255", "device_100003", "device_twice")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("모든 크기에서 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an allocation, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("모든 크기에서 호스트와 디바이스가 경쟁하지 않음")
def test_races(judge: Any) -> None:
    """Host and device don't race, whatever the size"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean(
    "복사하지 않는 런처는 복사도 할당도 하지 않고 기다리지도 않음",
    hint="커널이 직접 닿는 메모리라면 옮길 것이 없습니다. 기다리는 것은 호출한 쪽의 일입니다.",
)
def test_transfers(judge: Any) -> None:
    """What needs no copy copies nothing, and doesn't wait

    Memory that a kernel reaches by itself needs no moving, and waiting is the caller's business.
    """
    judge.clean("transfers")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("모든 길에서 해제함")
def test_leaks(judge: Any) -> None:
    """Everything is released, whatever the size"""
    judge.clean("leak")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean(
    "모든 작업을 받은 스트림에 넣음",
    hint="kernel<<<grid, block, shared_bytes, stream>>>, cudaMemcpyAsync의 마지막 인자: 없으면 기본 스트림입니다.",
)
def test_stream(judge: Any) -> None:
    """All work goes into the stream that was passed

    The fourth launch parameter, the last argument of cudaMemcpyAsync: without it, it is the default stream.
    """
    judge.free_of("WRONG_STREAM")


@pytest.mark.points(10)
@pytest.mark.category("cleanliness")
@pytest.mark.on("cuda")
@DEVICE
@pytest.mark.korean("디바이스 메모리: 범위를 벗어나는 접근이 없음")
def test_memory_on_a_card(judge: Any) -> None:
    """Device memory: no access outside of an allocation"""
    judge.clean("memcheck")
