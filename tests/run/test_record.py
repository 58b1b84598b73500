"""What a run's record says, and who is to blame. The device is believed; the process's own words decide nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.devices.record import DeviceCall, DeviceFinding, DeviceLaunch, DeviceRecord, HostFault, HostPlace
from grader.errors import HarnessError
from grader.records import Exit, Problem
from grader.run.job import Allowed, Job
from grader.run.record import Scene, problems_of

SOURCES = {
    "gemm.cu": b"""__global__ void tile(float* p);
extern "C" int ck_gemm(float* p) {
  tile<<<1, 2048>>>(p);
  cudaDeviceSynchronize();
  cudaMemcpy(p, p, 4, cudaMemcpyHostToDevice);
  exit(0);
}
"""
}
MARKS = ("setup", "load", "call:0", "return:0:0", "sync:0:0", "download:C.0", "done")
JOB = Job(
    folder=Path("/x"),
    values=Path("/y"),
    inputs={},
    downloads={"C.0": 4},
    marks=("setup", "load", "call:0", "return:0", "sync:0", "download:C.0", "done"),
    uploads=1,
)
OURS = (
    DeviceCall(name="cudaMemcpy", phase="setup", bytes=4, kind="HtoD"),
    DeviceCall(name="cudaStreamSynchronize", phase="return:0:0"),
    DeviceCall(name="cudaMemcpy", phase="download:C.0", bytes=4, kind="DtoH"),
)
FINE = Exit(cause="exited", code=0)


def scene(exit: Exit = FINE, marks: tuple[str, ...] = MARKS, trace: tuple[DeviceCall, ...] = (), **device: Any) -> Scene:
    record = DeviceRecord(profile="a100", threads=1, marks=marks, trace=(*OURS, *trace), **device)
    return Scene(JOB, record, exit, SOURCES, 20.0, lambda offset: ("gemm.cu", offset))


def only(found: Scene) -> Problem:
    problems = problems_of(found)
    assert len(problems) == 1, problems
    return problems[0]


def launch(**changes: Any) -> DeviceLaunch:
    base: dict[str, Any] = {"index": 0, "kernel": "tile(float*)", "grid": (1, 1, 1), "block": (2048, 1, 1), "phase": "call:0", "stream": 1}
    return DeviceLaunch(**(base | changes))


def test_a_good_run_has_no_problem() -> None:
    assert problems_of(scene(launches=(launch(block=(16, 16, 1)),))) == ()


@pytest.mark.parametrize(
    ("exit", "last", "verdict"),
    [
        (Exit(cause="timeout"), "call:0", "HOST_TIMEOUT"),
        (Exit(cause="signaled", signal=24), "call:0", "HOST_TIMEOUT"),
        (Exit(cause="out_of_memory"), "call:0", "OUT_OF_MEMORY"),
        (Exit(cause="output_limit"), "call:0", "OUTPUT_LIMIT"),
        (Exit(cause="signaled", signal=11), "call:0", "HOST_CRASH"),
        (Exit(cause="signaled", signal=6), "load", "HOST_CRASH"),
        (Exit(cause="exited", code=0), "call:0", "EARLY_EXIT"),
        (Exit(cause="exited", code=0), "load", "EARLY_EXIT"),
        (Exit(cause="exited", code=0), "download:C.0", "EARLY_EXIT"),
        (Exit(cause="exited", code=11, stderr=b"x"), "load", "MISSING_SYMBOL"),
        (Exit(cause="exited", code=10, stderr=b"warpgrade-runner: command 5: ./p.so: undefined symbol: foo"), "load", "MISSING_SYMBOL"),
        (Exit(cause="exited", code=10, stderr=b"./p.so: undefined symbol: cudaGraphLaunch"), "load", "MISSING_SYMBOL"),  # its own words
        (Exit(cause="exited", code=12), "load", "EARLY_EXIT"),
        (Exit(cause="exited", code=13), "call:0", "EARLY_EXIT"),
        (Exit(cause="exited", code=12), "call:0", "EARLY_EXIT"),
    ],
)
def test_how_a_process_may_end(exit: Exit, last: str, verdict: str) -> None:
    marks = MARKS[: MARKS.index(last) + 1]
    problem = only(scene(exit, marks))
    assert problem.verdict == verdict and problem.message and problem.phase == last


@pytest.mark.parametrize(
    "exit", [Exit(cause="exited", code=12, stderr=b"job: cut off"), Exit(cause="exited", code=13), Exit(cause="timeout")]
)
@pytest.mark.parametrize("marks", [(), ("setup",)])
def test_what_fails_before_student_code_is_ours(exit: Exit, marks: tuple[str, ...]) -> None:
    with pytest.raises(HarnessError):
        problems_of(scene(exit, marks))


def test_a_crash_is_explained_and_placed() -> None:
    fault = HostFault(address="0xb0000000000", module="/tmp/in/program.so", offset=7, explanation="It is a device pointer.")
    problem = only(scene(Exit(cause="signaled", signal=11), MARKS[:3], host_fault=fault))
    assert (problem.verdict, problem.file, problem.line) == ("HOST_CRASH", "gemm.cu", 7)
    assert "SIGSEGV" in problem.message and "It is a device pointer." in problem.message


def test_a_fault_without_an_address_has_its_line() -> None:
    fault = HostFault(module="/tmp/in/program.so", offset=7)
    problem = only(scene(Exit(cause="signaled", signal=8), MARKS[:3], host_fault=fault))
    assert (problem.verdict, problem.line) == ("HOST_CRASH", 7) and "SIGFPE" in problem.message


def test_exit_is_found_in_the_source() -> None:
    problem = only(scene(Exit(cause="exited", code=0), MARKS[:3]))
    assert (problem.file, problem.line) == ("gemm.cu", 6) and "instead of ending the process" in problem.message


def test_findings_get_the_students_line() -> None:
    frames = (("/cuda/include/crt/sm.hpp", 9, 1), ("/tmp/w/gemm.cu", 3, 7), ("/tmp/w/gemm.cu", 30, 0))
    finding = DeviceFinding(
        verdict="RACE_SHARED", kernel="tile(float*)", message="m", frames=frames, other_frames=frames[2:], count=5, phase="call:0"
    )
    problem = only(scene(findings=(finding,)))
    assert (problem.file, problem.line, problem.column, problem.other_line, problem.count) == ("gemm.cu", 3, 7, 30, 5)
    assert (problem.other_file, problem.other_column) == ("gemm.cu", None)


def test_a_kernel_over_its_budget_is_no_host_timeout() -> None:
    finding = DeviceFinding(verdict="TIMEOUT", kernel="tile(float*)", message="m", frames=(("gemm.cu", 3, 1),), phase="call:0")
    assert only(scene(Exit(cause="timeout"), MARKS[:3], findings=(finding,))).verdict == "TIMEOUT"


def test_a_sticky_error_is_told_once() -> None:
    finding = DeviceFinding(verdict="OOB_WRITE", kernel="tile(float*)", message="m", frames=(("gemm.cu", 3, 1),), phase="call:0")
    marks = ("setup", "load", "call:0", "return:0:700", "sync:0:700", "done")
    found = scene(FINE, marks, findings=(finding,), launches=(launch(error=700, block=(32, 1, 1)),))
    assert only(found).verdict == "OOB_WRITE"


def test_a_launch_that_was_refused() -> None:
    marks = ("setup", "load", "call:0", "return:0:9", "sync:0:0", "download:C.0", "done")
    why = "2048 threads in a block, and a block has at most 1024"
    problem = only(scene(FINE, marks, launches=(launch(error=9, why=why),)))
    assert (problem.verdict, problem.file, problem.line) == ("LAUNCH_FAILED", "gemm.cu", 3)
    assert problem.message == f"tile<<<(1, 1, 1), (2048, 1, 1), 0>>> was refused with cudaErrorInvalidConfiguration (9): {why}"


def test_a_refused_launch_whose_error_was_thrown_away() -> None:
    problem = only(scene(launches=(launch(error=9),)))
    assert (problem.verdict, problem.line) == ("LAUNCH_ERROR_UNREPORTED", 3) and "returned 0" in problem.message


def test_a_refused_launch_that_nobody_asked_about_is_told_by_the_device() -> None:
    finding = DeviceFinding(verdict="LAUNCH_ERROR_UNREPORTED", kernel="tile(float*)", message="m", phase="call:0")
    problem = only(scene(findings=(finding,), launches=(launch(error=9),)))
    assert (problem.verdict, problem.line) == ("LAUNCH_ERROR_UNREPORTED", 3)


@pytest.mark.parametrize(("code", "verdict"), [(1, "LAUNCH_FAILED"), (2, "OUT_OF_MEMORY")])
def test_an_error_code_without_a_launch(code: int, verdict: str) -> None:
    marks = tuple(m.replace("return:0:0", f"return:0:{code}") for m in MARKS)
    problem = only(scene(FINE, marks))
    assert problem.verdict == verdict and f"({code})" in problem.message


def returned(code: int, *trace: DeviceCall, **device: Any) -> Problem:
    return only(scene(FINE, tuple(m.replace("return:0:0", f"return:0:{code}") for m in MARKS), trace, **device))


def test_a_call_that_failed_is_named_if_the_launcher_says_so() -> None:
    problem = returned(400, DeviceCall(name="cudaEventRecord", phase="call:0", error=400, host=HostPlace(module="/x/program.so", offset=9)))
    assert (problem.verdict, problem.line) == ("LAUNCH_FAILED", 9)
    assert "cudaEventRecord failed" in problem.message and "succeeded" not in problem.message


def test_a_function_that_the_runtime_lacks_is_no_fault_of_the_launcher_that_says_so() -> None:
    lacking = DeviceCall(name="cudaStreamBeginCapture", phase="call:0", error=801)
    assert returned(801, lacking, unsupported=("cudaStreamBeginCapture",)).verdict == "UNSUPPORTED"
    assert returned(801, unsupported=("cudaStreamBeginCapture",)).verdict == "LAUNCH_FAILED"  # of another call, or of none
    assert returned(801, lacking).verdict == "LAUNCH_FAILED"  # the runtime has it: it can't do what was asked
    assert returned(1, lacking, unsupported=("cudaStreamBeginCapture",)).verdict == "LAUNCH_FAILED"


def test_a_host_function_that_never_returns_is_host_code() -> None:
    late, marks = Exit(cause="timeout"), MARKS[: MARKS.index("return:0:0") + 1]
    assert only(scene(late, marks)).verdict == "TIMEOUT"
    called = DeviceCall(name="cudaLaunchHostFunc", phase="call:0", host=HostPlace(module="/x/program.so", offset=7))
    problem = only(scene(late, marks, (called,)))
    assert (problem.verdict, problem.line) == ("HOST_TIMEOUT", 7) and "kernel" not in problem.message


def test_a_program_that_is_heard_of_no_more_may_have_closed_its_descriptors() -> None:
    heard = scene(FINE, MARKS[: MARKS.index("return:0:0")])
    assert "descriptors" not in only(heard).message  # the source calls exit
    problem = only(Scene(JOB, heard.device, FINE, {"gemm.cu": b"int f() { return close(3); }"}, 20.0))
    assert problem.verdict == "EARLY_EXIT" and "descriptors" in problem.message


def test_the_default_stream() -> None:
    problem = only(scene(launches=(launch(stream=0, block=(32, 1, 1)),)))
    assert (problem.verdict, problem.line) == ("WRONG_STREAM", 3)


def unordered(side: str, line: int = 7, what: str = "kernel tile(float*) in stream 2", kernel: str = "tile(float*)") -> DeviceFinding:
    """The launcher's work, asked for in this line, met the caller's."""
    here = HostPlace(module="/box/program.so", offset=line)
    return DeviceFinding(verdict="WRONG_STREAM", kernel=kernel, message=what, phase="call:0", host=here, caller=side)


EARLY, LATE = "it may begin before the caller's data are there", "the caller may go on before it has ended"


@pytest.mark.parametrize(("sides", "says"), [(("before",), (EARLY,)), (("after",), (LATE,)), (("before", "after"), (EARLY, LATE))])
def test_work_that_the_callers_stream_doesnt_order(sides: tuple[str, ...], says: tuple[str, ...]) -> None:
    problem = only(scene(findings=tuple(unordered(side) for side in sides)))
    assert (problem.verdict, problem.line, problem.kernel, problem.phase) == ("WRONG_STREAM", 7, "tile(float*)", "call:0")
    assert problem.message.startswith("kernel tile in stream 2 isn't ordered") and {t for t in (EARLY, LATE) if t in problem.message} == {
        *says
    }


def test_which_of_the_stream_and_the_race_is_the_cause() -> None:
    """Work that is ordered on neither side is in a wrong stream, and what it then meets follows; half an order is a race that has lines."""
    met = DeviceFinding(verdict="CROSS_STREAM_RACE", kernel="tile(float*)", message="m", frames=(("gemm.cu", 1, 1),), phase="call:0")
    assert only(scene(findings=(met, unordered("before"), unordered("after")))).verdict == "WRONG_STREAM"
    assert [p.verdict for p in problems_of(scene(findings=(met, unordered("after"))))] == ["CROSS_STREAM_RACE", "WRONG_STREAM"]


def test_a_launch_in_the_default_stream_and_a_copy_that_is_to_go_are_told_once() -> None:
    default = (launch(stream=0, block=(32, 1, 1)),)
    problem = only(scene(findings=(unordered("before", what="kernel tile(float*) in the default stream"),), launches=default))
    assert problem.verdict == "WRONG_STREAM" and "4th launch parameter" in problem.message
    copy = DeviceCall(name="cudaMemcpy", phase="call:0", bytes=4, kind="DtoH", host=HostPlace(module="/box/program.so", offset=5))
    met = unordered("after", 5, "cudaMemcpy in the default stream", "")
    assert only(scene(trace=(copy,), findings=(met,))).verdict == "FORBIDDEN_TRANSFER"


def test_where_streams_of_its_own_are_the_launchers_business_the_missing_order_is_a_race() -> None:
    record = DeviceRecord(profile="a100", threads=1, marks=MARKS, trace=OURS, findings=(unordered("after"),))
    job = msgspec.structs.replace(JOB, allowed=Allowed(copies=True))
    (problem,) = problems_of(Scene(job, record, FINE, SOURCES, 20.0, lambda offset: ("gemm.cu", offset)))
    assert (problem.verdict, problem.line) == ("CROSS_STREAM_RACE", 7) and LATE in problem.message


def test_what_follows_from_the_wrong_stream_is_told_once() -> None:
    race = DeviceFinding(verdict="CROSS_STREAM_RACE", kernel="tile(float*)", message="m", phase="call:0")
    early = DeviceFinding(verdict="UNINIT_READ", kernel="tile(float*)", message="m", phase="call:0")
    elsewhere = (launch(stream=0, block=(32, 1, 1)),)
    assert only(scene(findings=(race, early), launches=elsewhere)).verdict == "WRONG_STREAM"
    alone = problems_of(scene(findings=(early,), launches=elsewhere))  # no race: the stream doesn't explain it
    assert {problem.verdict for problem in alone} == {"WRONG_STREAM", "UNINIT_READ"}


@pytest.mark.parametrize(
    "call",
    [
        DeviceCall(name="cudaMemcpy", phase="call:0", bytes=4, kind="HtoD"),
        DeviceCall(name="cudaMemcpy", phase="call:0", bytes=4, kind="DtoH"),
        DeviceCall(name="cudaMemcpy", phase="load", bytes=4, kind="HtoD"),
        DeviceCall(name="cudaMemcpy", phase="setup", bytes=4, kind="HtoD"),  # one more than the runner's: the mark was forged
    ],
)
def test_transfers_of_the_launcher(call: DeviceCall) -> None:
    problem = only(scene(trace=(call,)))
    assert (problem.verdict, problem.line) == ("FORBIDDEN_TRANSFER", 5)


def test_a_launcher_that_waits() -> None:
    problem = only(scene(trace=(DeviceCall(name="cudaDeviceSynchronize", phase="call:0"),)))
    assert (problem.verdict, problem.line) == ("FORBIDDEN_SYNC", 4)
    assert problems_of(scene(trace=(DeviceCall(name="cudaStreamSynchronize", phase="return:0:0"),))) == ()  # the runner's own


def test_asking_again_and_again_is_waiting() -> None:
    asked = DeviceCall(name="cudaStreamQuery", phase="call:0", error=600)
    assert problems_of(scene(trace=(asked,))) == (), "one question is no wait"
    again = DeviceCall(name="cudaStreamQuery", phase="call:0", again=True, host=HostPlace(module="/box/program.so", offset=7))
    problem = only(scene(trace=(asked, again)))
    assert (problem.verdict, problem.line) == ("FORBIDDEN_SYNC", 7) and "again" in problem.message


def test_the_device_knows_which_call_it_was() -> None:
    """The text is searched only where the device was told no place, or one that is no line of the student's."""
    here = HostPlace(module="/box/program.so", offset=7)
    waits = DeviceCall(name="cudaDeviceSynchronize", phase="call:0", host=here)
    assert only(scene(trace=(waits,))).line == 7
    elsewhere = msgspec.structs.replace(waits, host=HostPlace(module="/lib/libother.so", offset=7))
    assert only(scene(trace=(elsewhere,))).line == 4
    assert only(scene(launches=(launch(stream=0, block=(32, 1, 1), host=here),))).line == 7
    leak = DeviceFinding(verdict="LEAK", message="cudaMalloc #1 (4 bytes) was never freed", phase="call:0", host=here)
    assert only(scene(findings=(leak,))).line == 7


