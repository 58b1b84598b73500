"""`grader serve`, asked over a real connection: hand-ins by the rules, what became of them, and remote checks."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import hashlib
import time
from collections.abc import Callable

import pytest

from grader.server.client import ServerTarget
from grader.spool.package import packed
from tests.server.web import ZIP, Web
from tests.spool.scene import SLUG, Scene, app_of, served


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
