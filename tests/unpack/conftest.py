"""The gemm assignment, as an example of one student file."""

from __future__ import annotations

import pytest

from grader.assignment import Assignment, find_assignment
from grader.course import bundled_course


@pytest.fixture(scope="session")
def gemm() -> Assignment:
    return find_assignment("gemm", bundled_course())
