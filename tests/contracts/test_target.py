"""What every target of a hand-in promises (grader/spool/contract.py), on a shared folder and on `grader serve`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from grader.server.client import ServerTarget
from grader.spool.collect import collect
from grader.spool.contract import Refused, Target
from grader.spool.folder import FolderTarget
from grader.spool.layout import make_spool
from grader.spool.package import packed
from grader.spool.publish import publish
from grader.spool.token import key_of
from grader.toolchain import UsageError
from tests.spool.scene import DUE, OTHER, SLUG, STUDENTS, Scene, app_of, served


class Place(Protocol):
    """One kind of target, and what the staff's side does in between."""

    def target(self, login: str, token: str | None = None) -> Target: ...

    def settle(self) -> None: ...


class Folder:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.folder = scene, scene.root / "spool"
        make_spool(self.folder, "scale_test")
        self.settle()

    def target(self, login: str, token: str | None = None) -> Target:
        key = key_of(token or self.scene.tokens[login])
        return FolderTarget(self.folder, key=key, notes=self.scene.root / f"{login}-{bool(token)}.notes", account="lab")

    def settle(self) -> None:
        collect(self.folder, self.scene.gradebook, self.scene.course, signer=self.scene.signer, owner_of=lambda uid: None)
        publish(self.folder, self.scene.gradebook, self.scene.course, signer=self.scene.signer)


class Server:
    def __init__(self, scene: Scene, url: str) -> None:
        self.scene, self.url = scene, url

    def target(self, login: str, token: str | None = None) -> Target:
        return ServerTarget(self.url, token or self.scene.tokens[login])

    def settle(self) -> None: ...


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Place]:
    if request.param == "folder":
        yield Folder(scene)
        return
    with served(app_of(scene)) as url:
        yield Server(scene, url)


def test_it_knows_whose_token_it_is(place: Place) -> None:
    who = place.target("alice").whoami()
    assert (who.login, who.name, who.section, who.course, who.known_by) == ("alice", "Alice", "A", "scale_test", "token")


def test_it_tells_what_is_due(place: Place, scene: Scene) -> None:
    rows = {each.assignment: each for each in place.target("alice").assignments()}
    assert list(rows) == [SLUG, OTHER] and rows[SLUG].due == DUE and not rows[SLUG].extended and rows[SLUG].files == ("scale.cu",)
    later = DUE + dt.timedelta(days=3)
    scene.gradebook.extend("bob", SLUG, later, reason="ill", author="ta")
    place.settle()
    due = {login: {each.assignment: each.due for each in place.target(login).assignments()}[SLUG] for login in STUDENTS}
    assert due == {"alice": DUE, "bob": later, "carol": DUE}


def test_it_closes_when_the_late_policy_says(place: Place, scene: Scene) -> None:
    scene.write_rules("[late]\ncloses_after_days = 2\n")
    later, days = DUE + dt.timedelta(days=3), dt.timedelta(days=2)
    scene.gradebook.extend("bob", SLUG, later, reason="ill", author="ta")
    place.settle()
    closes = {login: {each.assignment: each.closes for each in place.target(login).assignments()}[SLUG] for login in STUDENTS}
    assert closes == {"alice": DUE + days, "bob": later + days, "carol": DUE + days}


def test_a_hand_in_arrives_once_with_the_receivers_time(place: Place, scene: Scene) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)  # a file server's clock ticks coarsely
    package = scene.package("alice", "// 스칼라\n")
    receipt = place.target("alice").hand_in(package)
    assert (receipt.student, receipt.assignment, receipt.digest, receipt.again) == ("alice", SLUG, package.digest, False)
    assert before <= receipt.received_at <= dt.datetime.now(dt.UTC)
    place.settle()
    (submission,) = scene.gradebook.submissions()
    assert (submission.student, submission.assignment, submission.received_at) == ("alice", SLUG, receipt.received_at)
    assert scene.gradebook.content(submission) == package.content and submission.filename == "submission.zip"
    claim = scene.signer.verify(submission.receipt)
    assert claim is not None and (claim.student, claim.digest, claim.received_at) == ("alice", package.digest, receipt.received_at)