@pytest.mark.parametrize("kind", ["DtoD", ""])
def test_copies_on_the_device_are_fine(kind: str) -> None:
    assert problems_of(scene(trace=(DeviceCall(name="cudaMemcpyAsync", phase="call:0", bytes=4, kind=kind),))) == ()


def test_forged_marks_are_seen() -> None:
    forged = ("setup", "load", "call:0", "setup", "return:0:0", "sync:0:0", "download:C.0", "done")
    assert only(scene(FINE, forged)).verdict == "FORBIDDEN_TRANSFER"


@pytest.mark.parametrize(
    ("exit", "marks"),
    [
        (Exit(cause="exited", code=13), ("setup", "load", "call:0", "setup", "download:C.0")),
        (FINE, ("setup", "load", "call:0", "setup", "download:C.0", "sync:0:1", "done")),
        (FINE, ("setup", "load", "call:0", "return:0:0", "sync:0:1", "download:C.0", "done")),
        (Exit(cause="signaled", signal=9), ("setup", "load", "call:0", "download:C.0")),
    ],
)
def test_forged_marks_are_seen_however_the_program_ends(exit: Exit, marks: tuple[str, ...]) -> None:
    leak = DeviceFinding(verdict="LEAK", message="m", phase="call:0")  # a fault that would explain an end of the runner's own
    problems = problems_of(scene(exit, marks, findings=(leak,)))
    assert any(p.verdict == "FORBIDDEN_TRANSFER" and not p.phase for p in problems), problems


