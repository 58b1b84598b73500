"""Cache: a key -> a folder of files that never change. Published by rename, bounded in size, shared by processes.

Lies below $GRADER_CACHE, else $XDG_CACHE_HOME/warpgrade, else ~/.cache/warpgrade. Losing it costs time only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

DEFAULT_MAX_BYTES = 1 << 30
_SWEEP_EVERY = 16  # publishing that often looks at the total size once: a walk over the cache is not free


def cache_root() -> Path:
    if named := os.environ.get("GRADER_CACHE"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warpgrade"


def digest_of(parts: Iterable[bytes | str]) -> str:
    """SHA-256 over a sequence; lengths are hashed too, so that no two sequences look alike."""
    result = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        result.update(len(data).to_bytes(8, "little") + data)
    return result.hexdigest()


class Cache:
    """Folders by key. An entry is complete or absent; a damaged cache folder is never an error of a grade."""

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def get(self, key: str) -> Path | None:
        """The entry's folder, marked as just used; None if it isn't there."""
        path = self._path(key)
        if not path.is_dir():
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def put(self, key: str, files: Mapping[str, bytes]) -> Path | None:
        """Publishes an entry; the first of several writers wins. None if the disk doesn't take it."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            try:
                made.chmod(0o755)  # the sandbox's user must be able to load what is inside
                for name, content in files.items():
                    (made / name).write_bytes(content)
                    (made / name).chmod(0o644)
                with contextlib.suppress(OSError):  # another process was first: its content is the same
                    made.rename(path)
            finally:
                shutil.rmtree(made, ignore_errors=True)
        except OSError:
            return None
        if int(key[:2], 16) % _SWEEP_EVERY == 0:
            self.sweep(keep=path)
        return path if path.is_dir() else None

    def drop(self, key: str) -> None:
        shutil.rmtree(self._path(key), ignore_errors=True)

    def sweep(self, keep: Path | None = None) -> None:
        """Removes the entries that were used longest ago until the rest fits."""
        entries = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                entries.append((path.stat().st_mtime, sum(f.stat().st_size for f in path.iterdir()), path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.max_bytes:
                break
            if path != keep:
                shutil.rmtree(path, ignore_errors=True)
                total -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key
