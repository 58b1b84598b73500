"""The command `grader`: argv -> exit status. One table of commands; only the chosen one's module is imported.

Exit status: 0 passed or done; 1 graded, not full marks; 2 usage, or an assignment that can't be graded with; 3 a fault of ours or of
the machine, worth another try. Commands raise the errors of grader.errors; they are shown here as one sentence.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import typer

from grader.errors import GraderError, HarnessError, SubmissionError

PASSED, NOT_FULL_MARKS, USAGE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

HELP = """Grade CUDA course work with no GPU: the real nvcc, an emulated GPU, and the line and the reason of every fault.

Examples:

  grader start gemm                  begin an assignment

  grader check                       try your own work, at home

  grader grade gemm gemm.cu          grade a submission

  grader exec -- ./prog              run any CUDA program that `grader nvcc` compiled, with no GPU
"""


@dataclass(frozen=True)
class Row:
    """One command: where its function is, and what `grader --help` says of it without importing it."""

    name: str
    function: str  # "module:function"
    help: str  # one line
    settings: dict[str, Any] = field(default_factory=dict)  # typer's context_settings
    arguments: str = "[OPTIONS]"  # as the usage line shows them; typer adds named arguments itself
    panel: str = ""  # for whom, in `grader --help`

    def load(self) -> Callable[..., Any]:
        module, _, function = self.function.partition(":")
        loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
        return loaded

    def placeholder(self) -> Callable[..., Any]:
        def command() -> None:
            raise AssertionError("only listed, never run")

        command.__doc__ = self.help
        return command


# The first word that is no option of ours, and all after it, belong to someone else's command line.
PASS_ON = {"allow_extra_args": True, "allow_interspersed_args": False}
PASS_ALL = {**PASS_ON, "ignore_unknown_options": True, "help_option_names": ["--help"]}

STUDENTS, ASSISTANTS, INSTRUCTORS, ANYONE = "For students", "For teaching assistants", "For instructors and CI", "Any CUDA program"

COMMANDS = (
    Row("doctor", "grader.cli.doctor:doctor", "Say what works on this machine, and what would mend the rest.", panel=STUDENTS),
    Row("list", "grader.cli.listing:list_assignments", "List the assignments of the course.", panel=STUDENTS),
    Row("start", "grader.cli.start:start", "Begin an assignment in a folder of yours.", panel=STUDENTS),
    Row("check", "grader.cli.check:check", "Check your own work with the public checks.", panel=STUDENTS),
    Row("submit", "grader.cli.submit:submit", "Hand in, and get a receipt.", panel=STUDENTS),
    Row("status", "grader.cli.status:status", "Say what you have handed in and what became of it.", panel=STUDENTS),
    Row("whoami", "grader.cli.whoami:whoami", "Say as whom you hand in; keep your token.", panel=STUDENTS),
    Row("grade", "grader.cli.grade:grade", "Grade submissions of one assignment.", panel=ASSISTANTS),
    Row("batch", "grader.cli.batch:batch", "Grade a whole class, over night: a folder, a download or the spool.", panel=ASSISTANTS),
    Row(
        "gradebook",
        "grader.cli.gradebook:gradebook",
        "Roster, extensions, groups; backup and care of what is stored.",
        PASS_ALL,
        panel=ASSISTANTS,
    ),
    Row("override", "grader.cli.override:override", "Give points by hand, with a reason.", panel=ASSISTANTS),
    Row("regrade", "grader.cli.regrade:regrade", "Grade again what a mended assignment changes.", panel=ASSISTANTS),
    Row("audit", "grader.cli.audit:audit", "Say whether anything stored was changed, or why two grades differ.", panel=ASSISTANTS),
    Row("look", "grader.cli.look:look", "Look at sources for what a person may want to see.", panel=ASSISTANTS),
    Row("report", "grader.cli.report:report", "Write the course report from the gradebook.", panel=ASSISTANTS),
    Row("export", "grader.cli.export:export", "Write grades as Canvas, Gradescope, Moodle and others read them.", panel=ASSISTANTS),
    Row("spool", "grader.cli.spool:spool", "Make and look after a folder that students hand in to.", panel=ASSISTANTS),
    Row("serve", "grader.cli.serve:serve", "Take submissions over the network.", panel=ASSISTANTS),
    Row("verify", "grader.cli.verify:verify", "Check assignments: reference, starter, honest solutions and mutants.", panel=INSTRUCTORS),
    Row("new", "grader.cli.new:new", "Make the folder of a new assignment, which passes verify at once.", panel=INSTRUCTORS),
    Row("import", "grader.cli.import_:import_", "Bring an assignment over from nbgrader.", panel=INSTRUCTORS),
    Row("lint", "grader.cli.lint:lint", "Check assignments' folders: languages, points, starters, mutants, bounds.", panel=INSTRUCTORS),
    Row("release", "grader.cli.release:release", "Write what students get, with no answer in it.", panel=INSTRUCTORS),
    Row("docker", "grader.cli.docker:docker", "Containers as sandbox: build their image, say how they stand.", PASS_ALL, panel=INSTRUCTORS),
    Row("lane", "grader.cli.lane:lane", "Make the interpreters with PyTorch, TensorFlow, Jupyter and others.", panel=INSTRUCTORS),
    Row("ci", "grader.cli.ci:ci", "Write the workflow that verifies a course at each change.", panel=INSTRUCTORS),
    Row("nvcc", "grader.cli.nvcc:nvcc", "Compile a CUDA program for the emulated GPU.", PASS_ALL, "NVCC-ARGS...", panel=ANYONE),
    Row(
        "exec", "grader.cli.exec:execute", "Run a CUDA program on the emulated GPU.", PASS_ON, "[OPTIONS] -- PROGRAM ARGS...", panel=ANYONE
    ),
    Row("emulator", "grader.cli.emulator:emulator", "Say what the emulated GPU can do.", panel=ANYONE),
    Row(
        "profile",
        "grader.cli.profile:profile",
        "Show what a CUDA program's kernels cost, line by line.",
        PASS_ON,
        "[OPTIONS] -- PROGRAM ARGS...",
        panel=ANYONE,
    ),
)


def build_app(chosen: str | None, commands: Sequence[Row] = COMMANDS) -> typer.Typer:
    """The typer application with the real function of the `chosen` command and placeholders for the others."""
    app = typer.Typer(
        name="grader", help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False
    )

    @app.callback(help=HELP)
    def options(
        version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and end.", callback=_print_version),
    ) -> None: ...

    for row in commands:
        function = row.load() if row.name == chosen else row.placeholder()
        text = flowing(inspect.getdoc(function) or row.help)
        app.command(
            row.name,
            help=text,
            short_help=row.help,
            context_settings=row.settings,
            options_metavar=row.arguments,
            rich_help_panel=row.panel or None,
        )(function)
    return app


def flowing(text: str) -> str:
    """A docstring with each paragraph on one line: typer joins those of the first only, and a source's breaks aren't a terminal's."""
    return "\n\n".join(part if part.startswith(" ") else " ".join(part.split("\n")) for part in text.split("\n\n"))


