"""The shared folder itself: modes that keep students apart, the student's side, and what is left there for them."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError
from grader.spool.folder import FolderTarget
from grader.spool.layout import find_spool, make_spool
from grader.toolchain import UsageError
from tests.spool.office import Office
from tests.spool.scene import SLUG


def test_the_modes_keep_students_apart(office: Office) -> None:
    modes = {part.name: stat.S_IMODE(part.stat().st_mode) for part in office.folder.iterdir() if part.is_dir()}
    assert modes == {"incoming": 0o1733, "returns": 0o711, "taken": 0o700, "quarantine": 0o700}
    if os.geteuid() != 0:  # only root can be several people; the modes above are what keeps them apart
        return
    for parent in (office.folder, *office.folder.parents):
        parent.chmod(parent.stat().st_mode | 0o011)
    theirs = office.put(office.scene.package("alice").content)
    os.chown(theirs, 5001, 5001)
    mine = office.spool.incoming / "mine"
    acts: list[Callable[[], object]] = [
        lambda: os.listdir(office.spool.incoming),
        lambda: os.listdir(office.spool.returns),
        lambda: theirs.unlink(),
        lambda: os.rename(mine, theirs),
        lambda: theirs.write_text("y"),
        lambda: (office.spool.taken / "x").write_text("x"),
        lambda: (office.spool.returns / "x").write_text("x"),
        lambda: (office.folder / "spool.json").write_text("x"),
    ]
    child = os.fork()
    if child == 0:
        allowed = 255
        with contextlib.suppress(BaseException):
            os.setgroups([])
            os.setgid(5002)
            os.setuid(5002)
            mine.write_text("x")
            allowed = sum(1 for act in acts if not refused(act))
        os._exit(allowed)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "so many acts were allowed"


def refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except PermissionError:
        return True
    return False


def test_a_group_reads_what_others_may_not(office: Office, tmp_path: Path) -> None:
    spool = make_spool(tmp_path / "grouped", "scale_test", group=os.getegid())
    assert stat.S_IMODE(spool.incoming.stat().st_mode) == 0o3733
    target = FolderTarget(tmp_path / "grouped", account="alice")
    target.hand_in(office.scene.package("alice"))
    (file,) = spool.incoming.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640 and file.stat().st_gid == os.getegid()


def test_a_full_disk_leaves_nothing_half(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HarnessError, match=r"disk of .* is full"):
        office.target("alice").hand_in(office.scene.package("alice"))
    assert list(office.spool.incoming.iterdir()) == []


def test_without_a_token_the_own_notes_tell(office: Office) -> None:
    target = office.target("alice", key=None)
    assert target.whoami().known_by == "account"
    target.hand_in(office.scene.package("alice", signed=False))
    assert [each.receipt.state for each in target.status().handed_in] == ["delivered"]
    office.collect(owner="alice")
    assert [each.receipt.state for each in target.status().handed_in] == ["collected"]


def test_a_copy_that_the_notes_dont_know_is_one_hand_in(office: Office) -> None:
    """The sender was killed between the rename and its note."""
    package = office.scene.package("alice")
    office.put(package.content)
    office.target("alice").hand_in(package)
    done = office.collect()
    assert len(done.received) == 1 and len(done.again) == 1 and office.stored() == [("alice", SLUG, 1)]


def test_a_renewed_token_can_look_no_more(office: Office) -> None:
    old = office.target("alice")
    office.publish()
    assert old.whoami().known_by == "token"
    office.scene.gradebook.new_token("alice")
    office.publish()
    assert old.whoami().known_by == "account"


def test_publishing_what_is_published_writes_nothing(office: Office) -> None:
    assert office.publish() == 4 and office.publish() == 0, "three students and the dates"


def test_a_spool_of_a_newer_version_is_told(office: Office) -> None:
    (office.folder / "spool.json").write_bytes(msgspec.json.encode({"warpgrade_spool": 9, "course": "x"}))
    with pytest.raises(UsageError, match="update Warpgrade"):
        find_spool(office.folder)
