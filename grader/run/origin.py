"""Origin: what the device saw cross while a launcher ran -> how much of the results the host may have made itself.

Where the inputs lie in the program's own memory the host can compute what it likes. What it then has to do is seen: it writes the result
itself, where no kernel and no copy did, or it sends the device what is none of the inputs. Arrays are compared as 4-byte words, by value
and not by place: buffers of the launcher's own, chunks and their order are its business.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case, Entry
from grader.devices.record import Origin
from grader.records import Record

FREE_BYTES = 1024  # parameters of kernels in each call: pointers and sizes of some twenty launches

Words = NDArray[np.uint32]


class Shares(Record, frozen=True, kw_only=True):
    """Bytes, over all calls."""

    made: int = 0  # of results: no kernel left them there and no copy brought them
    given: int = 0  # that the device got and are none of the inputs


def shares(entry: Entry, case: Case, seen: Origin, inputs: Mapping[str, str], outputs: Mapping[str, str], recorded: Path) -> Shares:
    """`inputs` and `outputs`: "y.0" (buffer, call) -> raw file. `recorded`: the folder with moved.HtoD and moved.DtoH. Nothing for an entry
    whose buffers lie on the device."""
    if not entry.in_host_memory():
        return Shares()
    arrived, sent = _words(recorded / "moved.DtoH"), _words(recorded / "moved.HtoD")
    known = [_words(Path(file)) for file in inputs.values() if Path(file).is_file()]
    foreign = _strangers(sent, np.concatenate([*known, arrived, np.zeros(1, np.uint32)]))
    given = 4 * foreign + max(0, seen.gave - FREE_BYTES * case.calls) + seen.moved_unseen
    made = 0
    for buffer in entry.buffers():
        own = seen.stored_by_host.get(buffer.name, 0)
        if buffer.direction == "in":
            given += own
        elif buffer.written and case.memory_of(buffer) in ("pinned", "managed"):
            made += own
        elif buffer.written and buffer.name in entry.to_host:
            for call in range(case.calls):
                made += _not_brought(arrived, inputs.get(f"{buffer.name}.{call}"), outputs.get(f"{buffer.name}.{call}"))
    return Shares(made=made, given=given)


def _not_brought(arrived: Words, before: str | None, after: str | None) -> int:
    """Bytes of a result that are neither what was there before nor came from the device."""
    if after is None:
        return 0
    now = _words(Path(after))
    old = _words(Path(before)) if before is not None and Path(before).is_file() else now[:0]
    return 4 * _strangers(now[now != old] if old.size == now.size else now, arrived)


def _strangers(words: Words, known: Words) -> int:
    """How many of `words` are none of `known`. Both are sorted first: of a million each that is quicker than any look-up in a table."""
    if not words.size or not known.size:
        return int(words.size)
    words, known = np.sort(words), np.sort(known)
    at = np.minimum(np.searchsorted(known, words), known.size - 1)
    return int(np.count_nonzero(known[at] != words))


def _words(file: Path) -> Any:
    """A file as 4-byte words; the last one is filled up with zeros."""
    data = file.read_bytes() if file.is_file() else b""
    return np.frombuffer(data + bytes(-len(data) % 4), np.uint32)
