"""One engine for all tests of a session that want one, in whatever folder they lie: started by the first, stopped at the session's end."""

from __future__ import annotations

import pytest

from grader.sandbox.docker import DockerSandbox, image
from grader.sandbox.docker.engine import Engine
from tests.docker.engine import TestEngine

_KEY = pytest.StashKey[TestEngine]()


def engine_of(config: pytest.Config) -> TestEngine:
    """Raises RuntimeError where none can be started: a test that is asked for doesn't pass by being left out."""
    running = config.stash.get(_KEY, None)
    if running is None:
        running = TestEngine().__enter__()
        config.add_cleanup(running.__exit__)
        config.stash[_KEY] = running
        image.from_machine(Engine.connect(running.address))
    return running


def sandbox_of(config: pytest.Config) -> DockerSandbox:
    """A provider of its own on the session's engine."""
    address = engine_of(config).address
    return DockerSandbox(lambda: Engine.connect(address))
