"""`grader ci`: the course -> the workflow that verifies it at each change; what lint and verify found -> what the forge shows. Prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.course import Course


def ci(
    target: Annotated[str, typer.Argument(metavar="WHAT", help="github or gitlab; or annotate, sarif, codequality.")] = "github",
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="JSON", help="What `lint --json` and `verify --json` printed.", show_default=False)
    ] = None,
    output_path: Annotated[
        str | None, typer.Option("--output", "-o", metavar="PATH", help="Where to write; - is stdout.", show_default=False)
    ] = None,
    install: Annotated[
        str | None, typer.Option(metavar="REQUIREMENT", help="What pip installs there; default: this version.", show_default=False)
    ] = None,
    branch: Annotated[str, typer.Option(metavar="NAME", help="github: the branch whose pushes are checked.")] = "main",
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Write the workflow that lints and verifies the course at each change, with annotations at the lines that are to blame.

    In the workflow, `annotate` turns what `grader lint --json` and `grader verify --json` printed into annotations of GitHub, `sarif` into
    a file for code scanning, `codequality` into GitLab's report.

    Examples:

      grader ci

      grader ci gitlab --install https://example.org/warpgrade-0.1.0-cp312-cp312-linux_x86_64.whl

      grader ci annotate lint.json verify.json

    Exit status: 0 written, 2 wrong usage, 3 something of ours failed.
    """
    from importlib.metadata import version

    from grader.ci import SHOWN, WORKFLOWS
    from grader.cli import output
    from grader.cli.files import write_one
    from grader.course import find_course

    if target in SHOWN:
        text = _shown(target, files or [], find_course(), _root())
        # annotations are for the log
        path = output_path or ("-" if target == "annotate" else f"course.{'sarif' if target == 'sarif' else 'json'}")
    elif target in WORKFLOWS:
        if files:
            raise UsageError(f"{target} takes no files; annotate, sarif and codequality do")
        workflow, root = WORKFLOWS[target], _root()
        text = workflow.text(requirement=install or f"warpgrade=={version('warpgrade')}", course=_below(find_course(), root), branch=branch)
        path = output_path or str(root / workflow.path)
    else:
        raise UsageError(f"unknown {target!r}; known are {', '.join([*WORKFLOWS, *SHOWN])}")
    if path == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        raise typer.Exit(0)
    where = write_one(Path(path), text.encode("utf-8"), force=force)
    if json:
        output.print_json({"path": str(where)})
        raise typer.Exit(0)
    output.paragraph(output.console(), str(where), style="bold")


def _shown(name: str, files: list[Path], course: Course, root: Path) -> str:
    """A file that isn't there, or is empty, is a remark of its own: the step that should have written it failed."""
    from grader.ci import SHOWN, Remark, of_json, relative

    if not files:
        raise UsageError(f"{name} needs what `grader lint --json` or `grader verify --json` printed: name the files")
    remarks: list[Remark] = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        if content.strip():
            remarks += of_json(content, course, root, str(file))
        else:
            message = f"{file.name} holds nothing: the step that writes it failed; its log says why"
            remarks.append(Remark(level="error", rule="grader", message=message, file=relative(course.file, root), line=1))
    return SHOWN[name](remarks)


def _root() -> Path:
    """The repository's root: the nearest folder above with a .git; the working folder if there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def _below(course: Course, root: Path) -> str:
    """The folder of course.toml below the root. Raises UsageError if it isn't in the repository."""
    try:
        folder = course.file.parent.resolve().relative_to(root.resolve())
    except ValueError:
        raise UsageError(f"the course in {course.file.parent} is not in the repository {root}; run this in the course's own") from None
    return "" if folder == Path() else folder.as_posix()
