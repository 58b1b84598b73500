"""A submission of several files: each is compiled by itself, and only if it isn't known."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, find_assignment
from grader.build import build
from grader.build.cache import Cache, digest_of
from grader.records import Exit, Isolation, Source
from grader.sandbox import open_sandbox
from grader.sandbox.contract import Command, Sandbox

ENTRIES = {
    "histogram.cu": "ck_histogram(const float*, int*, int, int, float, float, void*)",
    "prefix.cu": "ck_prefix(const int*, int*, int, int, void*)",
    "mean_square.cu": "ck_mean_square(const float*, float*, float*, int, void*)",
    "normalise.cu": "ck_normalise(const float*, float*, int, int, void*)",
}


class Counting:
    """A sandbox that remembers what each run of the compiler was asked for."""

    name = "counting"

    def __init__(self, inner: Sandbox) -> None:
        self.inner, self.commands = inner, list[Command]()

    def isolation(self) -> Isolation:
        return self.inner.isolation()

    def run(self, command: Command) -> Exit:
        self.commands.append(command)
        return self.inner.run(command)

    def compiled(self) -> list[str]:
        """The files of all runs since the last question, "link" for a run that compiles none."""
        last = [command.argv[-1] for command in self.commands]
        self.commands.clear()
        return sorted(name if name.endswith(".cu") else "link" for name in last)


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment("07_debug_profile")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    folder = tmp_path_factory.mktemp("several")
    folder.chmod(0o755)
    return Cache(folder)


def source(**changes: str) -> Source:
    files = {}
    for name, entry in ENTRIES.items():
        kernel = f"kernel_of_{name[:-3]}"
        files[name] = f'static __global__ void {kernel}() {{}}\nextern "C" int {entry} {{ {kernel}<<<1, 1>>>(); return 0; }}\n'
    files["answers.json"] = "{}"
    files |= {name.replace("_cu", ".cu").replace("_json", ".json"): text for name, text in changes.items()}
    contents = {name: text.encode() for name, text in files.items()}
    return Source(files=contents, digest=digest_of(part for item in sorted(contents.items()) for part in item))


def test_only_what_changed_is_compiled(assignment: Assignment, cache: Cache) -> None:
    sandbox = Counting(open_sandbox("none"))
    first = build(source(), assignment, sandbox, cache)
    assert first.library is not None and first.problems == () and len(first.registers) == 4
    assert sandbox.compiled() == sorted([*ENTRIES, "link"])

    assert build(source(), assignment, sandbox, cache).from_cache
    assert build(source(answers_json='{"a": 1}'), assignment, sandbox, cache).from_cache, "answers are no part of a program"
    assert sandbox.compiled() == []

    changed = source().files["prefix.cu"].decode() + "// mended\n"
    second = build(source(prefix_cu=changed), assignment, sandbox, cache)
    assert second.library is not None and second.registers == first.registers
    assert sandbox.compiled() == ["link", "prefix.cu"]


def test_a_mistake_in_one_file_is_told_at_its_line_beside_one_in_another(assignment: Assignment, cache: Cache) -> None:
    broken = {"prefix_cu": "int a = b;\n", "normalise_cu": "\n\nint c = d;\n"}
    program = build(source(**broken), assignment, open_sandbox("none"), cache)
    assert program.library is None
    places = {(p.verdict, p.file, p.line) for p in program.problems}
    assert {("COMPILE_ERROR", "prefix.cu", 1), ("COMPILE_ERROR", "normalise.cu", 3)} <= places


def test_a_file_does_not_see_the_others(assignment: Assignment, cache: Cache) -> None:
    program = build(source(prefix_cu='#include "histogram.cu"\n'), assignment, open_sandbox("none"), cache)
    (problem,) = program.problems
    assert (problem.verdict, problem.file, problem.line) == ("COMPILE_ERROR", "prefix.cu", 1) and "histogram.cu" in problem.message


def test_a_missing_function_and_one_that_two_files_define(assignment: Assignment, cache: Cache) -> None:
    program = build(source(prefix_cu="static __global__ void k() {}\n"), assignment, open_sandbox("none"), cache)
    (problem,) = program.problems
    assert problem.verdict == "MISSING_SYMBOL" and "no function ck_prefix in histogram.cu or prefix.cu" in problem.message
    assert "answers.json" not in problem.message
    twice = source().files["prefix.cu"].decode() + 'extern "C" int ck_normalise(const float*, float*, int, int, void*) { return 0; }\n'
    program = build(source(prefix_cu=twice), assignment, open_sandbox("none"), cache)
    assert [p.verdict for p in program.problems] == ["COMPILE_ERROR"] and "ck_normalise" in program.problems[0].message


def test_a_damaged_object_is_made_anew(assignment: Assignment, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    cache, sandbox = Cache(tmp_path), Counting(open_sandbox("none"))
    assert build(source(), assignment, sandbox, cache).library
    sandbox.compiled()
    for record in tmp_path.rglob("step.json"):
        record.write_text("{")
    changed = msgspec.structs.replace(source(prefix_cu=source().files["prefix.cu"].decode() + "//\n"))
    assert build(changed, assignment, sandbox, cache).library
    assert sandbox.compiled() == sorted([*ENTRIES, "link"])
