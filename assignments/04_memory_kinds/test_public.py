"""04_memory_kinds, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract
(ck/memory_kinds.h)."""

from typing import Any

import pytest

LOCAL_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_local_op_{op}.sum" for op in ("ld", "st"))  # in global memory, too
SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("ld", "st")) + LOCAL_SECTORS
ATOMIC_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))  # read, and written
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there
WAITS = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize")
QUERIES = ("cudaStreamQuery", "cudaEventQuery")  # asked until they say yes, which is waiting too
EMULATED = pytest.mark.on("emulated")  # only there it is seen what becomes of host memory

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(7)
@pytest.mark.cases("device")
@EMULATED
@pytest.mark.korean("디바이스 메모리에 있는 수 1,000개")
def test_device(judge: Any) -> None:
    """1,000 numbers in device memory"""
    judge.correct()


@pytest.mark.points(7)
@pytest.mark.cases("pageable", "pageable_large")
@EMULATED
@pytest.mark.korean(
    "일반 호스트 메모리에 있는 수",
    hint="cudaMemcpy는 원소가 아니라 바이트를 셉니다. 어디로, 어디에서, 몇 바이트를, 어느 방향으로 복사하나요?",
)
def test_pageable(judge: Any) -> None:
    """Numbers in ordinary host memory

    cudaMemcpy counts bytes, not elements. To where, from where, how many of them, in which direction?
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("pinned", "pinned_large")
@EMULATED
@pytest.mark.korean(
    "비동기로 복사하는 수", hint="런처가 반환한 뒤 y를 읽는 것은 호출한 쪽입니다. 그때 마지막 복사가 끝났음을 무엇이 보장하나요?"
)
def test_pinned(judge: Any) -> None:
    """Numbers that are copied asynchronously

    Your caller reads y as soon as you return. What makes sure that the last copy has ended by then?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("zero_copy")
@EMULATED
@pytest.mark.korean("커널이 호스트 메모리에서 직접 읽고 쓰는 수")
def test_zero_copy(judge: Any) -> None:
    """Numbers that the kernel reads and writes in host memory"""
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("managed")
@EMULATED
@pytest.mark.korean(
    "관리 메모리에 있는 수와 그 합", hint="커널 실행은 바로 반환합니다. 호스트가 y를 더하기 시작할 때 커널은 어디까지 왔을까요?"
)
def test_managed(judge: Any) -> None:
    """Numbers in managed memory, and their sum

    A launch returns at once. How far has the kernel come when the host begins to add?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("kind_pageable", "kind_device", all_or_nothing=True)
@EMULATED
@pytest.mark.korean("포인터가 어떤 메모리를 가리키는지")
def test_kinds(judge: Any) -> None:
    """Where a pointer leads"""
    judge.correct(kernel=False)


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("할당한 범위를 벗어나는 접근도, 방향이 틀린 복사도 없음")
def test_memory(judge: Any) -> None:
    """No access outside of an allocation, no copy in the wrong direction"""
    judge.clean("memcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("호스트와 디바이스가 같은 메모리를 두고 경쟁하지 않음")
def test_races(judge: Any) -> None:
    """Host and device don't race for memory that both use"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written"""
    judge.clean("initcheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean(
    "할당한 것은 해제하고, 고정한 것은 풀어 줌", hint="함수를 빠져나가는 모든 길을 따라가 보세요. 호출이 실패하는 길도 있습니다."
)
def test_leaks(judge: Any) -> None:
    """What was allocated is freed, what was locked is unlocked

    Follow every way out of the function, those on which a call fails too.
    """
    judge.clean("leak")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@EMULATED
