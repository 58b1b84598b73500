"""The report's folder: pages by name → files, each written only if what it shows has changed; what is no longer in the report goes.

`.report.json` says which pages there are, what each showed (a digest) and for whom the report is. A folder holds a report for one audience:
names must not stay behind where an anonymous one is written. A page's own head tells the same, should that file be lost or damaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.files import write_atomically
from grader.records import Record
from grader.report.course.people import Audience
from grader.toolchain import UsageError

MANIFEST = ".report.json"
FULL_REPORTS = "grades"  # folder of the submissions' own pages
_GENERATOR = re.compile(r'<meta name="generator" content="Warpgrade course report: (staff|students|anonymous)(?:; ([^"]*))?">')
_HEAD_BYTES = 4096
_OURS = ("index.html", "assignment-*.html", "student-*.html", f"{FULL_REPORTS}/*.html")


class Entry(Record, frozen=True, kw_only=True):
    """A page as it was last written. `of`: whose it is, where a folder holds pages of single students."""

    digest: str  # "" if it may be a half-told story: begun and not finished
    of: str = ""


class Manifest(Record, frozen=True, kw_only=True):
    version: int = 1
    audience: Audience
    assignment: str = ""  # of a report about one alone
    pages: dict[str, Entry] = {}


class Counts(Record, frozen=True, kw_only=True):
    written: int
    unchanged: int
    removed: int


def generator(audience: Audience, assignment: str) -> str:
    """What a page's head says of its origin; `recovered` reads it back."""
    return f"Warpgrade course report: {audience}" + (f"; {assignment}" if assignment else "")


class Folder:
    """One writing of a report. Raises UsageError if the folder holds something else, HarnessError if it can't be written."""

    def __init__(self, path: Path, audience: Audience, assignment: str = "") -> None:
        self.path = path
        self._written = self._unchanged = 0
        self._now: dict[str, Entry] = {}
        try:
            if not path.is_dir():  # others may read an anonymous report only
                path.mkdir(parents=True, mode=0o755 if audience == "anonymous" else 0o700)
            before = _read(path) or _recovered(path)
        except OSError as error:
            raise HarnessError(f"the report can't be written to {path}: {error.strerror}. Give a folder that you may write to") from error
        if before is None and (path / "index.html").exists():
            raise UsageError(f"{path} has an index.html that is no course report; name another folder with --to")
        if before is not None and (before.audience, before.assignment) != (audience, assignment):
            raise UsageError(
                f"{path} holds a report {_kind(before.audience, before.assignment)}; one {_kind(audience, assignment)} needs its own "
                "folder: name it with --to, or remove the old one"
            )
        self._before = before or Manifest(audience=audience, assignment=assignment)

    def begin(self, names: Collection[str], of: str = "") -> None:
        """Says which pages will be there before the first is written: should this be killed, the next writing knows what to remove."""
        new = {name: Entry(digest="", of=of) for name in names if name not in self._before.pages}
        if new:
            self._before = msgspec.structs.replace(self._before, pages={**self._before.pages, **new})
            self._keep(self._before)

    def page(self, name: str, digest: str, text: Callable[[], str], *, of: str = "", anyway: bool = False) -> None:
        """Writes a page unless it shows the same already. `text` is asked only if it is needed."""
        before, file = self._before.pages.get(name), self.path / name
        if not anyway and before is not None and before.digest == digest and file.is_file():
            self._unchanged += 1
        else:
            try:
                file.parent.mkdir(exist_ok=True)
            except OSError as error:
                raise HarnessError(f"{file.parent} can't be made: {error.strerror}; name another folder") from error
            write_atomically(file, text().encode("utf-8"))
            self._written += 1
        self._now[name] = Entry(digest=digest, of=of)

    def finish(self, *, only_of: str = "") -> Counts:
        """Removes the pages that were not written now; with `only_of`, only those of one person."""
        gone = [name for name, entry in self._before.pages.items() if name not in self._now and (not only_of or entry.of == only_of)]
        removed = 0
        for name in gone:
            try:
                (self.path / name).unlink()
                removed += 1
            except FileNotFoundError:
                pass
            except OSError as error:
                raise HarnessError(f"{self.path / name} is out of date and can't be removed: {error.strerror}; remove it") from error
        kept = {name: entry for name, entry in self._before.pages.items() if name not in gone}
        after = msgspec.structs.replace(self._before, pages=dict(sorted({**kept, **self._now}.items())))
        if after != self._before:
            self._keep(after)
        return Counts(written=self._written, unchanged=self._unchanged, removed=removed)

    def _keep(self, manifest: Manifest) -> None:
        write_atomically(self.path / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def _read(path: Path) -> Manifest | None:
    """None if there is no manifest, or what is there says nothing."""
    try:
        found = msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    inside = path.resolve()
    # names of a file that anybody may have written: none of them leads out of the folder
    pages = {
        name: entry for name, entry in found.pages.items() if name.endswith(".html") and (path / name).resolve().is_relative_to(inside)
    }
    return msgspec.structs.replace(found, pages=pages)


def _recovered(path: Path) -> Manifest | None:
    """By what the pages themselves say: all of ours, to be written anew or removed. None if there are none."""
    found: dict[str, re.Match[str]] = {}
    for pattern in _OURS:
        for file in path.glob(pattern):
            with file.open("rb") as stream:
                if match := _GENERATOR.search(stream.read(_HEAD_BYTES).decode("utf-8", "replace")):
                    found[file.relative_to(path).as_posix()] = match
    if not found:
        return None
    kinds = {match.groups(default="") for match in found.values()}
    audience, assignment = min(kinds, key=lambda kind: ("staff", "students", "anonymous").index(kind[0]))
    pages = {name: Entry(digest="") for name in found}
    return msgspec.convert({"audience": audience, "assignment": assignment, "pages": msgspec.to_builtins(pages)}, Manifest)


def _kind(audience: Audience, assignment: str) -> str:
    words = {"staff": "for staff, with names", "students": "for single students", "anonymous": "without names"}[audience]
    return f"{words}, of {assignment} alone" if assignment else words
