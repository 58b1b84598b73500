"""Checks and cases that belong to one kind of device, and what a device can't measure."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks import evaluate
from grader.errors import AssignmentError
from grader.score import main_verdict

SMALL = {"one": {"M": 4, "N": 5, "K": 3}}
TWO = """import pytest

@pytest.mark.points(4)
@pytest.mark.on({first!r})
def test_first(judge):
    judge.correct()

@pytest.mark.points(6)
def test_second(judge):
    judge.correct()
"""


@pytest.mark.parametrize(("device", "names"), [("emulated", ["test_first", "test_second"]), ("cuda", ["test_second"])])
def test_a_marked_check_is_part_of_its_devices_grade_only(make, device, names):
    bench = make(SMALL, TWO.format(first="emulated"))
    assert [check.id.partition("::")[2] for check in bench.judge(bench.runs(), device=device)] == names


def test_an_unknown_device_is_the_authors_mistake(make):
    bench = make(SMALL, TWO.format(first="quantum"))
    with pytest.raises(AssignmentError, match="unknown device 'quantum'; known are emulated, cuda"):
        bench.judge(bench.runs())


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("judge.clean('racecheck')", "racecheck"),
        ("judge.counter('sectors.sum')", "counters"),
        ("judge.launched()", "kernels"),
        ("judge.launches()", "kernels"),
    ],
)
def test_what_a_device_cant_see_is_not_measured(make, body, key):
    bench = make(SMALL, f"import pytest\n\n@pytest.mark.points(10)\ndef test_it(judge):\n    {body}\n")
    (result,) = bench.judge(bench.runs(not_measured={key: "no eyes"}, launches=(), kernels=()))
    assert (result.outcome, result.verdict) == ("not_run", "NOT_MEASURED") and "no eyes" in result.message
    assert main_verdict([result])[0] == "NOT_RUN"


def test_a_finding_outweighs_what_else_was_not_measured(make, finding):
    bench = make(SMALL, "import pytest\n\n@pytest.mark.points(10)\ndef test_it(judge):\n    judge.clean('memcheck')\n")
    (result,) = bench.judge(bench.runs(not_measured={"memcheck": "no eyes"}, problems=(finding("OOB_WRITE"),)))
    assert (result.outcome, result.verdict) == ("failed", "OOB_WRITE")


def test_a_right_output_counts_where_kernels_cant_be_seen(make):
    bench = make(SMALL, "import pytest\n\n@pytest.mark.points(10)\ndef test_it(judge):\n    judge.correct()\n")
    (seen,) = bench.judge(bench.runs(launches=(), kernels=()))
    (unseen,) = bench.judge(bench.runs(launches=(), kernels=(), not_measured={"kernels": "no eyes"}))
    assert (seen.verdict, unseen.outcome) == ("KERNEL_NOT_RUN", "passed")


def test_what_was_not_measured_is_no_main_verdict(make):
    bench = make(SMALL, TWO.format(first="emulated").replace("judge.correct()", "judge.counter('x')", 1))
    results = bench.judge(bench.runs(not_measured={"counters": "no eyes"}))
    assert main_verdict(results)[0] == "PASSED"


def test_what_the_card_computed_is_what_outputs_are_judged_by(make):
    """An oracle that expects something else than problem.py fails a right output."""

    class Other:
        def expected(self, case, arrays):
            c = arrays["C"].astype(np.float64)
            return {"C": {"value": c + 1e6, "bound": np.zeros_like(c), "nan": np.zeros(c.shape, bool), "rms": 1.0, "worst": 0.0}}

        def close(self) -> None: ...

    body = "import pytest\n\n@pytest.mark.points(10)\ndef test_it(judge):\n    judge.correct()\n"
    bench = make({"one": {"M": 4, "N": 5, "K": 3}}, body)
    (here,) = bench.judge(bench.runs())
    (there,) = evaluate(bench.runs(), bench.assignment, oracle=Other())
    assert (here.outcome, there.outcome) == ("passed", "failed")
