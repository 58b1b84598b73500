"""`grader serve`, asked over a real connection: each route answers for its own student, none for another or a stranger."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from grader.server.routes import ROUTES
from tests.server.web import ZIP, Web
from tests.spool.scene import SLUG

OTHERS = ("alice", "Alice", "race of alice", "alices comment")


def of_alice(web: Web) -> dict[str, str]:
    """What alice has, under the names by which somebody could ask for it."""
    web.hand_in("alice", "// secret of alice\n")
    (submission,) = web.scene.gradebook.submissions()
    web.scene.grade(submission, 60.0, "race of alice")
    web.scene.gradebook.comment("alice", SLUG, "alices comment", author="ta")
    package = web.scene.package("alice", "// secret of alice\n")
    check = web.ask("POST", "/v1/checks", params={"assignment": SLUG}, content=package.content, headers=ZIP).json()
    return {"submission": str(submission.id), "check": check["id"], "receipt": submission.receipt, "digest": package.digest}


def asked(web: Web, name: str, alices: dict[str, str], login: str | None) -> httpx.Response:
    """The route of that name, asked for what is alice's."""
    mine = {"params": {"assignment": SLUG}, "headers": ZIP, "content": web.scene.package("alice", "// secret of alice\n").content}
    requests: dict[str, tuple[str, str, dict[str, Any]]] = {
        "health": ("GET", "/v1/health", {}),
        "whoami": ("GET", "/v1/whoami", {}),
        "assignments": ("GET", "/v1/assignments", {}),
        "hand_in": ("POST", "/v1/submissions", mine),
        "status": ("GET", "/v1/submissions", {"params": {"assignment": SLUG}}),
        "hand_in_of": ("GET", f"/v1/submissions/{alices['submission']}", {}),
        "content": ("GET", f"/v1/submissions/{alices['submission']}/content", {}),
        "ask_check": ("POST", "/v1/checks", mine),
        "check": ("GET", f"/v1/checks/{alices['check']}", {}),
        "verify": ("POST", "/v1/receipts/verify", {"json": {"receipt": alices["receipt"]}}),
    }
    method, path, rest = requests[name]
    return web.ask(method, path, login, **rest)


@pytest.mark.parametrize("name", [row.name for row in ROUTES])
def test_another_students_data_is_out_of_reach(web: Web, name: str) -> None:
    alices = of_alice(web)
    mine = asked(web, name, alices, "alice")
    assert mine.is_success, "alice herself is answered"
    theirs = asked(web, name, alices, "bob")
    words = {*OTHERS, alices["receipt"], alices["digest"], "secret of"}
    if row_takes_a_package(name):
        words.remove("alice")  # the answer says whose the package is that bob sent
    assert not any(word in theirs.text for word in words)
    expected = {
        "hand_in": 422,
        "ask_check": 422,
        "hand_in_of": 404,
        "content": 404,
        "check": 404,
    }
    assert theirs.status_code == expected.get(name, 200)
    if name == "verify":
        assert theirs.json()["genuine"] is False and mine.json()["genuine"] is True
    if name == "status":
        assert theirs.json() == {"handed_in": [], "rejected": []} and len(mine.json()["handed_in"]) == 1
    assert [each.student for each in web.scene.gradebook.submissions()] == ["alice"]


def row_takes_a_package(name: str) -> bool:
    return name in ("hand_in", "ask_check")


@pytest.mark.parametrize("header", [None, "Bearer wg_wrong", "Basic YWxpY2U6eA==", "Bearer x y", "bearer", "Bearer \u00e9\u00e9"])
def test_no_route_answers_without_a_right_token(web: Web, header: str | None) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))] if header is not None else []
    for row in ROUTES:
        path = row.path.replace("{id}", "1")
        body = b"x" * 100 if row.takes else None
        answer = web.client.request(row.method, path, params={"assignment": SLUG} if row.query else None, content=body, headers=headers)
        if row.public:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 401 and answer.json()["error"] == "unauthorized" and "Bearer" in answer.headers["WWW-Authenticate"]
    assert web.scene.gradebook.submissions() == []


def test_nobody_can_be_named_in_a_request(web: Web) -> None:
    of_alice(web)
    for path in ("/v1/whoami", "/v1/submissions", "/v1/assignments"):
        for name in ("student", "login", "user"):
            assert web.ask("GET", path, "bob", params={name: "alice"}).status_code == 400
    assert web.ask("GET", "/v1/submissions", "bob", params=[("assignment", SLUG), ("assignment", SLUG)]).status_code == 400


def test_a_missing_one_and_anothers_one_look_alike(web: Web) -> None:
    alices = of_alice(web)
    for path in ("/v1/submissions/{}", "/v1/submissions/{}/content"):
        theirs, none = (web.ask("GET", path.format(id), "bob") for id in (alices["submission"], "999999"))
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content)


def test_a_dropped_students_token_is_none(web: Web) -> None:
    scene = web.scene
    scene.gradebook.enroll([each for each in scene.gradebook.students() if each.login != "alice"], drop_missing=True)
    assert web.hand_in("alice").status_code == 401 and web.hand_in("bob").status_code == 201
