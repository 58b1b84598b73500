"""`grader check [PATH]`: a student's own work -> what the public checks say of it, at once or at each change. Prints; decides nothing."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.grade import as_json, exit_status, known_format, make_folder, print_gcc, write_report
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.cli.words import Words
    from grader.pipeline import Judge
    from grader.records import Grade


def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Your folder or file; default: this folder.", show_default=False)] = Path(
        "."
    ),
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Check again whenever a file of yours changes; Ctrl-C ends.")] = False,
    assignment: Annotated[
        str | None, typer.Option(metavar="SLUG", help="Which assignment; default: what the folder or the file's name tells.")
    ] = None,
    remote: Annotated[bool, typer.Option("--remote", help="On the server that you hand in to; hands nothing in.")] = False,
    to: Annotated[str | None, typer.Option(metavar="URL", help="With --remote: which server; default: where you hand in.")] = None,
    sandbox: Annotated[str, typer.Option(metavar="NAME", help="auto (the safest that works here), local or none.")] = "auto",
    device: Annotated[str, typer.Option(metavar="NAME", help="The device: emulated, or cuda for a real GPU.")] = "emulated",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write an HTML page and index.html into this folder.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    format: Annotated[str, typer.Option(metavar="text|gcc", help="gcc: only the lines that editors jump to.")] = "text",
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One line.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also where the time went and what the sandbox kept.")] = False,
) -> None:
    """Check your own work: the public checks, on your machine, with no GPU.

    Findings come as lines that editors jump to (gemm.cu:23:9: error: …), then each check with its points, what the gravest fault means
    and what to look at next. Inputs are the same for everyone and always the same. Hidden checks count too, but only run when you hand in.

    Examples:

      grader check                   in the folder that `grader start` made

      grader check --watch           again at each save

      grader check gemm.cu --report out

      grader check --format gcc      for :make or a problem matcher

      grader check --remote          on the server's machine, if yours can't

    Exit status: 0 full marks, 1 checked but not full marks, 2 wrong usage, 3 something of ours failed.
    """
    from grader.cli import words as language
    from grader.cli.target import assignment_of
    from grader.course import refuse_own_checks
    from grader.sandbox import best

    words = language.chosen(lang)
    known_format(format)
    if watch and json:
        raise UsageError("--watch prints for people, again and again; leave --json out")
    if watch and remote:
        raise UsageError("--watch checks on this machine; leave --remote out")
    if to is not None and not remote:
        raise UsageError("--to says where to check: give --remote, too")
    if not path.exists():
        raise UsageError(f"there is no file or folder {path}")
    chosen = assignment_of(path, assignment)
    refuse_own_checks(chosen.folder, path)
    if report is not None:
        make_folder(report)
    printer = _Printer(chosen, path, words, format="json" if json else "quiet" if quiet else format, report=report, verbose=verbose)
    if remote:
        from grader.cli.hand_in import remote_grade

        raise typer.Exit(printer.show(remote_grade(path, chosen, to, words)))
    remark = ""
    if sandbox == "auto":
        sandbox, remark = best()
    judge = _judge(chosen, sandbox, device, profile)
    printer.remark = words("not_isolated") + (f" ({remark})" if verbose else "") if remark else ""
    if watch:
        _watch(path, chosen, judge, printer, words)
        raise typer.Exit(0)
    raise typer.Exit(printer.show(_grade(path, chosen, judge, words)))


def _judge(assignment: Assignment, sandbox: str, device: str, profile: str) -> Judge:
    from grader.pipeline import open_judge
    from grader.run.seeds import public_seed

    seed = public_seed(assignment.course, assignment.slug)
    return open_judge(assignment, sandbox=sandbox, device=device, profile=profile, seed=seed, hidden=False)


def _grade(path: Path, assignment: Assignment, judge: Judge, words: Words) -> Grade:
    from grader.cli import output
    from grader.pipeline import grade

    errors = output.console(stderr=True)
    text = words("working", files=", ".join(assignment.files))
    working: AbstractContextManager[Any] = errors.status(text) if errors.is_terminal else nullcontext()
    with working:
        return grade(path, assignment, judge, submission=path.absolute().name if path == Path(".") else str(path))


class _Printer:
    """A grade on the screen, in the way that was asked for."""

    def __init__(self, assignment: Assignment, path: Path, words: Words, *, format: str, report: Path | None, verbose: bool) -> None:
        self.assignment, self.path, self.words, self.format, self.report, self.verbose = assignment, path, words, format, report, verbose
        self.remark = ""

    def show(self, each: Grade) -> int:
        """Prints; returns the exit status."""
        index = write_report([each], self.report, self.words)
        way: Callable[[Grade], None] = {"json": self._json, "gcc": self._gcc, "quiet": self._line}.get(self.format, self._text)
        way(each)
        if index and self.format == "text":
            self._say(self.words("report", path=index))
        sys.stdout.flush()
        return exit_status([each], [])

    def _json(self, each: Grade) -> None:
        from grader.cli import gcc, output

        place = gcc.places(self.path, self.assignment.files)
        findings = [
            {
                "verdict": problem.verdict,
                "file": place(problem.file) if problem.file else None,
                "line": problem.line,
                "column": problem.column,
                "other_file": place(problem.other_file) if problem.other_file else None,
                "other_line": problem.other_line,
                "count": problem.count,
                "note": problem.note,
                "message": problem.message,
            }
            for problem in each.problems
        ]
        output.print_json(as_json(each) | {"public_only": True, "findings": findings})

    def _gcc(self, each: Grade) -> None:
        print_gcc([(self.path, each)], self.assignment, self.words)

    def _line(self, each: Grade) -> None:
        from grader.cli import grade_report, output

        output.console().print(grade_report.one_line(each, self.words))

    def _text(self, each: Grade) -> None:
        from grader.cli import gcc, grade_report, output

        out = output.console()
        if untouched(each, self.assignment):  # what each check lacks is no news to who hasn't begun
            grade_report.heading(out, each, self.assignment, self.words)
            todo = any("TODO" in each.source[name] for name in self.assignment.files)
            self._say(" ".join([self.words("unchanged")] + [self.words("begin_at_todo")] * todo))
            return
        jump = gcc.places(self.path, self.assignment.files)
        grade_report.in_full(out, each, self.assignment, self.words, jump=jump, verbose=self.verbose)
        for text in self._closing(each):
            self._say(text)

    def _closing(self, each: Grade) -> list[str]:
        """What to know beside the checks: a file that isn't there, that hidden checks count, that there was no sandbox."""
        words, said = self.words, []
        if each.verdict == "MISSING_FILE":
            name = self.assignment.slug.partition("_")[2]
            said.append(words("missing_file", files=", ".join(self.assignment.files), path=self.path, slug=name))
        passed = each.score >= each.max_score > 0
        said.append(f"{words('all_public_passed' if passed else 'public_only')} {words('hidden_count')}")
        if self.remark:
            said.append(self.remark)
        return said

    def _say(self, text: str) -> None:
        from grader.cli import output

        output.paragraph(output.console(), text)


