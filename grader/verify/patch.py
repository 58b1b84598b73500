"""Patch: a unified diff and a text -> the patched text. Exact: a hunk that doesn't fit where it says is refused, so a mutant can't rot
unnoticed."""

from __future__ import annotations

import re

from grader.errors import AssignmentError

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def split_files(diff: str) -> dict[str, list[str]]:
    """File name (as after `+++ b/`) -> the lines of its hunks."""
    files: dict[str, list[str]] = {}
    current: list[str] | None = None
    old_left = new_left = 0
    for line in diff.splitlines():
        if current is not None and (old_left > 0 or new_left > 0):
            # inside a hunk a line that begins with --- is a removed line that begins with --
            old_left -= line[:1] in (" ", "-", "")
            new_left -= line[:1] in (" ", "+", "")
            current.append(line)
        elif current and line.startswith("\\"):  # belongs to the hunk that just ended
            current.append(line)
        elif line.startswith("+++ "):
            name = line[4:].split("\t")[0].strip()
            current = files.setdefault(re.sub(r"^[ab]/", "", name), [])
        elif match := HUNK.match(line):
            if current is None:
                raise AssignmentError(f"the patch has a hunk before any '+++ file' line: {line}")
            old_left, new_left = int(match[2] or 1), int(match[4] or 1)
            current.append(line)
    return files


def apply(diff: str, files: dict[str, str], name: str) -> dict[str, str]:
    """The texts with every hunk of the diff applied. `name` is for messages. Raises AssignmentError that says which hunk doesn't fit."""
    result = dict(files)
    parts = split_files(diff)
    if not parts:
        raise AssignmentError(f"{name} is no unified diff: it has no '+++ file' line; make it with diff -u")
    for path, lines in parts.items():
        target = path if path in result else path.rsplit("/", 1)[-1]
        if target not in result:
            # a patch made against a rung's own name patches the student's file, if there is just one
            if len(result) != 1:
                raise AssignmentError(f"{name} patches {path}; the solution has {', '.join(result)}")
            target = next(iter(result))
        result[target] = _hunks(result[target], lines, name)
    return result


def _hunks(text: str, lines: list[str], name: str) -> str:
    old = text.splitlines(keepends=True)
    new: list[str] = []
    at = 0
    for line in lines:
        if match := HUNK.match(line):
            start = int(match[1]) - (match[2] != "0")  # an insertion's line is the one before it
            if not at <= start <= len(old):
                raise AssignmentError(f"{name}: the hunk {line!r} lies outside of the file; make the patch anew")
            new += old[at:start]
            at = start
        elif line.startswith("\\"):  # "\ No newline at end of file" belongs to the line before
            if new and new[-1].endswith("\n"):
                new[-1] = new[-1][:-1]
        elif line.startswith("+"):
            new.append(line[1:] + "\n")
        else:
            here = old[at].rstrip("\r\n") if at < len(old) else None
            if here != line[1:]:
                raise AssignmentError(
                    f"{name} doesn't fit line {at + 1}: the patch says {line[1:]!r}, the file {here!r}; make the patch anew"
                )
            if not line.startswith("-"):
                new.append(old[at])
            at += 1
    return "".join(new + old[at:])
