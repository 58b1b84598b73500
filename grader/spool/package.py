"""Package: a student's folder or file -> a deterministic zip of the files that the assignment asks for; such a zip -> its parts, proven.

The manifest is the zip's comment, so that whoever unpacks it finds the student's files and nothing else. Its signature is an HMAC with
the student's key: a shared folder has no other way to tell one account of a lab machine from another.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from grader.assignment import Assignment
from grader.errors import SubmissionError
from grader.records import Record
from grader.spool.contract import Package, PackedFile
from grader.unpack import digest_of_files, unpack
from grader.unpack.archives import members_of
from grader.unpack.members import MAX_TOTAL_BYTES, show

FORMAT = 1
MAX_PACKAGE_BYTES = MAX_TOTAL_BYTES + (1 << 20)  # files are stored as they are; names and manifest are small
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip format's own zero: a file's time is no part of what is handed in
_MAX_MANIFEST_BYTES = 4096


class Manifest(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a package says of itself. Only `digest` can be proven from the files, and student and assignment by the signature."""

    warpgrade: int
    assignment: str
    student: str
    digest: str
    signature: str = ""


def pack(path: Path, assignment: Assignment, student: str = "", key: bytes | None = None) -> Package:
    """The package of a folder, file or archive. `key`: sha256 of the student's token, to sign with.
    Raises SubmissionError (a file is missing, unsafe or too large) as grading would."""
    source = unpack(path, assignment)
    return packed(source.files, assignment.slug, student, key, renamed=source.renamed)


def packed(files: Mapping[str, bytes], assignment: str, student: str = "", key: bytes | None = None, *, renamed: str = "") -> Package:
    """The package of these files: the same for the same arguments, on every machine."""
    digest = digest_of_files(files)
    signature = signed(key, assignment, student, digest) if key else ""
    manifest = Manifest(warpgrade=FORMAT, assignment=assignment, student=student, digest=digest, signature=signature)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # as on Unix, wherever it is made
            # stored, since zlib's output differs between its builds, and equal files are to be equal packages
            entry.compress_type = zipfile.ZIP_STORED
            archive.writestr(entry, files[name])
        archive.comment = msgspec.json.encode(manifest)
    return _package(manifest, files, buffer.getvalue(), renamed)


def opened(content: bytes) -> tuple[Package, dict[str, bytes]]:
    """A package's bytes -> what it says and holds: whole, and with files that its digest is of.
    Raises SubmissionError (BAD_ARCHIVE); nothing is written, and no more memory taken than the bounds of grader.unpack allow."""
    if len(content) > MAX_PACKAGE_BYTES:
        raise _bad(f"larger than {MAX_PACKAGE_BYTES >> 20} MiB")
    with _told():
        members = members_of(content) if content[:4] in (b"PK\3\4", b"PK\5\6") else None
    if members is None:
        raise _bad("no zip, or only a part of one")
    manifest = _manifest(content)
    files: dict[str, bytes] = {}
    for member in members:
        if member.name in files:
            raise _bad(f"{show(member.name)} is in it twice")
        with _told():
            files[member.name] = member.read()
    if not files:
        raise _bad("there is no file in it")
    if not hmac.compare_digest(digest_of_files(files), manifest.digest):
        raise _bad("its files aren't those that its manifest is of")
    return _package(manifest, files, content), files


def signed_by(package: Package, key: bytes) -> bool:
    """Whether the holder of this key packed these files for this assignment in this name. Takes the same time for each wrong signature."""
    expected = signed(key, package.assignment, package.student, package.digest)
    return hmac.compare_digest(expected.encode(), package.signature.encode("utf-8", "replace"))


def signed(key: bytes, assignment: str, student: str, digest: str) -> str:
    text = "\0".join(("warpgrade hand-in", str(FORMAT), assignment, student, digest))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _package(manifest: Manifest, files: Mapping[str, bytes], content: bytes, renamed: str = "") -> Package:
    listed = tuple(PackedFile(name=n, size_bytes=len(c), sha256=hashlib.sha256(c).hexdigest()) for n, c in sorted(files.items()))
    return Package(
        assignment=manifest.assignment,
        student=manifest.student,
        digest=manifest.digest,
        files=listed,
        content=content,
        signature=manifest.signature,
        renamed=renamed,
    )


def _manifest(content: bytes) -> Manifest:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            comment = archive.comment
        if not comment or len(comment) > _MAX_MANIFEST_BYTES:
            raise _bad("it has no manifest")
        manifest = msgspec.json.decode(comment, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _bad("its manifest can't be read") from None
    if manifest.warpgrade != FORMAT:
        raise _bad(f"its format is {manifest.warpgrade}, and {FORMAT} is what this version reads")
    return manifest


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What grader.unpack finds wrong with any archive, said of a package."""
    try:
        yield
    except SubmissionError as error:
        raise _bad(str(error)) from None


def _bad(reason: str) -> SubmissionError:
    return SubmissionError(f"not a package as `grader submit` makes it: {reason}; hand in with `grader submit`", verdict="BAD_ARCHIVE")
