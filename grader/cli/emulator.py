"""`grader emulator coverage`: the opcode table and public programs' instructions -> what the emulated GPU takes, tests and refuses."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from grader.emulator.coverage.measure import Coverage

_SHOWN = 20


class What(StrEnum):
    """What to tell of the emulated GPU."""

    coverage = "coverage"


def emulator(
    what: Annotated[What, typer.Argument(help="coverage: its PTX instructions, their tests, and what public programs use of them.")],
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another table of spellings: columns spelling, files, count, parted by tabs.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say what the emulated GPU can do.

    `coverage` loads one instruction of every spelling that 1,081 public CUDA files use, and tells which share of their
    occurrences it takes; tensor cores, textures and surfaces are left out and named. In a checkout it also counts the tests of
    each row and type of its opcode table.

    Examples:

      grader emulator coverage

      grader emulator coverage --json
    """
    from grader.cli import output
    from grader.emulator.coverage.data import SHIPPED
    from grader.emulator.coverage.measure import measure

    found = measure(data or SHIPPED)
    if json:
        output.print_json(as_json(found))
    else:
        _show(found)
    raise typer.Exit(0)


def as_json(found: Coverage) -> dict[str, Any]:
    untested = found.untested_spellings() if found.tested is not None else None
    return {
        "rows": [{"row": row.name, "types": row.types, "tests": row.tests, "untested_types": row.untested} for row in found.rows],
        "row_count": len(found.rows),
        "form_count": sum(row.forms for row in found.rows),
        "untested_form_count": None if found.tested is None else sum(len(row.untested) for row in found.rows),
        "refused": [{"row": name, "why": why} for name, why in found.refused],
        "spellings": {
            "asked": len(found.answers),
            "taken": sum(not answer.refused for answer in found.answers),
            "occurrences": found.total,
            "occurrences_taken": found.covered,
            "share": found.share,
            "missing": [{"spelling": a.spelling.name, "count": a.spelling.count, "why": a.refused} for a in found.missing],
            "left_out": {"spellings": len(found.later), "occurrences": sum(s.count for s in found.later)},
            "without_a_test": None if untested is None else [{"spelling": s.name, "count": s.count} for s in untested],
        },
    }


def _show(found: Coverage) -> None:
    from rich.table import Table
    from rich.text import Text

    from grader.cli import output

    out = output.console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("row", "forms", "tests", "types"):
        table.add_column(name, justify="right" if name in ("forms", "tests") else "left", no_wrap=name != "types")
    for row in found.rows:
        tests = "-" if row.tests is None else str(row.tests)
        table.add_row(*(Text(cell) for cell in (row.name, str(row.forms), tests, " ".join(row.types))))
    out.print(table)
    forms = sum(row.forms for row in found.rows)
    out.print()
    say(f"{len(found.rows)} rows, {forms} forms (row and type)" + _tests(found))
    taken = sum(not answer.refused for answer in found.answers)
    say(
        f"{taken} of {len(found.answers)} spellings that public programs use are taken: {found.covered:,} of {found.total:,} occurrences, "
        f"{100 * found.share:.3f} %"
    )
    say(
        f"left out: {len(found.later)} spellings ({sum(s.count for s in found.later):,} occurrences) of "
        + ", ".join(sorted({s.opcode for s in found.later}))
    )
    for answer in found.missing:
        say(f"missing: {answer.spelling.name} ({answer.spelling.count:,}): {answer.refused}")
    if found.tested is not None and (untested := found.untested_spellings()):
        shown = ", ".join(s.name for s in untested[:_SHOWN]) + (", …" if len(untested) > _SHOWN else "")
        say(f"{len(untested)} of the spellings are taken though no test has these very modifiers: {shown}")
    say("refused by name: " + ", ".join(name for name, _ in found.refused))


def say(text: str) -> None:
    from grader.cli import output

    output.paragraph(output.console(), text)


def _tests(found: Coverage) -> str:
    if found.tested is None:
        return "; tests are counted in a checkout only"
    untested = [f"{row.name} {kind}".strip() for row in found.rows for kind in row.untested]
    return f"; {sum(row.tests or 0 for row in found.rows):,} tests" + (
        f", none for {', '.join(untested)}" if untested else ", every form has one"
    )