def untouched(each: Grade, assignment: Assignment) -> bool:
    """Whether every file of the submission is the starter's, line endings and blanks at the ends apart."""
    for name in assignment.files:
        starter = assignment.folder / "starter" / name
        if name not in each.source or not starter.is_file():
            return False
        if each.source[name].split() != starter.read_text(encoding="utf-8").split():
            return False
    return True


def _watch(path: Path, assignment: Assignment, judge: Judge, printer: _Printer, words: Words) -> None:
    """Grades now and at each change until Ctrl-C. An error of any kind is told, and the next change is waited for."""
    from grader.cli import gcc, output
    from grader.cli.watch import changes, snapshot

    out, names = output.console(), ", ".join(assignment.files)

    def files() -> list[Path]:
        return [gcc.located(path, name, assignment.files) or path / name for name in assignment.files]

    def once() -> None:
        try:
            printer.show(_grade(path, assignment, judge, words))
        except Exception as error:  # a file that is half written, a full disk, a fault of ours: the next save may be all right
            output.paragraph(out, words("watch_failed", error=f"{type(error).__name__}: {error}"), style="yellow")
        out.print(words("watching", files=names), style="dim", markup=False)
        sys.stdout.flush()

    stopped = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        stopped.set()  # in case the exception is lost: raised in a destructor, it is printed and forgotten
        raise KeyboardInterrupt

    def nap(duration_s: float) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        time.sleep(duration_s)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        seen = snapshot(files())
        once()
        for _ in changes(files, first=seen, sleep=nap):
            out.print()
            out.rule(words("changed", time=time.strftime("%H:%M:%S"), files=names), align="left", characters="-")
            once()
    except KeyboardInterrupt:
        out.print()
    finally:
        signal.signal(signal.SIGINT, before)
