"""Leftovers: what workers that were killed have left in the scratch folder's parent -> gone. Only what no living process owns."""

from __future__ import annotations

import contextlib
import os
import shutil

from grader.owners import is_orphan, orphans_glob
from grader.scratch import scratch_parent


def clear_leftovers() -> None:
    """Removes our user's folders whose owner has ended and was waited for. `scratch_parent` alone does so once in a process."""
    for left in scratch_parent().glob(orphans_glob()):
        with contextlib.suppress(OSError):
            if is_orphan(left.name) and left.is_dir() and left.stat().st_uid == os.geteuid():
                shutil.rmtree(left, ignore_errors=True)
