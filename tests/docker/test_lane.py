"""Where no engine can run, `make test-docker` says so and doesn't pass."""

from __future__ import annotations

import os

import pytest

from tests.docker import engine


@pytest.mark.parametrize(
    ("programs", "user", "reason"),
    [
        ((), 0, "no dockerd and no containerd and no runc on this machine (Debian, Ubuntu: apt-get install docker.io)"),
        (("dockerd", "containerd"), 0, "no runc on this machine"),
        (("dockerd", "containerd", "runc"), 1000, "a Docker Engine is started by root"),
    ],
)
def test_what_is_missing_is_named(programs: tuple[str, ...], user: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "program", lambda name: f"/usr/bin/{name}" if name in programs else None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert engine.missing().startswith(reason)
    with pytest.raises(RuntimeError, match=r"^(no |a Docker)"):
        engine.TestEngine()


def test_the_lane_ends_with_not_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert engine.main([]) == 3
    assert capsys.readouterr().err.startswith("not run: ")
