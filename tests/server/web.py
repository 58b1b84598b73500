"""Requests to a server in somebody's name. Knows nothing of pytest."""

from __future__ import annotations

from typing import Any

import httpx

from tests.spool.scene import SLUG, Scene

ZIP = {"Content-Type": "application/zip"}


class Web:
    """A server, and requests to it in somebody's name."""

    def __init__(self, scene: Scene, url: str) -> None:
        self.scene, self.url, self.client = scene, url, httpx.Client(base_url=url, timeout=20)

    def ask(self, method: str, path: str, login: str | None = "alice", **rest: Any) -> httpx.Response:
        headers = dict(rest.pop("headers", {}))
        if login is not None:
            headers["Authorization"] = f"Bearer {self.scene.tokens[login]}"
        return self.client.request(method, path, headers=headers, **rest)

    def hand_in(self, login: str = "alice", text: str = "// mine\n", content: bytes | None = None) -> httpx.Response:
        content = self.scene.package(login, text).content if content is None else content
        return self.ask("POST", "/v1/submissions", login, params={"assignment": SLUG}, content=content, headers=ZIP)
