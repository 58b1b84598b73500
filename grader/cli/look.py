"""`grader look PATH…`: sources or a built program -> what is worth a look of the staff's, as lines that editors jump to, or JSON.

Nothing is compiled or run. Prints; decides nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.records import Sighting

DONE = 0

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "nothing": ("{path}: nothing worth a look", "{path}: 살펴볼 점 없음"),
    "line": ("{place}: {title}: {why} [{code}]", "{place}: {title}: {why} [{code}]"),
    "honest": ("may be honest: {text}", "정당한 이유일 수 있는 것: {text}"),
    "note": (
        "Evidence for a person, never a verdict: no points depend on it.",
        "사람이 판단할 근거일 뿐 판정이 아니며, 점수에 영향을 주지 않습니다.",
    ),
    "strong": ("rare in honest work", "정직한 과제에서는 드묾"),
    "usual": ("also in honest work", "정직한 과제에도 있음"),
}


def look(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="A source, a folder, a built program; with --assignment any submission.", show_default=False),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="Unpack as a submission of this one; what its starter does is no news.", show_default=False),
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List what is looked for, and what honest reason there may be.")] = False,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Look at sources and built programs for what a person may want to see: files, processes, clocks, libraries, odd assembly.

    `grader grade` and `grader batch` note the same for the staff. Nothing is compiled or run, and it is no verdict: no points depend on
    it.

    Examples:

      grader look gemm.cu

      grader look submissions/minsu.zip --assignment gemm

      grader look --rules

    Exit status: 0 looked, whatever was seen; 1 a submission that can't be unpacked, 2 wrong usage, 3 something of ours failed.
    """
    from grader.cli import output
    from grader.cli.words import LANGUAGES, chosen

    at = LANGUAGES.index(chosen(lang).language)
    out = output.console()
    if rules:
        if paths:
            raise UsageError("--rules lists the rules; leave the paths out")
        _rules(out, at, as_json=json)
        raise typer.Exit(DONE)
    if not paths:
        raise UsageError("say what to look at: a source, a folder, a submission; or --rules")
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"there is no file or folder {', '.join(missing)}")
    found = [(path, _of(path, assignment)) for path in paths]
    if json:
        records: list[dict[str, Any]] = [{"path": str(path), "sightings": seen} for path, seen in found]
        output.print_json(records[0] if len(records) == 1 else {"looks": records})
    else:
        for path, seen in found:
            _show(out, path, seen, at)
        if any(seen for _, seen in found):
            output.paragraph(out, PHRASES["note"][at], style="dim")
    raise typer.Exit(DONE)


def _of(path: Path, slug: str | None) -> tuple[Sighting, ...]:
    from grader.look import look as look_at
    from grader.look import starter_of
    from grader.look.gather import gathered

    if slug is None:
        files, program = gathered(path)
        return look_at(files, program)
    from grader.assignment import find_assignment
    from grader.unpack import unpack

    assignment = find_assignment(slug)
    return look_at(unpack(path, assignment).files, starter=starter_of(assignment))


def _show(out: Console, path: Path, seen: tuple[Sighting, ...], at: int) -> None:
    from grader.cli import output
    from grader.cli.gcc import clean
    from grader.look import rule

    if not seen:
        output.paragraph(out, PHRASES["nothing"][at].format(path=clean(str(path))))
    for each in seen:
        about = rule(each.code)
        file = path / each.file if each.file and path.is_dir() else path
        place = f"{clean(str(file))}:{each.line}" if each.line else clean(str(file))
        line = PHRASES["line"][at].format(place=place, title=about.title[at], why=about.why[at], code=each.code)
        output.paragraph(out, line, style="bold" if about.strong else "")
        output.paragraph(out, clean(each.excerpt), 4)
        output.paragraph(out, PHRASES["honest"][at].format(text=about.honest[at]), 4, "dim")


def _rules(out: Console, at: int, *, as_json: bool) -> None:
    from grader.cli import output
    from grader.look import RULES

    if as_json:
        output.print_json({"rules": RULES})
        return
    for each in RULES:
        output.paragraph(out, f"{each.code}: {each.title[at]} ({PHRASES['strong' if each.strong else 'usual'][at]})", style="bold")
        output.paragraph(out, each.why[at], 4)
        output.paragraph(out, PHRASES["honest"][at].format(text=each.honest[at]), 4, "dim")
