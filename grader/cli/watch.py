"""Watch: files -> an item for each change of their content. Polls: editors write in place, aside and renamed, in halves."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

POLL_S = 0.25
PATIENCE = 4  # looks at a file that is away, before that counts as a change
Snapshot = tuple[tuple[str, str], ...]  # path, digest of its content; "" if it can't be read now


def changes(
    files: Callable[[], Iterable[Path]], *, sleep: Callable[[float], None] = time.sleep, first: Snapshot | None = None
) -> Iterator[Snapshot]:
    """Yields whenever the content of any file differs from what was yielded last and has stood still for one look.

    A file that is away for a moment (an editor renames) is waited for; one that stays away is a change. `first` is what is known already.
    """
    known = snapshot(files()) if first is None else first
    while True:
        sleep(POLL_S)
        now = snapshot(files())
        if now == known:
            continue
        patience = PATIENCE
        while True:
            sleep(POLL_S)
            before, now = now, snapshot(files())
            if now == before:
                patience -= 1
                if all(digest for _, digest in now) or not patience:
                    break
        if now != known:
            known = now
            yield now


def snapshot(files: Iterable[Path]) -> Snapshot:
    """Contents, not times: a save that changes nothing is no change, and a change within a clock's tick is one."""
    return tuple((str(file), _digest(file)) for file in files)


def _digest(file: Path) -> str:
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""
