"""The Docker Engine of this machine: an address -> something to ask, with plain words for everything that can be wrong with it.

Only the API client of the `docker` package is used, with documents as the engine's own API has them: its convenience calls pull images and
leave containers behind. Tests pass a client of their own.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.errors import HarnessError

SOCKET = "unix:///var/run/docker.sock"
PATIENCE_S = 60.0  # for one answer: a machine under load starts containers slowly
INSTEAD = "or use `--sandbox local`, which needs no engine"
BUILD = "`grader docker build --from machine` (at once, no registry needed) or `grader docker build --from registry`"

# What an engine's message holds -> what to do about it. The first that matches counts.
REMEDIES = (
    (
        "could not select device driver",
        "The engine can't give a GPU to a container. Install NVIDIA's container toolkit: `sudo apt-get install nvidia-container-toolkit`, "
        "`sudo nvidia-ctk runtime configure --runtime=docker`, `sudo systemctl restart docker`.",
    ),
    (
        "nvidia-container-cli",
        "NVIDIA's container toolkit found no usable driver: `nvidia-smi` must work on this machine first.",
    ),
    ("no such image", f"Build the image first: {BUILD}."),
    ("bind source path does not exist", "The engine sees other files than the grader: run both on the same machine, not in containers."),
    ("read-only file system", "The target of a bind lies in a part of the sandbox that is read-only: choose one elsewhere."),
    ("no space left", "The disk of the engine is full: `docker system df` shows by what, `docker system prune` removes what isn't in use."),
    ("seccomp is not enabled", f"This kernel or engine was built without seccomp: install Docker Engine 20.10 or newer, {INSTEAD}."),
    ("cgroup", f"The engine can't make control groups: see `docker info` for its warnings, {INSTEAD}."),
    ("permission denied", f"A security module of this machine forbids it: see `dmesg` and the engine's log, {INSTEAD}."),
)


def remedy(message: str) -> str:
    """What to do about an engine's own error message."""
    lowered = message.lower()
    return next((words for part, words in REMEDIES if part in lowered), f"See the engine's log (`journalctl -u docker`), {INSTEAD}.")


@dataclass(frozen=True)
class Facts:
    """What the engine says about itself."""

    version: str  # "20.10.24"
    api: str
    cgroups: str  # "1" or "2"
    processors: int
    bounds_swap: bool
    remaps_users: bool  # containers' users are others of the host, unless a container asks for the host's
    nvidia: bool  # NVIDIA's runtime is set up


