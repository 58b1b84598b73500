"""evaluate: what a check says becomes points, a verdict and a place; nothing around it has a say."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pytest

from grader.errors import AssignmentError
from grader.records import Problem

CORRECT = '''
import pytest

@pytest.mark.points(10)
def test_all(judge):
    """Everything is right

    Look at the sizes.
    """
    judge.correct()
'''
SMALL = {"one": {"M": 4, "N": 5, "K": 3}, "two": {"M": 6, "N": 4, "K": 8}}


def check(body: str, marks: str = "@pytest.mark.points(10)") -> str:
    return f'import pytest\n\n{marks}\ndef test_it(judge):\n    """A title"""\n    {body}\n'


def zeros(case: Any, arrays: Any, call: int) -> Any:
    return arrays["C"] * 0


def test_a_right_output_earns_all_points(make: Any) -> None:
    bench = make(SMALL)
    (result,) = bench.judge(bench.runs())
    assert (result.id, result.outcome, result.points, result.max_points) == ("test_public.py::test_all", "passed", 10, 10)
    assert (result.title, result.cases, result.order, result.hidden, result.verdict) == (
        "Everything is right",
        ("one", "two"),
        0,
        False,
        "",
    )


def test_cases_share_the_points(make: Any) -> None:
    bench = make(SMALL)
    (result,) = bench.judge([bench.run("one"), bench.run("two", zeros)])
    assert (result.outcome, result.points, result.verdict) == ("failed", 5, "WRONG_ANSWER")
    assert "case two" in result.message and "C[" in result.message and "Look" not in result.message
    assert result.hint == "Look at the sizes."


@pytest.mark.parametrize("mark", ["@pytest.mark.all_or_nothing", '@pytest.mark.cases("one", "two", all_or_nothing=True)'])
def test_all_or_nothing(make: Any, mark: str) -> None:
    bench = make(SMALL, check("judge.correct()", f"@pytest.mark.points(10)\n{mark}"))
    (result,) = bench.judge([bench.run("one"), bench.run("two", zeros)])
    assert (result.outcome, result.points) == ("failed", 0)


def test_hidden_checks_come_last_keep_values_to_themselves_and_can_be_left_out(make: Any) -> None:
    cases = {"open": SMALL["one"], "secret": SMALL["two"] | {"visibility": "hidden"}}
    bench = make(cases, hidden=check("judge.correct()"))
    runs = [bench.run("open"), bench.run("secret", lambda case, arrays, call: arrays["C"] * 0 + 123.456)]
    public, hidden = bench.judge(runs)
    assert public.cases == ("open",) and public.outcome == "passed"
    assert hidden.id == "test_hidden.py::test_it" and hidden.hidden and hidden.order == 1 and hidden.outcome == "failed"
    assert "123.456" not in hidden.message and "expected" not in hidden.message and "all 24 elements differ" in hidden.message
    assert [r.id for r in bench.judge(runs[:1], hidden=False)] == ["test_public.py::test_all"]


def test_a_hidden_assertion_shows_no_values_but_a_public_one_does(make: Any) -> None:
    body = "assert float(judge.output(judge.runs[0], 'C')[0, 0]) == 8675309"
    bench = make({"open": SMALL["one"], "secret": SMALL["two"] | {"visibility": "hidden"}}, check(body), check(body))
    public, hidden = bench.judge(bench.runs())
    assert public.outcome == hidden.outcome == "failed" and public.verdict == hidden.verdict == "WRONG_ANSWER"
    assert "8675309" in public.message
    assert "8675309" not in hidden.message


@pytest.mark.parametrize(
    "body",
    [
        "1 / 0",
        "judge.graded(1.0, full=2, zero=2)",
        "judge.clean('memchek')",
        "judge.fail('NO_SUCH_CODE', '')",
        "judge.counter('nonsense.sum')",
    ],
)
def test_a_faulty_check_costs_no_points(make: Any, body: str) -> None:
    bench = make(SMALL, check(body))
    (result,) = bench.judge(bench.runs())
    assert (result.outcome, result.verdict, result.points) == ("not_run", "", 0)
    assert "test_public.py:6" in result.message and "instructor" in result.message


def test_a_faulty_problem_costs_no_points_even_by_assertion(make: Any) -> None:
    bench = make(SMALL, problem="def expected(case, arrays):\n    assert False, 'forgot'\n")
    (result,) = bench.judge(bench.runs())
    assert result.outcome == "not_run" and "problem.py:2" in result.message


@pytest.mark.parametrize(
    ("public", "says"),
    [
        ("import nonsense_module\n", "nonsense_module"),
        ("def test_it(judge):\n    pass\n", "points"),
        (check("pass", "@pytest.mark.points(0)"), "points"),
        (check("pass", "@pytest.mark.points(True)"), "points"),
        (check("pass", '@pytest.mark.points(1)\n@pytest.mark.cases("three")'), "three"),
        (check("pass", '@pytest.mark.points(1)\n@pytest.mark.category("beauty")'), "beauty"),
        (check("pass", "@pytest.mark.points(1)\n@pytest.mark.pionts(1)"), "pionts"),
        (check("pass", '@pytest.mark.points(1)\n@pytest.mark.korean("제목", "설명")'), "korean"),
        (check("pass", "@pytest.mark.points(1)\n@pytest.mark.korean"), "korean"),
        ("x = 1\n", "no check"),
        (check("raise KeyboardInterrupt"), "test_it"),
    ],
)
def test_checks_that_cannot_be_used_are_the_assignments_fault(make: Any, public: str, says: str) -> None:
    bench = make(SMALL, public)
    with pytest.raises(AssignmentError, match=says):
        bench.judge(bench.runs())


def test_a_case_that_was_not_run_leaves_the_check_undecided(make: Any) -> None:
    bench = make(SMALL)
    (result,) = bench.judge([bench.run("one"), bench.run("two", not_run="the device's disk is full")])
    assert result.outcome == "not_run" and "disk is full" in result.message
    (result,) = bench.judge([bench.run("one", zeros)])
    assert result.outcome == "not_run" and "two" in result.message


def test_no_case_can_be_picked_by_keeping_another_from_running(make: Any) -> None:
    bench = make(SMALL, check("judge.correct()", '@pytest.mark.points(1)\n@pytest.mark.cases("one")'))
    (result,) = bench.judge([bench.run("one"), bench.run("two", not_run="the emulated GPU failed: signal 11")])
    assert result.outcome == "not_run" and "case two" in result.message


def test_what_the_emulation_lacks_costs_no_points_is_named_and_cannot_be_picked(make: Any, finding: Any) -> None:
    bench = make(SMALL, check("judge.correct()", '@pytest.mark.points(1)\n@pytest.mark.cases("one")'))
    lacking = bench.run("two", lambda *_: None, problems=(finding("UNSUPPORTED", line=7),))
    (result,) = bench.judge([bench.run("one"), lacking])
    assert (result.outcome, result.verdict, result.line) == ("not_run", "UNSUPPORTED", 7)


def test_a_blocked_submission_fails_every_check_with_its_cause(make: Any) -> None:
    bench = make({"open": SMALL["one"], "secret": SMALL["two"] | {"visibility": "hidden"}}, hidden=check("judge.correct()"))
    results = bench.judge([], blocked=Problem(verdict="COMPILE_ERROR", message="expected a ';'", file="gemm.cu", line=3))
    assert [(r.outcome, r.verdict, r.line, r.points) for r in results] == [("failed", "COMPILE_ERROR", 3, 0)] * 2


def test_settings_and_plugins_from_outside_have_no_say(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make(SMALL)
    folder = bench.assignment.folder
    for file, text in {
        "conftest.py": "raise SystemExit('conftest')",
        "pytest.ini": "[pytest]\naddopts = --nonsense\n",
        "pyproject.toml": "[tool.pytest",
    }.items():
        (folder / file).write_text(text)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(folder)
    (result,) = bench.judge(bench.runs())
    assert result.outcome == "passed"
    assert os.environ["PYTEST_ADDOPTS"] == "--nonsense"


def test_nothing_of_an_evaluation_stays_behind(make: Any, capfd: pytest.CaptureFixture[str]) -> None:
    first = make(SMALL, check("print('noise')"))
    second = make(SMALL, check("judge.fail('WRONG_ANSWER', 'the second')"))
    modules, path, current = set(sys.modules), list(sys.path), os.environ.get("PYTEST_CURRENT_TEST")
    assert first.judge(first.runs())[0].outcome == "passed"
    assert second.judge(second.runs())[0].message == "the second"
    (first.assignment.folder / "test_public.py").write_text(check("judge.fail('WRONG_ANSWER', 'edited')"))
    assert first.judge(first.runs())[0].message == "edited"
    assert sys.path == path and os.environ.get("PYTEST_CURRENT_TEST") == current
    assert not {name for name in set(sys.modules) - modules if "test_public" in name or "problem" in name}
    assert not list(first.root.rglob("__pycache__"))
    assert capfd.readouterr().out == ""
    with pytest.raises(AssertionError, match="assert 1 == 2"):  # the pytest around still explains
        one = 1
        assert one == 2


def test_a_check_may_say_its_title_and_hint_in_korean(make: Any) -> None:
    bench = make(
        SMALL, CORRECT.replace("@pytest.mark.points(10)", '@pytest.mark.points(10)\n@pytest.mark.korean("제목", hint="크기를\\n보세요")')
    )
    (passed,), (failed,) = bench.judge(bench.runs()), bench.judge(bench.runs(zeros))
    assert (passed.title, passed.title_ko, passed.hint, passed.hint_ko) == ("Everything is right", "제목", "", "")
    assert (failed.title_ko, failed.hint, failed.hint_ko) == ("제목", "Look at the sizes.", "크기를 보세요")
    (plain,) = make(SMALL).judge(bench.runs(zeros))
    assert (plain.title_ko, plain.hint_ko) == ("", "")


def test_checks_may_import_from_given_folders(make: Any, tmp_path: Any) -> None:
    (tmp_path / "shared_helper_of_checks.py").write_text("def look(judge):\n    judge.correct()\n")
    bench = make(
        SMALL, "import pytest\nfrom shared_helper_of_checks import look\n\n@pytest.mark.points(1)\ndef test_it(judge):\n    look(judge)\n"
    )
    (result,) = bench.judge(bench.runs(), python_paths=[tmp_path])
    assert result.outcome == "passed" and result.title == "test_it"


def test_a_parametrised_check_is_several(make: Any) -> None:
    bench = make(
        SMALL, check("judge.correct()", '@pytest.mark.points(3)\n@pytest.mark.parametrize("n", [1, 2])').replace("(judge)", "(judge, n)")
    )
    assert [r.id for r in bench.judge(bench.runs())] == ["test_public.py::test_it[1]", "test_public.py::test_it[2]"]


def test_a_warm_evaluation_is_fast(make: Any) -> None:
    bench = make(SMALL)
    runs = bench.runs()
    bench.judge(runs)
    times = []
    for _ in range(5):
        start = time.process_time()
        bench.judge(runs)
        times.append(time.process_time() - start)
    assert min(times) <= 0.15
