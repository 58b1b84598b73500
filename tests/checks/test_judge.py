"""judge: clean, counter, graded and the rest, over recorded runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from grader.checks.judge import fraction
from grader.checks.units import UNITS_KO
from grader.errors import AssignmentError
from grader.records import ApiCall, KernelCounters, Launch

SMALL = {"one": {"M": 4, "N": 5, "K": 3}, "two": {"M": 6, "N": 4, "K": 8}}
RATIO = "l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio"
SECTORS, REQUESTS = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum", "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"


def one(make: Any, body: str) -> Any:
    return make(SMALL, f"import pytest\n\n@pytest.mark.points(10)\ndef test_it(judge):\n    {body}\n")


@pytest.mark.parametrize(
    ("checker", "verdict"),
    [
        ("memcheck", "OOB_READ"),
        ("memcheck", "HOST_POINTER"),
        ("racecheck", "RACE_WARP"),
        ("initcheck", "UNINIT_READ"),
        ("synccheck", "BARRIER_DIVERGENCE"),
        ("launches", "LAUNCH_ERROR_UNREPORTED"),
        ("transfers", "FORBIDDEN_TRANSFER"),
        ("transfers", "FORBIDDEN_SYNC"),
        ("leak", "LEAK"),
    ],
)
def test_clean_fails_with_its_own_findings_only(make: Any, finding: Any, checker: str, verdict: str) -> None:
    bench = one(make, f"judge.clean({checker!r})")
    (result,) = bench.judge(bench.runs(problems=(finding(verdict, line=23, other_line=27),)))
    assert (result.outcome, result.verdict, result.file, result.line, result.other_line) == ("failed", verdict, "gemm.cu", 23, 27)
    (result,) = bench.judge(bench.runs(problems=(finding(verdict, note=True),)))
    assert result.outcome == "passed"
    other = "LEAK" if verdict == "RACE_WARP" else "RACE_WARP"
    (result,) = bench.judge(bench.runs(problems=(finding(other),)))
    assert result.outcome == "passed"


def test_clean_names_the_gravest_of_the_first_case(make: Any, finding: Any) -> None:
    bench = one(make, "judge.clean('memcheck')")
    runs = [
        bench.run("one", problems=(finding("COPY_DIRECTION", line=1),)),
        bench.run("two", problems=(finding("OOB_WRITE", line=2), finding("OOB_READ", line=3))),
    ]
    (result,) = bench.judge(runs)
    assert (result.verdict, result.line) == ("OOB_WRITE", 2) and "2 more" in result.message


def test_clean_wants_a_kernel_that_ran(make: Any, finding: Any) -> None:
    bench = one(make, "judge.clean('racecheck')")
    (result,) = bench.judge(bench.runs(launches=(), kernels=()))
    assert (result.outcome, result.verdict) == ("failed", "KERNEL_NOT_RUN")
    failed = Launch(index=0, kernel="g", phase="call:0", grid=(1, 1, 1), block=(2048, 1, 1), error=9)
    elsewhere = Launch(index=0, kernel="g", phase="load", grid=(1, 1, 1), block=(32, 1, 1))
    (result,) = bench.judge(bench.runs(launches=(failed, elsewhere)))
    assert result.verdict == "KERNEL_NOT_RUN"
    (result,) = bench.judge(bench.runs(launches=(), kernels=(), problems=(finding("HOST_CRASH", line=4),)))
    assert (result.verdict, result.line) == ("HOST_CRASH", 4)


def test_a_right_output_that_the_host_computed_counts_nothing(make: Any) -> None:
    down = ApiCall(name="cudaMemcpy", phase="call:0", kind="DtoH", bytes=64)
    up = ApiCall(name="cudaMemcpy", phase="call:0", kind="HtoD", bytes=64)
    strict, loose = one(make, "judge.correct()"), one(make, "judge.correct(kernel=False)")

    def verdicts(**changes: Any) -> list[str]:
        return [bench.judge(bench.runs(**changes))[0].verdict for bench in (strict, loose)]

    assert verdicts(launches=(), kernels=()) == ["KERNEL_NOT_RUN", ""]
    assert verdicts(trace=(down, up)) == ["FORBIDDEN_TRANSFER", ""]
    assert verdicts(trace=(down,)) == verdicts(trace=(up,)) == ["", ""]  # cleanliness, not correctness
    # one case without a kernel is fine as long as others have one: K = 0 needs none
    assert strict.judge([strict.run("one", launches=(), kernels=()), strict.run("two")])[0].outcome == "passed"


def test_what_went_to_the_host_is_told_as_it_was(make: Any, finding: Any) -> None:
    bench = one(make, "judge.correct()")
    calls = [ApiCall(name="cudaMemcpyAsync", phase="call:0", kind=kind, bytes=n) for kind, n in (("DtoH", 256), ("HtoD", 4))]
    known = finding("FORBIDDEN_TRANSFER", line=38, phase="call:0")
    (result,) = bench.judge(bench.runs(trace=tuple(calls), problems=(known,)))
    assert (result.verdict, result.line) == ("FORBIDDEN_TRANSFER", 38) and known.message in result.message
    assert "256 bytes went to the host and 4 bytes were copied back: part of the result" in result.message
    (result,) = bench.judge(bench.runs(to_host_bytes=1000, to_device_bytes=1000))
    assert "1,000 bytes went to the host and numbers came back, by kernel parameters" in result.message


def test_launches_and_copies_on_the_device_may_carry_what_the_host_computed(make: Any) -> None:
    """No byte goes up: which of many kernels is launched, or where from a table a copy begins, is the number. Time tells of data, too."""
    bench = one(make, "judge.correct()")
    many = tuple(Launch(index=i, kernel="k", phase="call:0", grid=(1, 1, 1), block=(32, 1, 1)) for i in range(500))
    inside = tuple(ApiCall(name="cudaMemcpyAsync", phase="call:0", kind="DtoD", bytes=2) for _ in range(500))
    times = tuple(ApiCall(name="cudaEventElapsedTime", phase="call:0") for _ in range(500))
    for up in ({"launches": many}, {"trace": inside}):
        (result,) = bench.judge(bench.runs(to_host_bytes=1000, **up))
        assert result.verdict == "FORBIDDEN_TRANSFER" and "launches and copies on the device" in result.message, result.message
        assert bench.judge(bench.runs(**up))[0].outcome == "passed"  # many launches alone: a slow way, and an honest one
    (result,) = bench.judge(bench.runs(launches=many, trace=times))
    assert result.verdict == "FORBIDDEN_TRANSFER" and "how long kernels took" in result.message
    assert bench.judge(bench.runs(trace=times))[0].outcome == "passed"  # who times a few kernels of their own


def test_a_few_waits_beside_a_launch_are_every_honest_launchers(make: Any) -> None:
    """However few numbers the case has: temporary memory, its release, an event."""
    names = ("cudaFree", "cudaFree", "cudaEventSynchronize", "cudaEventElapsedTime", "cudaMemGetInfo")
    some = tuple(Launch(index=i, kernel="k", phase="call:0", grid=(1, 1, 1), block=(32, 1, 1)) for i in range(40))
    for calls in (1, 4):  # of the launcher, each with as many
        trace = tuple(ApiCall(name=name, phase=f"call:{call}") for call in range(calls) for name in names)
        bench = make({"one": {"M": 1, "N": 1, "K": 1, "calls": calls}})
        assert {each.verdict for each in bench.judge(bench.runs(launches=some, trace=trace))} == {""}


def test_what_the_devices_own_copies_wrote_is_no_kernels_work(make: Any) -> None:
    """A kernel that stores too little, and copies within the device; a store for each sector, and the copies are what they may be."""
    bench = make({"large": {"M": 16, "N": 16, "K": 4}})
    inside = (ApiCall(name="cudaMemcpy3DPeerAsync", phase="call:0", kind="DtoD", bytes=16 * 16 * 4),)
    stores = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"

    def judged(stored: float, trace: tuple[ApiCall, ...] = inside, **more: Any) -> tuple[str, str]:
        kernels = (KernelCounters(name="k()", base="k", launches=1, metrics={stores: stored}),)
        (result,) = bench.judge(bench.runs(kernels=kernels, trace=trace, **more))
        return result.outcome, result.verdict

    assert judged(31) == ("failed", "KERNEL_NOT_RUN")
    assert judged(32)[0] == judged(0, trace=())[0] == judged(0, not_measured={"counters": "a card"})[0] == "passed"


def test_busy_blocks_are_those_that_the_longest_one_leaves_room_for(make: Any) -> None:
    def busy(asked: str, launches: tuple[Launch, ...], drawn: float = 0.0) -> float:
        bench = one(make, f"judge.graded({asked}, full=1000, zero=1e-9)")
        metrics = {"l1tex__t_requests_pipe_lsu_mem_global_op_atom.sum": drawn}
        kernels = (KernelCounters(name="k()", base="k", launches=1, metrics=metrics),)
        (result,) = bench.judge(bench.runs(launches=launches, kernels=kernels))
        return float(result.message.split(";")[0])

    def launch(work: int, longest: int, blocks: int = 8) -> Launch:
        shape: dict[str, Any] = {"grid": (blocks, 1, 1), "block": (32, 1, 1)}
        return Launch(index=0, kernel="k", phase="call:0", warp_instructions=work, longest_block_instructions=longest, **shape)

    assert busy("judge.busy_blocks()", (launch(80, 10),)) == 8
    assert busy("judge.busy_blocks()", (launch(80, 10), launch(10, 10))) == 4.5, "launches follow one another"
    assert busy("judge.busy_blocks(lambda run: 20)", (launch(80, 10),)) == 2, "the rest only passes the time"
    assert busy("judge.busy_blocks()", (launch(80, 80),), drawn=9) == 1
    assert busy("judge.busy_blocks(tickets=True)", (launch(80, 80),), drawn=9) == 8
    assert busy("judge.busy_blocks(tickets=True)", (launch(80, 80),), drawn=7) == 1


def test_the_worst_of_several_answers_counts(make: Any) -> None:
    def judged(*values: float) -> tuple[float, str]:
        asked = ", ".join(f"lambda: judge.graded({value}, full=1, zero=16)" for value in values)
        bench = one(make, f"judge.worst_of({asked})")
        (result,) = bench.judge(bench.runs())
        return result.points / result.max_points, result.message

    assert judged(1, 1) == (1.0, "")
    for values in ((2, 4), (4, 2), (1, 4)):
        share, message = judged(*values)
        assert share == pytest.approx(0.5) and message.startswith("4;")


def test_a_record_that_was_tampered_with_proves_nothing(make: Any, finding: Any) -> None:
    bench = one(make, "judge.correct()")
    (result,) = bench.judge(bench.runs(problems=(finding("FORBIDDEN_TRANSFER", line=None, phase=""),)))
    assert (result.outcome, result.verdict, result.points) == ("failed", "FORBIDDEN_TRANSFER", 0)


def kernels(*metrics: dict[str, float]) -> tuple[KernelCounters, ...]:
    return tuple(KernelCounters(name=f"k{i}(int)", base=f"k{i}", launches=1, metrics=m) for i, m in enumerate(metrics))


def test_counters_are_summed_over_kernels_and_cases_and_ratios_recomputed(make: Any) -> None:
    counted = kernels({SECTORS: 80.0, REQUESTS: 10.0, RATIO: 8.0}, {SECTORS: 20.0, REQUESTS: 10.0, RATIO: 2.0})
    body = f"assert judge.counter({SECTORS!r}) == 200 and judge.counter({RATIO!r}) == 5"
    body += f" and judge.counter({SECTORS!r}, 'k1') == 40 and judge.launches() == 4"
    bench = one(make, body)
    (result,) = bench.judge(bench.runs(kernels=counted))
    assert result.outcome == "passed", result.message


def test_a_counter_needs_a_run_that_came_to_its_end(make: Any, finding: Any) -> None:
    bench = one(make, f"judge.graded(judge.counter({SECTORS!r}), full=100, zero=1000)")
    counted = kernels({SECTORS: 1.0})
    (result,) = bench.judge([bench.run("one", kernels=counted, problems=(finding("TIMEOUT", line=5),)), bench.run("two", kernels=counted)])
    assert (result.verdict, result.line, result.points) == ("TIMEOUT", 5, 0)
    (result,) = bench.judge(bench.runs(kernels=(), launches=()))
    assert result.verdict == "KERNEL_NOT_RUN"


@pytest.mark.parametrize(("value", "points"), [(50, 10), (100, 10), (1000, 5), (10000, 0), (1e9, 0), (0, 10)])
def test_graded_is_linear_in_the_logarithm(make: Any, value: float, points: float) -> None:
    bench = one(make, f"judge.graded({value}, full=100, zero=10000, unit='sectors', verdict='REDUNDANT_LOADS')")
    (result,) = bench.judge(bench.runs())
    assert result.points == pytest.approx(points)
    assert (result.outcome, result.verdict) == (("passed", "") if points == 10 else ("failed", "REDUNDANT_LOADS"))
    assert points == 10 or "sectors" in result.message


@pytest.mark.parametrize(
    ("scale", "says"),
    [
        (
            "16.5, full=1.02, zero=16, unit='times the wavefronts needed'",
            "필요한 웨이브프런트의 16.5배입니다. 1.02배까지 만점, 16배부터 0점입니다.",
        ),
        ("3, full=16, zero=1, unit='blocks', unit_ko='일하는 블록 {}개'", "일하는 블록 3개입니다. 16개부터 만점, 1개까지 0점입니다."),
        ("3, full=1, zero=16, unit='of our own'", "3 of our own. 1까지 만점, 16부터 0점입니다."),
        ("3, full=1, zero=16, message='slow', message_ko='느립니다.'", "느립니다."),
        ("3, full=1, zero=16, message='slow'", ""),
    ],
)
def test_what_a_counter_showed_is_told_in_korean_too(make: Any, scale: str, says: str) -> None:
    bench = one(make, f"judge.graded({scale})")
    (result,) = bench.judge(bench.runs())
    assert result.message and result.message_ko == says


def test_a_scale_may_have_a_hint_of_its_own(make: Any) -> None:
    def hints(scale: str) -> tuple[str, str]:
        body = f"    '''It\n\n    Look there.\n    '''\n    judge.graded({scale})\n"
        bench = make(
            SMALL, f"import pytest\n\n@pytest.mark.points(10)\n@pytest.mark.korean('그것', hint='저기.')\ndef test_it(judge):\n{body}"
        )
        (result,) = bench.judge(bench.runs())
        return result.hint, result.hint_ko

    assert hints("3, full=1, zero=16") == ("Look there.", "저기.")
    assert hints("3, full=1, zero=16, hint='No tile yet.', hint_ko='아직 없습니다.'") == ("No tile yet.", "아직 없습니다.")


def test_every_unit_of_the_course_is_known_in_korean() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [
        *root.glob("assignments/*/test_*.py"),
        root / "grader/checks/judge.py",
        root / "grader/scaffold/cuda/assignment/test_public.py.template",
    ]
    own = r'unit ?= ?"([^"]+)"(?!\s*,\s*unit_ko)'  # a check that gives the Korean itself needs no row
    used = {unit for file in files for unit in re.findall(own, file.read_text(encoding="utf-8"))}
    assert used == set(UNITS_KO)


def test_graded_blames_the_line_that_has_most_of_its_counters(make: Any) -> None:
    def lines(*rows: tuple[int, float]) -> tuple[dict[str, Any], ...]:
        return tuple({"file": "gemm.cu", "line": line, "metrics": {SECTORS: value}} for line, value in rows)

    counted = (
        KernelCounters(name="a()", base="a", launches=1, metrics={SECTORS: 90.0}, lines=lines((7, 50.0), (9, 40.0))),
        KernelCounters(name="b()", base="b", launches=1, metrics={SECTORS: 20.0}, lines=lines((9, 20.0))),
    )
    bench = one(make, f"judge.graded(110, full=1, zero=2, verdict='UNCOALESCED', blame=[{SECTORS!r}])")
    (result,) = bench.judge(bench.runs(kernels=counted))
    assert (result.verdict, result.file, result.line) == ("UNCOALESCED", "gemm.cu", 9)
    (result,) = bench.judge(bench.runs(kernels=()))
    assert (result.verdict, result.line) == ("UNCOALESCED", None)


def test_what_an_extra_launch_costs_is_blamed_on_its_own_line(make: Any) -> None:
    work = "smsp__inst_executed.sum"

    def kernel(name: str, instructions: float, line: int, sectors: float) -> KernelCounters:
        rows = ({"file": "gemm.cu", "line": line, "metrics": {SECTORS: sectors}},)
        return KernelCounters(name=name, base=name, launches=1, metrics={SECTORS: sectors, work: instructions}, lines=rows)

    bench = one(make, f"judge.graded(110, full=1, zero=2, verdict='TOO_MANY_BYTES', blame=[{SECTORS!r}], beside=True)")
    (result,) = bench.judge(bench.runs(kernels=(kernel("scale", 10, 5, 40.0), kernel("gemm", 900, 30, 50.0))))
    assert (result.verdict, result.line) == ("TOO_MANY_BYTES", 5)
    (result,) = bench.judge(bench.runs(kernels=(kernel("gemm", 900, 30, 50.0),)))
    assert result.line == 30, "there is no other kernel"


def test_scattered_sectors_are_those_beyond_what_lanes_ask_for(make: Any) -> None:
    """Line by line: 32 lanes that read one number ask for more than they move, which makes up for nothing elsewhere."""

    def row(line: int, sectors: float, asked: float) -> dict[str, Any]:
        names = (f"l1tex__t_sectors_pipe_lsu_mem_global_op_{way}.sum" for way in ("ld", "st"))
        asked_names = (f"smsp__sass_data_bytes_mem_global_op_{way}.sum" for way in ("ld", "st"))
        return {"file": "gemm.cu", "line": line, "metrics": dict.fromkeys(names, sectors) | dict.fromkeys(asked_names, asked)}

    rows = (row(3, 1.0, 128.0), row(4, 4.0, 128.0), row(5, 32.0, 128.0))
    counted = (KernelCounters(name="k", base="k", launches=1, metrics={SECTORS: 37.0}, lines=rows),)
    for way in ("ld", "st"):
        bench = one(make, f"judge.fail('WRONG_ANSWER', str(judge.scattered({way!r})))")
        (result,) = bench.judge(bench.runs(kernels=counted))
        assert result.message == "56.0", "28 in each of two cases"


def test_lanes_that_ask_one_after_another_cost_wavefronts_that_their_bytes_do_not_fill(make: Any) -> None:
    """Line by line, and conflicts aside: those have their own counter."""
    names = "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{}.sum", "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{}.sum"

    def row(line: int, way: str, wavefronts: float, conflicts: float, asked: float) -> dict[str, Any]:
        counted = dict(zip((name.format(way) for name in names), (wavefronts, conflicts), strict=True))
        return {"file": "gemm.cu", "line": line, "metrics": counted | {f"smsp__sass_data_bytes_mem_shared_op_{way}.sum": asked}}

    rows = (row(3, "ld", 32, 31, 128), row(4, "st", 1, 0, 512), row(5, "ld", 32, 0, 128), row(6, "st", 2, 0, 128), row(7, "atom", 8, 4, 64))
    counted = (KernelCounters(name="k", base="k", launches=1, metrics={SECTORS: 1.0}, lines=rows),)
    bench = one(make, "judge.fail('WRONG_ANSWER', str(judge.one_by_one()))")
    (result,) = bench.judge(bench.runs(kernels=counted))
    assert result.message == "71.0", "31 + 1 + 3.5 in each of two cases"


def test_graded_can_ask_for_more() -> None:
    assert [fraction(v, full=100, zero=1) for v in (0, 1, 10, 100, 1e6)] == [0, 0, pytest.approx(0.5), 1, 1]
    for value, full, zero in ((1, 0, 2), (1, 2, -1), (1, float("inf"), 1), (float("nan"), 1, 2), (1, 2, 2)):
        with pytest.raises(AssignmentError):
            fraction(value, full, zero)


def test_the_judge_shows_case_inputs_and_outputs(make: Any) -> None:
    body = """
    run = judge.runs[1]
    case, arrays, c = judge.case(run), judge.arrays(run), judge.output(run, "C")
    assert case.id == "two" and sorted(arrays) == ["A", "B", "C"] and arrays["A"].shape == (6, 8) and c.shape == (6, 4)
    assert not c.flags.writeable
    judge.fail("WRONG_STREAM", "seen", file="gemm.cu", line=4)"""
    bench = one(make, body.strip())
    (result,) = bench.judge(bench.runs())
    assert (result.verdict, result.message, result.line) == ("WRONG_STREAM", "seen", 4)


def test_a_recorded_file_of_the_wrong_size_is_a_fault_of_ours(make: Any) -> None:
    bench = one(make, "judge.correct()")
    runs = bench.runs()
    with open(runs[0].outputs["C.0"], "ab") as file:
        file.write(b"x")
    (result,) = bench.judge(runs)
    assert result.outcome == "not_run" and "81 bytes instead of 80" in result.message


def test_an_empty_output_needs_no_record(make: Any) -> None:
    bench = make({"none": {"M": 0, "N": 5, "K": 3}, "thin": {"M": 2, "N": 3, "K": 0}})
    run = bench.run("none", lambda *_: None)
    (result,) = bench.judge([run, bench.run("thin")])
    assert result.outcome == "passed", result.message
