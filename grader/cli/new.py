"""`grader new SLUG`: a course -> one more assignment in it, whole and working. Writes everything or nothing, and never over a file."""

from __future__ import annotations

from typing import Annotated

import typer


def new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="affine, or 30_affine; without a number, the next free one.")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="What students hand in; so far: cuda.")] = "cuda",
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The English title; default: from the name.", show_default=False)
    ] = None,
    title_ko: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The Korean title; default: the English one.", show_default=False)
    ] = None,
    weight: Annotated[float, typer.Option(metavar="NUMBER", help="What it weighs in the course.")] = 1.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Make the folder of a new assignment: hand-outs in both languages, starter, checks, reference, one honest solution, one mutant.

    What is written works: `grader verify SLUG` passes. Change it piece by piece into your own, and verify again. The course is the nearest
    folder above with a course.toml, or the one that $GRADER_COURSE names.

    Examples:

      grader new affine --kind cuda

      grader new 30_affine --title "Scale and shift" --title-ko "배율과 이동"

    Exit status: 0 written, 2 wrong usage or something of that name is there already (then nothing is written), 3 something of ours failed.
    """
    from rich.text import Text

    from grader.cli import output
    from grader.course import find_course
    from grader.scaffold import scaffold, write

    course = find_course()
    titles = {language: text for language, text in (("en", title), ("ko", title_ko)) if text is not None}
    made = scaffold(slug, course, kind=kind, title=titles, weight=weight)
    write(made)
    if json:
        output.print_json({"assignment": made.slug, "course": str(made.root), "files": sorted(made.files)})
        raise typer.Exit(0)
    out = output.console()
    name = made.slug.partition("_")[2]
    output.paragraph(out, f"{made.slug}: {len(made.files)} files in {made.root}", style="bold")
    for path in made.files:
        output.paragraph(out, path, 2)
    output.paragraph(out, "next:", style="bold")
    steps = (
        f"grader verify {name}: what is there works",
        f"{made.assignment}/: what you ask of students, the cases, the mathematics, the checks; both READMEs have a TODO or two",
        f"{made.reference}/: the reference with its fences; then grader lint {name} --fix writes the starter anew",
        "for each mistake that you expect: a mutant, and a row in mutants.toml with the verdict and the line it must get",
        f'{course.file.relative_to(made.root)}: "{made.slug}" in order, its weight in [weights], its dates in [dates.{made.slug}]',
        f"grader lint {name} && grader verify {name}, then grader release --to DIR",
    )
    for number, step in enumerate(steps, 1):
        first, *rest = [step] if out.soft_wrap else Text(step).wrap(out, max(20, out.width - 5))
        out.print(f"  {number}. {first}", markup=False)
        for line in rest:
            out.print(f"     {line}", markup=False)
