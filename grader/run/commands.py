"""Commands: a job's folder and what a device says it needs -> the runner's command in the sandbox. Runs nothing."""

from __future__ import annotations

from pathlib import Path

from grader import natives
from grader.assignment import Assignment
from grader.devices.contract import Client
from grader.run.job import JOB
from grader.sandbox.contract import Bind, Command, Limits


def run_command(assignment: Assignment, folder: Path, client: Client, limit_s: float) -> Command:
    """The runner in the sandbox: it sees itself, the job's folder and what the device says it needs; nothing else."""
    runner = natives.runner_program()
    return Command(
        argv=(str(runner), JOB),
        cwd=str(folder),
        binds=(
            Bind(source=runner, target=str(runner)),
            Bind(source=folder, target=str(folder)),
            *(Bind(source=path, target=str(path)) for path in client.shows),
            *(Bind(source=path, target=str(path), device=True) for path in client.nodes),
        ),
        env=client.environment,
        limits=run_limits(assignment, limit_s + client.start_s, client.memory_mib),
    )


def run_limits(assignment: Assignment, wall_s: float, driver_mib: int) -> Limits:
    """What one case may use. `driver_mib`: that the driver takes in the program's process."""
    return Limits(
        wall_s=wall_s,
        cpu_s=wall_s + 1,
        memory_mib=assignment.limits.memory_mib + driver_mib,
        processes=32,
        file_mib=16,
        scratch_mib=16,
        output_mib=assignment.limits.output_mib,
        capture_kib=64,
    )
