"""Text: is this a source file? Strips a byte order mark, refuses what no compiler could read, decodes for display."""

from __future__ import annotations

import codecs

from grader.errors import SubmissionError

_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b") + b"\x7f"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def source_text(name: str, data: bytes) -> bytes:
    """The bytes as the compiler shall see them: unchanged (line endings and Korean code pages too), but for a UTF-8 byte order mark.
    Raises SubmissionError (BAD_ARCHIVE) if it is no text."""
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    if data.startswith(_UTF16):
        raise SubmissionError(f"{name} is UTF-16; save it as UTF-8 and submit it again", verdict="BAD_ARCHIVE", file=name, line=1)
    position = data.find(b"\0")
    if position >= 0 or 50 * sum(data.count(bytes([b])) for b in _CONTROL) > len(data):
        line = data.count(b"\n", 0, max(position, 0)) + 1
        message = f"{name} is not a text file (it looks binary); submit the source file itself, not an object file or an archive"
        raise SubmissionError(message, verdict="BAD_ARCHIVE", file=name, line=line)
    return data


def display_text(data: bytes) -> str:
    """For the report: UTF-8, else the Korean code page, else with replacement marks; line endings as \\n, so that line numbers agree."""
    for encoding in ("utf-8", "cp949"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
