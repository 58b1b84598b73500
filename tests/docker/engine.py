"""A Docker Engine of the tests' own: nothing -> a running engine, reached by a socket in a fresh folder, with its data below it; at the end
nothing of it is left.

It installs nothing. `python -m tests.docker.engine` says whether one can be started here; `make test-docker` asks it first.
`python -m tests.docker.engine COMMAND ...` runs a command beside one: a benchmark, the red-team corpus.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.sandbox.docker import image
from grader.sandbox.docker.engine import Engine

_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/sbin:/bin"
_NEEDED = ("dockerd", "containerd", "runc")
_DRIVERS = ("overlay2", "vfs")  # vfs copies every layer, and works where this machine's own file system is an overlay
_START_S = 60.0
_STOP_S = 30.0


def missing() -> str:
    """Why none can be started here; "" if it may be tried."""
    absent = [name for name in _NEEDED if program(name) is None]
    if absent:
        return f"no {' and no '.join(absent)} on this machine (Debian, Ubuntu: apt-get install docker.io)"
    if os.geteuid() != 0:
        return "a Docker Engine is started by root"
    try:
        from docker import APIClient  # noqa: F401
    except ImportError:
        return "no Python package `docker` to talk to an engine (pip install 'warpgrade[docker]')"
    if not any(os.path.isdir(f"/sys/fs/cgroup/{name}") for name in ("memory", "system.slice", "init.scope")) and not os.path.exists(
        "/sys/fs/cgroup/cgroup.controllers"
    ):
        return "no control groups are mounted here"
    return ""


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_PLACES}")


def without_nvidia(folder: Path) -> Path:
    """Links to the machine's programs but NVIDIA's: an engine that finds its container toolkit gives GPUs to containers, whatever it was
    configured to."""
    folder.mkdir(exist_ok=True)
    for place in f"{_PLACES}:{os.environ.get('PATH', '')}".split(":"):
        with contextlib.suppress(OSError):
            for name in os.listdir(place):
                if not name.startswith("nvidia") and not (folder / name).is_symlink():
                    (folder / name).symlink_to(os.path.join(place, name))
    return folder


class TestEngine:
    """A context manager. It has no network but `none`, so it changes none of the machine's rules."""

    __test__ = False  # for pytest: no class of tests

    def __init__(self) -> None:
        if reason := missing():
            raise RuntimeError(reason)
        self.folder = Path(tempfile.mkdtemp(prefix="grader-docker-", dir="/tmp"))  # a socket's path has 107 bytes at most, and is absolute
        self.socket = self.folder / "docker.sock"
        self.address = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> TestEngine:
        try:
            for driver in _DRIVERS:
                if self.start(driver):
                    return self
            raise RuntimeError(f"no Docker Engine can be started here: {self.log()[-2000:]}")
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exc: object) -> None:
        self.stop()
        for line in reversed(Path("/proc/self/mountinfo").read_text().splitlines()):
            if (place := line.split()[4]).startswith(f"{self.folder}/"):
                subprocess.run(["umount", "-l", place], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        for group in self._groups():
            for inner in [*sorted(group.rglob("*/"), reverse=True), group]:
                with contextlib.suppress(OSError):
                    inner.rmdir()

    def start(self, driver: str = _DRIVERS[0]) -> bool:
        """Starts it and waits until it answers; False if it ends instead."""
        # with the tests killed, the engine is told to end
        tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        dockerd = program("dockerd")
        assert dockerd is not None
        flags = {
            "host": self.address,
            "data-root": str(self.folder / "data"),
            "exec-root": str(self.folder / "exec"),
            "pidfile": str(self.folder / "pid"),
            "storage-driver": driver,
            "cgroup-parent": f"/{self._group_name()}",
            "bridge": "none",
            **dict.fromkeys(("iptables", "ip6tables", "ip-forward", "ip-masq"), "false"),
        }
        settings = self.folder / "daemon.json"  # of the machine's own engine none may count
        settings.write_text("{}")
        programs = without_nvidia(self.folder / "bin")
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*tied, dockerd, "--config-file", str(settings), *(f"--{name}={value}" for name, value in flags.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": str(programs)},
                start_new_session=True,
            )
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it with everything that it started."""
        if self._process is None:
            return
        session = self._process.pid
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pid in self._left(session):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def answers(self) -> bool:
        import docker

        try:
            client = docker.APIClient(base_url=self.address, version="auto", timeout=5)
        except docker.errors.DockerException:
            return False
        client.close()
        return True

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def containers(self) -> list[str]:
        """Names of all that are there, running or not."""
        import docker

        with contextlib.closing(docker.APIClient(base_url=self.address, version="auto")) as client:
            return [each["Names"][0] for each in client.containers(all=True)]

    def _left(self, session: int) -> list[int]:
        """Processes of the engine's session, and those that have its folder on their command line."""
        found = []
        for name in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError):
                pid = int(name)
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session or str(self.folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return [pid for pid in found if pid != os.getpid()]

    def _group_name(self) -> str:
        return self.folder.name

    def _groups(self) -> list[Path]:
        return [*Path("/sys/fs/cgroup").glob(self._group_name()), *Path("/sys/fs/cgroup").glob(f"*/{self._group_name()}")]


def main(command: list[str]) -> int:
    """3 and a reason where none can be started; tried, since what is there may still not work. With a command: it is run beside an engine
    with the machine's image, which DOCKER_HOST names, and its status is ours."""
    reason = missing()
    if not reason:
        try:
            with TestEngine() as running:
                if command:
                    image.from_machine(Engine.connect(running.address))
                    return subprocess.run(command, env={**os.environ, "DOCKER_HOST": running.address}).returncode
        except RuntimeError as error:
            reason = " ".join(str(error).split())
    if reason:
        print(f"not run: {reason}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
