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
    foreign = _strange(sent, np.concatenate([*known, np.zeros(1, np.uint32)]))
    if arrived.size and foreign.any():
        foreign[foreign] = ~_came_before(sent[foreign], np.flatnonzero(foreign), arrived, recorded / "moved.order")
    given = 4 * int(np.count_nonzero(foreign)) + max(0, seen.gave - FREE_BYTES * case.calls) + seen.moved_unseen
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
    changed = now[now != old] if old.size == now.size else now
    return 4 * int(np.count_nonzero(_strange(changed, np.concatenate([arrived, np.zeros(1, np.uint32)]))))  # clearing is no result


def _strange(words: Words, known: Words) -> NDArray[np.bool_]:
    """Which of `words` are none of `known`. Those are sorted first: of a million that is quicker than any look-up in a table."""
    if not words.size or not known.size:
        return np.full(words.size, fill_value=True)
    order = np.argsort(words)
    known, found = np.sort(known), np.empty(words.size, np.bool_)
    at = np.minimum(np.searchsorted(known, words[order]), known.size - 1)
    found[order] = known[at] != words[order]
    return found


def _came_before(words: Words, places: NDArray[np.intp], arrived: Words, order: Path) -> NDArray[np.bool_]:
    """Which of `words`, that went up at these places of all that did, had come down before. `order`: of each piece that went up its bytes,
    and how many had come down when it did."""
    pieces = np.fromfile(order, np.uint64).reshape(-1, 2) if order.is_file() else np.zeros((0, 2), np.uint64)
    if not pieces.size:
        return np.zeros(words.size, np.bool_)
    piece = np.searchsorted(np.cumsum(pieces[:, 0]), 4 * places.astype(np.uint64), side="right")
    had_come = pieces[np.minimum(piece, len(pieces) - 1), 1] // 4
    values, first = np.unique(arrived, return_index=True)
    at = np.minimum(np.searchsorted(values, words), values.size - 1)
    found: NDArray[np.bool_] = (values[at] == words) & (first[at] < had_come)
    return found


def _words(file: Path) -> Any:
    """A file as 4-byte words; the last one is filled up with zeros."""
    data = file.read_bytes() if file.is_file() else b""
    return np.frombuffer(data + bytes(-len(data) % 4), np.uint32)
