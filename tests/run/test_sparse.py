"""Sparse cases: arrays hold the rows' logical parts, the device reserves the rest, and nothing of it is brought, read or written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from grader.assignment import Assignment, find_assignment, held_shape, load_assignment
from grader.cli.main import run
from grader.course import bundled_course
from grader.errors import AssignmentError
from grader.run.inputs import make_inputs
from grader.run.job import write_job
from grader.run.seeds import public_seed

COURSE = bundled_course()


@pytest.fixture(scope="module")
def transpose() -> Assignment:
    return find_assignment("transpose", COURSE)


def test_arrays_have_no_padding(transpose: Assignment) -> None:
    entry = transpose.entries[0]
    case = transpose.case("far_input")
    shapes = {b.name: held_shape(b, entry, case) for b in entry.buffers()}
    assert shapes == {"input": (6, 5), "output": (5, 6)}
    assert {name: a.shape for name, a in make_inputs(transpose, case, 0, public_seed("c", "s")).items()} == shapes
    dense = transpose.case("padded")
    assert {b.name: held_shape(b, entry, dense) for b in entry.buffers()} == {"input": (45, 64), "output": (58, 52)}


def test_rows_are_brought_and_fetched_one_by_one(transpose: Assignment, tmp_path: Path) -> None:
    folder, values = tmp_path / "in", tmp_path / "values"
    folder.mkdir()
    values.mkdir()
    (tmp_path / "lib.so").touch()
    jobs = {}
    pitch = 4 * ((1 << 30) + 1024)
    for name in ("far_input", "far_output"):
        case = transpose.case(name)
        arrays = [make_inputs(transpose, case, 0, public_seed("c", "s"))]
        jobs[name] = write_job(folder, values, transpose, case, arrays, tmp_path / "lib.so")
        lines = (folder / "job").read_text().splitlines()
        for file in folder.iterdir():
            file.chmod(0o644)
        if name == "far_input":
            assert f"alloc input {6 * pitch} in" in lines
            rows = [line.split()[3] for line in lines if line.startswith("upload input ")]
            starts = [int(row.split(":")[1]) for row in rows]
            assert starts == [row * pitch for row in range(6)]
            first = np.fromfile(values / "input.0.1", np.float32)
            assert (first[:5] == arrays[0]["input"][1]).all() and first.size > 5 and np.isfinite(first).all(), "spare numbers behind it"
            assert (np.fromfile(jobs[name].inputs["input.0"], np.float32).reshape(6, 5) == arrays[0]["input"]).all()
        else:
            assert f"alloc output {6 * pitch} out" in lines and f"download output 0 rows:6:20:{pitch}" in lines
    assert jobs["far_input"].uploads == 6 + 5 and jobs["far_output"].uploads == 5 + 6
    assert jobs["far_input"].downloads == jobs["far_output"].downloads == {"output.0": 120}


def test_an_index_that_wraps_and_stays_inside_is_told_with_its_line(
    transpose: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Nothing lies between the rows, so whoever reads or writes there has come from 2^32 numbers further on."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    wrong = [transpose.reference / "mutants" / f"{name}_in_unsigned.cu" for name in ("ldi", "ldo")]
    assert run(["grade", "transpose", *map(str, wrong), "--json"]) == 1
    for each, verb in zip(json.loads(capfdbinary.readouterr().out)["grades"], ("read", "write"), strict=True):
        failed = {(c["verdict"], c["line"]) for c in each["checks"] if c["verdict"] not in ("PASSED", "", "UNCOALESCED", "BANK_CONFLICT")}
        assert failed == {("INT_OVERFLOW", 14)}, failed
        message = next(c["message"] for c in each["checks"] if c["verdict"] == "INT_OVERFLOW")
        assert f"Invalid __global__ {verb}" in message and "lies 4294967296 elements further on" in message


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("sparse = true", 'a sparse case says on = "emulated"'),
        ('sparse = true\non = "emulated"\ncalls = 2', "and has one call"),
        ('sparse = true\non = "emulated"\nsizes = { M = 3, N = 5, ldi = 1000000000000 }', "would hold more than 64 GiB|doesn't fit i32"),
        ("sizes = { M = 3, N = 5, ldi = 1073741824 }", "buffer input would hold more than 4 GiB"),
        ("offset = { inputs = 1 }", "'inputs' is no buffer of ck_transpose; known are input, output"),
        ("offset = { input = 0 }", "Expected `int` >= 1"),
    ],
)
def test_mistakes_name_file_line_and_key(line: str, wrong: str, transpose: Assignment, tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "05_transpose"
    folder.mkdir(parents=True)
    (tmp_path / "assignments" / "course.toml").write_text('id = "c"\n')
    (tmp_path / "kernels" / "include" / "ck").mkdir(parents=True)
    (tmp_path / "kernels" / "include" / "ck" / "transpose.h").touch()
    head = (transpose.folder / "assignment.toml").read_text(encoding="utf-8").partition("# ---- public")[0]
    sizes = "" if "sizes" in line else "sizes = { M = 3, N = 5 }\n"
    (folder / "assignment.toml").write_text(f'{head}[[case]]\nid = "one"\n{sizes}{line}\n', encoding="utf-8")
    with pytest.raises(AssignmentError, match=wrong) as raised:
        load_assignment(folder)
    assert "assignment.toml" in str(raised.value) and "case" in str(raised.value)