class Engine:
    """A connection to a local engine. Thread-safe as far as its client is. Methods raise HarnessError with the remedy."""

    def __init__(self, client: Any, address: str = SOCKET) -> None:
        self._client = client
        self.address = address

    @classmethod
    def connect(cls, address: str | None = None) -> Engine:
        """The engine at `address`, $DOCKER_HOST or the usual place. Raises HarnessError: no package, no engine, no permission."""
        address = address or os.environ.get("DOCKER_HOST") or SOCKET
        if not address.startswith("unix://"):
            raise HarnessError(
                f"The engine at {address} isn't reached by a local socket. Folders are shown to containers where they lie, so the engine "
                f"must run on this machine: unset DOCKER_HOST, {INSTEAD}."
            )
        try:
            # an extra, and without types; in a checkout's folder a type checker takes `docker/` for it
            from docker import APIClient  # type: ignore[attr-defined]
        except ImportError as error:
            raise HarnessError(f"The sandbox `docker` needs a package: `pip install 'warpgrade[docker]'`, {INSTEAD}.") from error
        refused = _refused(address.removeprefix("unix://"))
        if refused:
            raise HarnessError(refused)
        try:
            return cls(APIClient(base_url=address, version="auto", timeout=PATIENCE_S), address)
        except Exception as error:  # the package's own, requests', urllib3's: all mean that there is no engine to talk to
            raise HarnessError(f"No Docker Engine answers at {address} ({_words(error)}). {_start_it()}, {INSTEAD}.") from error

    def facts(self) -> Facts:
        """Raises HarnessError for an engine that can't keep the contract: another machine's, a rootless one, one without bounds."""
        with _explained("The engine can't be asked"):
            info, version = self._client.info(), self._client.version()
        options = " ".join(info.get("SecurityOptions") or [])
        if info.get("KernelVersion") != platform.release():
            raise HarnessError(
                f"The engine at {self.address} runs in another machine or a virtual one (Docker Desktop does): its kernel is "
                f"{info.get('KernelVersion')}, the grader's {platform.release()}. Install Docker Engine itself, {INSTEAD}."
            )
        if "name=rootless" in options:
            raise HarnessError(f"The engine at {self.address} is a rootless one, which wasn't tried: use the system's engine, {INSTEAD}.")
        if "name=seccomp" not in options:
            raise HarnessError(f"The engine at {self.address} has no seccomp: install Docker Engine 20.10 or newer, {INSTEAD}.")
        lacking = [words for key, words in (("MemoryLimit", "memory"), ("PidsLimit", "processes")) if not info.get(key)]
        if lacking:
            raise HarnessError(
                f"The engine can't bound {' and '.join(lacking)}: mount the control groups (`mount | grep cgroup`) and restart it, "
                f"{INSTEAD}."
            )
        return Facts(
            version=str(version.get("Version", "")),
            api=str(version.get("ApiVersion", "")),
            cgroups=str(info.get("CgroupVersion") or "1"),
            processors=int(info.get("NCPU") or 1),
            bounds_swap=bool(info.get("SwapLimit")),
            remaps_users="name=userns" in options,
            nvidia="nvidia" in (info.get("Runtimes") or {}),
        )

    def image(self, name: str) -> dict[str, Any] | None:
        """The image's own description; None if there is none of this name."""
        with _explained("The engine can't be asked for its images"):
            try:
                found: dict[str, Any] = self._client.inspect_image(name)
                return found
            except Exception as error:
                if _status(error) == 404:
                    return None
                raise

    def import_image(self, tar: bytes, name: str, changes: list[str]) -> None:
        """Makes an image of one layer."""
        repository, _, tag = name.partition(":")
        with _explained(f"The image {name} can't be made"):
            answer = self._client.import_image_from_data(tar, repository=repository, tag=tag or None, changes=changes)
        if '"error"' in str(answer):
            raise HarnessError(f"The image {name} can't be made: {str(answer).strip()}. {remedy(str(answer))}")

    def build(self, folder: str, dockerfile: str, name: str, arguments: dict[str, str], labels: dict[str, str]) -> Iterator[str]:
        """Builds an image; yields what the engine says, line by line. Raises HarnessError if it doesn't come to one."""
        with _explained(f"The image {name} can't be built"):
            lines = self._client.build(
                path=folder, dockerfile=dockerfile, tag=name, buildargs=arguments, labels=labels, rm=True, forcerm=True, decode=True
            )
            for line in lines:
                if "error" in line:
                    raise HarnessError(f"The image {name} can't be built: {line['error']}. {_build_remedy(str(line['error']))}")
                if text := str(line.get("stream", "")).strip():
                    yield text

    def create(self, config: dict[str, Any], name: str) -> str:
        """Makes a container and returns its id."""
        with _explained("The sandbox's container can't be made"):
            return str(self._client.create_container_from_config(config, name)["Id"])

    def start(self, container: str) -> None:
        with _explained("The sandbox's container can't be started"):
            self._client.start(container)

    def pid(self, container: str) -> int:
        """Of the container's first process, as the host numbers it; 0 if it has ended."""
        with _explained("The engine can't be asked for a container"):
            try:
                return int(self._client.inspect_container(container)["State"]["Pid"])
            except Exception as error:
                if _status(error) == 404:
                    return 0
                raise

    def ran_out_of_memory(self, container: str, since: int) -> bool:
        """Whether the kernel killed something in it for memory; also of one that is removed already. `since`: Unix time in seconds."""
        with _explained("The engine can't be asked for a container's end"):
            told = self._client.events(
                since=since, until=int(time.time()) + 1, filters={"container": container, "event": "oom"}, decode=True
            )
            return any(True for _ in told)

    def remove(self, container: str) -> None:
        """By force; one that is gone or going already is fine."""
        with _explained("A container can't be removed"):
            try:
                self._client.remove_container(container, force=True, v=True)
            except Exception as error:
                if _status(error) not in (404, 409):
                    raise

    def containers(self, label: str) -> list[tuple[str, str]]:
        """(id, name) of all that have the label, running or not."""
        with _explained("The engine can't be asked for its containers"):
            found = self._client.containers(all=True, filters={"label": label})
        return [(str(each["Id"]), str((each.get("Names") or [""])[0]).lstrip("/")) for each in found]


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turns whatever the client raises into one sentence with a remedy."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        words = _words(error)
        if "timed out" in words.lower():
            raise HarnessError(f"{what}: the engine didn't answer within {PATIENCE_S:.0f} s. `sudo systemctl restart docker`.") from error
        raise HarnessError(f"{what}: {words}. {remedy(words)}") from error


def _refused(socket: str) -> str:
    """Why nobody can connect to this socket: no engine, or no permission. "" if one may."""
    if not os.path.exists(socket):
        return f"There is no Docker Engine at {socket}. {_start_it()}, {INSTEAD}."
    if not os.access(socket, os.R_OK | os.W_OK):
        return (
            f"You may not use the Docker Engine at {socket}: `sudo usermod -aG docker $USER`, then log in again (whoever is in that group "
            f"is as good as root), {INSTEAD}."
        )
    return ""


def _start_it() -> str:
    return "Install it (Debian, Ubuntu: `sudo apt-get install docker.io`), start it (`sudo systemctl start docker`)"


def _build_remedy(message: str) -> str:
    lowered = message.lower()
    if any(part in lowered for part in ("pull", "registry", "lookup", "dial tcp", "resolve", "manifest")):
        return "No registry can be reached, or it doesn't have the image: `grader docker build --from machine` needs none."
    return remedy(message)


def _status(error: Exception) -> int | None:
    """The engine's HTTP status, if it answered at all."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _words(error: Exception) -> str:
    """The engine's own words if it answered, else the error's."""
    explanation = getattr(error, "explanation", None)
    return str(explanation or error).strip().rstrip(".") or type(error).__name__
