"""Everything that people and programs are shown of a grade: Grade -> what in it could act instead of being read. Empty is good.

Pages, terminal, tables, logs of a CI. A submission has a say in file names, compiler messages, names of kernels, its own text; a student in
their name. `OWNED` in an attribute, a line of its own or a formula is the mark of a text that got out of its place.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import msgspec
from rich.console import Console

from grader.assignment import Assignment
from grader.cli import gcc
from grader.cli.grade_report import causes, in_full, one_line
from grader.cli.words import chosen
from grader.export import EXPORTERS, Graded, Material
from grader.export.annotations import command
from grader.records import Grade
from grader.report import render
from tests.export import making

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r"^\s*[=+\-@\t\r](?![\d.]+%?$).")
_ADDRESS = re.compile(r"\s*(?:javascript|data|vbscript|https?|//|file):?", re.I)
_WORKFLOW = re.compile(r"^(?:::(?!error|warning|notice|group|endgroup)|##\[)", re.M)
NAMES = (
    "<script>owned()</script>",
    "=HYPERLINK(\"http://owned\",\"x\")",
    "\x1b]0;owned\x07\x1b[2J",
    "owned\n::set-output name=owned::1",
    "{{ 7*7 }}{% owned %}${owned}",
    "\u202egnp.owned",
    "' onload=owned()",
)  # fmt: skip


class _Page(HTMLParser):
    """Elements and attributes that act, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        if tag in ("iframe", "object", "embed", "base", "form", "img", "audio", "video") or "owned" in tag:
            self.faults.append(f"a page has the element {tag}")
        for name, value in attrs:
            if name.startswith("on") or "owned" in name:
                self.faults.append(f"a page has the attribute {tag} {name}")
            if name in ("src", "href", "action", "xlink:href") and value != "data:," and _ADDRESS.match(value or ""):  # ours: no favicon
                self.faults.append(f"a page leads to {value!r:.60}")

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def ill_shown(grade: Grade, assignment: Assignment, folder: Path, names: Sequence[str] = NAMES) -> list[str]:
    """What is wrong with how this grade is shown, under its own label and under `names`."""
    grades = [grade, *(msgspec.structs.replace(grade, submission=name) for name in names)]
    found: list[str] = []
    for language in ("en", "ko"):
        render(grades, folder / language, language=language)
        for page in (folder / language).iterdir():
            found += page_faults(page.read_text(encoding="utf-8"))
    for each in grades:
        found += _lines(each, assignment)
    found += _exports(grade, names)
    return list(dict.fromkeys(found))


def page_faults(text: str) -> Iterator[str]:
    """What acts in a page."""
    page = _Page()
    page.feed(text)
    yield from page.faults
    if any("owned" in script for script in page.scripts):
        yield "a page runs a script of the submission's"
    if _CONTROL.search(text):
        yield "a page holds control characters"


def _lines(grade: Grade, assignment: Assignment) -> Iterator[str]:
    """Terminal and logs. The console writes no colours here, so any escape sequence is the submission's."""
    words = chosen("en")
    out = io.StringIO()
    console = Console(file=out, width=120, color_system=None, force_terminal=False, legacy_windows=False)
    in_full(console, grade, assignment, words)
    console.print(one_line(grade, words))
    for line in gcc.lines(grade, causes(grade), lambda name: name, words):
        out.write(line + "\n")
    for problem in grade.problems:
        out.write(command("error", problem.message, file=problem.file or "", line=problem.line, title=problem.verdict) + "\n")
    yield from log_faults(out.getvalue())


def log_faults(text: str) -> Iterator[str]:
    """What acts in the lines of a terminal or of a CI's log."""
    if found := _CONTROL.search(text):
        yield f"a terminal gets the character {found[0]!r}"
    if found := _WORKFLOW.search(text):
        yield f"a log has a line that begins with {text[found.start() : found.start() + 20]!r}"


def _exports(grade: Grade, names: Sequence[str]) -> Iterator[str]:
    students = [making.student(f"s{number}", name) for number, name in enumerate(names or ("A Student",))]
    graded = Graded.of(grade)
    standings = tuple(making.standing(student, grade.assignment, 50.0) for student in students)
    material = Material(standings=standings, grades=lambda standing: graded)
    for exporter in EXPORTERS.values():
        for file in exporter.write(material).files:
            yield from export_faults(exporter.name, file.name, file.content)


def export_faults(format: str, name: str, content: bytes) -> Iterator[str]:
    """What acts in a file that another program opens, or in its name."""
    if re.search(r"(^|/)\.\.(/|$)|^/|[\x00-\x1f\\:]", name):
        yield f"{format} has a file named {name!r}"
    text = content.decode("utf-8-sig")
    if _CONTROL.search(text.replace("\r\n", "\n")):
        yield f"{format} holds control characters"
    if name.endswith(".csv"):
        for row in csv.reader(io.StringIO(text, newline="")):
            yield from (f"{format} has the cell {cell[:40]!r}" for cell in row if _FORMULA.match(cell))
    elif name.endswith(".xml"):
        if "owned" in {element.tag.lower() for element in ET.fromstring(text).iter()}:
            yield f"{format} has an element of the submission's"
    elif name.endswith((".json", ".sarif")):
        json.loads(text)
