"""What a case is fed with: the same for everyone, unlike from call to call, poisoned and guarded."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from grader.assignment import Assignment, Case, find_assignment, load_assignment
from grader.course import bundled_course
from grader.errors import AssignmentError, HarnessError
from grader.run.inputs import make_inputs
from grader.run.job import write_job
from grader.run.seeds import Seed, public_seed, secret_seed


@pytest.fixture(scope="module")
def gemm() -> Assignment:
    return find_assignment("gemm", bundled_course())


@pytest.fixture
def seed() -> Seed:
    return public_seed("course", "09_gemm")


def case(**changes: Any) -> Case:
    base = Case(
        id="c",
        visibility="public",
        entry="ck_gemm",
        sizes={"M": 5, "N": 6, "K": 7, "lda": 9, "ldb": 6, "ldc": 8},
        scalars={"alpha": 0.5, "beta": 0.0},
    )
    return msgspec.structs.replace(base, **changes)


def test_shapes_canaries_and_values(gemm: Assignment, seed: Seed) -> None:
    arrays = make_inputs(gemm, case(), 0, seed)
    assert {name: a.shape for name, a in arrays.items()} == {"A": (5, 9), "B": (7, 6), "C": (5, 8)}
    assert all(a.dtype == np.float32 and np.isfinite(a).all() for a in arrays.values())
    assert (arrays["A"][:, 7:] >= 4096).all() and (np.abs(arrays["A"][:, :7]) < 10).all()
    assert (arrays["C"][:, 6:] >= 4096).all() and len(np.unique(arrays["C"][:, 6:])) == 10


def test_poison_is_nan_in_the_logical_part_only(gemm: Assignment, seed: Seed) -> None:
    c = make_inputs(gemm, case(poison=("C",)), 0, seed)["C"]
    assert np.isnan(c[:, :6]).all() and np.isfinite(c[:, 6:]).all()
    assert len(np.unique(np.ascontiguousarray(c[:, :6]).view(np.uint32))) == 1


def test_fills(gemm: Assignment, seed: Seed) -> None:
    integers = make_inputs(gemm, case(fill="small_integers"), 0, seed)["B"]
    assert (integers == np.round(integers)).all() and np.abs(integers).max() <= 8 and len(np.unique(integers)) > 5
    rich = make_inputs(gemm, case(fill="mantissa_rich"), 0, seed)["B"]
    assert (rich.view(np.uint32) & 1 == 1).all(), "the last bit of every significand counts"
    assert (rich.astype(np.float16).astype(np.float32) != rich).all()


def test_the_same_for_everyone_and_new_in_each_call(gemm: Assignment, seed: Seed) -> None:
    def a(case_: Case, call: int, seed_: Seed) -> bytes:
        return make_inputs(gemm, case_, call, seed_)["A"].tobytes()

    assert a(case(), 0, seed) == a(case(), 0, seed)
    others = [a(case(), 1, seed), a(case(id="d"), 0, seed), a(case(), 0, public_seed("other", "09_gemm"))]
    assert len({a(case(), 0, seed), *others}) == 4


def test_an_override_replaces_and_is_checked(gemm: Assignment, seed: Seed) -> None:
    def give(array: Any) -> Callable[[Case, np.random.Generator], dict[str, Any]]:
        return lambda case_, rng: {"B": array}

    arrays = make_inputs(gemm, case(), 0, seed, give(np.full((7, 6), 3.0)))
    assert (arrays["B"] == 3).all() and arrays["B"].dtype == np.float32 and arrays["A"].shape == (5, 9)
    with pytest.raises(AssignmentError, match=r"returns B of shape \(6, 7\); its shape is \(7, 6\)"):
        make_inputs(gemm, case(), 0, seed, give(np.zeros((6, 7))))
    with pytest.raises(AssignmentError, match="ZeroDivisionError"):
        make_inputs(gemm, case(), 0, seed, lambda case_, rng: {"B": np.zeros(1 // 0)})


def test_empty_buffers(gemm: Assignment, seed: Seed) -> None:
    sizes = {"M": 0, "N": 6, "K": 0, "lda": 1, "ldb": 6, "ldc": 6}
    arrays = make_inputs(gemm, case(sizes=sizes), 0, seed)
    assert arrays["A"].shape == (0, 1) and arrays["B"].shape == (0, 6)


def test_the_secret_is_drawn_once_and_private(tmp_path: Path) -> None:
    one = secret_seed("course", "09_gemm", tmp_path)
    assert secret_seed("course", "09_gemm", tmp_path) == one
    assert secret_seed("course", "08_reduction", tmp_path).id != one.id
    files = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert len(files) == 2 and all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in files)
    assert one.secret.hex() not in one.id and len(one.id) == 8
    files[0].write_text("not a seed")
    with pytest.raises(HarnessError, match="damaged"):
        secret_seed("course", files[0].stem, tmp_path)


def test_how_long_a_copy_takes_is_drawn_from_the_secret() -> None:
    fixed, most = {"HtoD": 40.0, "kernel": 5.0}, {"HtoD": 400.0, "DtoH": 10.0}
    drawn = [secret.latencies_us("06_copies", name, fixed, most) for secret in map(seed_of, range(20)) for name in ("a", "b")]
    assert len({found["HtoD"] for found in drawn}) == 40
    for found in drawn:
        assert 40 <= found["HtoD"] <= 440 and 0 <= found["DtoH"] <= 10 and found["kernel"] == 5
    assert drawn[0] == seed_of(0).latencies_us("06_copies", "a", fixed, most), "a replay takes as long"
    assert seed_of(0).latencies_us("06_copies", "a", fixed, {}) == fixed


def seed_of(number: int) -> Seed:
    return Seed(secret=bytes([number] * 32), id="s")


def test_a_course_name_stays_inside_the_store(tmp_path: Path) -> None:
    secret_seed("../../evil", "09_gemm", tmp_path / "store")
    assert [p.name for p in tmp_path.iterdir()] == ["store"]


def test_the_job(gemm: Assignment, seed: Seed, tmp_path: Path) -> None:
    library = tmp_path / "lib.so"
    library.write_bytes(b"ELF")
    folder, values = tmp_path / "in", tmp_path / "values"
    folder.mkdir()
    values.mkdir()
    twice = case(calls=2)
    arrays = [make_inputs(gemm, twice, call, seed) for call in range(2)]
    job = write_job(folder, values, gemm, twice, arrays, library)
    assert {f.name for f in folder.iterdir()} == {"job", "program.so"}, "what the program sees holds no value"
    lines = (folder / "job").read_text().splitlines()
    load = lines.index("load ./program.so ck_gemm")
    assert [line for line in lines if line.startswith("alloc ")] == [
        "alloc A 180 in", "alloc A@1 180", "alloc B 168 in", "alloc B@1 168", "alloc C 160", "alloc C@1 160",
    ]  # fmt: skip
    assert all(line.startswith(("alloc ", "upload ")) for line in lines[:load]), "no upload of ours after load"
    assert lines[load + 1] == "call 0 A B C i32:5 i32:6 i32:7 i32:9 i32:6 i32:8 f32:0x1.0000000000000p-1 f32:0x0.0p+0 stream"
    assert lines[load + 2] == "download C 0" and "copy A A@1" in lines and lines[-1] == "download C 1"
    assert job.uploads == 6 and job.downloads == {"C.0": 160, "C.1": 160}
    assert job.marks[:5] == ("setup", "load", "call:0", "return:0", "sync:0") and job.marks[-1] == "done"
    assert np.fromfile(job.inputs["A.1"], np.float32).tobytes() == arrays[1]["A"].tobytes()


def test_a_scratch_buffer_is_fresh_memory_unless_it_is_poisoned(seed: Seed, tmp_path: Path) -> None:
    reduction = find_assignment("reduction", bundled_course())
    case = msgspec.structs.replace(reduction.case("sum_block"), calls=2)
    for number, poison in enumerate(((), ("workspace",))):
        chosen = msgspec.structs.replace(case, poison=poison)
        arrays = [make_inputs(reduction, chosen, call, seed) for call in range(2)]
        folder, values = tmp_path / f"in{number}", tmp_path / f"values{number}"
        folder.mkdir()
        values.mkdir()
        (tmp_path / "lib.so").touch()
        job = write_job(folder, values, reduction, chosen, arrays, tmp_path / "lib.so")
        lines = (folder / "job").read_text().splitlines()
        assert "alloc workspace 65536" in lines and set(job.downloads) == {"result.0", "result.1"}
        assert ("upload workspace workspace.0" in lines) == ("copy workspace workspace@1" in lines) == bool(poison)
        assert [set(a) for a in arrays] == [{"x", "result", *poison}] * 2
    assert (arrays[0]["workspace"] == 0x5A).all() and arrays[0]["workspace"].shape == (65536,)


def test_what_an_override_gives_is_not_filled_before(gemm: Assignment, seed: Seed) -> None:
    """A default fill of 2^25 numbers costs half a second; and the override draws the same numbers whatever else there is to fill."""
    drawn = []

    def give(case_: Case, rng: np.random.Generator) -> dict[str, Any]:
        drawn.append(rng.random())
        return {}

    make_inputs(gemm, case(), 0, seed, give)
    make_inputs(gemm, case(fill="small_integers"), 0, seed, give)
    assert drawn[0] == drawn[1]


HOST = """
slug = "05_host"
kind = "cuda"
title = { en = "x", ko = "x" }
files = ["a.cu"]
[[entry]]
name = "ck_up"
args = ["in pageable f32 x[n]", "inout pinned f32 y[n]", "in managed f32 m[n]", "out f32 d[n]", "scratch pinned f32 s[2*n]", "i64 n",
        "stream"]
