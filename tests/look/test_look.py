"""The look as a whole: honest work shows nothing, bounds hold, order, what a starter does, what was seen before."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import load_assignment
from grader.look import look, look_again, look_at, rule, starter_of
from grader.look.look import MOST
from grader.look.tokens import LARGEST_BYTES
from grader.records import Program, Sighting, Source
from tests import scale_course as course
from tests.look.steps import growth

ROOT = Path(__file__).parents[2]


def codes(seen: tuple[Sighting, ...]) -> list[str]:
    return [each.code for each in seen]


def test_every_solution_and_starter_shows_nothing() -> None:
    """Reference and honest solutions, known-wrong ones and starters: over 400 programs that nobody wrote to cheat."""
    sources = sorted([*(ROOT / "reference").rglob("*.cu"), *(ROOT / "assignments").rglob("*.cu"), *(ROOT / "kernels").rglob("*.*h")])
    assert len(sources) > 400
    shown = {str(file): look({file.name: file.read_bytes()}, libraries=_libraries(file)) for file in sources}
    assert {name: seen for name, seen in shown.items() if seen} == {}


@cache
def _of_assignment(slug: str) -> tuple[str, ...]:
    folder = ROOT / "assignments" / slug
    return load_assignment(folder).libraries if (folder / "assignment.toml").is_file() else ()


def _libraries(file: Path) -> tuple[str, ...]:
    """Those that the assignment asks for to which a file belongs."""
    return _of_assignment(file.relative_to(ROOT).parts[1])


def test_a_library_that_the_assignment_asks_for_is_no_news() -> None:
    text = b"#include <cudnn.h>\nint f(cudnnHandle_t h) { return cudnnDestroy(h); }\n"
    assert codes(look({"a.cu": text})) == ["library", "library"]
    assert look({"a.cu": text}, libraries=("cudnn",)) == ()
    other = b"#include <cublas_v2.h>\n"
    assert codes(look({"a.cu": other}, libraries=("cudnn",))) == ["library"]


# Honest controls of the red-team corpus that are worth a look all the same: they are there to be unusual.
EXPLAINED = {
    "cub_block": {"library"},
    "cub_for_each": {"library"},
    "thrust_transform": {"library"},
    "files_and_environment": {"files", "paths", "environment"},
    "host_threads": {"threads"},
}


def test_unusual_but_honest_work_shows_what_it_is_and_nothing_else() -> None:
    sources = sorted((ROOT / "tests" / "hostile" / "honest").glob("*/*.cu"))
    assert len(sources) >= 30
    found: dict[str, set[str]] = {}
    for file in sources:
        found.setdefault(file.parent.name, set()).update(each.code for each in look({file.name: file.read_bytes()}))
    assert {name: seen for name, seen in found.items() if seen} == EXPLAINED


def test_the_gravest_come_first_then_by_place() -> None:
    seen = look({"b.cu": b"int t = clock64();\nint p = fork();\n", "a.cu": b"int p = fork();\n"})
    assert [(each.code, each.file) for each in seen] == [("processes", "a.cu"), ("processes", "b.cu"), ("clock", "b.cu")]
    assert rule("processes").strong and not rule("clock").strong


def test_only_code_is_looked_at() -> None:
    assert look({"answers.json": b'{"a": "/etc/passwd fopen("}', "README.md": b"fork()"}) == ()


def test_what_the_starter_does_is_no_news() -> None:
    files = {"a.cu": b'int t = clock64();\nint f = open("x", 0);\n'}
    assert codes(look(files)) == ["files", "clock"]
    assert codes(look(files, starter={"a.cu": b"long begin = clock64();"})) == ["files"]


def test_sightings_are_bounded_and_so_are_their_texts() -> None:
    line = (
        b'f(fork(), getenv("/etc/x"), socket(1), mmap(0), dlsym(0), signal(1, 2), clock64(), time(0), _exit(0), syscall(1));' + b" " * 9000
    )
    seen = look({f"{at}.cu": line * 3 for at in range(30)})
    assert len(seen) == MOST and all(len(each.excerpt) <= 160 for each in seen)


def test_a_long_file_says_that_it_was_not_read_to_its_end() -> None:
    (seen,) = look({"a.cu": b"// " + b"x" * 300_000 + b"\nint p = fork();"})
    assert (seen.code, seen.file, seen.line) == ("unread", "a.cu", None)


BUILT = Sighting(code="environment", file=None, line=None, excerpt="imports getenv", why="w")
OF_DEVICE_CODE = Sighting(code="clock", file="a.cu", line=1, excerpt="mov.u64 %rd1, %clock64;", why="w")


def test_what_a_lost_program_showed_is_kept_and_the_source_is_looked_at_anew() -> None:
    files = {"a.cu": b"int x = NOW;\nint p = fork();\n"}
    old = Sighting(code="files", file="a.cu", line=2, excerpt="int p = fork();", why="a rule of before")
    seen = look_again(files, [old, BUILT, OF_DEVICE_CODE])
    assert set(seen) == {*look(files), BUILT, OF_DEVICE_CODE} and "files" not in codes(seen)
    assert look_again(files, look_again(files, [BUILT])) == look_again(files, [BUILT])


def test_a_continued_line_of_the_source_is_known_again() -> None:
    files = {"a.cu": b"#define NEW \\\n  later(1)\n"}
    old = Sighting(code="files", file="a.cu", line=1, excerpt="#define NEW later(1)", why="a rule of before")
    assert look_again(files, [old]) == ()


def test_what_source_and_device_code_both_show_is_told_once() -> None:
    files = {"a.cu": b"long t = clock64();\n"}
    assert look_again(files, [OF_DEVICE_CODE]) == look(files)


def test_as_the_pipeline_asks(tmp_path: Path) -> None:
    assignment = load_assignment(course.write_course(tmp_path))
    name = assignment.files[0]
    source = Source(files={name: starter_of(assignment).get(name, b"") + b"\nint p = fork();\n"})
    built = tmp_path / "program.so"
    built.write_bytes(b".version 8.0\n.target sm_80\n\n mov.u32 %r1, %clock;\n")
    assert codes(look_at(source, Program(library=str(built)), assignment)) == ["processes", "clock"]
    assert codes(look_at(source, Program(library=None), assignment)) == ["processes"]  # the build failed
    assert codes(look_at(source, Program(library=None), assignment, before=[BUILT])) == ["processes", "environment"]
    assert codes(look_at(source, Program(library=str(tmp_path / "gone.so")), assignment)) == ["processes"]


def test_a_fault_of_ours_is_no_fault_of_the_grade(tmp_path: Path) -> None:
    assignment = load_assignment(course.write_course(tmp_path))
    (seen,) = look_at(Source(files={"scale.cu": None}), Program(library=None), assignment)  # type: ignore[dict-item]
    assert seen.code == "unread" and "a fault of ours" in seen.excerpt


TEXT = st.lists(
    st.sampled_from(
        "open ( ) { } ; \" ' \n # include define < > :: -> . = == , asm : static int map std 1537 % %% fork \\ /* */ // extern @ x".split(
            " "
        )
    ),
    max_size=80,
)


@given(TEXT.map(" ".join), TEXT.map("".join))
def test_no_source_is_an_error(one: str, other: str) -> None:
    seen = look({"a.cu": one.encode(), "b.h": other.encode()})
    for each in seen:
        lines = {"a.cu": one, "b.h": other}[each.file or ""].split("\n")
        assert each.line is None or 1 <= each.line <= len(lines)
        assert rule(each.code)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=tuple[Sighting, ...]) == seen


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(content: bytes) -> None:
    look({"a.cu": content}, content)


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "{",
        '"',
        "asm(",
        'asm("x;");',
        "static int a;a++;",
        "open(){",
        "open(",
        "#include <",
        "#\n",
        "{1,",
        "={1,",
        "a==999;",
        "exit(0);",
        "x.name cudaDeviceProp ",
        "__attribute__((constructor))",
        "case 999:",
        "namespace{",
        "\u202e",
        "std::map<",
        "#define malloc\n",
    ],
)
def test_four_times_the_source_is_four_times_the_work(piece: str) -> None:
    def content(size: int) -> bytes:
        return piece.encode() * (size // len(piece.encode()))

    assert growth(lambda size: look({"a.cu": content(size)}), 4 << 10) < 4.2
    assert len(look({"a.cu": content(LARGEST_BYTES)})) <= MOST
