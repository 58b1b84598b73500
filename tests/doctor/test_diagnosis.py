"""The sum of the rows, and the command: what is said, what the JSON has, which exit status follows."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from grader.cli.main import run
from grader.doctor import Machine, Ran, diagnose, ours
from grader.doctor.table import PROBES
from tests.doctor import recorded
from tests.doctor.recorded import failing, machine

Use = Callable[[Machine], None]


def test_everything_works() -> None:
    found = diagnose(machine())
    assert found.ready and found.summary.en == "You can grade with the emulated GPU: yes."
    assert [row.name for row in found.findings] == [probe.name for probe in PROBES]


def test_a_needed_part_is_missing_and_the_trial_is_only_its_consequence() -> None:
    here = machine(programs={"/usr/bin/g++ -dumpfullversion": None}, attempts={"trial": failing("no g++ on PATH")})
    found = diagnose(here)
    assert not found.ready and found.summary.en == "You can grade with the emulated GPU: no, because of g++ (see above)."
    assert not diagnose(machine(attempts={"trial": failing("wrong result")})).ready, "the parts alone don't make the whole"


def test_without_a_sandbox_ones_own_code_only() -> None:
    found = diagnose(machine(attempts={"sandbox": failing(recorded.BWRAP_REFUSED)}))
    assert found.ready and "Your own code only" in found.summary.en and "자신의 코드만" in found.summary.ko


@pytest.mark.parametrize(
    ("driver", "says"), [("580.82.07", "With the real GPU: yes"), ("535.183.01", "not yet, because of the GPU driver")]
)
def test_a_real_gpu_is_mentioned(driver: str, says: str) -> None:
    found = diagnose(machine(programs={"/usr/bin/nvidia-smi --query-gpu=": Ran(0, f"NVIDIA H200, {driver}, 9.0, 143771, 1\n")}))
    assert found.ready and says in found.summary.en


def test_a_probe_that_fails_is_a_row_and_not_the_end() -> None:
    def broken(path: str) -> str | None:
        raise ZeroDivisionError("oops")

    found = diagnose(machine(read=broken))
    assert "ZeroDivisionError: oops" in next(row.found.en for row in found.findings if row.name == "memory")
    assert len(found.findings) == len(PROBES)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Use:
    def use(here: Machine) -> None:
        monkeypatch.setattr("grader.doctor.this_machine", lambda: here)

    return use


def test_the_command_and_its_json(on: Use, capfd: pytest.CaptureFixture[str]) -> None:
    on(machine())
    assert run(["doctor", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["can_grade"] is True and {"name", "status", "needed", "found", "why", "fix"} == set(printed["probes"][0])
    on(machine(python=(3, 10, 1)))
    assert run(["doctor", "--lang", "ko"]) == 3
    text = capfd.readouterr().out
    assert "3.10.1" in text and "아니요" in text and "\x1b" not in text


def test_fixes_are_printed_below_what_is_wrong(on: Use, capfd: pytest.CaptureFixture[str]) -> None:
    on(machine(programs={"/usr/bin/g++ -dumpfullversion": None}))
    assert run(["doctor"]) == 3
    lines = [line.strip() for line in capfd.readouterr().out.splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("!!  g++"))
    assert lines[at + 2] == "fix: sudo apt-get install -y g++"


def test_the_trial_is_real() -> None:
    """On this very machine: the small program is compiled, runs on the emulated GPU and comes out right."""
    assert ours.ATTEMPTS["trial"]() == "a100"
