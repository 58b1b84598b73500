"""Frames: records <-> bytes on a pipe. A length of eight bytes, then msgpack. Both ends are ours; a frame that breaks off is the end."""

from __future__ import annotations

import struct
from typing import BinaryIO

import msgspec

from grader.records import Record

_LENGTH = struct.Struct("<Q")
MAX_FRAME_BYTES = 1 << 31


def pack(record: Record) -> bytes:
    """A record as a frame."""
    body = msgspec.msgpack.encode(record)
    return _LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> bytes | None:
    """The body of the next frame; None at the end. Blocks."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length) if length <= MAX_FRAME_BYTES else b""
    return body if len(body) == length else None


class Buffer:
    """Bytes as they come -> whole frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> list[bytes]:
        """The bodies of the frames that are complete now. Raises ValueError for a length that no frame has: what follows can't be read."""
        self._bytes += data
        found = []
        while len(self._bytes) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._bytes)
            if length > MAX_FRAME_BYTES:
                raise ValueError(f"a frame of {length:,} bytes")
            if len(self._bytes) < _LENGTH.size + length:
                break
            found.append(bytes(memoryview(self._bytes)[_LENGTH.size : _LENGTH.size + length]))
            del self._bytes[: _LENGTH.size + length]
        return found
