"""The stand-in's archive and what a real GPU takes in its place; assignment.toml's keys; grader nvcc's -lcudnn."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from grader import libraries
from grader.assignment import load_assignment
from grader.assignment_file import LibraryName
from grader.build import libraries as build
from grader.build.cache import Cache
from grader.cli.nvcc import with_libraries
from grader.course import bundled_course, slugs
from grader.errors import AssignmentError, HarnessError
from grader.libraries import LIBRARIES, of_kernel
from grader.records import Exit
from grader.release import leaks
from grader.sandbox.contract import Command
from tests.libraries import tiny
from tests.libraries.programs import CUDNN, archive


def test_names_are_one_list() -> None:
    assert get_args(LibraryName) == tuple(LIBRARIES)


class Compiler:
    """Leaves what it is asked for, and counts."""

    def __init__(self, code: int = 0) -> None:
        self.calls: list[Command] = []
        self.code = code

    def __call__(self, command: Command) -> Exit:
        self.calls.append(command)
        words = list(command.argv)
        (Path(command.cwd) / words[words.index("-o") + 1]).write_bytes(b"made")
        return Exit(cause="exited", code=self.code, stderr=b"no room")


def test_it_is_compiled_once(tmp_path: Path) -> None:
    compiler, cache = Compiler(), Cache(tmp_path)
    first = build.stand_in(CUDNN, "a100", cache, compiler)
    assert first.name == "libcudnn_standin.a" and len(compiler.calls) == len(CUDNN.sources())
    assert build.stand_in(CUDNN, "a100", cache, compiler) == first and len(compiler.calls) == len(CUDNN.sources())
    assert build.stand_in(CUDNN, "t4", cache, compiler) != first
    assert all(word.startswith("cudnn_standin.") for call in compiler.calls for word in call.argv[-1:] if word.endswith((".cu", ".cpp")))


def test_a_change_is_another_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build.key_of("cudnn", "a100")
    monkeypatch.setattr(build, "digest", lambda name: "another")
    assert build.key_of("cudnn", "a100") != before


def test_a_compiler_that_fails_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"stand-in for cuDNN can't be compiled here .*no room"):
        build.stand_in(CUDNN, "a100", Cache(tmp_path), Compiler(code=1))


def test_a_real_card_takes_the_library_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(HarnessError, match=r"lacks cuDNN.*pip install 'warpgrade\[cudnn\]'"):
        build.linked("cudnn", "sm_90", Cache(tmp_path), Compiler())
    (tmp_path / "cudnn" / "lib").mkdir(parents=True)
    (tmp_path / "cudnn" / "include").mkdir()
    (tmp_path / "cudnn" / "lib" / "libcudnn.so.9").touch()
    spec = type("Spec", (), {"submodule_search_locations": [str(tmp_path)]})
    monkeypatch.setattr(libraries.importlib.util, "find_spec", lambda name: spec)
    found = build.linked("cudnn", "sm_90", Cache(tmp_path), Compiler())
    assert found.include == tmp_path / "cudnn" / "include" and found.link == (str(tmp_path / "cudnn" / "lib" / "libcudnn.so.9"),)


def test_whose_kernel() -> None:
    assert of_kernel("cudnn_standin::softmax_forward(cudnn_standin::Rows, float*)") == "cudnn"
    assert of_kernel("void cudnn_standin::store<float>(float*)") == "cudnn"
    assert of_kernel("convolve(float*)") == of_kernel("my::cudnn_standin::k(int)") == of_kernel("cudnn_standin_k(int)") == ""


def test_forged_kernels() -> None:
    mine = b"\0.version 9.0\n.target sm_80\n.entry _ZN13cudnn_standin1kEv {}\0"
    assert build.forged(mine, [b"!<arch>" + mine]) == "" and build.forged(mine, [b"!<arch>"]) == "cudnn"
    assert build.forged(b"\0.version 9.0\n.target sm_80\n.entry _Z1kv {}\0", []) == ""


def test_what_a_grade_says() -> None:
    assert libraries.used(("cudnn",), "emulated:a100") == {"cuDNN": "stand-in"}
    assert libraries.told({"python": "3.11", "cuDNN": "stand-in"}) == {"cuDNN": "stand-in"}
    assert libraries.used((), "emulated:a100") == {}


def test_nvcc_takes_every_form() -> None:
    header = ["-isystem", str(CUDNN.include)]
    for form in (["-lcudnn"], ["-l", "cudnn"], ["--library=cudnn"], ["--library", "cudnn"]):
        assert with_libraries(["a.cu", *form, "-lm"], lambda name: Path("/x") / name) == ["a.cu", "/x/cudnn", "-lm", *header]
    assert with_libraries(["-l", "m", "-L."], archive) == ["-lm", "-L.", *header]


def test_an_entry_names_a_library_that_is_linked(tmp_path: Path) -> None:
    file = tiny.make(tmp_path).folder / "assignment.toml"
    file.write_text(file.read_text().replace('libraries = ["cudnn"]\n', ""))
    with pytest.raises(AssignmentError, match=r"library.*add libraries = \['cudnn'\]"):
        load_assignment(file.parent)
    file.write_text(file.read_text().replace("header = ", 'libraries = ["cublas"]\nheader = '))
    with pytest.raises(AssignmentError, match="libraries"):
        load_assignment(file.parent)


def test_no_solution_shows_in_its_sources() -> None:
    """They are in what students install."""
    course = bundled_course()
    files = {file.name: file.read_bytes() for library in LIBRARIES.values() for file in library.files()}
    assert leaks(files, [load_assignment(course.assignments / slug, course) for slug in slugs(course)]) == []
