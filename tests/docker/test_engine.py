"""An engine that isn't there, that one may not use, that can't keep the contract: each is said in words that name the remedy."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.errors import HarnessError
from grader.owners import owned_name
from grader.sandbox import Command
from grader.sandbox.docker import DockerSandbox, image
from grader.sandbox.docker.container import sweep
from grader.sandbox.docker.engine import Engine
from tests.docker.fake import FakeClient, Refused


def test_no_engine(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"no Docker Engine at .*apt-get install docker.io.*systemctl start docker.*--sandbox local"):
        Engine.connect(f"unix://{tmp_path}/none.sock")


def test_the_address_is_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/other.sock")
    with pytest.raises(HarnessError, match=r"other\.sock"):
        Engine.connect()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker.sock").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may everything
    with pytest.raises(HarnessError, match=r"usermod -aG docker \$USER"):
        Engine.connect(f"unix://{tmp_path}/docker.sock")


def test_another_machines_engine() -> None:
    with pytest.raises(HarnessError, match=r"must run on this machine.*DOCKER_HOST"):
        Engine.connect("tcp://10.0.0.1:2375")


def test_a_socket_that_nobody_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "docker.sock"))
    with pytest.raises(HarnessError, match=r"No Docker Engine answers.*systemctl start docker"):
        Engine.connect(f"unix://{tmp_path}/docker.sock")


def test_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    with pytest.raises(HarnessError, match=r"pip install 'warpgrade\[docker\]'"):
        Engine.connect(f"unix://{tmp_path}/docker.sock")


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"KernelVersion": "5.15.0-desktop"}, r"another machine or a virtual one \(Docker Desktop does\)"),
        ({"SecurityOptions": ["name=seccomp", "name=rootless"]}, "rootless"),
        ({"SecurityOptions": []}, "has no seccomp"),
        ({"MemoryLimit": False}, r"can't bound memory.*control groups"),
        ({"MemoryLimit": False, "PidsLimit": False}, r"can't bound memory and processes"),
    ],
)
def test_engines_that_cannot_keep_the_contract(info: dict[str, Any], words: str) -> None:
    with pytest.raises(HarnessError, match=words) as caught:
        Engine(FakeClient(**info)).facts()
    assert "--sandbox local" in str(caught.value)


def test_facts() -> None:
    facts = Engine(FakeClient(SecurityOptions=["name=seccomp", "name=userns"], Runtimes={"nvidia": {}})).facts()
    assert (facts.version, facts.api, facts.cgroups, facts.processors) == ("27.3.1", "1.47", "2", 8)
    assert facts.remaps_users and facts.nvidia and facts.bounds_swap


MESSAGES = [
    ('could not select device driver "" with capabilities: [[gpu]]', "nvidia-ctk runtime configure --runtime=docker"),
    ("nvidia-container-cli: initialization error: driver not loaded", "nvidia-smi"),
    ("No such image: warpgrade-run:latest", "grader docker build --from machine"),
    ("invalid mount config for type bind: bind source path does not exist: /x", "same machine"),
    ("mkdir /usr/share/x: read-only file system", "choose one elsewhere"),
    ("write /var/lib/docker/tmp: no space left on device", "docker system prune"),
    ("something that nobody has foreseen", "journalctl -u docker"),
]


@pytest.mark.parametrize(("message", "remedy"), MESSAGES)
def test_an_engines_refusal_comes_with_a_remedy(message: str, remedy: str) -> None:
    engine = Engine(FakeClient({"start": Refused(500, message)}))
    with pytest.raises(HarnessError) as caught:
        engine.start("id")
    assert message in str(caught.value)
    assert remedy in str(caught.value)


def test_an_engine_that_hangs() -> None:
    with pytest.raises(HarnessError, match=r"didn't answer within 60 s. `sudo systemctl restart docker`"):
        Engine(FakeClient({"start": TimeoutError("Read timed out. (read timeout=60)")})).start("id")


@pytest.mark.parametrize("happened", [[], [{"Action": "oom"}]])
def test_whether_memory_ran_out_is_known_after_the_container_is_gone(happened: list[dict[str, Any]]) -> None:
    client = FakeClient()
    client.happened = happened
    assert Engine(client).ran_out_of_memory("id", 1_000) == bool(happened)
    assert client.asked[0][1]["filters"] == {"container": "id", "event": "oom"}


# ---- images


def test_no_image() -> None:
    client = FakeClient()
    client.there = {}
    with pytest.raises(HarnessError, match=r"no image 'warpgrade-run'. Build it: `grader docker build --from machine`"):
        image.find(Engine(client))


@pytest.mark.parametrize("labels", [None, {}, {image.LABEL_FORMAT: "0", image.LABEL_KIND: "system"}, {image.LABEL_FORMAT: image.FORMAT}])
def test_somebody_elses_image(labels: dict[str, str] | None) -> None:
    client = FakeClient()
    client.there[image.NAME] = {"Id": "sha256:1", "Config": {"Labels": labels}}
    with pytest.raises(HarnessError, match="Build it anew"):
        image.find(Engine(client))


def test_an_image_of_the_machine_is_known_by_its_content() -> None:
    found = []
    for _ in range(2):
        client = FakeClient()
        image.from_machine(Engine(client))
        found.append(image.find(Engine(client)))
    assert found[0] == found[1]
    image.from_machine(Engine(client))
    assert [name for name, _ in client.asked].count("import") == 1  # in force already: made once
    assert found[0].identity.startswith("warpgrade-run (machine) sha256:")
    assert ("/usr", "/usr") in found[0].binds()
    assert "/usr/local" in found[0].hidden()


def test_an_image_with_a_system_shows_nothing_of_the_machines() -> None:
    found = image.find(Engine(FakeClient()))
    assert (found.identity, found.binds(), found.hidden()) == ("warpgrade-run (system) sha256:abc", [], ())


def test_building_tells_the_engines_words_and_pins_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    client = FakeClient()
    client.said = [{"stream": "Step 1/1 : FROM scratch\n"}, {"stream": "\n"}, {"aux": "x"}]
    assert list(image.from_registry(Engine(client), tmp_path)) == ["Step 1/1 : FROM scratch"]
    options = dict(client.asked)["build"]
    assert options["buildargs"]["NVCC_VERSION"].startswith("13.0")
    assert options["labels"] == {image.LABEL_KIND: image.SYSTEM, image.LABEL_FORMAT: image.FORMAT}


def test_building_without_a_registry(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    client = FakeClient()
    client.said = [{"error": "Get https://…: dial tcp: lookup …: no such host"}]
    with pytest.raises(HarnessError, match=r"No registry can be reached.*--from machine"):
        list(image.from_registry(Engine(client), tmp_path))


def test_building_without_the_recipe(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"no Dockerfile.gpu in .*--folder"):
        list(image.from_registry(Engine(FakeClient()), tmp_path, gpu=True))


# ---- what killed judges leave, and starts that fail


def test_only_what_nobody_owns_is_swept() -> None:
    client = FakeClient()
    dead = f"{owned_name().rsplit('-', 1)[0]}-1-0"  # our pid, started at another time: that process has ended
    client.running = {"a": f"{owned_name()}-7", "b": dead, "c": "somebody-elses"}
    assert sweep(Engine(client)) == 1
    assert sorted(client.running) == ["a", "c"]


def test_a_container_that_ends_at_once_is_our_fault_and_leaves_nothing() -> None:
    client = FakeClient()
    with pytest.raises(HarnessError, match="ended before its first process answered"):
        DockerSandbox(lambda: Engine(client)).run(Command(argv=("/bin/true",)))
    assert client.running == {}


def test_a_container_that_does_not_start_is_removed() -> None:
    client = FakeClient({"start": Refused(500, "OCI runtime create failed")})
    with pytest.raises(HarnessError, match="can't be started: OCI runtime create failed"):
        DockerSandbox(lambda: Engine(client)).run(Command(argv=("/bin/true",)))
    assert client.running == {}
