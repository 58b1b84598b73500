"""The staff's side of a shared folder: what a test needs to put files there, take them up and answer. Knows nothing of pytest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from grader.spool.collect import Collected, collect
from grader.spool.folder import FolderTarget
from grader.spool.layout import make_spool, name_of
from grader.spool.publish import publish
from tests.spool.scene import Scene


class Office:
    """The staff's side of one spool."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.folder = scene, scene.root / "spool"
        self.spool = make_spool(self.folder, "scale_test")

    def collect(self, owner: str | None = None, now: dt.datetime | None = None) -> Collected:
        """`owner`: whom every file's uid is taken for."""
        return collect(self.folder, self.scene.gradebook, self.scene.course, signer=self.scene.signer, owner_of=lambda uid: owner, now=now)

    def publish(self) -> int:
        return publish(self.folder, self.scene.gradebook, self.scene.course, signer=self.scene.signer)

    def put(self, content: bytes, name: str | None = None) -> Path:
        file = self.spool.incoming / (name or name_of(content))
        file.write_bytes(content)
        return file

    def target(self, login: str, **changes: Any) -> FolderTarget:
        options = {"key": self.scene.key(login), "notes": self.scene.root / f"{login}.notes", "account": login} | changes
        return FolderTarget(self.folder, **options)

    def stored(self) -> list[tuple[str, str, int]]:
        return [(each.student, each.assignment, each.number) for each in self.scene.gradebook.submissions()]