@pytest.mark.korean("실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points, from the record of copies, waits and counters -------------------------------------------


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("pageable", "pageable_large")
@EMULATED
@pytest.mark.korean("일반 메모리: 필요한 바이트만 정확히 복사함", hint="x의 값은 바뀌지 않습니다. 어떤 벡터가 몇 번 버스를 건너야 하나요?")
def test_bytes_pageable(judge: Any) -> None:
    """From ordinary memory exactly the bytes are copied that are needed

    The values of x don't change. Which vector has to cross the bus how often?
    """
    judge.moved()


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("pinned", "pinned_large")
@EMULATED
@pytest.mark.korean("비동기: 필요한 바이트만 정확히 복사함")
def test_bytes_pinned(judge: Any) -> None:
    """Asynchronously exactly the bytes are copied that are needed"""
    judge.moved()


@pytest.mark.points(6)
@pytest.mark.category("performance")
@pytest.mark.cases("pinned", "pinned_large")
@EMULATED
@pytest.mark.korean(
    "비동기 복사가 정말로 비동기임",
    hint="복사 엔진은 물리 주소로 일합니다. 운영 체제가 페이지를 옮길 수 있는 동안에는 그 주소를 믿을 수 없습니다. "
    "무엇이 페이지를 붙들어 두나요?",
)
def test_asynchronous(judge: Any) -> None:
    """Asynchronous copies are asynchronous

    A copy engine works with physical addresses, and can't trust them while the operating system may move the pages. What holds pages in
    their place?
    """
    judge.asynchronous()


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("pinned", "pinned_large")
@EMULATED
@pytest.mark.korean(
    "비동기: 호스트가 명시적으로 꼭 한 번 기다림",
    hint="한 스트림 안의 작업은 저절로 순서를 지킵니다. 정말 기다려야 하는 것은 무엇이고, 어느 줄이 그것을 기다리나요?",
)
def test_one_wait(judge: Any) -> None:
    """The host waits once, explicitly

    Work within one stream keeps its order by itself. What is it that really has to be waited for, and which line does?
    """
    judge.moved()
    for run in judge.runs:
        waits = judge.calls(run, *WAITS)
        if len(waits) > run.calls:
            judge.fail("SERIALISED", f"case {run.case}: the host waits {len(waits)} times in a call", waits[0].file, waits[0].line)
        last = [c for c in judge.calls(run) if c.kind == "DtoH"][-1]
        if len(waits) < run.calls and "Async" in last.name and not judge.calls(run, *QUERIES):
            message = "no line of yours waits for this copy. That another call, which unlocks or frees, waits by the way is no promise"
            judge.fail("HOST_RACE", f"case {run.case}: {message}", last.file, last.line)


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("device_large")
@EMULATED
@pytest.mark.korean("이웃한 스레드가 이웃한 수를 읽고 씀", hint="한 워프의 32개 레인이 한 번에 접근하는 주소를 나란히 적어 보세요.")
def test_sectors(judge: Any) -> None:
    """Neighbouring threads read and write neighbouring numbers

    Write the addresses side by side that the 32 lanes of a warp ask for at once.
    """
    needed = sum(12 * run.sizes["n"] for run in judge.runs) / 32  # x and y are read, y is written; a sector has 32 bytes
    moved = sum(map(judge.counter, SECTORS)) + 2 * sum(map(judge.counter, ATOMIC_SECTORS)) + judge.counter(CONSTANT)
    copied = sum(call.bytes for run in judge.runs for call in judge.calls(run) if call.kind == "DtoD")
    judge.graded((moved + copied / 4) / needed, full=1.05, zero=8, unit="times the sectors needed", verdict="UNCOALESCED")


# ---- on a real GPU: what can be judged there -------------------------------------------------------------------------


@pytest.mark.points(35)
@pytest.mark.on("cuda")
@pytest.mark.cases("device", "device_large")
@pytest.mark.korean("디바이스 메모리에 있는 수 (나머지 메모리는 에뮬레이션 GPU에서 채점합니다)")
def test_device_on_a_card(judge: Any) -> None:
    """Numbers in device memory (the other kinds are graded on the emulated GPU)"""
    judge.correct()


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("device_timed")
@pytest.mark.korean("기준 풀이만큼 빠름: 디바이스 메모리에 있는 수 2²⁴개")
def test_time(judge: Any) -> None:
    """As fast as the reference: 2²⁴ numbers in device memory"""
    judge.timed(full=1.2, zero=10)
