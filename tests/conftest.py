"""What holds for every test, and the course that many of them grade with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from grader.assignment import Assignment, load_assignment
from tests import scale_course

# The same examples each time: a lane that turns red says that a change is bad, and not that luck was. `make explore` draws new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=500)
settings.load_profile("same")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Below /tmp and open to the sandbox's user, which pytest's own temporary folders are not."""
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def scale(folder: Path) -> Assignment:
    """The assignment of tests/scale_course.py."""
    return load_assignment(scale_course.write_course(folder / "course"))
