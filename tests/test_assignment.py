"""assignment.toml: what is read, and that each mistake is told with file, line and key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader import assignment_file
from grader.argument_spec import SpecError, parse_argument
from grader.assignment import find_assignment, load_assignment
from grader.course import bundled_course, find_course
from grader.errors import AssignmentError

ROOT = Path(__file__).resolve().parent.parent
TEXT = """\
slug = "09_gemm"
kind = "cuda"
title = { en = "Matrix multiplication", ko = "행렬 곱" }
weight = 8
files = ["gemm.cu"]
header = "ck/gemm.h"
[limits]
time_s = 20
memory_mib = 1024
output_mib = 64
[[entry]]
name = "ck_gemm"
args = ["in f32 A[M,lda]", "in f32 B[K,ldb]", "inout f32 C[M,ldc]", "i32 M", "i32 N", "i32 K", "i32 lda", "i32 ldb", "i32 ldc",
        "f32 alpha", "f32 beta", "stream"]
widths = { lda = "K", ldb = "N", ldc = "N" }
[[case]]
id = "odd_k"
visibility = "hidden"
sizes = { M = 33, N = 65, K = 17 }
scalars = { alpha = 0.1, beta = 0 }
[[case]]
id = "wide"
visibility = "public"
sizes = { M = 4, N = 5, K = 0, ldc = 8 }
scalars = { alpha = 1, beta = 0 }
fill = "small_integers"
poison = ["C"]
calls = 2
shuffled = true
block_warp_instructions = 5000
"""


def course(root: Path, text: str = TEXT) -> Path:
    folder = root / "assignments" / "09_gemm"
    (root / "kernels" / "include" / "ck").mkdir(parents=True)
    (root / "kernels" / "include" / "ck" / "gemm.h").write_text("int ck_gemm();\n")
    folder.mkdir(parents=True)
    (root / "assignments" / "course.toml").write_text('id = "demo"\n')
    (folder / "assignment.toml").write_text(text, encoding="utf-8")
    return folder


def test_what_is_read(tmp_path: Path) -> None:
    gemm = load_assignment(course(tmp_path))
    assert (gemm.slug, gemm.course, gemm.files, gemm.weight) == ("09_gemm", "demo", ("gemm.cu",), 8)
    assert gemm.title["ko"] == "행렬 곱" and gemm.limits.block_warp_instructions > 0
    assert gemm.reference == tmp_path / "reference" / "09_gemm" and gemm.problem == gemm.folder / "problem.py"
    odd, wide = gemm.cases
    assert odd.sizes == {"M": 33, "N": 65, "K": 17, "lda": 17, "ldb": 65, "ldc": 65}
    assert odd.scalars["alpha"] == 0.10000000149011612, "an f32 argument is what the launcher gets"
    assert wide.sizes["lda"] == 1 and wide.sizes["ldc"] == 8 and wide.index == 1 and wide.calls == 2
    assert wide.shuffled and not odd.shuffled
    assert odd.block_warp_instructions is None and wide.block_warp_instructions == 5000
    c = gemm.entries[0].buffers()[2]
    assert c.shape(wide.sizes) == (4, 8) and c.byte_count(wide.sizes) == 128
    assert gemm.entries[0].signature().startswith('extern "C" int ck_gemm(const float* A, const float* B, float* C, int M')


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("weight = 8", "wieght = 8", 4, "wieght: unknown key; known here are slug"),
        ("weight = 8", "weight = -1", 4, "weight:"),
        ('"09_gemm"', '"10_gemm"', 1, "slug: is '10_gemm' but the folder is called '09_gemm'"),
        ('"cuda"', '"cud"', 2, "kind: Invalid enum value 'cud'; allowed are cuda, shell"),
        ('["gemm.cu"]', '["../gemm.cu"]', 5, "files: '../gemm.cu' must be a plain relative path"),
        ("ck/gemm.h", "ck/gmm.h", 6, "header: 'ck/gmm.h' is not in"),
        ("memory_mib = 1024", 'memory_mib = "x"', 9, "limits.memory_mib: Expected `int`"),
        ("in f32 A[", "on f32 A[", 13, "entry[0].args: can't read 'on f32 A[M,lda]'"),
        ("in f32 A[", "in f33 A[", 13, "unknown element type 'f33'"),
        ("A[M,lda]", "A[M,l-da]", 13, "can't read the dimension 'l-da'"),
        ("K = 17", "Q = 17", 19, "case[0].sizes: misses 'lda'"),
        ("N = 65,", "N = 65, T = 3,", 19, "case[0].sizes: 'T' is used nowhere"),
        ("ldc = 8", "ldc = 3", 24, "case[1].sizes: ldc = 3 is less than its width N = 5"),
        ("M = 33", "M = -33", 19, "case[0].sizes: buffer A would have the shape"),
        ("alpha = 0.1, ", "", 20, "case[0].scalars: misses 'alpha'"),
        ("alpha = 0.1", "alpha = 0.1, gamma = 2", 20, "case[0].scalars: 'gamma' is no floating-point argument"),
        ("alpha = 0.1", "alpha = 1e300", 20, "doesn't fit f32"),
        ('"hidden"', '"hiden"', 18, "case[0].visibility: Invalid enum value 'hiden'; allowed are public, hidden"),
        ('"wide"', '"odd_k"', 22, "case[1].id: 'odd_k' stands twice"),
        ('poison = ["C"]', 'poison = ["A"]', 27, "case[1].poison: 'A' is no out, inout or scratch buffer"),
        ("calls = 2", "calls = 0", 28, "case[1].calls:"),
        ("shuffled = true", 'shuffled = true\non = "cuda"', 29, "case[1].shuffled: a real card has an order of its own"),
        ("[limits]", "[limits", 7, "not TOML"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert TEXT.count(old) >= 1
    folder = course(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(AssignmentError) as caught:
        load_assignment(folder)
    assert str(caught.value).startswith(f"{folder / 'assignment.toml'}:{line}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "spec", ["", "f32", "in f32 A", "in f32 A[]", "in f32 A[M,]", "stream s", "in out f32 A[M]", "f16 x", "i8 x", "in f32 A[M*]"]
)
def test_specs_that_are_none(spec: str) -> None:
    with pytest.raises(SpecError):
        parse_argument(spec)


def test_products_in_a_shape() -> None:
    argument = parse_argument("out i32 idx[2*N, 4]")
    assert argument.shape({"N": 3}) == (6, 4) and argument.size_names() == ("N",) and argument.byte_count({"N": 3}) == 96


def test_finding_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = course(tmp_path / "mine")
    other = course(tmp_path / "theirs")
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    assert find_course(folder).assignments == tmp_path / "mine" / "assignments"
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    assert find_course() == bundled_course()
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path / "theirs"))
    assert find_course().assignments == other.parent
    assert find_assignment("gemm").folder == other and find_assignment("09_gemm").folder == other
    assert find_assignment(str(folder)).folder == folder
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path / "else"))
    with pytest.raises(AssignmentError, match="GRADER_COURSE"):
        find_course()


def test_an_unknown_name_lists_the_known(tmp_path: Path) -> None:
    folder = course(tmp_path)
    with pytest.raises(AssignmentError, match=r"no assignment 'gem' .*Did you mean gemm\? Known are: gemm"):
        find_assignment("gem", find_course(folder))


def test_the_bundled_gemm_is_whole() -> None:
    gemm = find_assignment("gemm", bundled_course())
    assert gemm.entries[0].name == "ck_gemm" and {c.visibility for c in gemm.cases} == {"public", "hidden"}


def test_the_published_schema_is_current() -> None:
    file = ROOT / "docs" / "assignment.schema.json"
    assert file.read_text(encoding="utf-8") == assignment_file.schema_text(), (
        "write it again: python -c 'from grader.assignment_file import *; print(schema_text(), end=\"\")' > docs/assignment.schema.json"
    )
    assert "AssignmentFile" in json.loads(file.read_text(encoding="utf-8"))["$defs"]


def test_the_profiles_are_the_devices() -> None:
    from typing import get_args

    from grader.devices.profiles import profile_names

    assert sorted(get_args(assignment_file.Profile)) == profile_names()


HOST = """\
slug = "09_gemm"
kind = "cuda"
title = { en = "Copies", ko = "복사" }
files = ["gemm.cu"]
[[entry]]
name = "ck_up"
args = ["in pageable f32 x[n]", "out pinned f32 y[n]", "in any u8 p[n]", "f32 z", "i64 n", "stream"]
to_device = ["x"]
to_host = ["y"]
waits = true
[[case]]
id = "small"
sizes = { n = 3 }
scalars = { z = 1 }
memory = { p = "managed" }
latencies_us = { HtoD = 40, kernel = 2.5 }
drawn_us = { HtoD = 400 }
"""


def test_host_memory_is_read(tmp_path: Path) -> None:
    made = load_assignment(course(tmp_path, HOST))
    (entry,), (case,) = made.entries, made.cases
    assert [case.memory_of(b) for b in entry.buffers()] == ["pageable", "pinned", "managed"]
    assert entry.in_host_memory() and (entry.to_device, entry.to_host, entry.waits, entry.pins) == (("x",), ("y",), True, False)
    assert case.on == "emulated", "a card doesn't see what becomes of host memory"
    assert (case.latencies_us, case.drawn_us) == ({"HtoD": 40, "kernel": 2.5}, {"HtoD": 400})
    assert made.devices() == ("emulated",) and load_assignment(course(tmp_path / "other")).devices() == ("emulated", "cuda")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("in pageable", "in paged", 7, "entry[0].args: can't read 'in paged f32 x[n]'"),
        ('to_device = ["x"]', 'to_device = ["q"]', 8, "entry[0].to_device: 'q' is no buffer in host memory; known are x, y, p"),
        ('to_host = ["y"]', 'to_host = ["z"]', 9, "entry[0].to_host: 'z' is no buffer in host memory"),
        ("waits = true", 'waits = "yes"', 10, "entry[0].waits: Expected `bool`"),
        ('memory = { p = "managed" }', "", 11, "case[0].memory: misses 'p': say where it lies"),
        ('p = "managed"', 'p = "shared"', 15, "case[0].memory"),
        ('p = "managed"', 'p = "managed", x = "pinned"', 15, "case[0].memory: 'x' is no buffer of `any` memory of ck_up; known are p"),
        ("HtoD = 40,", "Htod = 40,", 16, "case[0].latencies_us"),
        ("HtoD = 40,", "HtoD = -1,", 16, "case[0].latencies_us"),
        ("HtoD = 400", "HtoD = 0", 17, "case[0].drawn_us"),
        ('id = "small"', 'id = "small"\non = "cuda"', 13, "case[0].on: ck_up has buffers in host memory"),
        ('id = "small"', 'id = "small"\ntimed = true', 13, "case[0].timed: ck_up has buffers in host memory"),
    ],
)
def test_mistakes_about_host_memory_have_their_place(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert HOST.count(old) == 1
    folder = course(tmp_path, HOST.replace(old, new))
    with pytest.raises(AssignmentError) as caught:
        load_assignment(folder)
    assert str(caught.value).startswith(f"{folder / 'assignment.toml'}:{line}: ")
    assert says in str(caught.value)


def test_the_devices_of_a_case(tmp_path: Path) -> None:
    text = TEXT.replace('fill = "small_integers"', 'fill = "small_integers"\ndevices = []')
    folder = course(tmp_path, text.replace('id = "odd_k"', 'id = "odd_k"\ndevices = ["t4", "h100"]'))
    assert [case.devices for case in load_assignment(folder).cases] == [("t4", "h100"), ()]
    for devices, says in (
        ('["rtx"]', "case[0].devices[0]: Invalid enum value 'rtx'; allowed are a100"),
        ('["t4"]\non = "cuda"', "case[0].on: a real machine has the devices that it has"),
    ):
        (folder / "assignment.toml").write_text(text.replace('id = "odd_k"', f'id = "odd_k"\ndevices = {devices}'), encoding="utf-8")
        with pytest.raises(AssignmentError) as caught:
            load_assignment(folder)
        assert says in str(caught.value)
