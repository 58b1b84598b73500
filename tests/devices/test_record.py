"""Which line a finding is at: the innermost frame that the user wrote, relative to the root."""

from __future__ import annotations

import pytest

from grader.devices.record import Place, resolve

TOOLKIT = "/venv/lib/python3.11/site-packages/nvidia/cu13/include/cuda_fp16.hpp"


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([("/home/a/x.cu", 3)], ("x.cu", 3)),
        ([("/home/a/lib/h.cuh", 7), ("/home/a/x.cu", 3)], ("lib/h.cuh", 7)),
        ([(TOOLKIT, 90), ("/usr/include/c++/12/cmath", 5), ("/home/a/x.cu", 3)], ("x.cu", 3)),
        ([("/home/a/./sub/../x.cu", 3)], ("x.cu", 3)),
        ([("x.cu", 3)], ("x.cu", 3)),
        ([("/home/other/x.cu", 3)], ("/home/other/x.cu", 3)),
        ([("/home/a/x.cu", 0)], None),
        ([(TOOLKIT, 90)], None),
        ([], None),
    ],
)
def test_innermost_frame_of_the_user(frames, expected):
    assert resolve(frames, "/home/a") == (expected and Place(*expected))


def test_the_column_is_that_of_the_same_frame():
    frames = [(TOOLKIT, 90, 7), ("/home/a/x.cu", 3, 5), ("/home/a/x.cu", 30, 9)]
    assert resolve(frames, "/home/a") == Place("x.cu", 3, 5)
    assert resolve([("x.cu", 3, 0)], "/home/a") == Place("x.cu", 3, None)  # the PTX doesn't tell


def test_a_caller_may_say_what_a_students_file_is():
    frames = [("/build/ck/contract.cuh", 5), ("/build/gemm.cu", 30)]
    assert resolve(frames, "/build", lambda name: name.endswith("gemm.cu")) == Place("gemm.cu", 30)
