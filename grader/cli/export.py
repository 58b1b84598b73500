"""`grader export FORMAT`: the gradebook, or the JSON of one grade -> the files that another system imports. Prints what was written."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.cli.words import Words
    from grader.course import Course
    from grader.export import Exported, Exporter, Graded, Material

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "written": ("{rows} grade{s} in {path}", "{path}에 성적 {rows}개"),
    "written_zip": ("autograder of {slug}: {path}", "{slug}의 자동 채점기: {path}"),
    "zip_staff": (
        "It holds the hidden checks and the secret seed: for the staff alone.",
        "비공개 검사와 비밀 시드가 들어 있습니다. 조교만 보아야 합니다.",
    ),
    "zip_none": (
        "With --sandbox none a submission can read those and write its own result; use it only where you would trust it.",
        "--sandbox none에서는 제출물이 이것들을 읽고 결과를 스스로 쓸 수 있습니다. 믿을 수 있을 때만 쓰세요.",
    ),
}


def export(
    format: Annotated[
        str | None, typer.Argument(metavar="FORMAT", help="canvas, moodle, gradescope, …; none: the list.", show_default=False)
    ] = None,
    output_path: Annotated[
        str | None, typer.Option("--output", "-o", metavar="PATH", help="The file or folder to write; - is stdout.", show_default=False)
    ] = None,
    assignment: Annotated[list[str] | None, typer.Option(metavar="SLUG", help="Only these assignments'.", show_default=False)] = None,
    student: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help="Only these students': login, e-mail, id or name.", show_default=False)
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="A SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db.", show_default=False
        ),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="What `grader grade --json` printed, in place of a gradebook.", show_default=False),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The other system's own file, to be filled in (canvas, moodle).", show_default=False)
    ] = None,
    wheel: Annotated[
        Path | None, typer.Option(metavar="FILE", help="gradescope-autograder: the grader's wheel to install.", show_default=False)
    ] = None,
    sandbox: Annotated[str, typer.Option(metavar="NAME", help="gradescope-autograder: where student code runs there.")] = "local",
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language of texts; default: your locale's.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Write grades as other systems read them: what counts, after lateness and overrides.

    CSV files can be opened in a spreadsheet without running anything that a student wrote. With --template, a file that Canvas or Moodle
    wrote keeps all its columns and rows, and only ours are filled in.

    Examples:

      grader export

      grader export canvas --template ~/Downloads/grades.csv -o upload.csv

      grader export moodle --assignment gemm --template worksheet.csv -o upload.csv

      grader export gradescope-autograder --assignment gemm --wheel dist/warpgrade-0.1.0-cp311-cp311-linux_x86_64.whl

      grader export gradescope --from grade.json -o results.json

    Exit status: 0 written, 2 wrong usage (then nothing is written), 3 something of ours failed.
    """
    from grader.cli import output
    from grader.cli.words import chosen
    from grader.course import find_course
    from grader.export.table import AUTOGRADER, exporter

    words = chosen(lang)
    if format is None:
        _list(as_json=json)
        raise typer.Exit(0)
    if format == AUTOGRADER:
        _autograder(find_course(), assignment, wheel, sandbox, output_path, words, force=force, as_json=json)
        raise typer.Exit(0)
    if wheel is not None:
        raise UsageError(f"--wheel is for {AUTOGRADER}")
    row = exporter(format)
    if template is not None and not row.template:
        raise UsageError(f"{format} is never filled in: leave --template out")
    if from_ is not None:
        if template or assignment or student or gradebook:
            raise UsageError("--from takes the place of the gradebook: leave --gradebook, --assignment, --student and --template out")
        if not row.lone:
            raise UsageError(f"{format} needs to know the students: name a --gradebook in place of --from")
        made = row.write(_lone(from_, words))
    else:
        made = _of_gradebook(row, find_course(), gradebook, assignment, student, template, words)
    where = _write(row, made, output_path, force=force)
    if where is None:
        raise typer.Exit(0)
    if json:
        output.print_json(
            {"format": format, "path": str(where), "files": [f.name for f in made.files], "grades": made.rows, "notes": made.notes}
        )
        raise typer.Exit(0)
    output.paragraph(output.console(), _say("written", words, rows=made.rows, s="" if made.rows == 1 else "s", path=where), style="bold")
    for note in made.notes:
        output.paragraph(output.console(stderr=True), note, style="yellow")


