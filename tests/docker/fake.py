"""A client of an engine that isn't there: what was asked of it, and answers as the real one's."""

from __future__ import annotations

import platform
from typing import Any

from grader.sandbox.docker import image

INFO = {
    "KernelVersion": platform.release(),
    "SecurityOptions": ["name=seccomp,profile=default"],
    "MemoryLimit": True,
    "PidsLimit": True,
    "SwapLimit": True,
    "CgroupVersion": "2",
    "NCPU": 8,
    "Runtimes": {"runc": {}},
}
OURS = {"Id": "sha256:abc", "Config": {"Labels": {image.LABEL_KIND: image.SYSTEM, image.LABEL_FORMAT: image.FORMAT}}}


class Refused(Exception):
    """As the package's APIError: the engine's words and the HTTP status."""

    def __init__(self, status: int, explanation: str) -> None:
        super().__init__(f"{status} Server Error")
        self.explanation = explanation
        self.response = type("Response", (), {"status_code": status})()


class FakeClient:
    """`fails`: name of a call -> the exception that it raises."""

    def __init__(self, fails: dict[str, Exception] | None = None, **info: Any) -> None:
        self.fails = fails or {}
        self.asked: list[tuple[str, Any]] = []
        self.there: dict[str, dict[str, Any]] = {image.NAME: OURS}
        self.running: dict[str, str] = {}
        self.said: list[dict[str, str]] = []
        self.happened: list[dict[str, Any]] = []
        self._info = INFO | info

    def _ask(self, name: str, what: Any = None) -> None:
        self.asked.append((name, what))
        if name in self.fails:
            raise self.fails[name]

    def info(self) -> dict[str, Any]:
        self._ask("info")
        return self._info

    def version(self) -> dict[str, str]:
        self._ask("version")
        return {"Version": "27.3.1", "ApiVersion": "1.47"}

    def inspect_image(self, name: str) -> dict[str, Any]:
        self._ask("inspect_image", name)
        if name not in self.there:
            raise Refused(404, f"No such image: {name}")
        return self.there[name]

    def import_image_from_data(self, data: bytes, repository: str, tag: str | None, changes: list[str]) -> str:
        self._ask("import", changes)
        labels = dict(change.removeprefix("LABEL ").split("=", 1) for change in changes)
        self.there[repository] = {"Id": "sha256:def", "Config": {"Labels": labels}}
        return '{"status":"sha256:def"}'

    def build(self, **options: Any) -> list[dict[str, str]]:
        self._ask("build", options)
        return self.said

    def create_container_from_config(self, config: dict[str, Any], name: str) -> dict[str, str]:
        self._ask("create", config)
        self.running[f"id of {name}"] = name
        return {"Id": f"id of {name}"}

    def start(self, container: str) -> None:
        self._ask("start", container)

    def inspect_container(self, container: str) -> dict[str, Any]:
        self._ask("inspect_container", container)
        raise Refused(404, "No such container")

    def events(self, **what: Any) -> list[dict[str, Any]]:
        self._ask("events", what)
        return self.happened

    def remove_container(self, container: str, force: bool, v: bool) -> None:
        self._ask("remove", container)
        if self.running.pop(container, None) is None:
            raise Refused(404, "No such container")

    def containers(self, all: bool, filters: dict[str, str]) -> list[dict[str, Any]]:
        self._ask("containers", filters)
        return [{"Id": key, "Names": [f"/{name}"]} for key, name in self.running.items()]
