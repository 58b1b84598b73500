"""`grader lane`: interpreters with PyTorch, TensorFlow, Jupyter and the old frameworks, for the assignments that need them. Prints; decides
nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer


class Action(StrEnum):
    """What to do."""

    list = "list"
    make = "make"
    remove = "remove"


def lane(
    action: Annotated[Action, typer.Argument(help="What to do.")] = Action.list,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which lanes; `grader lane` lists them.")] = None,
    python: Annotated[str, typer.Option(metavar="PATH", help="With make: the interpreter to copy, if none is found.")] = "",
    again: Annotated[bool, typer.Option("--again", help="With make: anew, even if it is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Make and look after lanes: interpreters of their own, with the frameworks that some assignments' code runs in.

    A lane lies beside this installation, or in $GRADER_LANES. Where the lane of an assignment isn't there, its checks are not run, and no
    points are lost by that. Caffe wants a Python 3.8 and Caffe2 a Python 3.9, which are looked for on PATH and among pyenv's and uv's.

    Examples:

      grader lane                               what there is

      grader lane make torch                    PyTorch, for 16_torch_op

      grader lane make caffe --python /opt/python3.8/bin/python3.8

      grader lane remove torch

    Exit status: 0 done, 2 wrong usage, 3 a lane couldn't be made.
    """
    from grader.cli import output
    from grader.lanes.find import lane_named, parts_of
    from grader.toolchain import UsageError

    for name in names or ():
        lane_named(name)
    if action != Action.list and not names:
        raise UsageError(f"which? `grader lane {action} NAME`; `grader lane` lists them")
    parts = tuple(dict.fromkeys(part for name in names or () for part in parts_of(name)))
    if action == Action.make:
        lenders = [lender for part in parts for lender, _ in lane_named(part).borrows]
        _make(tuple(part for part in dict.fromkeys(lenders) if part not in parts), "", False, output.console(stderr=json))
        _make(parts, python, again, output.console(stderr=json))
    elif action == Action.remove:
        _remove(parts, output.console(stderr=json))
    rows = [row for row in _rows() if not names or row["name"] in names]
    if json:
        output.print_json({"lanes": rows})
    elif action == Action.list:
        out = output.console()
        for row in rows:
            state = f"Python {row['python']}" if row["made"] else row["remedy"]
            output.paragraph(out, f"{'ok' if row['made'] else '--'}  {row['name']}: {row['title']}")
            output.paragraph(out, state, indent=4)


def _make(parts: tuple[str, ...], python: str, again: bool, out: Any) -> None:
    from grader.cli import output
    from grader.lanes import LANES, Found, find
    from grader.lanes.make import make

    for name in parts:
        if not again and isinstance(find(name), Found):
            output.paragraph(out, f"{name}: there already")
            continue
        output.paragraph(out, f"{name}: {LANES[name].title}, about {LANES[name].mib} MiB …")
        folder = make(LANES[name], python, say=lambda text: output.paragraph(out, text, indent=4))
        output.paragraph(out, f"{name}: made in {folder}")


def _remove(parts: tuple[str, ...], out: Any) -> None:
    import shutil

    from grader.cli import output
    from grader.lanes.find import lanes_root

    for name in parts:
        there = (lanes_root() / name).is_dir()
        shutil.rmtree(lanes_root() / name, ignore_errors=True)
        output.paragraph(out, f"{name}: {'removed' if there else 'was not there'}")


def _rows() -> list[dict[str, Any]]:
    from grader.lanes import LANES, Found, find

    rows = []
    for each in LANES.values():
        found = find(each.name)
        parts = found.parts if isinstance(found, Found) else ()
        rows.append(
            {
                "name": each.name,
                "title": each.title,
                "made": bool(parts),
                "python": parts[0].note.python if parts else each.python,
                "packages": {name: version for part in parts for name, version in sorted(part.note.packages.items())},
                "remedy": "" if isinstance(found, Found) else found.remedy,
            }
        )
    return rows
