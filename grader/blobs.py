"""Blobs: bytes -> a name made of their content -> the same bytes. Files in a folder; written aside, synced and renamed, never changed.

What a grade rests on (the files as handed in, recorded outputs, the grade's own record) is kept here, each content once however many
grades share it: one seed for every student makes the inputs of a whole course equal.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path

from grader.errors import HarnessError

_RAW, _ZLIB = b"0", b"z"  # the first byte of a file says how the rest is written
_SAMPLE_BYTES = 1 << 14
_WORTH = 0.8  # compress if a sample shrinks to less than that: recorded floats mostly don't


def digest_of_content(content: bytes) -> str:
    """The name of a content: its sha256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Blobs:
    """Contents by digest. Raises HarnessError if the folder can't be written, or if a content is gone or damaged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: set[str] = set()  # whole when we last looked

    def put(self, content: bytes, *, durable: bool = True) -> str:
        """Keeps a content and returns its digest (sha256, hexadecimal). One that is there already costs a look. `durable` False is for what
        can be made again: a power cut may lose it."""
        digest = digest_of_content(content)
        path = self._path(digest)
        if path.exists() and (digest in self._seen or self._whole(digest)):
            return digest
        aside = path.parent / f".{digest[:8]}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_written(content))
                file.flush()
                if durable:
                    os.fdatasync(file.fileno())
            os.replace(aside, path)
            if durable:
                _sync_folder(path.parent)
            self._seen.add(digest)
        except OSError as error:
            with contextlib.suppress(OSError):  # the reason is the first error
                aside.unlink()
            raise HarnessError(
                f"can't keep {len(content):,} bytes in {self.folder}: {error.strerror}; make room or mend its permissions"
            ) from None
        return digest

    def get(self, digest: str) -> bytes:
        """The content of that digest, verified."""
        try:
            data = self._path(digest).read_bytes()
            content = zlib.decompress(memoryview(data)[1:]) if data[:1] == _ZLIB else data[1:]
        except (OSError, zlib.error):
            content = b""
        if digest_of_content(content) != digest:
            raise HarnessError(f"{self._path(digest)} is gone or damaged; restore it with `grader gradebook restore`")
        return content

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def drop(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """The digests of all that is kept, in no order."""
        for path in self.folder.glob("??/*"):
            if len(path.name) == 64:
                yield path.name

    def _whole(self, digest: str) -> bool:
        """Whether what is there is what its name says: after a power cut it may not be, and whoever brings it again mends it."""
        try:
            self.get(digest)
        except HarnessError:
            return False
        self._seen.add(digest)
        return True

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(content: bytes) -> bytes:
    sample = content[:_SAMPLE_BYTES]
    if len(zlib.compress(sample, 1)) < _WORTH * len(sample):
        return _ZLIB + zlib.compress(content, 1)
    return _RAW + content