@pytest.mark.parametrize("phase", ["return:0:0", "sync:0:0", "setup", "download:B.0", "download:C.0"])
def test_a_copy_beside_the_runners_own_is_seen(phase: str) -> None:
    problem = only(scene(trace=(DeviceCall(name="cudaMemcpy", phase=phase, bytes=4, kind="DtoH"),)))
    assert (problem.verdict, problem.phase) == ("FORBIDDEN_TRANSFER", "")


def test_a_kernel_beside_the_runners_work_is_seen() -> None:
    problem = only(scene(launches=(launch(phase="return:0:0", block=(32, 1, 1)),)))
    assert (problem.verdict, problem.phase) == ("FORBIDDEN_TRANSFER", "") and "tile" in problem.message


def test_memory_that_both_sides_see_is_a_transfer() -> None:
    assert only(scene(trace=(DeviceCall(name="cudaMallocManaged", phase="call:0", bytes=4),))).verdict == "FORBIDDEN_TRANSFER"


def test_more_calls_than_are_recorded() -> None:
    assert only(scene(trace_dropped=3)).verdict == "FORBIDDEN_TRANSFER"


def test_the_gravest_comes_first_and_notes_last() -> None:
    findings = tuple(
        DeviceFinding(verdict=v, note=n, kernel="k", message=v, frames=(("gemm.cu", 3, 1),), phase="call:0")
        for v, n in (("RACE_SHARED", True), ("UNINIT_READ", False), ("OOB_WRITE", False))
    )
    verdicts = [p.verdict for p in problems_of(scene(Exit(cause="signaled", signal=11), MARKS[:3], findings=findings))]
    assert verdicts[0] == "HOST_CRASH" and verdicts[-1] == "RACE_SHARED" and len(verdicts) == 4


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("cudaMemcpy: the source is a null pointer", 5),
        ("cudaMalloc #1 (400 bytes) was never freed", None),  # not in the text: from a macro or a header
        ("exit: no call of the runtime's", None),
    ],
)
def test_host_findings_have_the_line_of_the_only_such_call(message: str, line: int | None) -> None:
    assert only(scene(findings=(DeviceFinding(verdict="LEAK", message=message),))).line == line


