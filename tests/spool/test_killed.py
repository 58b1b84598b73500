"""Collecting that is ended at any moment, or has no gradebook: the next run ends the same, and nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from grader.errors import HarnessError
from grader.spool import collect as collecting
from grader.spool.collect import refusals
from grader.spool.folder import changed_at
from tests.spool.office import Office


class Killed(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@pytest.mark.parametrize("moment", range(12))
def test_ended_at_any_step_the_next_run_ends_the_same(office: Office, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Each rename, commit and reason is a step; the run ends before or right after it."""
    for login in ("alice", "bob"):
        for text in ("// a\n", "// b\n"):
            office.put(office.scene.package(login, text).content)
            time.sleep(0.01)
    office.put(b"x", "junk")
    times = sorted(changed_at(os.lstat(path)) for path in office.spool.incoming.glob("*.zip"))
    steps = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == moment + 1 and moment % 2:
                raise Killed
            result = real(*args, **kwargs)
            if steps == moment + 1:
                raise Killed
            return result

        return step

    with monkeypatch.context() as patched:
        patched.setattr(collecting.os, "rename", counted(os.rename))
        patched.setattr(collecting, "write_atomically", counted(collecting.write_atomically))
        patched.setattr(office.scene.gradebook, "receive", counted(office.scene.gradebook.receive))
        with contextlib.suppress(Killed):
            office.collect()
    office.collect()
    stored = office.scene.gradebook.submissions()
    assert sorted(each.received_at for each in stored if each.received_at) == times and len(stored) == 4
    assert len(refusals(office.spool)) == 1 and list(office.spool.incoming.iterdir()) == []


KILLED = """
import sys
from pathlib import Path
from grader.course import find_course
from grader.gradebook.store import Gradebook
from grader.spool.collect import collect
from grader.spool.receipts import Signer
root = Path(sys.argv[1])
with Gradebook.open(root / "gradebook.db") as book:
    print("ready", flush=True)
    collect(root / "spool", book, find_course(root / "course"), signer=Signer(b"k" * 32), owner_of=lambda uid: None)
"""


def test_killed_for_real_while_students_hand_in(office: Office) -> None:
    packages = [office.scene.package("alice", f"// {number}\n") for number in range(40)]
    sent = threading.Thread(target=lambda: [office.target("alice", notes=None).hand_in(each) for each in packages])
    sent.start()
    for number in range(4):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(office.scene.root)], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(0.01 + 0.03 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    sent.join()
    office.collect()
    stored = office.scene.gradebook.submissions()
    contents = [office.scene.gradebook.content(each) for each in stored]
    assert sorted(contents) == sorted(each.content for each in packages) and list(office.spool.incoming.iterdir()) == []
    assert [each.number for each in stored] == list(range(1, 41))


def test_a_gradebook_that_is_gone_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.put(office.scene.package("alice").content)

    def gone(*args: Any, **kwargs: Any) -> Any:
        raise HarnessError("the database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(office.scene.gradebook, "receive", gone)
        with pytest.raises(HarnessError, match="locked"):
            office.collect()
    assert len(list(office.spool.incoming.iterdir())) == 1 and len(office.collect().received) == 1
