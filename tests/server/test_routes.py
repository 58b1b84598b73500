"""`grader serve`, asked over a real connection: each route for its own student, no route for another, and every bound."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from grader.errors import HarnessError
from grader.server.app import Settings
from grader.server.checking import Checks
from grader.server.client import ServerTarget
from grader.server.limits import Rate
from grader.server.routes import ROUTES
from grader.spool.package import packed
from tests.spool.scene import SLUG, Scene, app_of, grade_of, served

ZIP = {"Content-Type": "application/zip"}
PATIENT = Settings(student=Rate(burst=1000, per_minute=6000), strangers=Rate(burst=1000, per_minute=6000), uploads_each=8)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


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


@pytest.fixture
def web(scene: Scene) -> Iterator[Web]:
    checks = Checks(lambda slug, files: grade_of(slug, 100.0))
    with served(app_of(scene, checks=checks, settings=PATIENT)) as url:
        made = Web(scene, url)
        yield made
        made.client.close()


# ---- nobody reaches another's data ---------------------------------------------------------------------------------------------------

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


# ---- hand-ins ---------------------------------------------------------------------------------------------------------------------


def test_the_servers_time_counts_and_the_receipt_is_genuine(web: Web) -> None:
    before = dt.datetime.now(dt.UTC)
    answer = web.hand_in()
    assert answer.status_code == 201
    receipt = answer.json()
    assert before <= dt.datetime.fromisoformat(receipt["received_at"]) <= dt.datetime.now(dt.UTC) and receipt["number"] == 1
    verified = web.ask("POST", "/v1/receipts/verify", json={"receipt": receipt["text"]}).json()
    assert verified["genuine"] and verified["received_at"] == receipt["received_at"] and verified["digest"] == receipt["digest"]
    assert not web.ask("POST", "/v1/receipts/verify", json={"receipt": receipt["text"][:-1] + "x"}).json()["genuine"]


def test_it_is_on_the_disk_before_the_receipt_is_sent(web: Web) -> None:
    assert web.hand_in().status_code == 201
    scene = web.scene
    (submission,) = scene.gradebook.submissions()
    digest = hashlib.sha256(scene.package("alice").content).hexdigest()
    assert submission.content == digest and scene.gradebook.blobs.has(digest)


def test_what_was_handed_in_comes_back_as_it_came(web: Web) -> None:
    web.hand_in()
    (row,) = web.ask("GET", "/v1/submissions").json()["handed_in"]
    content = web.ask("GET", f"/v1/submissions/{row['id']}/content")
    assert content.content == web.scene.package("alice").content
    assert (
        content.headers["content-disposition"] == 'attachment; filename="01_scale-1.zip"' and content.headers["cache-control"] == "no-store"
    )


def test_one_hand_in_sent_many_times_at_once_is_one(web: Web) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ServerTarget(web.url, web.scene.tokens["alice"]).hand_in(web.scene.package("alice")), range(8)))
    assert len(web.scene.gradebook.submissions()) == 1 and len({each.text for each in answers}) == 1
    assert sum(not each.again for each in answers) == 1


@pytest.mark.parametrize(
    ("make", "status", "says"),
    [
        (lambda scene: b"", 422, "no zip"),
        (lambda scene: b"PK\3\4 no zip at all", 422, "damaged"),
        (lambda scene: scene.package("alice").content[:-20], 422, "manifest"),
        (lambda scene: scene.package("bob").content, 422, "bob"),
        (lambda scene: scene.package("alice", slug="02_shift").content, 422, "02_shift"),
        (lambda scene: packed({"other.cu": b"x"}, SLUG, "alice").content, 422, "other.cu"),
        (lambda scene: packed({"scale.cu": b"\0\1\2"}, SLUG, "alice").content, 422, "text"),
    ],
)
def test_what_is_no_package_for_this_is_refused(web: Web, make: Callable[[Scene], bytes], status: int, says: str) -> None:
    answer = web.hand_in(content=make(web.scene))
    assert answer.status_code == status and says in answer.json()["message"] and answer.json()["message_ko"]
    assert web.scene.gradebook.submissions() == []


def test_the_query_and_the_type_are_asked_for(web: Web) -> None:
    content = web.scene.package("alice").content
    assert web.ask("POST", "/v1/submissions", content=content, headers=ZIP).status_code == 400
    wrong = web.ask("POST", "/v1/submissions", params={"assignment": SLUG}, content=content, headers={"Content-Type": "text/plain"})
    assert wrong.status_code == 415 and "application/zip" in wrong.json()["message"]
    nothing = web.ask("POST", "/v1/submissions", params={"assignment": "99_x"}, content=content, headers=ZIP)
    assert nothing.status_code == 404 and SLUG in nothing.json()["message"]


def test_an_assignment_is_unknown_before_its_release(web: Web) -> None:
    web.scene.write_rules("release = 2099-01-01T00:00:00Z\n")
    assert [each["assignment"] for each in web.ask("GET", "/v1/assignments").json()["assignments"]] == ["02_shift"]
    assert web.hand_in().status_code == 404


def test_the_rules_of_handing_in_again(web: Web) -> None:
    web.scene.write_rules("[submit]\nmax_count = 2\n[submit.each.02_shift]\nmax_count = 1\n")
    assert [web.hand_in(text=text).status_code for text in ("// a\n", "// b\n", "// c\n", "// b\n")] == [201, 201, 409, 200]
    assert web.hand_in("bob").status_code == 201, "each student has a count of their own"
    web.scene.write_rules("[submit]\ncool_down_minutes = 30\n")
    answer = web.hand_in(text="// d\n")
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 1800
    assert "분" in answer.json()["message_ko"]


def test_late_work_is_taken(web: Web) -> None:
    web.scene.course_file.write_text(web.scene.course_file.read_text().replace("2099", "2020"))
    assert web.hand_in().status_code == 201
    (row,) = web.ask("GET", "/v1/submissions").json()["handed_in"]
    assert row["receipt"]["number"] == 1


def test_a_mates_hand_in_is_seen_where_it_counts(web: Web) -> None:
    web.scene.gradebook.set_group(SLUG, "team", ["alice", "bob"])
    web.hand_in("alice")
    (row,) = web.ask("GET", "/v1/submissions", "bob").json()["handed_in"]
    assert row["counts"] and row["receipt"]["student"] == "alice" and row["receipt"]["text"] == ""
    assert web.ask("GET", "/v1/submissions", "carol").json()["handed_in"] == []


# ---- bounds ------------------------------------------------------------------------------------------------------------------------


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


# ---- remote checks ---------------------------------------------------------------------------------------------------------------


def test_a_remote_check_from_question_to_result(web: Web) -> None:
    content = web.scene.package("alice").content
    check = web.ask("POST", "/v1/checks", params={"assignment": SLUG}, content=content, headers=ZIP)
    assert check.status_code == 202
    end = time.monotonic() + 10
    while (found := web.ask("GET", f"/v1/checks/{check.json()['id']}").json())["state"] != "done":
        assert time.monotonic() < end
        time.sleep(0.02)
    assert found["grade"]["score"] == 100.0 and web.scene.gradebook.submissions() == [], "nothing is handed in by it"


def test_a_server_without_checks_says_so(scene: Scene) -> None:
    with served(app_of(scene)) as url:
        web = Web(scene, url)
        answer = web.ask("POST", "/v1/checks", params={"assignment": SLUG}, content=scene.package("alice").content, headers=ZIP)
        assert answer.status_code == 503 and answer.json()["error"] == "no_checks"
        web.client.close()
