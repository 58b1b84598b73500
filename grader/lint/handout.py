"""Rules about what students read: hand-outs in both languages, their links and figures, and that none of it holds an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from grader.handout import FIGURES, GIVEN, TEXTS
from grader.lint.finding import HANGUL, Finding, Folder, error, line_with, warning
from grader.toml_file import line_of

LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
SHAPE = {"heading": r"^#{1,3} ", "table row": r"^\|", "block of code": r"^```", "figure": r"!\["}


def handouts(folder: Folder) -> Iterator[Finding]:
    """Both hand-outs are there, in their languages, with the same parts; links lead somewhere; a figure is shown."""
    texts = {name: folder.text(name) for name in TEXTS}
    for name, text in texts.items():
        file = folder.assignment.folder / name
        if not text.strip():
            language = "Korean" if ".ko." in name else "English"
            yield error("handout", file, f"the {language} hand-out is missing", f"write it beside {_other(name)}")
        else:
            yield from _links(folder.assignment.folder, file, text)
            yield from _language(file, text, korean=".ko." in name)
    if all(text.strip() for text in texts.values()):
        yield from _same_shape(folder, texts)


def _other(name: str) -> str:
    return next(other for other in TEXTS if other != name)


def _language(file: Path, text: str, *, korean: bool) -> Iterator[Finding]:
    words = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
    if korean and len(HANGUL.findall(words)) < 50:
        yield error("handout", file, "the Korean hand-out has hardly any Korean in it", "translate README.md")
    if not korean and len(HANGUL.findall(words)) > 50:
        yield error("handout", file, "the English hand-out has Korean in it", "translate it; Korean stands in README.ko.md")
    if line := line_with(text, r"\bTODO\b"):
        yield warning("handout", file, "a TODO is left in it", "write that part", line)


def _links(folder: Path, file: Path, text: str) -> Iterator[Finding]:
    shown = set()
    for number, line in enumerate(text.splitlines(), 1):
        for target in LINK.findall(line):
            path = target.partition("#")[0]
            if "://" in path or not path:
                continue
            shown.add(path)
            if not (folder / path).exists():
                yield error("handout", file, f"{path} is linked and isn't there", "add the file or mend the link", number)
            elif "/" not in path and Path(path).suffix.lower() not in {*GIVEN, ".md"}:
                yield error("handout", file, f"{path} is linked, but students don't get it", "link what they get, or take it out", number)
    if not any(Path(path).suffix.lower() in FIGURES for path in shown):
        yield warning("handout", file, "shows no figure", "one picture of what moves where; an .svg in the folder")


def _same_shape(folder: Folder, texts: dict[str, str]) -> Iterator[Finding]:
    file = folder.assignment.folder / TEXTS[1]
    for what, pattern in SHAPE.items():
        english, korean = (len(re.findall(pattern, texts[name], re.M)) for name in TEXTS)
        if english != korean:
            message = f"{TEXTS[0]} has {_count(english, what)}, {TEXTS[1]} {korean}"
            yield warning("handout", file, message, "bring the translation up to date")


def _count(number: int, noun: str) -> str:
    plural = noun.replace("block", "blocks", 1) if noun.startswith("block") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def title(folder: Folder) -> Iterator[Finding]:
    """The title is in both languages."""
    titles, text = folder.assignment.title, folder.text("assignment.toml")
    if not HANGUL.search(titles["ko"]):
        yield warning(
            "title", folder.toml, f"the Korean title {titles['ko']!r} has no Korean in it", "translate it", line_of(text, ("title",))
        )
    if HANGUL.search(titles["en"]):
        yield error("title", folder.toml, f"the English title {titles['en']!r} is Korean", "translate it", line_of(text, ("title",)))


def released(folder: Folder) -> Iterator[Finding]:
    """What `grader release` would give out has no answer in it."""
    from grader.release import leaks
    from grader.release import released as files_of

    root = folder.assignment.folder
    for leak in leaks(files_of(folder.assignment).files, [folder.assignment]):
        remedy = "take it out; in problem.py and test_public.py `# BEGIN STAFF` and `# END STAFF` keep a part from students"
        yield error("release", root / leak.file, f"students would get {leak.what}", remedy, leak.line)