def test_one_of_several_calls_is_no_place() -> None:
    found = scene(findings=(DeviceFinding(verdict="OOB_READ", message="cudaMemcpy: the source is a null pointer"),))
    found.sources = {"gemm.cu": SOURCES["gemm.cu"] + b"void f() { cudaMemcpy(0, 0, 0, cudaMemcpyDefault); }  // cudaMemcpy("}
    assert only(found).line is None
    found.sources = {"gemm.cu": SOURCES["gemm.cu"] + b"// cudaMemcpy(a, b)"}
    assert only(found).line == 5


# ---- launchers that may transfer ----

COPYING = """extern "C" int ck_gemm(float* p) {
  cudaMemcpy(p, p, 400, cudaMemcpyHostToDevice);
  cudaMemcpyAsync(p, p, 400, cudaMemcpyDeviceToHost, s);
}
"""


def transferring(*calls: tuple[str, str, int], stream: int = 1, marks: tuple[str, ...] = MARKS, **allowed: Any) -> tuple[Problem, ...]:
    """The problems of a launcher that copied: (name, kind, bytes) each, made at lines 1, 2, 3, …"""
    trace = tuple(
        DeviceCall(name=name, phase="call:0", kind=kind, bytes=size, stream=stream, host=HostPlace(module="/job/program.so", offset=line))
        for line, (name, kind, size) in enumerate(calls, 1)
    )
    may = Allowed(**({"copies": True, "to_device_bytes": 400, "to_host_bytes": 400, "sizes": (400,)} | allowed))
    record = DeviceRecord(profile="a100", threads=1, marks=marks, trace=(*OURS, *trace))
    job = msgspec.structs.replace(JOB, allowed=may)
    return problems_of(Scene(job, record, FINE, {"gemm.cu": COPYING.encode()}, 20.0, lambda offset: ("gemm.cu", offset)))


