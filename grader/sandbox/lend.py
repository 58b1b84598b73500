"""Files between the judge and the sandbox's user. Enters: the binds. Leaves: folders that the command can use, and afterwards the judge
again.

Only a judge that is root needs lending: its commands run as another user of the host, who must be able to read what is bound and to write
where writing is allowed. Giving back happens for every judge: whatever a command left (mode-000 folders, set-user-ID files, another owner)
the judge can read and delete.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import HarnessError
from grader.sandbox.contract import Bind

HOST_UID = 65432  # whom a root judge's commands run as: no account of a usual system, inside the range that containers map
_MOST = 200_000  # entries; a command is stopped long before it makes so many


def resolved(binds: Iterable[Bind]) -> tuple[Bind, ...]:
    """The same with links in sources followed. Raises HarnessError for a source that doesn't exist and for a target that leads
    elsewhere."""
    found = []
    for bind in binds:
        if not bind.target.startswith("/") or ".." in bind.target.split("/"):
            raise HarnessError(f"The target of a bind must be an absolute path without '..': {bind.target!r}.")
        try:
            source = bind.source.resolve(strict=True)
        except OSError as error:
            raise HarnessError(f"The sandbox is to show {bind.source}, which doesn't exist: {error.strerror}.") from error
        found.append(Bind(source=source, target=bind.target, writable=bind.writable, device=bind.device))
    return tuple(found)


def lend(binds: Iterable[Bind]) -> None:
    """Lets HOST_UID write to writable sources (which it owns while the command runs) and read those sources that only the judge can (by the
    group).
    """
    for bind in binds:
        if bind.device:
            continue  # the machine's administrator says who may open it
        status = os.stat(bind.source)
        if bind.writable:
            for path in _entries(bind.source):
                os.chown(path, HOST_UID, HOST_UID, follow_symlinks=False)
        elif stat.S_ISSOCK(status.st_mode):
            _share(str(bind.source), write=True)
        elif status.st_uid == os.geteuid() and not _open_to_others(status):
            # a private folder (mkdtemp makes 0700): few files, all the judge's own
            for path in _entries(bind.source):
                mode = os.lstat(path).st_mode
                if not stat.S_ISLNK(mode):
                    _share(path, write=stat.S_ISSOCK(mode))


def reachable(source: Path) -> bool:
    """Whether a user without rights gets to `source`: every folder above must let others through."""
    folder = os.path.dirname(os.path.realpath(source))  # strings: asked five times a case, a tenth of the judge's own time went into Paths
    while True:
        if not os.stat(folder).st_mode & stat.S_IXOTH:
            return False
        if folder == "/":
            return True
        folder = os.path.dirname(folder)


def give_back(binds: Iterable[Bind], owner: tuple[int, int] | None) -> None:
    """After the last process has gone: makes everything in writable sources readable and deletable, without special bits, and owned by
    `owner` if given."""
    for bind in binds:
        if bind.writable:
            for path in _entries(bind.source, repair=True):
                with contextlib.suppress(OSError):
                    status = os.lstat(path)
                    if owner is not None:
                        os.chown(path, *owner, follow_symlinks=False)
                    wanted = status.st_mode & 0o777 | 0o600
                    if stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) != wanted:
                        os.chmod(path, wanted)


def size(binds: Iterable[Bind]) -> tuple[int, int]:
    """(bytes, entries) in the writable sources: what the command wrote to the host's disk. A folder that we can't read counts as full."""
    total, count = 0, 0
    waiting = [str(bind.source) for bind in binds if bind.writable]
    while waiting and count < _MOST:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    with contextlib.suppress(FileNotFoundError):
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.ENAMETOOLONG):
                count += _MOST
    return total, count


def _entries(top: Path, repair: bool = False) -> Iterator[str]:
    """`top` and what is below it, links not followed, at most _MOST. `repair`: first make each folder one that can be listed."""
    waiting, seen = [str(top)], 0
    yield str(top)
    while waiting and seen < _MOST:
        folder = waiting.pop()
        with contextlib.suppress(OSError):
            if repair and not os.path.islink(folder) and os.path.isdir(folder):
                os.chmod(folder, stat.S_IMODE(os.lstat(folder).st_mode) & 0o777 | 0o700)
            with os.scandir(folder) as entries:
                for entry in entries:
                    seen += 1
                    yield entry.path
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)


def _open_to_others(status: os.stat_result) -> bool:
    needed = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(status.st_mode) else stat.S_IROTH
    return status.st_mode & needed == needed


def _share(path: str, *, write: bool) -> None:
    """Gives the group the owner's rights to read, and HOST_UID's group to the file."""
    mode = os.lstat(path).st_mode
    group = (mode & 0o500) >> 3 | (0o020 if write else 0)
    os.chown(path, -1, HOST_UID)
    os.chmod(path, stat.S_IMODE(mode) | group)