def _of_gradebook(
    row: Exporter,
    course: Course,
    gradebook: str | None,
    assignment: list[str] | None,
    student: list[str] | None,
    template: Path | None,
    words: Words,
) -> Exported:
    import msgspec

    from grader.cli.book import location
    from grader.course import folder_of
    from grader.export import Graded, Material
    from grader.export.plain import listed
    from grader.gradebook.store import Gradebook

    slugs = list(dict.fromkeys(folder_of(name, course)[0].name for name in assignment or ()))
    content = _read(template) if template is not None else None
    with Gradebook.open(location(gradebook), create=False) as book:
        logins = list(dict.fromkeys(book.student(who).login for who in student or ()))
        found = []
        for slug, login in itertools.product(slugs or (None,), logins or (None,)):
            found += book.standings(course, student=login, assignment=slug)
        if not any(standing.points is not None for standing in found):
            raise UsageError(f"{book.url} has no grade for this: grade first, or ask for other assignments or students")
        made = row.write(
            Material(
                standings=tuple(found),
                grades=lambda standing: Graded.of(book.full(standing.grade)) if standing.grade else None,
                titles=_titles(course, {standing.assignment for standing in found}),
                due={slug: dates.due for slug, dates in course.table.dates.items()},
                template=content,
                language="ko" if words.language == "ko" else "en",
                version=_version(),
            )
        )
    undecided = [f"{each.assignment}/{each.student.login}" for each in found if each.state == "undecided" and each.points is not None]
    if not undecided:
        return made
    note = f"for now, since some checks could not be run for a reason of ours: {listed(undecided)}; `grader regrade` them"
    return msgspec.structs.replace(made, notes=(*made.notes, note))


def _lone(file: Path, words: Words) -> Material:
    """The grades in what `grader grade --json` printed: one, or {"grades": […]}."""
    import msgspec

    from grader.export import Graded, Material

    content = sys.stdin.buffer.read() if str(file) == "-" else _read(file)
    try:
        raw: Any = msgspec.json.decode(content)
        rows = raw["grades"] if isinstance(raw, dict) and "grades" in raw else [raw]
        lone: tuple[Graded, ...] = msgspec.convert(rows, tuple[Graded, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise UsageError(f"--from {file} is not what `grader grade --json` prints: {error}") from None
    if not lone:
        raise UsageError(f"--from {file} holds no grade: what it came from could not be graded")
    return Material(lone=lone, language="ko" if words.language == "ko" else "en", version=_version())


def _write(row: Exporter, made: Exported, path: str | None, *, force: bool) -> Path | None:
    """Where it was written; None if to stdout. Raises UsageError before anything is written over."""
    from grader.cli import files

    single = len(made.files) == 1 and (not row.many or (path is not None and not path.endswith("/") and not Path(path).is_dir()))
    if path == "-":
        if len(made.files) != 1:
            raise UsageError(f"these are {len(made.files)} files: name a folder with -o")
        sys.stdout.flush()
        sys.stdout.buffer.write(made.files[0].content)
        sys.stdout.buffer.flush()
        return None
    if single:
        return files.write_one(Path(path or made.files[0].name), made.files[0].content, force=force)
    return files.write_many(Path(path or row.name), {file.name: file.content for file in made.files}, force=force)


def _autograder(
    course: Course,
    names: list[str] | None,
    wheel: Path | None,
    sandbox: str,
    path: str | None,
    words: Words,
    *,
    force: bool,
    as_json: bool,
) -> None:
    from grader.cli import files, output
    from grader.course import folder_of
    from grader.export.autograder import autograder_zip
    from grader.run.seeds import secret_seed

    if not names or len(names) != 1:
        raise UsageError("an autograder is of one assignment: say which with --assignment")
    slug = folder_of(names[0], course)[0].name
    seed = secret_seed(course.id, slug)
    content = autograder_zip(course, slug, seed=seed, version=_version(), wheel=wheel, sandbox=sandbox, language=words.language)
    where = files.write_one(Path(path or f"{slug}-gradescope.zip"), content, force=force)
    if as_json:
        output.print_json({"format": "gradescope-autograder", "path": str(where), "assignment": slug, "bytes": len(content)})
        return
    out = output.console()
    output.paragraph(out, _say("written_zip", words, slug=slug, path=where), style="bold")
    output.paragraph(out, _say("zip_staff", words))
    if sandbox == "none":
        output.paragraph(output.console(stderr=True), _say("zip_none", words), style="yellow")


def _list(*, as_json: bool) -> None:
    from grader.cli import output
    from grader.export.table import AUTOGRADER, EXPORTERS

    rows = {row.name: row.help for row in EXPORTERS.values()}
    rows[AUTOGRADER] = "a zip that makes Gradescope grade one assignment itself; --wheel"
    if as_json:
        output.print_json({"formats": rows})
        return
    for name, text in rows.items():
        output.paragraph(output.console(), f"{name:<22} {text}")


def _titles(course: Course, slugs: set[str]) -> dict[str, dict[str, str]]:
    """Of the assignments that are still there; another one goes by its slug."""
    from grader.assignment import load_assignment
    from grader.errors import AssignmentError

    found = {}
    for slug in slugs:
        try:
            found[slug] = dict(load_assignment(course.assignments / slug, course).title)
        except AssignmentError:
            continue
    return found


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror or error}") from None


def _version() -> str:
    from importlib.metadata import version

    return version("warpgrade")


def _say(key: str, words: Words, **values: object) -> str:
    return PHRASES[key][words.language == "ko"].format(**values)
