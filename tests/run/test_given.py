"""Given programs: compiled and run once, their numbers those of `grader profile`, their findings those of `grader exec`."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.build.cache import Cache
from grader.errors import AssignmentError
from grader.run import given
from grader.run.given import programs

TOML = """
slug = "05_given"
kind = "cuda"
title = { en = "Given", ko = "주어진" }
files = ["mine.cu", "answers.json"]
[[entry]]
name = "ck_mine"
args = ["out f32 y[n]", "i32 n", "stream"]
[[case]]
id = "small"
visibility = "public"
sizes = { n = 4 }
[[given]]
id = "beyond"
sources = ["sub/prog.cu"]
arguments = ["33"]
[[given]]
id = "within"
sources = ["sub/prog.cu"]
arguments = ["32"]
[[given]]
id = "broken"
sources = ["broken.cu"]
"""
PROGRAM = """
#include <cstdlib>
__global__ void fill(float* y, int n) {
  if (threadIdx.x < n) y[threadIdx.x] = 1.0f;
}
int main(int, char** words) {
  float* y;
  cudaMalloc(&y, 32 * sizeof(float));
  fill<<<1, 64>>>(y, atoi(words[1]));
  cudaDeviceSynchronize();
  return 0;
}
"""


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    folder = tmp_path / "assignments" / "05_given"
    (folder / "starter" / "sub").mkdir(parents=True)
    (tmp_path / "assignments" / "course.toml").write_text('id = "demo"\n')
    (folder / "assignment.toml").write_text(TOML, encoding="utf-8")
    (folder / "starter" / "sub" / "prog.cu").write_text(PROGRAM)
    (folder / "starter" / "broken.cu").write_text("int main() { return x; }\n")
    return load_assignment(folder)


def test_findings_and_counters(assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = programs(assignment, Cache(tmp_path / "cache"))
    (finding,) = ask("beyond").findings()
    assert (finding.verdict, finding.checker, finding.places) == ("OOB_WRITE", "memcheck", {("sub/prog.cu", 4)})
    within = ask("within")
    assert within.findings() == () and within.kernels() == ("fill",)
    assert within.counter("l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum", "fill") == 4
    assert within.lines("l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum", "fill") == {4: 4.0}
    with pytest.raises(AssignmentError, match="no metric 'x'; known are"):
        within.counter("x", "fill")
    with pytest.raises(AssignmentError, match="launched no kernel 'full'; known are fill"):
        within.counter("x", "full")

    def refuse(*_arguments: object) -> None:
        raise AssertionError("what is known is neither compiled nor run again")

    monkeypatch.setattr(given, "_process", refuse)
    again = programs(assignment, Cache(tmp_path / "cache"))
    assert again("beyond").findings() == (finding,)
    (assignment.folder / "starter" / "sub" / "prog.cu").write_text(PROGRAM + "\n")
    with pytest.raises(AssertionError, match="neither compiled nor run"):
        programs(assignment, Cache(tmp_path / "cache"))("within")


def test_mistakes_are_the_authors(assignment: Assignment, tmp_path: Path) -> None:
    ask = programs(assignment, Cache(tmp_path / "cache"))
    with pytest.raises(AssignmentError, match=r"given program broken can't be compiled: .*broken\.cu"):
        ask("broken")
    with pytest.raises(AssignmentError, match="no \\[\\[given\\]\\] program 'other'; known are beyond, within, broken"):
        ask("other")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"broken.cu"', '"absent.cu"', r"assignment.toml:\d+: given\[2\].sources: 'absent.cu' is no file below"),
        ('"broken.cu"', '"../assignment.toml"', "is no file below"),
        ('id = "within"', 'id = "beyond"', r"given\[1\].id: 'beyond' stands twice"),
        ('arguments = ["32"]', 'profile = "rtx"', r"given\[1\].profile: Invalid enum value 'rtx'; allowed are a100"),
        ('arguments = ["32"]', 'argument = ["32"]', "known here are id, sources, arguments, profile"),
        ('"answers.json"', '"answers.json", "more.json"', "two files of answers"),
    ],
)
def test_a_wrong_table(assignment: Assignment, old: str, new: str, says: str) -> None:
    file = assignment.folder / "assignment.toml"
    file.write_text(TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(AssignmentError, match=says):
        load_assignment(assignment.folder)
