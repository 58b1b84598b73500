"""An assignment that uses cuDNN, graded: what an honest solution gets, and each way to be wrong its verdict and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.grades import Grade
from grader.pipeline import Judge, grade, open_judge
from grader.run.seeds import public_seed
from tests.libraries import tiny


@pytest.fixture(scope="module")
def assignment(folder: Path) -> Assignment:
    return tiny.make(folder / "course")


@pytest.fixture(scope="module")
def judge(assignment: Assignment) -> Judge:
    """With the machine's own cache of builds: the stand-in takes half a minute to compile."""
    return open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False)


def graded(text: str, folder: Path, assignment: Assignment, judge: Judge) -> Grade:
    file = folder / "conv.cu"
    file.write_text(text)
    return grade(file, assignment, judge)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


FORWARD = "CHECK(cudnnConvolutionForward(cudnn.handle"
NOTHING = tiny.SOLUTION.replace("algo, workspace, bytes, &zero", "algo, nullptr, 0, &zero")  # no workspace
OWN = tiny.SOLUTION[tiny.SOLUTION.index("  convolve<<<") :]
BY_CUDNN = "  return by_library(x, w, y, workspace, WS * sizeof(float), N, C, H, W, K, stream);"
WITHOUT_WORKSPACE = tiny.SOLUTION.replace("= best.algo", "= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM")
KERNEL = tiny.SOLUTION[tiny.SOLUTION.index("__global__ void convolve") : tiny.SOLUTION.index("}  // namespace")]


def test_an_honest_solution(folder: Path, assignment: Assignment, judge: Judge) -> None:
    found = graded(tiny.SOLUTION, folder, assignment, judge)
    assert (found.score, found.verdict, found.problems, found.sightings) == (100, "PASSED", (), ())
    assert found.environment["cuDNN"] == "stand-in"
    assert found.grounds is not None and found.grounds.libraries.keys() == {"cudnn"}
    assert "cudnn_standin::convolution_forward_by_offsets" in " ".join(found.counters)


def test_a_status_that_nobody_looks_at(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = NOTHING.replace("CHECK(cudnnConvolutionForward", "(void)(cudnnConvolutionForward")
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict) == (40, "STATUS_UNCHECKED")
    assert (found.file, found.line) == ("conv.cu", line_of(text, "(void)(cudnnConvolutionForward"))
    assert "cudnnConvolutionForward returned CUDNN_STATUS_BAD_PARAM (the workspace is smaller" in found.message


def test_a_status_that_is_passed_on(folder: Path, assignment: Assignment, judge: Judge) -> None:
    found = graded(NOTHING, folder, assignment, judge)
    assert (found.score, found.verdict, found.line) == (50, "LAUNCH_FAILED", line_of(NOTHING, FORWARD))
    assert "returned CUDNN_STATUS_BAD_PARAM" in found.message and "the launcher returned an error" in found.message


def test_one_algorithm_after_another_is_no_fault(folder: Path, assignment: Assignment, judge: Judge) -> None:
    tries = """\
  int status = 1;
  for (const int algo : {6, 3, 2, 0}) {
    if (status) status = cudnnConvolutionForward(cudnn.handle, &one, layer.x, x, layer.w, w, layer.convolution,
                                                 (cudnnConvolutionFwdAlgo_t)algo, workspace, bytes, &zero, layer.y, y);
  }
  CHECK((cudnnStatus_t)status);
"""
    text = tiny.SOLUTION
    begin, end = text.index("  const cudnnConvolutionFwdAlgo_t algo"), text.index("  return 0;\n}\n\n__global__")
    assert graded(text[:begin] + tries + text[end:], folder, assignment, judge).verdict == "PASSED"


def test_the_library_where_the_work_is_to_be_ones_own(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = WITHOUT_WORKSPACE.replace(OWN, "  return by_library(x, w, y, nullptr, 0, N, C, H, W, K, stream);\n}\n")
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict, found.line) == (50, "FORBIDDEN_LIBRARY", line_of(text, FORWARD))
    assert "cudnnConvolutionForward does the work here" in found.message


def test_ones_own_work_where_it_is_to_be_the_librarys(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = tiny.SOLUTION.replace(BY_CUDNN, "  return ck_conv_own(x, w, y, N, C, H, W, K, stream);")
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict) == (50, "KERNEL_NOT_RUN") and "no kernel of it ran" in found.message


def test_a_call_for_show_is_not_the_librarys_work(folder: Path, assignment: Assignment, judge: Judge) -> None:
    show = BY_CUDNN.replace("return by", "by").replace("N, C, H, W, K", "1, 1, 1, 1, 1")
    text = tiny.SOLUTION.replace(BY_CUDNN, f"{show}\n  return ck_conv_own(x, w, y, N, C, H, W, K, stream);")
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict) == (50, "KERNEL_NOT_RUN") and "stored fewer bytes" in found.message


def test_kernels_under_the_librarys_name(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = tiny.SOLUTION.replace(KERNEL, f"}}\nnamespace cudnn_standin {{\n{KERNEL}}}\nnamespace {{\n")
    text = text.replace("  convolve<<<", "  cudnn_standin::convolve<<<").replace(
        BY_CUDNN, "  return ck_conv_own(x, w, y, N, C, H, W, K, stream);"
    )
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict) == (0, "COMPILE_ERROR") and "namespace cudnn_standin" in found.message


def test_a_fault_within_the_library_is_at_the_call(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = tiny.SOLUTION.replace("layer.w, w, layer.convolution", "layer.w, w + 7, layer.convolution")
    found = graded(text, folder, assignment, judge)
    assert (found.score, found.verdict, found.line) == (50, "OOB_READ", line_of(text, FORWARD))


def test_the_default_stream(folder: Path, assignment: Assignment, judge: Judge) -> None:
    text = tiny.SOLUTION.replace("(cudaStream_t)stream));", "nullptr));", 1)
    found = graded(text, folder, assignment, judge)
    wrong = next(p for p in found.problems if p.verdict == "WRONG_STREAM")
    assert wrong.line == line_of(text, FORWARD)
