"""What the sandbox's tests share: the providers and a compiled probe."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.records import Exit
from grader.sandbox import Bind, Command, Limits, Sandbox, open_sandbox
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.local import LocalSandbox
from tests.contracts.promises import ENVIRONMENT, PROBE, QUICK, Inside
from tests.docker.shared import sandbox_of

# "local-rlimits" is `local` as a machine has it on which no control group can be made.
PROVIDERS: dict[str, Callable[[], Sandbox]] = {
    "local": lambda: open_sandbox("local"),
    "local-rlimits": lambda: LocalSandbox(Hierarchy({}, 0)),
    "none": lambda: open_sandbox("none"),
}


# "docker" wants a real engine, which `pytest -m docker` starts.
@pytest.fixture(scope="session", params=[*sorted(PROVIDERS), pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return sandbox_of(request.config) if request.param == "docker" else PROVIDERS[request.param]()


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled probe's folder."""
    compiler = shutil.which("g++")
    assert compiler is not None, "the tests need g++"
    folder = tmp_path_factory.mktemp("probe")
    source = Path(__file__).with_name("probe.cpp")
    subprocess.run([compiler, "-O1", "-std=c++20", "-o", str(folder / "probe"), str(source)], check=True)
    return folder


@pytest.fixture
def inside(sandbox: Sandbox, probe: Path) -> Inside:
    """`inside("deed", "argument", …, limits=…, binds=…)` runs the probe; `inside(script="…")` a shell script."""

    def run(*words: str, script: str | None = None, limits: Limits = QUICK, binds: tuple[Bind, ...] = (), cwd: str = "/tmp") -> Exit:
        argv = ("/bin/sh", "-c", script) if script is not None else (PROBE, *words)
        shown = (Bind(source=probe, target="/opt/probe"), *binds)
        return sandbox.run(Command(argv=argv, cwd=cwd, binds=shown, env=ENVIRONMENT, limits=limits))

    return run
