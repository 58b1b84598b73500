"""`grader exec -- PROGRAM ARGS…`: run a CUDA program on the emulated GPU; then say what the device saw. Nothing is sandboxed here.

The program's stdin, stdout and stderr are its own; what we say goes to stderr, after it. Exit status: the program's (128 + n if signal n
ended it), or 1 if that was 0 and there are findings.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.files import write_atomically
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.devices.record import DeviceRecord


def execute(
    context: typer.Context,
    check: Annotated[
        str,
        typer.Option(
            "--check",
            metavar="LIST",
            help="Checks, comma-separated: memcheck, racecheck, initcheck, synccheck, leak; all (without leak); none.",
        ),
    ] = "all",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    devices: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Which devices the program sees, comma-separated, device 0 first: t4,h100; or none at all."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="CPU threads that emulate; default: one a core. Results don't depend on it."),
    ] = None,
    schedule: Annotated[
        str,
        typer.Option(
            metavar="fixed|fuzz",
            help="Whose turn it is: always the same order of warps and blocks, or one drawn from --seed. Correct programs don't care.",
        ),
    ] = "fixed",
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63, metavar="N", help="Which order of --schedule fuzz; the same one again for the same N.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write findings and counters as JSON; '-' prints it to stderr instead of the tables.")
    ] = None,
    max_instructions: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Stop a kernel when one of its blocks has executed N warp-instructions (TIMEOUT); default 2^31."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print findings only, no counters.")] = False,
) -> None:
    """Run a CUDA program on the emulated GPU and print findings and counters per kernel.

    The program must have been compiled by `grader nvcc` (or by nvcc 13 with -cudart shared and PTX kept uncompressed). It runs as you,
    unprotected: for other people's code use `grader grade`.

    Examples:

      grader exec -- ./prog 1024

      grader exec --check racecheck,initcheck --threads 2 -- ./prog

      grader exec --schedule fuzz --seed 7 -- ./prog

      grader exec --check none --json result.json -- ./prog

      grader exec --devices t4,h100 -- ./devices
    """
    from grader.cli import exec_report, output
    from grader.devices.emulated import open_device

    if not context.args:
        raise UsageError("no program named; example: grader exec -- ./prog 1024")
    program = find_program(context.args[0])
    if json and json != "-":
        check_target(Path(json))
    cards = cards_of(devices)
    with open_device(
        cards[0] if cards else profile,
        check,
        threads or os.cpu_count() or 1,
        max_block_instructions=max_instructions,
        fuzz_seed=fuzz_seed(schedule, seed),
        cards=cards,
    ) as device:
        start = time.perf_counter()
        code = run_program(context.args, device.client_environment())
        wall_s = time.perf_counter() - start
        record = device.finish()
    result = exec_report.summarise(record, code, wall_s, Path.cwd(), program)
    if json == "-":
        sys.stderr.buffer.write(output.to_json(result))
        sys.stderr.buffer.flush()
    else:
        exec_report.show(result, record, program, output.console(stderr=True), counters=not quiet, cards=cards)
        if json:
            write_atomically(Path(json), output.to_json(result))
    sys.exit(exit_status(code, record))


def cards_of(devices: str | None) -> list[str] | None:
    """What DeviceOptions takes. Raises UsageError for an unknown card, or none beside others."""
    from grader.devices.profiles import profile_file

    if devices is None:
        return None
    names = [name.strip() for name in devices.split(",") if name.strip()]
    if names == ["none"]:
        return []
    if not names:
        raise UsageError("--devices names no device; write none for a machine without any, or a list such as t4,h100")
    for name in names:
        profile_file(name)
    return names


def fuzz_seed(schedule: str, seed: int | None) -> int | None:
    """What DeviceOptions takes. Raises UsageError for an unknown schedule, or a seed that nothing would use."""
    if schedule not in ("fixed", "fuzz"):
        raise UsageError(f"unknown schedule {schedule!r}; known are fixed and fuzz")
    if schedule == "fixed" and seed is not None:
        raise UsageError("--seed is for --schedule fuzz")
    return (seed or 0) if schedule == "fuzz" else None


def check_target(file: Path) -> None:
    """Before the program runs, not after it. Raises UsageError if the JSON can't be written there."""
    parent = file.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"--json {file}: there is no such folder")
    if file.is_dir():
        raise UsageError(f"--json {file} is a folder; name a file")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UsageError(f"--json {file}: you may not write to {parent}")


def exit_status(code: int, record: DeviceRecord) -> int:
    """The program's own, or 1 if that was 0 and the device found something (notes don't count)."""
    return code or int(any(not finding.note for finding in record.findings))


def find_program(name: str) -> Path:
    """The program as a shell would find it. Raises UsageError if there is none that can be run."""
    found = shutil.which(name)
    if found:
        return Path(found).absolute()
    if Path(name).suffix == ".cu":
        raise UsageError(f"{name} is a source file: compile it first, `grader nvcc -o prog {name}`, then `grader exec -- ./prog`")
    if Path(name).is_dir():
        raise UsageError(f"{name} is a folder; name a program in it")
    if Path(name).is_file():
        remedy = f"write ./{name}" if os.access(name, os.X_OK) else f"it is not executable (chmod +x {name})"
        raise UsageError(f"{name} can't be run: {remedy}")
    raise UsageError(f"{name}: there is no such program")


def run_program(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run it with our library before others on the loader path; its exit status, 128 + n for signal n.

    Its own name is the word as given (argv[0]), found as a shell would.
    """
    program = find_program(command[0])
    ours = dict(environment)
    if inherited := os.environ.get("LD_LIBRARY_PATH"):
        ours["LD_LIBRARY_PATH"] = f"{ours['LD_LIBRARY_PATH']}:{inherited}"
    sys.stdout.flush()
    sys.stderr.flush()
    with _signals_are_the_programs():
        try:
            process = subprocess.Popen(command, executable=program, env={**os.environ, **ours})
        except OSError as error:
            raise UsageError(f"{command[0]} can't be started: {error.strerror}") from None
        with _passed_on(signal.SIGTERM, process):
            code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_are_the_programs() -> Iterator[None]:
    """Ctrl-C reaches the program (same process group) and ends it or not; we stay to report what the device saw."""

    def ignore(_number: int, _frame: FrameType | None) -> None: ...  # a handler, not SIG_IGN: a child would inherit that

    before = signal.signal(signal.SIGINT, ignore)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _passed_on(number: int, process: subprocess.Popen[Any]) -> Iterator[None]:
    before = signal.signal(number, lambda n, _frame: process.send_signal(n))
    try:
        yield
    finally:
        signal.signal(number, before)
