"""Rules about the checks: points, both languages, what public ones may look at, the codes that they give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from grader.lint.finding import HANGUL, Finding, Folder, error, line_with, warning
from grader.verdicts import VERDICTS

POINTS = 100.0
FILES = ("test_public.py", "test_hidden.py")


def points(folder: Folder) -> Iterator[Finding]:
    """On each kind of device the checks add up to 100 points."""
    for device, checks in folder.checks.items():
        total = sum(check.max_points for check in checks)
        if checks and abs(total - POINTS) > 1e-6:
            parts = {name: sum(c.max_points for c in checks if c.id.startswith(name)) for name in FILES}
            told = ", ".join(f"{name} {value:g}" for name, value in parts.items())
            text = folder.text(FILES[0])
            line = line_with(text, r"pytest\.mark\.points\(")
            message = f"the points of the checks for {device} add up to {total:g}: {told}"
            yield error("points", folder.assignment.folder / FILES[0], message, "make them 100", line)


def languages(folder: Folder) -> Iterator[Finding]:
    """Each check has a title in both languages, and a hint in both or in none."""
    for check in folder.each_check():
        file, line = folder.place(check.id)
        name = check.id.partition("::")[2]
        if check.title == name.partition("[")[0] or not check.title:
            yield error("languages", file, f"{name} has no title", "a docstring whose first line students understand", line)
        elif not check.title_ko:
            yield error("languages", file, f"{name} has no Korean title", '@pytest.mark.korean("제목")', line)
        elif not HANGUL.search(check.title_ko) and check.title_ko != check.title:
            yield error("languages", file, f"the Korean title of {name} isn't Korean", "translate the docstring's first line", line)
        elif _figures(check.title) != _figures(check.title_ko):
            yield warning("languages", file, f"the titles of {name} name different figures", "bring the translation up to date", line)
    for name in FILES:
        yield from _hints(folder, name)


def _figures(text: str) -> list[str]:
    """The numbers in a title. 1 is a word in one language and a figure in the other."""
    return [figure for figure in re.findall(r"\d+", text) if figure != "1"]


def _hints(folder: Folder, name: str) -> Iterator[Finding]:
    """Read from the source: a hint isn't part of a check that nobody failed."""
    import ast

    for node in ast.parse(folder.text(name)).body:
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_")):
            continue
        english = "\n" in (ast.get_docstring(node) or "")
        marks = [m for m in node.decorator_list if isinstance(m, ast.Call) and getattr(m.func, "attr", "") == "korean"]
        if not marks:
            continue  # no Korean title either, and told so; or a mark that several checks share
        korean = any(keyword.arg == "hint" for keyword in marks[0].keywords)
        if english != korean:
            has, lacks = ("English", "Korean") if english else ("Korean", "English")
            remedy = '@pytest.mark.korean("…", hint="…")' if english else "a second paragraph of the docstring"
            yield error(
                "languages", folder.assignment.folder / name, f"{node.name} has a hint in {has} and none in {lacks}", remedy, node.lineno
            )


def public_cases(folder: Folder) -> Iterator[Finding]:
    """A public check looks at public cases only: students haven't got the others."""
    hidden = {case.id for case in folder.assignment.cases if case.visibility == "hidden"}
    for check in folder.each_check():
        if check.id.startswith(FILES[0]) and (seen := [case for case in check.cases if case in hidden]):
            file, line = folder.place(check.id)
            message = f"{check.id.partition('::')[2]} looks at the hidden case {', '.join(seen)}"
            yield error("public-cases", file, message, f"make the case public, or move the check to {FILES[1]}", line)


def unused_cases(folder: Folder) -> Iterator[Finding]:
    """Every case is looked at by a check of correctness or performance: else it costs time and tells nothing."""
    from grader.toml_file import line_of

    seen = {case for check in folder.each_check() if check.category != "cleanliness" for case in check.cases}
    text = folder.text("assignment.toml")
    for case in folder.assignment.cases:
        if case.id not in seen:
            line = line_of(text, ("case", case.index, "id"))
            yield warning("unused-case", folder.toml, f"no check of its result looks at case {case.id}", "name it in a check's cases", line)


def hidden_part(folder: Folder) -> Iterator[Finding]:
    """There are hidden checks, and hidden cases if there are cases: what students know in full can be written down."""
    if not (folder.assignment.folder / FILES[1]).is_file():
        file = folder.assignment.folder / FILES[1]
        yield warning(
            "hidden", file, "there are no hidden checks", "odd sizes, a second call, poisoned outputs: what the contract promises"
        )
    elif folder.assignment.cases and all(case.visibility == "public" for case in folder.assignment.cases):
        yield warning("hidden", folder.toml, "no case is hidden", "add sizes and values that students don't know")


def codes(folder: Folder) -> Iterator[Finding]:
    """Every verdict that the assignment's own files name is in the table, with words in both languages."""
    for file in (*(folder.assignment.folder / name for name in FILES), *folder.assignment.problem_files):
        for number, line in enumerate(folder.text(file.name).splitlines(), 1):
            for code in re.findall(r"""verdict=["']([A-Z0-9_]+)["']|\.fail\(\s*["']([A-Z0-9_]+)["']""", line):
                yield from _code(next(filter(None, code)), file, number)
    for subject in folder.subjects:
        if subject.mutant is not None:
            toml = folder.assignment.reference / "mutants.toml"
            yield from _code(subject.mutant.verdict, toml, line_with(toml.read_text(encoding="utf-8"), rf'"{subject.mutant.name}"'))


def _code(code: str, file: Path, line: int | None) -> Iterator[Finding]:
    row = VERDICTS.get(code)
    if row is None:
        yield error("verdicts", file, f"{code} is no verdict", "add a row to grader/verdicts/, or correct the code", line)
        return
    for part in ("title", "explanation", "look_at"):
        text = getattr(row, part)
        if not text.en.strip() or not HANGUL.search(text.ko):
            remedy = "complete its row in grader/verdicts/"
            yield error("verdicts", file, f"{code} has no {part} in {'English' if not text.en.strip() else 'Korean'}", remedy, line)
