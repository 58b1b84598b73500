"""Every test that takes `office` has a fresh shared folder, and the scene around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spool.office import Office
from tests.spool.scene import Scene


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    scene = Scene(tmp_path)
    yield Office(scene)
    scene.close()
