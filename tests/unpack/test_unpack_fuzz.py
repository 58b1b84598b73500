"""Whatever bytes come: a Source or a SubmissionError, soon, and nothing written."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.errors import SubmissionError
from grader.unpack import unpack

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def seed(kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/gemm.cu", "int x;\n" * 40)
            archive.writestr("b.txt", "hello")
    else:
        with tarfile.open(fileobj=out, mode=kind) as archive:  # type: ignore[call-overload]
            for name in ("a/gemm.cu", "b" * 150):
                info = tarfile.TarInfo(name)
                info.size = 280
                archive.addfile(info, io.BytesIO(b"int x;\n" * 40))
    return out.getvalue()


SEEDS = {kind: seed(kind) for kind in ("zip", "w", "w:gz", "w:bz2", "w:xz")}


def settles(data: bytes, name: str, assignment: Assignment) -> None:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made, name)
        path.write_bytes(data)
        try:
            source = unpack(path, assignment)
        except SubmissionError as error:
            assert error.verdict in ("MISSING_FILE", "BAD_ARCHIVE")
            assert str(error).isprintable()
        else:
            assert set(source.files) == {"gemm.cu"} and len(source.files["gemm.cu"]) <= 4 << 20
        assert [p.name for p in Path(made).iterdir()] == [name]


@QUICK
@given(st.binary(max_size=2000), st.sampled_from(["s.zip", "s.tar", "s.tar.gz", "s.tar.xz", "gemm.cu", "upload"]))
def test_any_bytes(gemm: Assignment, data: bytes, name: str) -> None:
    settles(data, name, gemm)


@QUICK
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 1 << 16),
)
def test_damaged_archives(gemm: Assignment, kind: str, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SEEDS[kind])
    for at, value in changes:
        data[at % len(data)] = value
    if cut % 4 == 0:
        del data[cut % len(data) :]
    settles(bytes(data), "s.zip" if kind == "zip" else "s.tar", gemm)


@QUICK
@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.binary(max_size=50)), max_size=6), st.booleans())
def test_any_names(gemm: Assignment, members: list[tuple[str, bytes]], as_zip: bool) -> None:
    out = io.BytesIO()
    try:
        if as_zip:
            with zipfile.ZipFile(out, "w") as archive:
                for name, content in members:
                    archive.writestr(name, content)
        else:
            with tarfile.open(fileobj=out, mode="w") as tar:
                for name, content in members:
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
    except (UnicodeEncodeError, ValueError, IndexError):  # IndexError: zipfile's own, for a name that begins with NUL
        return  # a name that can't even be packed
    settles(out.getvalue(), "s.zip" if as_zip else "s.tar", gemm)
