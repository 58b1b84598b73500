"""The emulated GPU: DeviceOptions -> a running device process and, at the end, its DeviceRecord.

The process (grader/emulator/device) listens on a unix socket in a fresh folder that only this session knows. It ends when its
standard input does, so it can't outlive a judge that was killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from grader import natives
from grader.devices.contract import CHECKS, Client, DeviceOptions
from grader.devices.profiles import profile_file
from grader.devices.record import DeviceRecord, read_record
from grader.errors import HarnessError
from grader.readable import readable
from grader.scratch import short_folder
from grader.toolchain import UsageError

READY_S = 20.0  # from start to "ready"; usually some milliseconds
FINISH_S = 20.0  # from end-of-file to the end: kernels are stopped, the record is written


class EmulatedSession:
    """One device process. Made by `open_device`. The card process of a real GPU (`cuda.session`) is started, watched and ended alike."""

    what = "the emulated GPU"

    def __init__(self, folder: Path, record_folder: Path, options: DeviceOptions, program: Sequence[str]) -> None:
        self._base = options.socket_folder or folder
        self.socket = self._base / "gpu"
        self.folder = record_folder
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._errors = folder / "stderr"
        self._record: DeviceRecord | None = None
        with self._errors.open("wb") as errors:
            try:
                self._process = subprocess.Popen(
                    [*program, *self._arguments(options)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=self._environment(),
                    start_new_session=True,  # Ctrl-C is for the program; the record of what it did is still wanted
                )
            except OSError as error:
                raise HarnessError(f"{self.what} can't be started ({program[0]}: {error.strerror}): {natives.REBUILD}") from error

    def _arguments(self, options: DeviceOptions) -> list[str]:
        return device_arguments(options, self.socket, self.folder)

    def _environment(self) -> dict[str, str]:
        return {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}

    def client(self, guest: str = "student") -> Client:
        """What a runner in a sandbox needs of this device."""
        environment = self.client_environment()
        return Client(environment=environment, shows=(natives.library_folder(), self.socket))

    @property
    def pid(self) -> int:
        return self._process.pid

    def client_environment(self) -> dict[str, str]:
        """What a program needs to find this device: merge it into its environment."""
        return {"WARPGRADE_DEVICE": str(self.socket), "LD_LIBRARY_PATH": str(natives.library_folder())}

    def left(self, guest: str) -> None:
        """Nothing to do: no other guest waits for it."""

    def finish(self) -> DeviceRecord:
        """End the device (kernels that still run are stopped) and read what it recorded. The same record on a second call.

        Raises HarnessError if the device failed or had died.
        """
        if self._record is None:
            # communicate() closes stdin first, which is the device's sign to end
            try:
                self._process.communicate(timeout=FINISH_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise HarnessError(f"{self.what} did not end within {FINISH_S:g} s; run it again, and report this if it stays") from None
            if self._process.returncode != 0:
                raise HarnessError(f"{self.what} failed: {self._ended()}")
            self._record = read_record(self.folder / "device.json")
        return self._record

    def kill(self) -> None:
        """End the process now, record or not."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def wait_ready(self, limit_s: float = READY_S) -> None:
        """Return once the device listens. Raises HarnessError if it ended or stayed silent."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        said = b""
        until = time.monotonic() + limit_s
        while b"\n" not in said:
            if not readable([pipe], until - time.monotonic()):
                raise HarnessError(f"{self.what} did not get ready within {limit_s:g} s: is the machine overloaded?")
            chunk = os.read(pipe, 256)
            if not chunk:
                self._process.wait()
                raise HarnessError(f"{self.what} did not start: {self._ended()}")
            said += chunk
        if said.split(b"\n", 1)[0] != b"ready":
            raise HarnessError(f"{self.what} said {said[:80]!r} and not 'ready': {natives.REBUILD}")
        if os.geteuid() == 0:
            # A sandboxed client has another uid: it may pass through to the socket, and see nothing else.
            self._base.chmod(self._base.stat().st_mode & 0o777 | 0o011)
            self.socket.chmod(0o666)

    def _ended(self) -> str:
        said = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        code = self._process.returncode
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return f"{how}, {said[-1]}" if said else how


@contextmanager
def open_device(
    profile: str = "a100",
    checks: str = "all",
    threads: int = 2,
    memory_mib: int | None = None,
    max_block_instructions: int | None = None,
    max_kernel_instructions: int | None = None,
    max_kernel_s: float | None = None,
    record_outputs: bool = False,
    fuzz_seed: int | None = None,
    cards: Sequence[str] | None = None,
    *,
    record_folder: Path | None = None,
    program: Sequence[str] | None = None,
) -> Iterator[EmulatedSession]:
    """Start an emulated GPU that is ready for clients; at the end of the context its process and folder are gone.

    The parameters are DeviceOptions'. What it records stays if the caller names a `record_folder` for it. `program` replaces the
    device's program (tests). Raises HarnessError if it doesn't start, UsageError for an unknown profile or check.
    """
    options = DeviceOptions(
        profile=profile,
        checks=checks,
        threads=threads,
        memory_mib=memory_mib,
        max_block_instructions=max_block_instructions,
        max_kernel_instructions=max_kernel_instructions,
        max_kernel_s=max_kernel_s,
        record_outputs=record_outputs,
        fuzz_seed=fuzz_seed,
        cards=None if cards is None else tuple(cards),
    )
    with _session(options, record_folder, list(program) if program else [str(natives.device_program())]) as session:
        yield session


class EmulatedDevice:
    """The `emulated` row of the table of devices."""

    name = "emulated"
    kind = "emulated"
    reproducible = True

    def target(self, profile: str) -> str:
        profile_file(profile)
        return profile

    def label(self, profile: str) -> str:
        return f"{self.name}:{profile}"

    def checker(self) -> None:
        """The device checks every access itself."""

    def oracle(self, problem: Path) -> None:
        """No card to compute on."""

    def open(self, options: DeviceOptions) -> AbstractContextManager[EmulatedSession]:
        return _session(options, None, [str(natives.device_program())])


@contextmanager
def _session(options: DeviceOptions, record_folder: Path | None, program: list[str]) -> Iterator[EmulatedSession]:
    folder = short_folder()
    session: EmulatedSession | None = None
    try:
        session = EmulatedSession(folder, record_folder or folder / "record", options, program)
        session.wait_ready()
        yield session
    finally:
        if session is not None:
            session.kill()
            session.socket.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def device_arguments(options: DeviceOptions, socket: Path, folder: Path) -> list[str]:
    """The device program's arguments, as docs/design/internal-contracts.md pins them."""
    arguments = ["--socket", str(socket), "--record", str(folder), "--profile", str(profile_file(options.profile))]
    arguments += ["--checks", check_list(options.checks), "--threads", str(max(1, options.threads))]
    if options.max_block_instructions is not None:
        arguments += ["--max-block-instructions", str(options.max_block_instructions)]
    if options.max_kernel_instructions is not None:
        arguments += ["--max-kernel-instructions", str(options.max_kernel_instructions)]
    if options.max_kernel_s is not None:
        arguments += ["--max-kernel-s", f"{options.max_kernel_s:g}"]
    if options.cards is not None:
        arguments += ["--cards", ",".join(str(profile_file(name)) for name in options.cards) or "none"]
    if options.fuzz_seed is not None:
        arguments += ["--schedule", "fuzz", "--seed", str(options.fuzz_seed)]
    if options.memory_mib is not None:
        arguments += ["--memory-mib", str(options.memory_mib)]
    if options.inputs is not None:
        arguments += ["--inputs", str(options.inputs)]
    if options.latencies_us:
        arguments += ["--latencies", ",".join(f"{name}={value:g}" for name, value in options.latencies_us.items())]
    if options.one_client:
        arguments.append("--one-client")
    if options.record_outputs:
        arguments.append("--record-outputs")
    return arguments


def check_list(checks: str) -> str:
    """`"all"` -> every check but leak; `"none"`; or the named ones. An unknown name's error lists the known ones."""
    names = [name.strip() for name in checks.split(",") if name.strip()]
    if names == ["none"]:
        return "none"
    chosen: list[str] = []
    for name in names:
        if name == "all":
            chosen += [known for known in CHECKS if known != "leak"]
        elif name in CHECKS:
            chosen.append(name)
        else:
            raise UsageError(f"unknown check {name!r}; known are {', '.join(CHECKS)}, all (without leak) and none")
    if not chosen:
        raise UsageError(f"no check named; known are {', '.join(CHECKS)}, all (without leak) and none")
    return ",".join(dict.fromkeys(chosen))
