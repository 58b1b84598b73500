"""The course that comes with the package, as layouts see it."""

from __future__ import annotations

import pytest

from grader.assignment import load_assignment
from grader.course import bundled_course, slugs
from grader.intake.record import Scene


@pytest.fixture(scope="session")
def scene() -> Scene:
    course = bundled_course()
    return Scene(assignments={slug: load_assignment(course.assignments / slug, course) for slug in slugs(course)})
