"""Given programs: what an assignment hands out with a main() of its own, compiled and run when answers about it are graded.

`[[given]]` of assignment.toml names them. Nothing of a student's is in them, so they run without a sandbox, on the emulated GPU whatever
the submission is graded on; what the device recorded is kept by content, so that a course computes it once. No number is stored in an
assignment: a new compiler or a changed line gives new right answers by itself.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader import natives, toolchain
from grader.assignment import Assignment, Given
from grader.build.cache import Cache, digest_of
from grader.devices.emulated import open_device
from grader.devices.profiles import profile_file
from grader.devices.record import DeviceKernel, DeviceRecord, ExactFrame, Frame
from grader.errors import AssignmentError, HarnessError
from grader.verdicts import VERDICTS

RECORD, PROGRAM = "device.json", "program"
COMPILE_S, RUN_S = 300.0, 120.0  # of ours: exceeded only where something is wrong
THREADS = 1


class Finding(NamedTuple):
    """What a checker found in a given program."""

    verdict: str
    checker: str  # memcheck, racecheck, initcheck, synccheck, …
    places: frozenset[tuple[str, int]]  # file and line of both accesses, as handed out


class Observed:
    """What the emulated GPU saw of one given program. The numbers are those of `grader profile`, the findings those of `grader exec`."""

    def __init__(self, given: Given, record: DeviceRecord) -> None:
        self.given = given
        self.record = record

    def kernels(self) -> tuple[str, ...]:
        """The kernels' names without namespaces and arguments."""
        return tuple(kernel.base for kernel in self.record.kernels)

    def counter(self, metric: str, kernel: str) -> float:
        """A metric of one kernel, summed over its launches; ratios as the device gives them. Raises AssignmentError for unknown names."""
        found = self._kernel(kernel).metrics
        if metric not in found:
            raise AssignmentError(f"given program {self.given.id}: {kernel} has no metric {metric!r}; known are {', '.join(sorted(found))}")
        return found[metric]

    def lines(self, metric: str, kernel: str) -> dict[int, float]:
        """Source line -> the metric there, in the given program's own file; lines without it are left out."""
        result: dict[int, float] = {}
        for each in self._kernel(kernel).lines:
            place = self._place(each.frames)
            if place is not None and metric in each.metrics:
                result[place[1]] = result.get(place[1], 0.0) + each.metrics[metric]
        return result

    def findings(self) -> tuple[Finding, ...]:
        """Every fault, in the order in which `grader exec` prints them; notes are none."""
        result = []
        for each in self.record.findings:
            row = VERDICTS.get(each.verdict)
            places = [place for frames in (each.frames, each.other_frames) if (place := self._place(frames)) is not None]
            if not each.note:
                result.append(Finding(each.verdict, row.checker if row else "", frozenset(places)))
        return tuple(result)

    def _place(self, frames: Iterable[Frame | ExactFrame]) -> tuple[str, int] | None:
        """The innermost frame in one of the program's own files, by the name under which it was handed out: where it lay when it was
        compiled doesn't matter."""
        for frame in frames:
            for source in self.given.sources:
                if frame[0] == source or frame[0].endswith(f"/{source}"):
                    return source, frame[1]
        return None

    def _kernel(self, name: str) -> DeviceKernel:
        for kernel in self.record.kernels:
            if name in (kernel.base, kernel.name):
                return kernel
        raise AssignmentError(f"given program {self.given.id} launched no kernel {name!r}; known are {', '.join(self.kernels())}")


Programs = Callable[[str], Observed]


def programs(assignment: Assignment, cache: Cache) -> Programs:
    """The `given` fixture: id -> Observed. Compiles and runs what isn't in the cache. Raises AssignmentError for a program that can't be
    compiled, HarnessError if compiler or device can't work here."""
    seen: dict[str, Observed] = {}

    def program(name: str) -> Observed:
        if name not in seen:
            given = assignment.given_program(name)
            seen[name] = Observed(given, _record(assignment, given, cache))
        return seen[name]

    return program


def _record(assignment: Assignment, given: Given, cache: Cache) -> DeviceRecord:
    built = _key(assignment, given)
    key = digest_of([built, *given.arguments, natives.natives_digest(), profile_file(given.profile).read_bytes()])
    folder = cache.get(key)
    if folder is not None:
        try:
            return msgspec.json.decode((folder / RECORD).read_bytes(), type=DeviceRecord)
        except (OSError, msgspec.MsgspecError):
            cache.drop(key)
    with tempfile.TemporaryDirectory(prefix="warpgrade-given-") as made:
        folder = Path(made)
        known = cache.get(built)
        program = known / PROGRAM if known is not None and (known / PROGRAM).is_file() else _compiled(assignment, given, folder)
        if known is None:
            cache.put(built, {PROGRAM: program.read_bytes()})
        runnable = folder / "run"
        runnable.write_bytes(program.read_bytes())
        runnable.chmod(0o755)
        with open_device(given.profile, threads=THREADS) as device:
            _process([str(runnable), *given.arguments], folder, device.client_environment(), RUN_S, f"running the given program {given.id}")
            record = device.finish()
    cache.put(key, {RECORD: msgspec.json.encode(record)})
    return record


def _key(assignment: Assignment, given: Given) -> str:
    """Everything that the compiled program depends on."""
    parts: list[bytes | str] = ["given-1", *given.sources, "", given.profile]
    parts += [(assignment.folder / "starter" / name).read_bytes() for name in given.sources]
    parts += [file.read_bytes() for folder in assignment.includes for file in sorted(folder.rglob("*")) if file.is_file()]
    return digest_of([*parts, toolchain.toolchain_digest()])


def _compiled(assignment: Assignment, given: Given, folder: Path) -> Path:
    for name in given.sources:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((assignment.folder / "starter" / name).read_bytes())
    folders = [word for folder in assignment.includes for word in ("-I", str(folder))]
    arguments = [*folders, "-o", PROGRAM, *given.sources]
    command = toolchain.nvcc_command(arguments, profile=given.profile)
    environment = toolchain.nvcc_environment() | {"TMPDIR": str(folder)}
    built = _process(command, folder, environment, COMPILE_S, f"compiling the given program {given.id}")
    if built.returncode != 0:
        said = built.stderr.decode("utf-8", "replace").strip() or built.stdout.decode("utf-8", "replace").strip()
        raise AssignmentError(f"{assignment.slug}: the given program {given.id} can't be compiled: {said[:500]}")
    return folder / PROGRAM


def _process(
    command: list[str], folder: Path, environment: dict[str, str], limit_s: float, what: str
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise HarnessError(f"{what} took longer than {limit_s:g} s; is the machine overloaded?") from None
    except OSError as error:
        raise HarnessError(f"{what} failed: {command[0]}: {error.strerror}") from None
