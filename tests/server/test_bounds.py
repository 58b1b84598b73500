"""`grader serve`, asked over a real connection: nobody can ask too much of it, and what fails is told as what it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from grader.errors import HarnessError
from grader.server.app import Settings
from grader.server.client import ServerTarget
from grader.server.limits import Rate
from tests.server.web import ZIP, Web
from tests.spool.scene import SLUG, Scene, app_of, served


def test_too_large_is_refused_while_it_is_read(web: Web) -> None:
    """More than is allowed never gets into memory, whatever the header says."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 1 << 20
            yield b"x" * (1 << 20)

    headers = {**ZIP, "Authorization": f"Bearer {web.scene.tokens['alice']}"}
    try:
        answer = web.client.post("/v1/submissions", params={"assignment": SLUG}, content=endless(), headers=headers)
        assert answer.status_code == 413
    except httpx.TransportError:  # the connection is closed in the middle of it
        pass
    assert sent < 100 << 20
    stated = web.ask("POST", "/v1/submissions", params={"assignment": SLUG}, content=b"x" * (18 << 20), headers=ZIP)
    assert stated.status_code == 413 and "MiB" in stated.json()["message"]


def test_a_receipts_body_is_bounded_too(web: Web) -> None:
    assert web.ask("POST", "/v1/receipts/verify", json={"receipt": "x" * 20_000}).status_code == 413
    assert web.ask("POST", "/v1/receipts/verify", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400


def test_an_upload_that_never_ends_is_ended(scene: Scene) -> None:
    settings = Settings(upload_s=0.3)
    with served(app_of(scene, settings=settings)) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 5) as connection:
            head = (
                f"POST /v1/submissions?assignment={SLUG} HTTP/1.1\r\nHost: x\r\nContent-Type: application/zip\r\nContent-Length: 1000\r\n"
            )
            connection.sendall(f"{head}Authorization: Bearer {scene.tokens['alice']}\r\n\r\nPK".encode())
            connection.settimeout(15)
            assert b" 408 " in connection.recv(4096).split(b"\r\n")[0]


def test_a_student_who_asks_too_much_waits_and_no_other(scene: Scene) -> None:
    with served(app_of(scene, settings=Settings(student=Rate(burst=3, per_minute=1)))) as url:
        web = Web(scene, url)
        codes = [web.ask("GET", "/v1/whoami").status_code for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429] and web.ask("GET", "/v1/whoami", "bob").status_code == 200
        web.client.close()


def test_wrong_tokens_of_an_address_are_limited_and_right_ones_are_not(scene: Scene) -> None:
    with served(app_of(scene, settings=Settings(strangers=Rate(burst=3, per_minute=1)))) as url:
        web = Web(scene, url)
        codes = [web.client.get("/v1/whoami", headers={"Authorization": f"Bearer wg_{i}"}).status_code for i in range(5)]
        assert codes == [401, 401, 401, 429, 429] and web.ask("GET", "/v1/whoami").status_code == 200
        web.client.close()


def test_faults_of_ours_are_told_as_ours_and_tried_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    real = web.scene.gradebook.receive
    failures = iter([HarnessError("database is locked"), RuntimeError("a secret of ours")])

    def sometimes(*args: Any, **kwargs: Any) -> Any:
        for failure in failures:
            raise failure
        return real(*args, **kwargs)

    monkeypatch.setattr(web.scene.gradebook, "receive", sometimes)
    answer = web.hand_in()
    assert answer.status_code == 503 and answer.headers["Retry-After"] and "locked" not in answer.text
    pauses: list[float] = []
    receipt = ServerTarget(web.url, web.scene.tokens["alice"], sleep=pauses.append).hand_in(web.scene.package("alice"))
    assert receipt.number == 1 and len(pauses) == 1, "after an internal error, a second try"


def test_unknown_paths_and_methods(web: Web) -> None:
    assert web.ask("GET", "/v1/nothing").status_code == 404 and web.ask("GET", "/v1/whoami/").status_code == 404
    wrong = web.ask("DELETE", "/v1/submissions")
    assert wrong.status_code == 405 and {"GET", "POST"} <= set(wrong.headers["Allow"].split(", ")) and wrong.json()["error"] == "method"
