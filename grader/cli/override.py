"""`grader override`: points or a remark by hand, for a whole assignment or for one check of it -> a record with author and reason. The
computed grade stays as it is, underneath."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from grader.cli.book import author_of
from grader.cli.gradebook import AsJson, Author, Where, opened
from grader.toolchain import UsageError


def override(
    who: Annotated[str, typer.Argument(metavar="WHO", help="Login, e-mail, id or name.", show_default=False)],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="As gemm or 09_gemm.", show_default=False)],
    points: Annotated[
        float | None, typer.Option(metavar="P", help="Points of 100 that count, whatever was computed; of the check, with --check.")
    ] = None,
    check: Annotated[
        str | None, typer.Option(metavar="NAME", help="One check: its answer and rubric, or with --points the points for it.")
    ] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="What was computed counts again.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept, and the student may read it.")] = "",
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark for the student, with points or without.")] = None,
    private: Annotated[bool, typer.Option("--private", help="The remark is for staff only.")] = False,
    author: Author = None,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Give points by hand, take them back, or remark on a student's work. Every one of them is kept, with author and reason.

    With --check alone it shows what there is to read: the student's answer, and the rubric. With --points it gives that check's points, and
    the comment goes with them: student and report see both.

    Examples:

      grader override minsu gemm --points 85 --reason "appeal: the odd case was unclear"

      grader override minsu gemm --take-back --reason "wrong student"

      grader override minsu gemm --comment "Nice tiling." --author sora

      grader override minsu linux_basics --check quiz_why_sort

      grader override minsu linux_basics --check quiz_why_sort --points 4 --comment "Right, and what would you see?"
    """
    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.course import find_course, folder_of

    if points is not None and take_back:
        raise UsageError("say --points P or --take-back, not both")
    if points is None and not take_back and comment is None and check is None:
        raise UsageError("say --points P, --take-back or --comment TEXT, or --check NAME to see what there is to read")
    course = find_course()
    slug = folder_of(assignment, course)[0].name
    if check is not None:
        from grader.cli import override_check

        with opened(gradebook) as book:
            one = override_check.Chosen(book, course, book.student(who).login, slug, check)
            if points is None and not take_back and comment is None:
                told: dict[str, Any] = {"asked": (found := one.asked())}
                lines = override_check.of_asked(found)
            else:
                changed = one.change(points, take_back, comment, author=author_of(author), private=private, reason=reason)
                told, lines = changed, override_check.of_changed(one, changed)
        if json:
            output.print_json(told)
        else:
            for indent, line in lines:
                tables.say(line, indent)
        raise typer.Exit(0)
    by = author_of(author)
    with opened(gradebook) as book:
        login = book.student(who).login
        # the one that can be refused comes first: then nothing is kept
        given = book.override(login, slug, points, reason=reason, author=by) if points is not None or take_back else None
        said = book.comment(login, slug, comment, author=by, private=private) if comment is not None else None
        standing = book.standings(course, student=login, assignment=slug)
    if json:
        output.print_json({"override": given, "comment": said, "standing": standing[0] if standing else None})
        raise typer.Exit(0)
    if given is not None:
        before = standing[0].raw_points if standing else None
        tables.say(
            f"{login} {slug}: {tables.points(standing[0].points if standing else points)} points"
            + (f"; computed before lateness: {tables.points(before)}" if before is not None else "")
        )
    if said is not None:
        tables.say(f"{login} {slug}: remark kept{', for staff only' if private else ''}")
