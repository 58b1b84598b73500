"""The fuzzers themselves: what they generate is sound, what is wrong is noticed and made small. `make fuzz` runs them for longer."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fuzz import worker
from tests.fuzz.compare import differences, minimised
from tests.fuzz.corpus import ROOT
from tests.fuzz.generate import program_of
from tests.fuzz.loader import Worker, campaign, smaller
from tests.fuzz.mutate import mutated
from tests.fuzz.program import Program
from tests.fuzz.rules import FAMILIES
from tests.fuzz.statements import Step

TEXTS = [(ROOT / f"tests/emulator/ptx/{name}.ptx").read_text(encoding="utf-8") for name in ("basic", "calls", "inlined", "switch")]


@pytest.mark.parametrize("seed", range(24))
def test_random_kernels_do_what_the_oracle_says(seed: int) -> None:
    assert differences(program_of(seed)) == []


def test_a_seed_is_a_program() -> None:
    assert program_of(7).ptx() == program_of(7).ptx() != program_of(8).ptx()
    assert mutated(TEXTS, random.Random(7)) == mutated(TEXTS, random.Random(7))


def with_a_wrong_rule(program: Program) -> Program:
    """The oracle now thinks that the first instruction of the program, and that one alone, leaves its result's lowest bit turned."""
    step = next(s for s in program.body if isinstance(s, Step) and len(s.targets) == 1 and s.targets[0][0] == "r")
    right = step.rule.meaning
    step.rule = replace(step.rule, meaning=lambda *operands: right(*operands) ^ 1)
    step.guard = -1
    return program


def test_a_difference_is_noticed_and_made_small() -> None:
    program = with_a_wrong_rule(program_of(2))
    program.body.append(Step(next(r for r in FAMILIES["logic"] if r.text == ("mov.b16 {x}, {a};",)), [("h", 0)], [("h", 1)]))
    assert differences(program)
    small = minimised(program, lambda p: bool(differences(p)))
    assert 1 <= len(small.body) <= 2 and len(small.ptx()) < len(program.ptx())
    assert "is 0x" in differences(small)[0]


def test_counted_instructions_are_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Step.steps

    def forgetful(self: Step, t: object) -> object:
        yield from steps(self, t)  # type: ignore[arg-type]
        t.executed -= 1  # type: ignore[attr-defined]

    program = program_of(3)
    monkeypatch.setattr(Step, "steps", forgetful)
    assert "thread instructions were counted" in differences(program)[-1]


def test_a_worker_answers_and_outlives_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Worker()
    try:
        assert process.outcome(TEXTS[0]) == ("loaded", "")
        assert process.outcome(TEXTS[0][:-20])[0] == "refused"
        assert process._process
        process._process.kill()
        process._process.wait()
        assert process.outcome(TEXTS[0]) == ("crash", "signal 9")
        assert process.outcome(TEXTS[0]) == ("loaded", "")
    finally:
        process.end()


def test_what_is_odd_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker.outcome(TEXTS[0])["outcome"] == "loaded"

    def raises(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(worker, "run", raises)
    assert worker.outcome(TEXTS[0]) == {"outcome": "odd", "detail": "a launch raises RuntimeError: no"}
    monkeypatch.setattr(worker._core, "parse", raises)
    assert worker.outcome(TEXTS[0]) == {"outcome": "odd", "detail": "loading raises RuntimeError: no"}


def test_a_bad_text_is_made_small() -> None:
    text = "\n".join(f"line {i} bad {i}" if i == 33 else f"line {i} good" for i in range(60))
    assert smaller(text, lambda t: "bad" in t) == "bad"


def test_a_short_campaign(tmp_path: Path) -> None:
    done = campaign(TEXTS, seed=1, seconds=2, folder=tmp_path)
    assert done.bad == [] and done.counts["refused"] > 10 and done.executions == sum(done.counts.values())


def test_the_command() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--minutes", "0.02", "--seed", "5", "--only", "kernels"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("seed 5, 0.02 min\nkernels: ") and "0 differ" in done.stdout
