"""`grader profile -- PROGRAM ARGS…`: run a CUDA program on the emulated GPU and show what its kernels cost, and on which lines.

As with `grader exec`, the program's stdin, stdout and stderr are its own, what we say goes to stderr, after it, and the exit status is the
program's, or 1 if that was 0 and there are findings.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from grader.files import write_atomically
from grader.toolchain import UsageError


def profile(
    context: typer.Context,
    kernel: Annotated[
        str | None, typer.Option("--kernel", metavar="NAME", help="Show this kernel only: its name, or a part of it with its arguments.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="Show the N kernels that executed most instructions.")] = 5,
    source: Annotated[bool, typer.Option("--source/--no-source", help="Print the source with the counters of each line.")] = True,
    every: Annotated[bool, typer.Option("--all", help="Print every metric, zeros too.")] = False,
    launches: Annotated[bool, typer.Option("--launches", help="Print a table of each launch, too.")] = False,
    card: Annotated[str, typer.Option("--profile", metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    check: Annotated[str, typer.Option("--check", metavar="LIST", help="Checks to run beside, as in grader exec.")] = "memcheck",
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="CPU threads that emulate; default: one a core. Results don't depend on it."),
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write all of it as JSON; '-' prints it to stderr instead of the tables.")
    ] = None,
) -> None:
    """Run a CUDA program on the emulated GPU and print what its kernels cost: Nsight Compute's metrics, and the source line by line.

    Requests, sectors, wavefronts and bank conflicts follow the hardware's rules. Instructions and branches are PTX's and not SASS's: they
    are marked `ptx`. What a model computes is marked `estimate`. No times: an emulated GPU has none of its own.

    Examples:

      grader nvcc -o prog prog.cu && grader profile -- ./prog 1024

      grader profile --kernel transpose --no-source -- ./prog

      grader profile --top 1 --json profile.json -- ./prog        the numbers, for a script

      grader profile -- ./prog 2>&1 >/dev/null | less
    """
    from grader.build.embedded import kernel_registers
    from grader.cli import exec, output, profile_report
    from grader.devices.emulated import open_device

    if not context.args:
        raise UsageError("no program named; example: grader profile -- ./prog 1024")
    program = exec.find_program(context.args[0])
    if json and json != "-":
        exec.check_target(Path(json))
    with open_device(card, check, threads or os.cpu_count() or 1) as device:
        start = time.perf_counter()
        code = exec.run_program(context.args, device.client_environment())
        wall_s = time.perf_counter() - start
        record = device.finish()
    result = profile_report.summarise(record, code, wall_s, Path.cwd(), kernel_registers(program) if record.kernels else {}, program)
    if kernel is not None and not any(profile_report.is_meant(row, kernel) for row in result.kernels):
        names = ", ".join(sorted({row.base for row in result.kernels})) or "none"
        raise UsageError(f"no kernel {kernel!r} was launched; launched were: {names}")
    result = profile_report.chosen(result, kernel, top)
    if json == "-":
        sys.stderr.buffer.write(output.to_json(result))
        sys.stderr.buffer.flush()
    else:
        shown = profile_report.Shown(source=source, every=every, launches=launches)
        profile_report.show(result, record, program, output.console(stderr=True), shown)
        if json:
            write_atomically(Path(json), output.to_json(result))
    sys.exit(exec.exit_status(code, record))
