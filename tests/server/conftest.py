"""Every test that takes `web` has a server of its own, with a real connection to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.server.app import Settings
from grader.server.checking import Checks
from grader.server.limits import Rate
from tests.server.web import Web
from tests.spool.scene import Scene, app_of, grade_of, served

PATIENT = Settings(student=Rate(burst=1000, per_minute=6000), strangers=Rate(burst=1000, per_minute=6000), uploads_each=8)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


@pytest.fixture
def web(scene: Scene) -> Iterator[Web]:
    checks = Checks(lambda slug, files: grade_of(slug, 100.0))
    with served(app_of(scene, checks=checks, settings=PATIENT)) as url:
        made = Web(scene, url)
        yield made
        made.client.close()
