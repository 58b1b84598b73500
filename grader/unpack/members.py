"""Members: what a submission holds, before anyone asks which of it counts. Bounds and the errors that name them live here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from grader.errors import SubmissionError

MAX_MEMBERS = 1000
MAX_FILE_BYTES = 4 << 20
MAX_TOTAL_BYTES = 16 << 20
MAX_ARCHIVE_BYTES = 32 << 20
MAX_NAME_BYTES = 512
NOTEBOOK = ".ipynb"


class Member(NamedTuple):
    """One regular file: its name with forward slashes, its stated size, and how to read it (never more than most_bytes(name))."""

    name: str
    byte_count: int
    read: Callable[[], bytes]


def bad_archive(message: str) -> SubmissionError:
    return SubmissionError(message, verdict="BAD_ARCHIVE")


def show(name: str) -> str:
    """A member's name that is safe to print: control and direction characters are spelled out, long names cut."""
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name)
    return text if len(text) <= 80 else text[:77] + "…"


def safe_name(name: str) -> str:
    """The name with forward slashes and without `./`. Raises BAD_ARCHIVE if it leads out of the archive or can't be a file's name."""
    if "\0" in name or any(ord(c) < 32 or ord(c) == 127 for c in name):
        raise bad_archive(f"the name {show(name)} holds a control character; pack the files again under plain names")
    if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME_BYTES:
        raise bad_archive(f"the name {show(name)} is longer than {MAX_NAME_BYTES} bytes; pack the files again under plain names")
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or re.match(r"[A-Za-z]:", slashed):
        raise bad_archive(f"{show(name)} is an absolute path; pack the files from inside their folder, so that names are relative")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise bad_archive(f"{show(name)} leads out of the archive (..); pack the files from inside their folder")
    return "/".join(parts)


def too_many() -> SubmissionError:
    return bad_archive(f"more than {MAX_MEMBERS} files; submit only the files that the assignment asks for")


def most_bytes(name: str) -> int:
    """How large a file may be. Notebooks hold outputs, pictures too; their cells' texts are all that is kept of them."""
    return MAX_TOTAL_BYTES if name.lower().endswith(NOTEBOOK) else MAX_FILE_BYTES


def too_large(name: str) -> SubmissionError:
    if name.lower().endswith(NOTEBOOK):
        remedy = "clear its outputs (in Jupyter: Edit, Clear Outputs of All Cells), save it, and submit it again"
        text = f"{show(name)} is larger than {MAX_TOTAL_BYTES >> 20} MiB; {remedy}"
        return SubmissionError(text, verdict="BAD_NOTEBOOK", file=show(name.rpartition("/")[2]))
    return bad_archive(f"{show(name)} is larger than {MAX_FILE_BYTES >> 20} MiB; source files are small: leave build outputs and data out")


def too_large_in_all() -> SubmissionError:
    return bad_archive(f"unpacks to more than {MAX_TOTAL_BYTES >> 20} MiB; submit only the files that the assignment asks for")


def special(name: str, kind: str) -> SubmissionError:
    return bad_archive(f"{show(name)} is a {kind}; submit the file itself instead")
