"""Frames: however a stream of bytes is cut, the same records come out; what is no frame is said so or is the end."""

from __future__ import annotations

import io
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engine.contract import Outcome
from grader.engine.frames import MAX_FRAME_BYTES, Buffer, pack, read

outcomes = st.lists(
    st.builds(
        Outcome,
        task=st.integers(0, 2**63 - 1),
        fault=st.text(max_size=40),
        blobs=st.dictionaries(st.text(max_size=8), st.binary(max_size=300), max_size=3),
    ),
    max_size=6,
)


@given(outcomes, st.data())
def test_any_split_gives_the_same_frames(records: list[Outcome], data: st.DataObject) -> None:
    stream = b"".join(pack(record) for record in records)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    buffer = Buffer()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += buffer.add(stream[start:end])
    assert [msgspec.msgpack.decode(body, type=Outcome) for body in found] == records


@given(outcomes, st.data())
def test_a_stream_that_breaks_off_gives_whole_frames_only(records: list[Outcome], data: st.DataObject) -> None:
    frames = [pack(record) for record in records]
    stream = b"".join(frames)
    end = data.draw(st.integers(0, len(stream)))
    whole = [frame[8:] for index, frame in enumerate(frames) if sum(map(len, frames[: index + 1])) <= end]
    source = io.BytesIO(stream[:end])
    bodies = []
    while (body := read(source)) is not None:
        bodies.append(body)
    assert bodies == whole
    assert Buffer().add(stream[:end]) == whole


def test_an_impossible_length_is_the_end_or_an_error() -> None:
    head = struct.pack("<Q", MAX_FRAME_BYTES + 1)
    assert read(io.BytesIO(head + b"abc")) is None
    with pytest.raises(ValueError, match="2,147,483,649 bytes"):
        Buffer().add(head)