UP, DOWN = ("cudaMemcpyAsync", "HtoD", 400), ("cudaMemcpyAsync", "DtoH", 400)


def test_what_the_entry_allows_is_no_problem() -> None:
    assert transferring(UP, DOWN) == ()
    assert transferring(("cudaMemcpyAsync", "HtoD", 100), ("cudaMemcpyAsync", "HtoD", 300), DOWN) == (), "in pieces"
    assert [p.verdict for p in transferring(UP, DOWN, ("cudaStreamSynchronize", "", 0))] == ["FORBIDDEN_SYNC"]
    assert transferring(UP, DOWN, ("cudaStreamSynchronize", "", 0), waits=True) == ()
    assert [p.verdict for p in transferring(UP, DOWN, ("cudaHostRegister", "", 400))] == ["FORBIDDEN_TRANSFER"]
    assert transferring(UP, DOWN, ("cudaHostRegister", "", 400), pins=True) == ()
    assert [p.verdict for p in transferring(UP, DOWN, copies=False)] == ["FORBIDDEN_TRANSFER"] * 2


def test_fewer_bytes_than_the_buffers_have_are_told_at_the_copy() -> None:
    (short,) = transferring(UP, ("cudaMemcpyAsync", "DtoH", 100))
    assert (short.verdict, short.line) == ("PARTIAL_COPY", 2) and "100 bytes" in short.message and "400" in short.message


