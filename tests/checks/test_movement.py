"""What checks ask of copies, waits and virtual time: runs recorded by hand, no device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from grader.assignment import Assignment, load_assignment
from grader.checks import evaluate
from grader.checks.movement import bytes_of, not_asynchronous, pipeline_us, span_us, waits_of, work_of
from grader.errors import AssignmentError
from grader.records import ApiCall, Exit, KernelCounters, Launch, Problem, Run, Work


def work(kind: str, start_us: float, end_us: float, **more: Any) -> Work:
    base: dict[str, Any] = {"stream": 1, "name": "cudaMemcpyAsync", "phase": "call:0", "asynchronous": True, "memory": "pinned"}
    return Work(**(base | {"kind": kind, "start_us": start_us, "end_us": end_us} | more))


def recorded(timeline: tuple[Work, ...] = (), trace: tuple[ApiCall, ...] = ()) -> Run:
    return Run(case="c", visibility="public", sizes={}, scalars={}, inputs={}, outputs={}, timeline=timeline, trace=trace)


def pipeline(chunks: int, up: float, kernel: float, down: float) -> tuple[Work, ...]:
    """Every stage of every chunk as early as it can be."""
    ends = {"HtoD": 0.0, "kernel": 0.0, "DtoH": 0.0}
    made = []
    for _ in range(chunks):
        ready = 0.0
        for kind, long in (("HtoD", up), ("kernel", kernel), ("DtoH", down)):
            start = max(ready, ends[kind])
            ready = ends[kind] = start + long
            made.append(work(kind, start, ready))
    return tuple(made)


@pytest.mark.parametrize("stages", [(4.0, 4.0, 4.0), (9.0, 2.0, 3.0), (1.0, 8.0, 2.0), (2.0, 1.0, 7.0)])
@pytest.mark.parametrize("chunks", [1, 2, 8])
def test_a_perfect_pipeline_takes_what_the_formula_says(stages: tuple[float, float, float], chunks: int) -> None:
    made = pipeline(chunks, *stages)
    assert span_us(made) == pytest.approx(pipeline_us(made, chunks))
    assert pipeline_us(made, chunks) == pytest.approx(chunks * max(stages) + sum(stages) - max(stages))


def test_one_after_the_other_takes_longer_the_more_chunks_there_are() -> None:
    made, now = [], 0.0
    for _ in range(8):
        for kind in ("HtoD", "kernel", "DtoH"):
            made.append(work(kind, now, now + 5))
            now += 5
    assert span_us(made) / pipeline_us(made, 8) == pytest.approx(24 / 10)


def test_a_kernel_that_spins_doesnt_make_one_after_the_other_the_best() -> None:
    made, now = [], 0.0
    for _ in range(8):
        for kind, long in (("HtoD", 5), ("kernel", 5000), ("DtoH", 5)):
            made.append(work(kind, now, now + long))
            now += long
    assert span_us(made) / pipeline_us(made, 8) < 1.01
    assert span_us(made) / pipeline_us(made, 8, kernel_us=6) > 100


def test_cutting_chunks_into_more_pieces_earns_no_time() -> None:
    pieces = tuple(work("HtoD", 10.0 * i, 10.0 * i + 10) for i in range(16))
    assert pipeline_us(pieces, 8) == 80


def test_no_work_is_no_time() -> None:
    assert span_us(()) == pipeline_us((), 3) == 0


@pytest.mark.parametrize(
    ("changes", "says"), [({"memory": "pageable"}, "pageable memory"), ({"asynchronous": False, "name": "cudaMemcpy"}, "cudaMemcpy waits")]
)
def test_a_copy_that_makes_the_host_wait_is_named_with_its_line(changes: dict[str, Any], says: str) -> None:
    fault = not_asynchronous(recorded((work("HtoD", 0, 1), work("DtoH", 1, 2, file="a.cu", line=7, **changes))))
    assert fault is not None and (fault.verdict, fault.file, fault.line) == ("NOT_ASYNC", "a.cu", 7) and says in fault.message
    assert (
        not_asynchronous(
            recorded((work("HtoD", 0, 1), work("kernel", 0, 1, memory="", **{k: v for k, v in changes.items() if k != "memory"})))
        )
        is None
    )


def test_only_the_launchers_own_calls_count() -> None:
    trace = (
        ApiCall(name="cudaMemcpy", phase="setup", bytes=64, kind="HtoD"),
        ApiCall(name="cudaMemcpyAsync", phase="call:0", bytes=8, kind="HtoD"),
        ApiCall(name="cudaMemcpyAsync", phase="call:1", bytes=8, kind="HtoD"),
        ApiCall(name="cudaMemcpyAsync", phase="call:1", bytes=8, kind="HtoD", error=1),
        ApiCall(name="cudaStreamSynchronize", phase="call:1"),
        ApiCall(name="cudaEventSynchronize", phase="call:1"),
        ApiCall(name="cudaStreamSynchronize", phase="return:0:0"),
    )
    run = recorded((work("HtoD", 0, 1), work("HtoD", 0, 1, phase="setup")), trace)
    assert bytes_of(run, "HtoD") == 16 and bytes_of(run, "DtoH") == 0
    assert len(waits_of(run)) == 1, "an event is one operation, not a whole stream"
    assert len(work_of(run, "HtoD")) == 1 and work_of(run, "DtoH") == ()


# ---- the judge's questions, over a whole evaluation ----

ASSIGNMENT = """
slug = "06_copies"
kind = "cuda"
title = { en = "Copies", ko = "복사" }
files = ["a.cu"]
[[entry]]
name = "ck_copies"
args = ["in pinned f32 x[n]", "out pinned f32 y[n]", "i64 n", "stream"]
to_device = ["x"]
to_host = ["y"]
waits = true
[[case]]
id = "one"
visibility = "public"
sizes = { n = 80 }
"""
PROBLEM = """
from grader.checks import Expected, exact

