"""Reading a shared folder: whatever lies there is taken once, for the right person, at the file server's time, or kept with a reason."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import HarnessError
from grader.gradebook.records import Student
from grader.spool import collect as collecting
from grader.spool.collect import admit, collect, refusals
from grader.spool.folder import changed_at
from grader.spool.layout import make_spool, name_of
from grader.spool.package import MAX_PACKAGE_BYTES, packed
from grader.spool.reading import Received, look
from grader.toolchain import UsageError
from tests.spool.office import Office
from tests.spool.scene import OTHER, SLUG

# ---- the time -------------------------------------------------------------------------------------------------------------------


def test_the_file_servers_time_counts_whatever_the_student_sets(office: Office) -> None:
    file = office.put(office.scene.package("alice").content)
    os.utime(file, (0, 0))  # 1970
    at = changed_at(os.lstat(file))
    (submission,) = office.collect().received
    assert submission.received_at == at and abs((dt.datetime.now(dt.UTC) - at).total_seconds()) < 60


def test_changing_a_file_makes_it_later_and_never_earlier(office: Office) -> None:
    file = office.put(office.scene.package("alice").content)
    first = changed_at(os.lstat(file))
    time.sleep(0.02)
    file.chmod(0o600)
    later = changed_at(os.lstat(file))
    assert later > first and office.collect().received[0].received_at == later


def test_what_was_changed_behind_the_clock_is_not_taken(office: Office) -> None:
    """A page that is mapped may be written without a new time; the name still says what it was."""
    file = office.put(office.scene.package("alice", "// before the deadline\n").content)
    content = file.read_bytes()
    with file.open("r+b") as stream:
        stream.write(content.replace(b"before", b"later,"))
    ((_, reason),) = office.collect().refused
    assert "not what its name promises" in reason and office.stored() == []


def test_in_the_order_of_the_times(office: Office) -> None:
    for text in ("// c\n", "// a\n", "// b\n"):
        office.put(office.scene.package("alice", text).content)
        time.sleep(0.02)
    done = office.collect()
    times = [each.received_at for each in done.received]
    assert times == sorted(times, key=lambda at: at or dt.datetime.max) and [each.number for each in done.received] == [1, 2, 3]


# ---- who ------------------------------------------------------------------------------------------------------------------------


def test_the_owner_of_the_file_is_enough(office: Office) -> None:
    office.put(office.scene.package("alice", signed=False).content)
    office.put(packed({"scale.cu": b"// nobody said who\n"}, SLUG).content)
    office.collect(owner="alice")
    assert office.stored() == [("alice", SLUG, 1), ("alice", SLUG, 2)]


def test_an_account_of_another_name_is_found_in_the_roster(office: Office) -> None:
    office.scene.gradebook.enroll([Student(login="s2020123", ids={"unix": "dave"})])
    office.put(packed({"scale.cu": b"// d\n"}, SLUG, "dave").content)
    office.collect(owner="dave")
    assert office.stored() == [("s2020123", SLUG, 1)]


@pytest.mark.parametrize(
    ("claims", "key_of", "owner", "says"),
    [
        ("alice", None, None, "has no signature"),
        ("alice", "bob", None, "isn't alice's"),
        ("alice", None, "bob", "says that it is alice's"),
        ("alice", "alice", "bob", "put here again"),
        ("nobody_known", "alice", None, "isn't nobody_known's"),
        ("", None, None, "says nobody"),
    ],
)
def test_nothing_is_taken_for_somebody_else(office: Office, claims: str, key_of: str | None, owner: str | None, says: str) -> None:
    office.put(packed({"scale.cu": b"// x\n"}, SLUG, claims, office.scene.key(key_of) if key_of else None).content)
    ((_, reason),) = office.collect(owner).refused
    assert says in reason and office.stored() == [] and len(refusals(office.spool)) == 1


def test_an_account_in_no_roster_is_kept_under_its_name(office: Office) -> None:
    office.put(packed({"scale.cu": b"// z\n"}, SLUG, "zoe").content)
    office.collect(owner="zoe")
    assert office.stored() == [("zoe", SLUG, 1)] and not office.scene.gradebook.student("zoe").enrolled


def test_a_renewed_token_signs_no_more_but_the_owner_still_does(office: Office) -> None:
    package = office.scene.package("alice")
    office.scene.gradebook.new_token("alice")
    office.put(package.content)
    assert office.collect().refused and office.stored() == []
    office.put(package.content)
    assert office.collect(owner="alice").received


def test_what_was_put_aside_is_told_to_its_student_and_can_be_admitted(office: Office) -> None:
    file = office.put(packed({"scale.cu": b"// x\n"}, SLUG, "alice").content)
    at = changed_at(os.lstat(file))
    office.collect()
    (refused,) = refusals(office.spool)
    with pytest.raises(UsageError, match="known are"):
        admit(office.folder, office.scene.gradebook, "nothing", "alice", signer=office.scene.signer)
    submission = admit(office.folder, office.scene.gradebook, refused.id, "alice", signer=office.scene.signer)
    assert submission.received_at == at and refusals(office.spool) == [] and list(office.spool.quarantine.iterdir()) == []


# ---- what else may lie there ----------------------------------------------------------------------------------------------------


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    if os.geteuid() == 0:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    else:
        os.mkfifo(path)


def socketed(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(path.parent):  # a socket's whole path has 107 bytes at most
        made.bind(path.name)


def link_to_secret(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def hard_link(path: Path) -> None:
    elsewhere = path.parents[2] / "elsewhere"
    elsewhere.write_bytes(b"x")
    os.link(elsewhere, path)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_PACKAGE_BYTES + 1)


def half(path: Path) -> None:
    content = packed({"scale.cu": b"// whole\n"}, SLUG).content
    (path.parent / name_of(content)).write_bytes(content[:-10])


def half_with_an_honest_name(path: Path) -> None:
    content = packed({"scale.cu": b"// whole\n"}, SLUG).content[:-10]
    (path.parent / name_of(content)).write_bytes(content)


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "fifo": (fifo, "and no file"),
    "device": (device, "and no file"),
    "socket": (socketed, "and no file"),
    "symlink": (link_to_secret, "a symbolic link"),
    "hard_link": (hard_link, "hard link"),
    "folder": (lambda path: path.mkdir(), "a folder"),
    "giant": (huge, "MiB; a package has at most"),
    "half": (half, "not what its name promises"),
    "half_with_an_honest_name": (half_with_an_honest_name, "not a package|damaged|grader submit"),
    "by_hand": (lambda path: path.with_name("gemm.cu").write_text("x") and None, "not put here by"),
    "newline": (lambda path: path.with_name("a\n\x1b[31mb.zip").write_text("x") and None, "not put here by"),
    "not_utf8": (lambda path: Path(os.fsdecode(os.fsencode(path.parent) + b"/\xff\xfe.zip")).write_text("x") and None, "not put here by"),
    "leading_dash": (lambda path: path.with_name("-rf").write_text("x") and None, "not put here by"),
    "hidden": (lambda path: path.with_name(".bashrc").write_text("x") and None, "not put here by"),
    "long": (lambda path: path.with_name("a" * 255).write_text("x") and None, "not put here by"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_things_are_put_aside_and_stop_nobody(office: Office, name: str) -> None:
    make, says = HOSTILE[name]
    make(office.spool.incoming / f"{'0' * 64}.zip")
    office.put(office.scene.package("alice").content)
    done = office.collect()
    assert office.stored() == [("alice", SLUG, 1)]
    ((path, reason),) = done.refused
    assert any(part in reason for part in says.split("|")) and path.isprintable()
    assert list(office.spool.incoming.iterdir()) == [] and len(refusals(office.spool)) == 1
    assert len(list(office.spool.quarantine.iterdir())) == 2, "the thing itself is kept"
    again = office.collect()
    assert (again.received, again.refused) == ((), ())


def test_an_upload_goes_on_for_a_day_then_it_is_half_of_one(office: Office) -> None:
    office.put(b"PK", ".part-0011")
    assert office.collect().waiting == 1
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    ((_, reason),) = office.collect(now=later).refused
    assert "never finished" in reason and office.collect(now=later).refused == ()


def test_an_unknown_assignment_is_put_aside_and_its_student_told(office: Office) -> None:
    office.put(office.scene.package("alice", slug="07_else").content)
    ((_, reason),) = office.collect().refused
    assert f"known are {SLUG}, {OTHER}" in reason
    office.publish()
    (told,) = office.target("alice").status().rejected
    assert told.reason == reason and office.target("bob").status().rejected == ()


def test_a_cool_down_is_kept(office: Office) -> None:
    office.scene.write_rules("[submit]\ncool_down_minutes = 5\n")
    office.put(office.scene.package("alice", "// a\n").content)
    time.sleep(0.02)
    office.put(office.scene.package("alice", "// b\n").content)
    ((_, reason),) = office.collect().refused
    assert "5 minutes must pass" in reason and office.stored() == [("alice", SLUG, 1)]


def test_one_reader_at_a_time(office: Office) -> None:
    with collecting._alone(office.spool), pytest.raises(HarnessError, match="another process"):
        office.collect()
    assert office.collect().received == ()


def test_another_courses_spool_and_no_spool(office: Office, tmp_path: Path) -> None:
    make_spool(tmp_path / "other", "another")
    for folder, says in ((tmp_path / "other", "another"), (tmp_path, "no hand-in folder")):
        with pytest.raises(UsageError, match=says):
            collect(folder, office.scene.gradebook, office.scene.course, signer=office.scene.signer)
    with pytest.raises(UsageError, match="hand-in folder of the course"):
        make_spool(tmp_path / "other", "scale_test")


def test_reading_alone_changes_nothing(office: Office) -> None:
    office.put(office.scene.package("alice").content)
    office.put(b"x", "junk")
    before = sorted(path.name for path in office.folder.rglob("*"))
    (received,) = [each for each in look(office.folder, office.scene.gradebook) if isinstance(each, Received)]
    assert received.student == "alice" and before == sorted(path.name for path in office.folder.rglob("*"))