def test_a_forgotten_copy_of_a_whole_buffer_is_no_partial_one() -> None:
    assert transferring(UP, DOWN, to_device_bytes=800) == ()
    assert transferring(DOWN) == (), "nothing was copied: that shows in the result"


def test_too_few_one_way_and_too_many_the_other_is_the_wrong_direction() -> None:
    (wrong,) = transferring(UP, UP)
    assert (wrong.verdict, wrong.line) == ("COPY_DIRECTION", 2)


def test_a_call_that_failed_is_not_asked_for_its_bytes() -> None:
    failed = ("setup", "load", "call:0", "return:0:2", "sync:0:0", "download:C.0", "done")
    assert [p.verdict for p in transferring(("cudaMemcpyAsync", "HtoD", 4), marks=failed)] == ["OUT_OF_MEMORY"]


def test_copies_on_the_default_stream() -> None:
    (elsewhere,) = transferring(UP, DOWN, stream=0)
    assert (elsewhere.verdict, elsewhere.line, elsewhere.count) == ("WRONG_STREAM", 1, 2)
    assert transferring(UP, DOWN, stream=0, default_stream=True) == ()


def test_the_runners_way_to_ordinary_memory_is_no_strangers() -> None:
    fetch = DeviceCall(name="cudaMemcpy", phase="setup", bytes=4, kind="DtoH")
    record = DeviceRecord(profile="a100", threads=1, marks=MARKS, trace=(fetch, *OURS))
    assert problems_of(Scene(msgspec.structs.replace(JOB, fetches=1), record, FINE, SOURCES, 20.0)) == ()
    assert [p.verdict for p in problems_of(Scene(JOB, record, FINE, SOURCES, 20.0))] == ["FORBIDDEN_TRANSFER"]


def race(**sides: Any) -> Problem:
    finding = DeviceFinding(verdict="CROSS_STREAM_RACE", message="cudaMemcpyAsync in stream 1 reads …", phase="call:0", **sides)
    return only(scene(findings=(finding,)))


def test_a_race_of_the_students_call_with_our_own_stands_at_the_students_line() -> None:
    ours, theirs = HostPlace(module="program", offset=9), HostPlace(module="./program.so", offset=2)
    assert race(host=ours, other_host=theirs).line == 2
    both = race(host=theirs, other_host=HostPlace(module="./program.so", offset=3))
    assert (both.line, both.other_line) == (2, 3)


def test_a_wrapper_without_a_line_is_told_where_it_was_called() -> None:
    site = HostPlace(module="./program.so", offset=100, outer=5)
    finding = DeviceFinding(verdict="LEAK", message="cudaMalloc #1 (4 bytes) was never freed", phase="call:0", host=site)
    record = DeviceRecord(profile="a100", threads=1, marks=MARKS, trace=OURS, findings=(finding,))
    found = problems_of(Scene(JOB, record, FINE, SOURCES, 20.0, lambda offset: ("gemm.cu", offset) if offset < 100 else None))
    assert [p.line for p in found] == [5]
