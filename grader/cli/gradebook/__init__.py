"""`grader gradebook WORD …`: its words and their options -> what is done and printed. One word, one function; a table names them all."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook

# Options that all words share.
Where = Annotated[
    str | None,
    typer.Option(
        "--gradebook", metavar="URL", help="A file or postgresql://USER@HOST/NAME; default: $GRADER_GRADEBOOK, else gradebook.db."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Author = Annotated[str | None, typer.Option(metavar="NAME", help="Who does it; default: your login.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


class Word(NamedTuple):
    """One sub-command."""

    name: str
    function: str  # "module:function"
    help: str


WORDS = (
    Word("import", "grader.cli.gradebook.roster:import_", "Add and change students from a CSV file, of Canvas or any other."),
    Word("students", "grader.cli.gradebook.roster:students", "List the roster."),
    Word("token", "grader.cli.gradebook.roster:token", "Give students a new token to hand in with."),
    Word("extend", "grader.cli.gradebook.arrange:extend", "Give one student a later due date."),
    Word("group", "grader.cli.gradebook.arrange:group", "Say who works together in an assignment."),
    Word("show", "grader.cli.gradebook.show:show", "Show what stands of a student, or in an assignment."),
    Word("backup", "grader.cli.gradebook.keep:backup", "Write all of it into one file."),
    Word("restore", "grader.cli.gradebook.keep:restore", "Fill an empty gradebook from a backup."),
    Word("check", "grader.cli.gradebook.keep:check", "Say what is wrong with it."),
    Word("forget", "grader.cli.gradebook.keep:forget", "Delete one student's data."),
    Word("expire", "grader.cli.gradebook.keep:expire", "Delete what is older than it has to be kept."),
)

HELP = """Keep the roster, extensions, groups and what is stored of a course.

Examples:

  grader gradebook import canvas.csv

  grader gradebook extend minsu gemm --until 2026-10-20 --reason "ill"

  grader gradebook show minsu

  grader gradebook backup friday.zip
"""


def gradebook(context: typer.Context) -> None:
    """Keep the roster, extensions, groups and what is stored of a course.

    Say `grader gradebook WORD --help` for each word.
    """
    arguments = list(context.args)
    chosen = next((arg for arg in arguments if not arg.startswith("-")), None)
    known = [word.name for word in WORDS]
    if chosen is not None and chosen not in known:
        raise UsageError(f"`grader gradebook` knows no {chosen!r}; its words are {', '.join(known)}")
    status = build_app(chosen)(arguments or ["--help"], prog_name="grader gradebook", standalone_mode=False)
    raise typer.Exit(status if isinstance(status, int) else 0)


gradebook.__doc__ = HELP + "\nWords, each with --help:\n" + "".join(f"\n  {word.name:<10} {word.help}\n" for word in WORDS)


def build_app(chosen: str | None) -> typer.Typer:
    """The words as a typer application; only the chosen one's module is imported."""
    from grader.cli.main import flowing

    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

    @app.callback(help=HELP)
    def options() -> None: ...

    for word in WORDS:
        function = _load(word) if word.name == chosen else _placeholder(word)
        app.command(word.name, help=flowing(inspect.getdoc(function) or word.help), short_help=word.help)(function)
    return app


def _load(word: Word) -> Callable[..., Any]:
    module, _, name = word.function.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _placeholder(word: Word) -> Callable[..., Any]:
    def command() -> None:
        raise AssertionError("only listed, never run")

    command.__doc__ = word.help
    return command


def opened(option: str | None, *, create: bool = False) -> Gradebook:
    """The gradebook of `--gradebook`. Raises HarnessError if the libraries that it needs aren't installed."""
    from grader.cli.book import location
    from grader.errors import HarnessError

    try:
        from grader.gradebook.store import Gradebook
    except ImportError as error:
        raise HarnessError(f"the gradebook needs {error.name}, which isn't installed: pip install 'warpgrade[gradebook]'") from None
    return Gradebook.open(location(option), create=create)


def agreed(question: str, yes: bool) -> None:
    """Asks on a terminal. Raises UsageError in a pipe without `--yes`, and ends the command if the answer is no."""
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Say --yes to do it without a question")
    typer.confirm(question, abort=True)