to_device = ["x", "y"]
to_host = ["y"]
[[case]]
id = "c"
sizes = { n = 10 }
calls = 2
"""


def test_the_job_of_host_memory(seed: Seed, tmp_path: Path) -> None:
    (tmp_path / "course" / "05_host").mkdir(parents=True)
    (tmp_path / "course" / "course.toml").write_text('id = "host"\n')
    (tmp_path / "course" / "05_host" / "assignment.toml").write_text(HOST)
    made = load_assignment(tmp_path / "course" / "05_host")
    twice = made.cases[0]
    folder, values = tmp_path / "in", tmp_path / "values"
    folder.mkdir()
    values.mkdir()
    (tmp_path / "lib.so").touch()
    arrays = [make_inputs(made, twice, call, seed) for call in range(2)]
    job = write_job(folder, values, made, twice, arrays, tmp_path / "lib.so")
    lines = (folder / "job").read_text().splitlines()
    load = lines.index("load ./program.so ck_up")
    before, after = lines[:load], lines[load:]
    assert [line for line in before if line.startswith(("alloc", "host"))] == [
        "host x pageable 40", "host x@1 pageable 40", "host y pinned 40", "alloc y@0 40", "alloc y@1 40",
        "host m managed 40 in", "host m@1 managed 40", "alloc d 40 out", "alloc d@1 40 out", "host s pinned 80",
    ]  # fmt: skip
    assert before[-1] == "feed y y@0", "pinned memory gets its first values in the stream as well"
    assert {"feed y y@1", "copy x x@1", "copy m m@1"} <= set(after) and not [x for x in after if x.startswith("upload")]
    assert job.fetches == 4, "ordinary and pinned memory get their values from the device"
    uploads = [line for line in before if line.startswith("upload")]
    assert job.uploads == len(uploads) + 2, "and y goes back by way of its mirror, twice"
    moved = (job.allowed.to_device_bytes, job.allowed.to_host_bytes, job.allowed.sizes)
    assert moved == (80, 40, (40,)) and job.allowed.copies
    assert not (job.allowed.waits or job.allowed.pins or job.allowed.default_stream)