def test_the_same_files_again_get_the_same_receipt(place: Place, scene: Scene) -> None:
    target, package = place.target("alice"), scene.package("alice")
    first, second = target.hand_in(package), target.hand_in(package)
    assert second.again and second.received_at == first.received_at
    place.settle()
    third = target.hand_in(package)
    place.settle()
    assert third.again and third.received_at == first.received_at and third.text
    assert len(scene.gradebook.submissions()) == 1


def test_other_files_are_another_hand_in_and_the_first_again_is_a_third(place: Place, scene: Scene) -> None:
    """What was handed in last may be what counts."""
    target = place.target("alice")
    times = [target.hand_in(scene.package("alice", text)).received_at for text in ("// a\n", "// b\n", "// a\n")]
    place.settle()
    stored = scene.gradebook.submissions()
    assert [each.number for each in stored] == [1, 2, 3] and [each.received_at for each in stored] == times == sorted(times)
    assert stored[0].content == stored[2].content != stored[1].content
    shown = target.status().handed_in
    assert [each.receipt.number for each in shown] == [3, 2, 1] and [each.counts for each in shown] == [True, False, False]


def test_the_status_tells_what_became_of_it(place: Place, scene: Scene) -> None:
    target = place.target("alice")
    receipt = target.hand_in(scene.package("alice"))
    (waiting,) = target.status(SLUG).handed_in
    assert waiting.receipt.digest == receipt.digest and waiting.grade is None
    place.settle()
    scene.grade(scene.gradebook.submissions()[0], 60.0)
    scene.gradebook.comment("alice", SLUG, "good start", author="ta")
    scene.gradebook.comment("alice", SLUG, "copied?", author="ta", private=True)
    place.settle()
    (graded,) = target.status(SLUG).handed_in
    assert graded.grade is not None and (graded.grade.score, graded.grade.verdict, graded.grade.line) == (60.0, "RACE_SHARED", 3)
    assert (graded.counts, graded.points, graded.comments) == (True, 60.0, ("good start",))
    assert graded.receipt.text and target.status(OTHER).handed_in == ()


def test_nobody_sees_anothers_work(place: Place, scene: Scene) -> None:
    place.target("alice").hand_in(scene.package("alice"))
    place.settle()
    assert place.target("bob").status().handed_in == () and place.target("carol").whoami().login == "carol"


def test_a_wrong_token_hands_in_for_nobody(place: Place, scene: Scene) -> None:
    """A server says so at once; in a folder the staff's side puts it aside and keeps it."""
    stranger = place.target("alice", token="wg_not_the_right_one")
    package = packed({"scale.cu": b"// forged\n"}, SLUG, "alice", key_of("wg_not_the_right_one"))
    if isinstance(stranger, ServerTarget):
        with pytest.raises(UsageError, match="token"):
            stranger.hand_in(package)
        with pytest.raises(UsageError, match="token"):
            stranger.whoami()
    else:
        assert stranger.whoami().known_by == "account"
        stranger.hand_in(package)
    place.settle()
    assert scene.gradebook.submissions() == [] and place.target("alice").status().handed_in == ()


def test_an_unknown_assignment_lists_the_known(place: Place, scene: Scene) -> None:
    with pytest.raises(Refused, match=rf"03_nothing.*{SLUG}, {OTHER}") as refused:
        place.target("alice").hand_in(scene.package("alice", slug="03_nothing"))
    assert refused.value.code == "unknown_assignment" and "과제" in refused.value.message_ko


def test_only_so_many_times(place: Place, scene: Scene) -> None:
    scene.write_rules("[submit]\nmax_count = 2\n")
    target = place.target("alice")
    for text in ("// a\n", "// b\n"):
        target.hand_in(scene.package("alice", text))
    refused = ""
    try:
        target.hand_in(scene.package("alice", "// c\n"))
    except Refused as no:
        refused = str(no)
    place.settle()
    refused = refused or target.status().rejected[0].reason
    assert "may be handed in 2 times" in refused and len(scene.gradebook.submissions()) == 2
    assert target.hand_in(scene.package("alice", "// b\n")).again, "what is there already is no third time"


def test_a_moved_deadline_counts_at_once(place: Place, scene: Scene) -> None:
    moved = scene.course_file.read_text().replace("2099-05-01", "2099-06-01")
    scene.course_file.write_text(moved)
    place.settle()
    assert place.target("alice").assignments()[0].due == DUE.replace(month=6)