def run(argv: Sequence[str], commands: Sequence[Row] = COMMANDS) -> int:
    """Run one command line (without the program's name) and return the exit status."""
    chosen = next((arg for arg in argv if not arg.startswith("-")), None)
    try:
        result = build_app(chosen, commands)(list(argv), prog_name="grader", standalone_mode=True)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # click has turned Ctrl-C into it, without a word
            print("grader: interrupted", file=sys.stderr)
        return _status(end.code)
    except GraderError as error:
        return _show(error)
    except BrokenPipeError:  # `grader … | head`: not an error, but Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return PASSED
    except KeyboardInterrupt:
        print("grader: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _internal(error)
    return _status(result)


def main() -> None:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that knows no Korean gets question marks, not an error
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.set_threshold(50_000)  # what imports make stays: looking through it again and again is a tenth of a short command's time
    status = run(sys.argv[1:])
    gc.freeze()  # nor is the last look, at the end, of use
    if status == INTERRUPTED or threading.active_count() > 1:  # a case still runs: Python would wait for it, its processes end with ours
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _internal(error: Exception) -> int:
    """A mistake of ours: a sentence, and for whoever mends it the trace on request."""
    if os.environ.get("GRADER_DEBUG"):
        import traceback

        traceback.print_exc()
    print(f"grader: a fault of ours: {type(error).__name__}: {error}", file=sys.stderr)
    print("(No points are lost by it. Please report it, with what GRADER_DEBUG=1 in the environment adds.)", file=sys.stderr)
    return FAULT


def _status(code: object) -> int:
    return code if isinstance(code, int) else PASSED if code is None else USAGE


def _show(error: GraderError) -> int:
    """One sentence on stderr: whose fault, where, and the remedy that the error names."""
    if isinstance(error, HarnessError):
        print(f"grader: {error}", file=sys.stderr)
        print("(A fault of the grader or of this machine, not of a submission.)", file=sys.stderr)
        return FAULT
    if isinstance(error, SubmissionError):
        place = f"{error.file}:{error.line}: " if error.file and error.line else f"{error.file}: " if error.file else ""
        print(f"{place}{error.verdict}: {error}", file=sys.stderr)
        return NOT_FULL_MARKS
    # their texts name the command line's word or the assignment's file themselves
    print(f"grader: {error}", file=sys.stderr)
    return USAGE


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"grader (Warpgrade) {version('warpgrade')}")
        except PackageNotFoundError:
            print("grader (Warpgrade), not installed")
        raise typer.Exit


if __name__ == "__main__":
    main()
