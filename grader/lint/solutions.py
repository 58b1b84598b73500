"""Rules about the reference's folder: the starter that is made of it, honest solutions, mutants and their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from grader.fences import FenceError
from grader.lint.finding import Finding, Folder, error, line_with, warning
from grader.release.leaks import texts_of
from grader.starters import starter_text
from grader.verdicts import VERDICTS
from grader.verify import Subject

FIX = "python tools/make_starters.py, or `grader lint --fix`"
HONEST = 3  # styles of correct solutions that an assignment should be tried on
# Findings of a device that have no line, always or in some cases: an error that the launcher made up itself, results that the host
# computed.
NO_PLACE = {"KERNEL_NOT_RUN", "LEAK", "LAUNCH_FAILED", "FORBIDDEN_TRANSFER"}


def starter(folder: Folder) -> Iterator[Finding]:
    """The starter is the reference without what stands between its fences."""
    assignment = folder.assignment
    given = {source for program in assignment.given for source in program.sources}
    for name in assignment.files:
        reference, made = assignment.reference / name, assignment.folder / "starter" / name
        if not made.is_file():
            yield error("starter", made, "is missing: students begin with it", FIX)
        if not reference.is_file() or not made.is_file():
            continue
        text, begun = reference.read_text(encoding="utf-8"), made.read_text(encoding="utf-8")
        if text == begun:
            yield error("starter", made, "is the reference itself", "take the solution out")
            continue
        try:
            wanted = starter_text(name, text, given, str(reference))
        except FenceError as problem:
            line = re.search(r":(\d+): ", str(problem))
            told = re.sub(r"^(\d+: | )", "", str(problem).removeprefix(f"{reference}:"))
            yield error("starter", reference, told, "mend the file", int(line[1]) if line else None)
            continue
        if wanted is not None and begun != wanted:
            pairs = zip(begun.splitlines(), wanted.splitlines(), strict=False)
            short = min(begun.count("\n"), wanted.count("\n"))
            different = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), short + 1)
            yield error("starter", made, "isn't what the reference leaves when its solution is taken out", FIX, different)


def honest(folder: Folder) -> Iterator[Finding]:
    """Correct solutions in other styles are there."""
    count = sum(subject.kind == "honest" for subject in folder.subjects)
    if count < HONEST:
        place = folder.assignment.reference / "honest"
        message = f"{count} of {HONEST} honest solutions"
        yield warning("honest", place, message, "add correct ones in other styles: checks must not punish a style")


def mutants(folder: Folder) -> Iterator[Finding]:
    """Each mutant's lines exist and have code on them; a finding of the device has a line; no file is forgotten."""
    toml = folder.assignment.reference / "mutants.toml"
    if not toml.is_file():
        yield error(
            "mutants", toml, "is missing: nothing shows that the checks find anything", "one wrong solution for each mistake you expect"
        )
        return
    text = toml.read_text(encoding="utf-8")
    wrong = [subject for subject in folder.subjects if subject.kind == "mutant"]
    if not wrong:
        yield error("mutants", toml, "names no mutant", "one wrong solution for each mistake you expect")
    for subject in wrong:
        at = line_with(text, rf'^\s*name\s*=\s*"{re.escape(subject.name)}"')
        yield from _lines(toml, at, subject)
        yield from _said(folder, toml, at, subject)
    yield from _forgotten(folder, toml, text)


def _lines(toml: Path, at: int | None, subject: Subject) -> Iterator[Finding]:
    mutant = subject.mutant
    assert mutant is not None
    texts = {place: text.splitlines() for name, content in subject.files.items() for place, text in texts_of(name, content).items()}
    for line in mutant.lines:
        there = {name: lines[line - 1] for name, lines in texts.items() if 0 < line <= len(lines)}
        if not there:
            longest = max(map(len, texts.values()))
            yield error("mutants", toml, f"mutant {mutant.name}: there is no line {line}; its file has {longest}", "correct lines", at)
        elif not any(map(_code, there.values())):
            shown = next(iter(there.values())).strip() or "blank"
            yield error("mutants", toml, f"mutant {mutant.name}: line {line} has no code on it ({shown[:60]})", "correct lines", at)


def _said(folder: Folder, toml: Path, at: int | None, subject: Subject) -> Iterator[Finding]:
    """Line and case are named. The emulated GPU's findings have a line; where a command runs (a framework, say), nobody sees the access."""
    mutant = subject.mutant
    assert mutant is not None
    category = VERDICTS[mutant.verdict].category
    commands = {case.id for case in folder.assignment.cases if case.run}
    seen = not mutant.cases or not set(mutant.cases) <= commands
    if category == "device" and mutant.verdict not in NO_PLACE and not mutant.lines and seen:
        remedy = "say lines = [...]: a finding that names the wrong line helps nobody"
        yield warning("mutants", toml, f"mutant {mutant.name}: {mutant.verdict} has a line", remedy, at)
    if not mutant.cases and not mutant.blind and category != "build" and not mutant.verdict.startswith("ANSWER"):
        yield warning("mutants", toml, f"mutant {mutant.name}: no case is named in which it shows", "say cases = [...]", at)


def _code(line: str) -> bool:
    """Whether something is done on a line: not blank, no comment, no lone brace."""
    text = line.strip()
    return bool(re.search(r"\w", text)) and not text.startswith(("//", "/*", "* ", "#include"))


def _forgotten(folder: Folder, toml: Path, text: str) -> Iterator[Finding]:
    for name in ("mutants", "blind"):
        place = folder.assignment.reference / name
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            if file.name.startswith((".", "__")) or re.search(rf'"(?:{name}/)?{re.escape(file.name)}"', text):
                continue
            if not line_with(text, rf'^\s*name\s*=\s*"{re.escape(file.stem)}"'):
                yield error("mutants", file, f"{toml.name} doesn't name it, so nobody tries it", "add a [[mutant]], or delete the file")


def readme(folder: Folder) -> Iterator[Finding]:
    """Staff find out what each rung is about."""
    file = folder.assignment.reference / "README.md"
    if not file.is_file():
        yield warning("readme", file, "is missing", "what each solution is about and what it measured, for staff")
