"""`grader report`: the gradebook -> the course report's pages, brought up to date. Prints where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook
    from grader.report.course import Audience

DONE, FAULT = 0, 3

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "report": ("course report: {path}", "수업 보고서: {path}"),
    "page": ("page of {who}: {path}", "{who}의 페이지: {path}"),
    "counts": (
        "{written} pages written, {unchanged} unchanged, {removed} removed",
        "페이지 {written}개 작성, {unchanged}개 그대로, {removed}개 삭제",
    ),
    "staff_only": ("It is for the staff: it has names and private comments.", "이름과 조교용 의견이 들어 있으니 조교만 보아야 합니다."),
}


def report(
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The report's folder; default: course-report beside the gradebook.", show_default=False),
    ] = None,
    assignment: Annotated[str | None, typer.Option(metavar="SLUG", help="A report of this one assignment.", show_default=False)] = None,
    student: Annotated[
        str | None,
        typer.Option(
            metavar="WHO", help="Only the page of this student, as they may see it: login, e-mail, id or name.", show_default=False
        ),
    ] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Pseudonyms; nothing that tells who somebody is, and no source.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Also the full report of each submission that counts.")] = False,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The secret key of the pseudonyms; default: one kept with the gradebook.", show_default=False),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Write every page, changed or not.")] = False,
    gradebook: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="A SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db.", show_default=False
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="en|ko", help="Language of the pages; default: your locale's.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the path alone.")] = False,
) -> None:
    """Write the course report from the gradebook: an overview, a page for each assignment and one for each student.

    Pages are self-contained files. One is written anew only if what it shows has changed, so that it costs little to call this often.

    Examples:

      grader report

      grader report --student alice --to for-alice

      grader report --anonymous --to public/report

    Exit status: 0 done, 2 wrong usage, 3 a page could not be made or the machine failed.
    """
    import msgspec

    from grader.assignment import find_assignment
    from grader.cli import output
    from grader.cli.book import location
    from grader.cli.words import LANGUAGES, chosen
    from grader.course import find_course
    from grader.gradebook.store import Gradebook
    from grader.report.course.book import report_from

    words = chosen(lang)
    at = LANGUAGES.index(words.language)
    _agree(anonymous=anonymous, student=student, details=details, key=key)
    course = find_course()
    audience: Audience = "anonymous" if anonymous else "students" if student else "staff"
    with Gradebook.open(location(gradebook), create=False) as book:
        login = book.student(student).login if student else ""
        slug = find_assignment(assignment, course).slug if assignment else ""
        rendered = report_from(
            book,
            course,
            to or default_folder(book, audience, slug),
            audience=audience,
            student=login,
            assignment=slug,
            language=words.language,
            details=details,
            key=key,
            changed_only=not again,
        )
    if json:
        output.print_json({name: str(value) if name == "index" else value for name, value in msgspec.structs.asdict(rendered).items()})
    elif quiet:
        print(rendered.index)
    else:
        first = PHRASES["page" if student else "report"][at].format(path=rendered.index, who=login)
        counts = PHRASES["counts"][at].format(written=rendered.written, unchanged=rendered.unchanged, removed=rendered.removed)
        out = output.console()
        out.print(first, markup=False, soft_wrap=True)
        out.print(counts, markup=False, style="dim")
        if audience == "staff":
            out.print(PHRASES["staff_only"][at], markup=False, style="dim")
    for fault in rendered.faults:
        output.console(stderr=True).print(f"grader: {fault}", style="yellow", markup=False, soft_wrap=True)
    raise typer.Exit(FAULT if rendered.faults else DONE)


def _agree(*, anonymous: bool, student: str | None, details: bool, key: Path | None) -> None:
    if anonymous and student:
        raise UsageError("--student writes a page for the one whose it is, --anonymous hides whose it is: give one of them")
    if anonymous and details:
        raise UsageError("full reports show the students' source; an anonymous report can't have them: leave out --details")
    if key and not anonymous:
        raise UsageError("--key is of the pseudonyms: give --anonymous, too, or leave it out")


def default_folder(book: Gradebook, audience: Audience, slug: str) -> Path:
    """Beside a gradebook that is a file, else in the working folder: one folder for each kind of report."""
    ending = {"staff": "", "students": "-students", "anonymous": "-anonymous"}[audience]
    beside = book.database.file.parent if book.database.file is not None else Path()
    return beside / f"course-report{ending}{f'-{slug}' if slug else ''}"
