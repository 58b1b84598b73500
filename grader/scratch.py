"""Scratch folders: where a submission is built and run, with the judge's inputs and the recorded outputs; gone afterwards.

They lie in memory (/dev/shm) where that can be had: grading makes and deletes some thirty files a case, and on ext4, which steps over
every inode that was deleted in the last five seconds, that took a fifth of a short case's processor time (docs/design/speed.md). $TMPDIR,
where it is set, is obeyed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import HarnessError
from grader.owners import is_orphan, orphans_glob, owned_name

_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH_MIB = 2048  # a submission's arrays, several at a time; containers often give 64 MiB
_SOCKET_PATH_BYTES = 100  # sun_path holds 108
_SPARE_MIB = 4096  # of the machine's memory, which the folder's files take from the runs themselves


@functools.cache
def scratch_parent() -> Path:
    """The folder in which scratch folders are made. Orphans of judges that were killed are removed from it at the first call."""
    parent = Path(tempfile.gettempdir())
    if not os.environ.get("TMPDIR") and _has_room(_SHARED_MEMORY):
        parent = _SHARED_MEMORY
    clear_leftovers(parent)
    return parent


def clear_leftovers(parent: Path | None = None) -> None:
    """Removes what killed processes have left in `parent` (by default where scratch folders are made): our user's folders whose owner has
    ended and was waited for."""
    for left in (parent or scratch_parent()).glob(orphans_glob()):
        with contextlib.suppress(OSError):
            if is_orphan(left.name) and left.is_dir() and left.stat().st_uid == os.geteuid():
                shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A fresh folder that others may enter and not list (the sandbox's user passes through to what it is lent); removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"{owned_name()}-", dir=scratch_parent()))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def short_folder() -> Path:
    """A fresh folder, mode 0700, whose path leaves room for a socket's name: sun_path is short, and $TMPDIR may be deep."""
    name = f"{owned_name()}-"
    for parent in (str(scratch_parent()), "/tmp", "/var/tmp"):
        if len(os.fsencode(parent)) + len(f"/{name}12345678/gpu") <= _SOCKET_PATH_BYTES and os.access(parent, os.W_OK):
            return Path(tempfile.mkdtemp(prefix=name, dir=parent))
    raise HarnessError("no folder whose path is short enough for a socket's: set TMPDIR to one (/tmp)")


def _has_room(folder: Path) -> bool:
    """Whether files may be made there, programs run from there, and there is memory for both."""
    try:
        status = os.statvfs(folder)
        available = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return False
    return (
        os.access(folder, os.W_OK | os.X_OK)
        and not status.f_flag & os.ST_NOEXEC
        and status.f_bavail * status.f_frsize >= _ENOUGH_MIB << 20
        and int(available.split()[1]) >= _SPARE_MIB << 10
    )