def expected(case, arrays):
    return {"y": Expected(2.0 * arrays["x"].astype(float), exact(arrays["x"]))}
"""
CHECKS = """
import pytest

@pytest.mark.points(1)
def test_right(judge):
    judge.correct()

@pytest.mark.points(1)
def test_moved(judge):
    judge.moved()

@pytest.mark.points(1)
def test_asynchronous(judge):
    judge.asynchronous()

@pytest.mark.points(1)
def test_overlapped(judge):
    judge.overlapped(lambda case: 8)

@pytest.mark.points(1)
def test_stream(judge):
    judge.free_of("WRONG_STREAM")
"""
STORED = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"


@pytest.fixture
def copies(tmp_path: Path) -> Assignment:
    folder = tmp_path / "06_copies"
    folder.mkdir()
    (tmp_path / "course.toml").write_text('id = "test"\n')
    for name, text in (("assignment.toml", ASSIGNMENT), ("problem.py", PROBLEM), ("test_public.py", CHECKS)):
        (folder / name).write_text(text, encoding="utf-8")
    return load_assignment(folder)


def judged(copies: Assignment, factor: float = 2.0, stored: int = 10, **changes: Any) -> dict[str, tuple[str, float]]:
    """Verdict and points of each check, of a launcher that did its work as well as can be, but for the changes."""
    x = np.arange(80, dtype=np.float32)
    files = {name: str(copies.folder.parent / name) for name in ("x", "old", "y")}
    for name, values in (("x", x), ("old", np.full(80, np.nan, np.float32)), ("y", np.float32(factor) * x)):
        values.tofile(files[name])
    up, down = ({"name": "cudaMemcpyAsync", "phase": "call:0", "kind": kind, "bytes": 320, "file": "a.cu"} for kind in ("HtoD", "DtoH"))
    run = Run(
        case="one",
        visibility="public",
        sizes={"n": 80},
        scalars={},
        inputs={"x.0": files["x"], "y.0": files["old"]},
        outputs={"y.0": files["y"]},
        returned=(0,),
        exit=Exit(cause="exited", code=0),
        launches=(Launch(index=0, kernel="k", phase="call:0", grid=(1, 1, 1), block=(32, 1, 1), stream=1),),
        kernels=(KernelCounters(name="k", base="k", launches=1, metrics={STORED: float(stored)}),),
        trace=(ApiCall(**up, line=1), ApiCall(**down, line=2)),
        timeline=pipeline(8, 5, 5, 5),
    )
    return {r.id.rpartition("::")[2]: (r.verdict, r.points) for r in evaluate([replace(run, **changes)], copies)}


def test_a_launcher_that_does_it_well_fails_nothing(copies: Assignment) -> None:
    assert judged(copies) == dict.fromkeys(("test_right", "test_moved", "test_asynchronous", "test_overlapped", "test_stream"), ("", 1.0))


def test_a_wrong_result_earns_nothing_for_how_it_was_moved(copies: Assignment) -> None:
    found = judged(copies, factor=3.0)
    assert {name for name, (verdict, points) in found.items() if verdict == "WRONG_ANSWER" and points == 0} == set(found) - {"test_stream"}


def test_a_result_that_no_kernel_stored_isnt_the_devices(copies: Assignment) -> None:
    assert judged(copies, stored=9)["test_right"] == ("KERNEL_NOT_RUN", 0.0)


def test_a_result_that_the_host_put_there_or_sent_isnt_the_devices(copies: Assignment) -> None:
    assert judged(copies, host_made_bytes=1 << 20)["test_right"] == ("KERNEL_NOT_RUN", 0.0)
    assert judged(copies, host_given_bytes=1 << 20)["test_right"] == ("FORBIDDEN_TRANSFER", 0.0)
    assert judged(copies, host_made_bytes=4, host_given_bytes=4)["test_right"] == ("", 1.0)
    # wanted are 320 bytes
    assert judged(copies, host_made_bytes=40)["test_right"] == ("KERNEL_NOT_RUN", 0.0)
    assert judged(copies, host_made_bytes=36, host_given_bytes=124)["test_right"] == ("FORBIDDEN_TRANSFER", 0.0)
    assert judged(copies, host_made_bytes=36, host_given_bytes=120)["test_right"] == ("", 1.0)


def test_copies_of_a_launcher_that_does_without_them_earn_nothing(copies: Assignment) -> None:
    how = ("test_moved", "test_asynchronous", "test_overlapped")
    over_the_bus = tuple(replace(w, bytes=40, file="a.cu", line=3) if w.kind == "kernel" else w for w in pipeline(8, 5, 5, 5))
    found = judged(copies, timeline=over_the_bus)
    assert {found[name] for name in how} == {("FORBIDDEN_TRANSFER", 0.0)} and found["test_right"] == ("", 1.0)
    few = tuple(replace(w, bytes=32) if w.kind == "kernel" else w for w in pipeline(8, 5, 5, 5))
    assert judged(copies, timeline=few)["test_moved"] == ("", 1.0)
    shared = Problem(verdict="FORBIDDEN_TRANSFER", message="cudaMallocHost makes memory", file="a.cu", line=4, phase="call:0")
    found = judged(copies, problems=(shared,))
    assert {found[name] for name in how} == {("FORBIDDEN_TRANSFER", 0.0)} and found["test_right"] == ("", 1.0)


def test_more_bytes_than_needed(copies: Assignment) -> None:
    call = ApiCall(name="cudaMemcpyAsync", phase="call:0", kind="HtoD", bytes=321, file="a.cu", line=1)
    found = judged(copies, trace=(call, ApiCall(name="cudaMemcpyAsync", phase="call:0", kind="DtoH", bytes=320)))
    assert found["test_moved"] == ("TOO_MANY_BYTES", 0.0)


def test_fewer_bytes_than_needed_even_if_the_result_is_right(copies: Assignment) -> None:
    assert judged(copies, trace=())["test_moved"] == ("PARTIAL_COPY", 0.0)


def test_no_overlap_and_a_wait_for_each_chunk(copies: Assignment) -> None:
    serial = tuple(
        work(kind, 15.0 * i + at, 15.0 * i + at + 5) for i in range(8) for kind, at in (("HtoD", 0), ("kernel", 5), ("DtoH", 10))
    )
    verdict, points = judged(copies, timeline=serial)["test_overlapped"]
    assert (verdict, points) == ("NO_OVERLAP", 0.0)
    moved = [ApiCall(name="cudaMemcpyAsync", phase="call:0", kind=kind, bytes=320) for kind in ("HtoD", "DtoH")]
    waits = [ApiCall(name="cudaDeviceSynchronize", phase="call:0", file="a.cu", line=9)] * 8
    assert judged(copies, timeline=serial, trace=(*moved, *waits))["test_overlapped"] == ("SERIALISED", 0.0)
    assert judged(copies, trace=(*moved, *waits))["test_overlapped"] == ("", 1.0), "waiting costs nothing where nothing stands still"


def test_a_problem_of_a_named_code(copies: Assignment) -> None:
    elsewhere = Problem(verdict="WRONG_STREAM", message="on the default stream", file="a.cu", line=4, phase="call:0")
    assert judged(copies, problems=(elsewhere,))["test_stream"] == ("WRONG_STREAM", 0.0)


def test_a_partial_copy_is_why_a_result_is_wrong_and_no_matter_if_it_is_right(copies: Assignment) -> None:
    short = Problem(verdict="PARTIAL_COPY", message="the launcher copies 100 bytes", file="a.cu", line=4, phase="call:0")
    assert judged(copies, factor=3.0, problems=(short,))["test_right"] == ("PARTIAL_COPY", 0.0)
    assert judged(copies, problems=(short,))["test_right"] == ("", 1.0)


def test_a_real_card_cant_tell(copies: Assignment) -> None:
    found = judged(copies, not_measured={"kernels": "a card doesn't say"})
    assert {found[name][0] for name in ("test_moved", "test_asynchronous", "test_overlapped")} == {"NOT_MEASURED"}


def test_checks_that_are_all_for_another_device_are_told_so(copies: Assignment) -> None:
    text = (copies.folder / "test_public.py").read_text(encoding="utf-8")
    (copies.folder / "test_public.py").write_text(text + '\npytestmark = pytest.mark.on("emulated")\n', encoding="utf-8")
    with pytest.raises(AssignmentError, match="none of its checks makes sense on a device of kind cuda; grade it with --device emulated"):
        evaluate([], copies, device="cuda")
