"""Deletion of personal data: nothing of one student is left anywhere, everything of the others is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from grader.blobs import Blobs
from grader.errors import HarnessError
from grader.gradebook.contents import NO_SIGHTINGS
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import NOON, at, grade, hand_in
from tests.gradebook.test_archive import dump, fill

SECRETS = ("minsu-kim", "Kim Minsu", "kim@u.kr", "canvas-4711", "appeal of a flu", "int mine_alone")


def somebody(book: Gradebook) -> None:
    book.enroll([Student(login="minsu-kim", name="Kim Minsu", email="kim@u.kr", ids={"canvas": "canvas-4711"}), Student(login="sora")])
    book.new_token("minsu-kim")
    own = hand_in(book, "minsu-kim", content=b"int mine_alone;")
    first = book.store(own, grade(30, message="in mine"))
    shared = hand_in(book, "minsu-kim", "02_reverse", content=b"int shared;")
    book.store(shared, grade(40, key="both"))
    theirs = hand_in(book, "sora", "02_reverse", content=b"int shared;")
    book.store(theirs, grade(40, key="both"), same_as=first.id)
    book.override("minsu-kim", "01_scale", 50, reason="appeal of a flu", author="ta")
    book.comment("minsu-kim", "01_scale", "Kim Minsu was ill", author="ta")
    book.extend("minsu-kim", "01_scale", at(1), reason="appeal of a flu", author="ta")
    batch = book.begin({})
    book.note(batch, own.id, "graded", text="of minsu-kim")
    book.note(batch, theirs.id, "linked")


def everything(place: Place) -> str:
    """All that lies on disk of it, or all that a dump of the server's tables says."""
    found = repr(dump(place))
    blobs = Blobs(place.files)
    found += repr([blobs.get(name) for name in blobs.all()])
    if place.server is None:
        found += "".join(path.read_bytes().decode("latin-1") for path in Path(place.url).parent.glob("gradebook.db*"))
    return found


def test_nothing_is_left_of_a_student_and_all_of_the_others(book: Gradebook, place: Place) -> None:
    somebody(book)
    assert all(secret in everything(place) for secret in SECRETS)
    named = book.blobs.folder / NO_SIGHTINGS  # a report was made: it keeps digests of records
    named.write_bytes(msgspec.json.encode([grade.record for grade in book.grades()]))
    gone = book.forget("minsu-kim", author="prof", reason="asked by letter")
    assert (gone.submissions, gone.grades, gone.remarks, gone.files) == (2, 2, 3, 2), "what others share stays"
    assert not named.exists()
    left = everything(place)
    assert [secret for secret in SECRETS if secret in left] == []
    assert [s.login for s in book.students()] == ["sora"]
    (submission,) = book.submissions()
    (kept,) = book.grades()
    assert book.content(submission) == b"int shared;" and book.full(kept).score == 40
    assert [entry.state for entry in book.journal()] == ["linked"]
    ((author, reason, submissions),) = place.execute("SELECT author, reason, submissions FROM erasures")
    assert (author, reason, submissions) == ("prof", "asked by letter", 2)
    assert book.check() == []
    with pytest.raises(UsageError, match="knows nobody"):
        book.forget("minsu-kim", author="prof", reason="again")
    assert hand_in(book, "new").id > submission.id, "numbers never come twice"


def test_deleting_needs_a_reason_and_no_batch_at_work(book: Gradebook, place: Place) -> None:
    somebody(book)
    before = dump(place)
    with pytest.raises(UsageError, match="say why"):
        book.forget("minsu-kim", author="prof", reason=" ")
    book.hold("batch", "host 12", for_s=60)
    for attempt in (lambda: book.forget("minsu-kim", author="prof", reason="x"), lambda: book.expire(at(9))):
        with pytest.raises(UsageError, match=r"batch is at work \(host 12\)"):
            attempt()
    book.release("batch", "host 12")
    assert dump(place) == before


def test_work_that_counts_for_others_isnt_taken_from_them(book: Gradebook) -> None:
    somebody(book)
    book.set_group("01_scale", "team", ["minsu-kim", "sora"])
    with pytest.raises(UsageError, match=r"handed in for 01_scale counts for sora too .*grader gradebook group 01_scale team sora"):
        book.forget("minsu-kim", author="prof", reason="x")
    book.set_group("01_scale", "team", ["sora"])
    book.forget("minsu-kim", author="prof", reason="x")


def test_a_deletion_that_stops_in_the_middle_is_finished_by_the_next(
    book: Gradebook, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(book)

    def stop(self: Blobs, digest: str) -> None:
        raise HarnessError("the machine stops here")

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "drop", stop)
        with pytest.raises(HarnessError):
            book.forget("minsu-kim", author="prof", reason="x")
    assert "int mine_alone" in everything(place)
    assert book.check() == ["files of deleted work are still there; the next `grader gradebook forget` or `expire` deletes them"]
    book.expire(NOON - dt.timedelta(days=999))
    assert "int mine_alone" not in everything(place) and book.check() == []


def test_evidence_goes_and_arrays_that_others_share_stay(book: Gradebook) -> None:
    fill(book)
    book.set_group("01_scale", "team", [])
    assert len(list(book.blobs.all())) == 7
    assert book.forget("minsu", author="prof", reason="x").files == 7
    assert list(book.blobs.all()) == []


def test_what_is_old_expires(book: Gradebook, place: Place) -> None:
    book.enroll([Student(login="minsu"), Student(login="sora")])
    old, new = hand_in(book, "minsu", when=at(-400)), hand_in(book, "minsu", when=at(-10))
    guest = hand_in(book, "guest", when=at(-400))
    for submission in (old, new, guest):
        book.store(submission, grade())
    batch = book.begin({})
    book.note(batch, guest.id, "graded")
    assert book.expire(at(-300)) == 2
    assert book.submissions() == [new] and len(book.grades()) == 1
    assert [s.login for s in book.students()] == ["minsu", "sora"], "the roster stays; who is in none goes with their work"
    assert book.journal() == [] and book.check() == []
    assert book.expire(at(-300)) == 0
    book.override("sora", "01_scale", 5, reason="x", author="ta")
    assert book.expire(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == 1
    assert book.overrides(every=True) == [] and place.execute("SELECT * FROM batches") == []
    with pytest.raises(UsageError, match="no offset"):
        book.expire(NOON.replace(tzinfo=None))
