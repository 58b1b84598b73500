"""Where the engines of a module's tests keep things, and the course that they grade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.engine.contract import Settings
from tests.engine.deeds import write_deeds
from tests.engine.places import Places, places


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    tmp_path_factory.getbasetemp()  # before $TMPDIR is another for a while
    with places() as made:
        yield made


@pytest.fixture(scope="module")
def settings(here: Places) -> Settings:
    return Settings(course=str(write_deeds(here.root / "course")), sandbox="none")
