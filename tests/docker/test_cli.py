"""`grader docker`: what it prints and how it ends, without an engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.cli import docker as command
from grader.cli.main import COMMANDS, PASS_ALL, Row, run
from grader.sandbox.docker.engine import Engine
from tests.docker.fake import FakeClient, Refused

TABLE = (*(row for row in COMMANDS if row.name != "docker"), Row("docker", "grader.cli.docker:docker", "Containers.", PASS_ALL))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    """An engine to talk to, whose containers end at once."""
    found = FakeClient()
    monkeypatch.setattr(Engine, "connect", classmethod(lambda cls, address=None: cls(found)))
    monkeypatch.setenv("GRADER_LANG", "en")
    return found


def grader(*words: str) -> int:
    return run(["docker", *words], commands=TABLE)


def test_build(client: FakeClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert grader("build") == 0
    assert "image warpgrade-run (machine) sha256:" in capsys.readouterr().out
    assert grader("build", "--json", "--from", "machine") == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "machine"


def test_build_speaks_korean(client: FakeClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert grader("build", "--lang", "ko") == 0
    assert "이미지 warpgrade-run" in capsys.readouterr().out


def test_build_from_a_registry(client: FakeClient, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile.gpu").write_text("FROM x\n")
    client.said = [{"stream": "Step 1"}]
    assert grader("build", "--from", "registry", "--gpu", "--folder", str(tmp_path), "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"image": "warpgrade-run (system) sha256:abc", "kind": "system"}
    assert dict(client.asked)["build"]["dockerfile"] == "Dockerfile.gpu"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("build", "--from", "moon"), "known are machine, registry"),
        (("build", "--gpu"), "go with --from registry"),
        (("bild",), "its words are build, status"),
        (("status", "--lang", "xx"), "known are en, ko"),
    ],
)
def test_usage(client: FakeClient, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    assert grader(*words) == 2
    assert message in capsys.readouterr().err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("--help",), ("build", "--help"), ("status", "--help")):
        assert grader(*words) == 0
        assert "grader docker" in capsys.readouterr().out.partition("Examples:")[2]


def test_status_names_the_trouble_and_fails(client: FakeClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.there = {}
    assert grader("status", "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert "grader docker build" in found["trouble"]
    assert (found["engine"]["version"], found["image"]) == ("27.3.1", None)
    assert grader("status") == 3
    assert "!!  The engine has no image" in capsys.readouterr().out


def test_status_without_permission(client: FakeClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.fails["info"] = Refused(403, "permission denied")
    assert grader("status", "--json") == 3
    assert json.loads(capsys.readouterr().out)["engine"] is None


def test_lines_of_a_machine_with_gpus() -> None:
    found: dict[str, Any] = {
        "engine": {"version": "27.3.1", "api": "1.47", "cgroups": "2", "nvidia": False},
        "image": "i",
        "isolation": {"level": "docker: a container"},
        "swept": 2,
        "gpus": [
            {"id": "GPU-1", "name": "H200", "state": "free", "why": ""},
            {"id": "GPU-2", "name": "H200", "state": "quarantine", "why": "no answer"},
            {"id": "GPU-3", "name": "H200", "state": "in_use", "why": ""},
        ],
        "trouble": "",
    }
    english = command.lines(found, command.phrases("en"))
    assert "GPU: GPU-1 (H200): free" in english
    assert "GPU: GPU-2 (H200): in quarantine: no answer" in english
    assert "GPU: GPU-3 (H200): a job has it" in english
    assert any("nvidia-ctk" in line for line in english)
    assert any("removed 2 containers" in line for line in english)
    korean = command.lines(found, command.phrases("ko"))
    assert len(korean) == len(english)
    assert not set(korean) & set(english) - {"GPU: GPU-1 (H200): free"}


def test_readmit(client: FakeClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert grader("status", "--readmit", "GPU-1") == 3
    assert "nvidia-smi lists no GPU" in capsys.readouterr().err
