"""What only a real engine can show, beyond the contract that every provider is held to: that nothing is left, faults in words, grades."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, load_assignment
from grader.build.cache import Cache
from grader.errors import HarnessError
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from grader.sandbox import Bind, Command, Limits
from grader.sandbox.docker import DockerSandbox, image
from grader.sandbox.docker.container import sweep
from grader.sandbox.docker.engine import Engine
from tests import ordinary
from tests.contracts.promises import ENVIRONMENT
from tests.docker.engine import TestEngine
from tests.docker.shared import engine_of, sandbox_of

pytestmark = pytest.mark.docker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> TestEngine:
    return engine_of(request.config)


@pytest.fixture(scope="session")
def sandbox(request: pytest.FixtureRequest) -> DockerSandbox:
    return sandbox_of(request.config)


def shell(sandbox: DockerSandbox, script: str, *binds: Bind) -> bytes:
    return sandbox.run(Command(argv=("/bin/sh", "-c", script), env=ENVIRONMENT, binds=binds)).stdout


def eventually(condition: object, patience_s: float = 15.0) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def mounts() -> int:
    return Path("/proc/self/mountinfo").read_text().count("\n")


# ---- what a command finds


def test_what_stands_in_a_container_beside_the_system(sandbox: DockerSandbox) -> None:
    found = shell(sandbox, "ls /; ls -A /usr/local /sys /judge /dev/mqueue 2>/dev/null | grep -v ':$'; wc -c < /etc/resolv.conf").split()
    assert set(found) <= {*b"bin sbin lib lib32 lib64 libx32 dev etc proc sys tmp usr warden judge 0".split(), b"nix", b"gnu"}


def test_no_queue_of_the_kernels_can_be_made(sandbox: DockerSandbox) -> None:
    """It would outlive a command and carry words to the next."""
    assert shell(sandbox, "echo x > /dev/mqueue/a && echo made; ls -A /dev/mqueue") == b""


def test_the_judges_socket_is_out_of_reach(sandbox: DockerSandbox, tmp_path: Path) -> None:
    assert shell(sandbox, "ls -la /judge/judge /judge 2>/dev/null; readlink /proc/1/fd/* 2>/dev/null; cat /proc/1/maps 2>/dev/null") == b""


def test_cases_of_a_room_share_a_container_and_a_limit_ends_it(sandbox: DockerSandbox, engine: TestEngine) -> None:
    with sandbox.room((), Limits(memory_mib=64)) as room:
        for _ in range(3):
            assert room.run(Command(argv=("/bin/true",))).code == 0
        (first,) = engine.containers()
        assert room.run(Command(argv=("/bin/sleep", "9"), limits=Limits(wall_s=0.2), env=ENVIRONMENT)).cause == "timeout"
        assert room.run(Command(argv=("/bin/true",))).code == 0
        assert eventually(lambda: len(engine.containers()) == 1)
        assert engine.containers() != [first]
    assert eventually(lambda: engine.containers() == [])


def test_a_room_shows_what_it_was_made_with(sandbox: DockerSandbox, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    with sandbox.room((Bind(source=tmp_path, target="/out"),), Limits()) as room:
        assert room.run(Command(argv=("/bin/true",), binds=(Bind(source=tmp_path / "sub", target="/out/sub"),))).code == 0
        for bind in (Bind(source=tmp_path, target="/x"), Bind(source=tmp_path, target="/out", writable=True)):
            with pytest.raises(HarnessError, match=f"wants to see {bind.target}, which its room wasn't made with"):
                room.run(Command(argv=("/bin/true",), binds=(bind,)))


TINY = """
#include <sys/syscall.h>
static long call(long n, long a, long b, long c, long d) {
  long r; register long r10 asm("r10") = d;
  asm volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return r;
}
static char block[4096];
extern "C" void _start() {
  long score = call(SYS_open, (long)"/proc/self/oom_score_adj", 1, 0, 0);
  call(SYS_write, score, (long)"0", 1, 0);
  long file = call(SYS_memfd_create, (long)"x", 0, 0, 0);
  for (;;) call(SYS_write, file, (long)block, sizeof block, 0);
}
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="written in x86-64's calls")
def test_memory_that_no_process_maps_is_the_commands_own(sandbox: DockerSandbox, tmp_path: Path) -> None:
    """The largest process is then the warden, and the kernel may choose it: still the command's fault and not ours."""
    tmp_path.chmod(0o755)
    (tmp_path / "tiny.cpp").write_text(TINY)
    build = ["g++", "-O1", "-static", "-nostdlib", "-fno-stack-protector", "-o", str(tmp_path / "tiny"), str(tmp_path / "tiny.cpp")]
    subprocess.run(build, check=True)
    bind = Bind(source=tmp_path, target="/opt/tiny")
    for _ in range(3):
        ended = sandbox.run(Command(argv=("/opt/tiny/tiny",), binds=(bind,), limits=Limits(memory_mib=64, wall_s=20)))
        assert ended.cause == "out_of_memory"


# ---- nothing is left


JUDGE = """
import sys
from pathlib import Path
from grader.sandbox import Bind, Command, Limits
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.docker.engine import Engine
sandbox = DockerSandbox(lambda: Engine.connect(sys.argv[1]))
binds = (Bind(source=Path(sys.argv[2]), target="/out", writable=True),)
script = "(while :; do echo x >> /out/beat; sleep 0.01; done) & sleep 0.2; setsid sleep 60 & exit 0"
print("begins", flush=True)
while True:
    with sandbox.room(binds, Limits()) as room:
        for _ in range(2):
            room.run(Command(argv=("/bin/sh", "-c", script), binds=binds, env={"PATH": "/bin"}))
"""


def test_nothing_outlives_a_judge_that_is_killed_at_any_moment(engine: TestEngine, sandbox: DockerSandbox, tmp_path: Path) -> None:
    sandbox.run(Command(argv=("/bin/true",)))
    assert eventually(lambda: engine.containers() == [])
    before = mounts()
    moments = random.Random(7)
    left_created = 0
    for number in range(8):
        out = tmp_path / str(number)
        out.mkdir()
        judge = subprocess.Popen([sys.executable, "-c", JUDGE, engine.address, str(out)], stdout=subprocess.PIPE, cwd=ROOT)
        assert judge.stdout is not None
        with judge.stdout:
            assert judge.stdout.readline() == b"begins\n"
        time.sleep(moments.uniform(0.0, 1.2))
        judge.kill()
        judge.wait()
        # one that was made and not yet started is the next judge's to remove
        assert eventually(lambda: not _processes_of(engine)), engine.containers()

        def swept() -> bool:  # again: one that was being made when the judge was killed may come after a look
            nonlocal left_created
            left_created += sweep(Engine.connect(engine.address))
            return engine.containers() == []

        assert eventually(swept)
        beat = out / "beat"
        size = beat.stat().st_size if beat.exists() else 0
        time.sleep(0.1)
        assert (beat.stat().st_size if beat.exists() else 0) == size
    assert eventually(lambda: mounts() == before)
    assert left_created <= 8


def _processes_of(engine: TestEngine) -> list[int]:
    """Processes in containers: those in the engine's control group."""
    found: list[int] = []
    for pattern in ("*/{}/*/cgroup.procs", "{}/*/cgroup.procs"):  # version 1, version 2
        for file in Path("/sys/fs/cgroup").glob(pattern.format(engine.folder.name)):
            with contextlib.suppress(OSError):  # gone while we looked
                found += [int(word) for word in file.read_text().split()]
    return found


def test_what_was_made_and_never_started_is_removed_by_the_next_judge(engine: TestEngine) -> None:
    script = (
        "import os, signal, sys; from grader.sandbox import Command; from grader.sandbox.docker import DockerSandbox\n"
        "from grader.sandbox.docker.engine import Engine\n"
        "Engine.start = lambda self, container: os.kill(os.getpid(), signal.SIGKILL)\n"
        "DockerSandbox(lambda: Engine.connect(sys.argv[1])).run(Command(argv=('/bin/true',)))"
    )
    subprocess.run([sys.executable, "-c", script, engine.address], cwd=ROOT)
    assert len(engine.containers()) == 1
    DockerSandbox(lambda: Engine.connect(engine.address)).run(Command(argv=("/bin/true",)))
    assert eventually(lambda: engine.containers() == [])


# ---- faults in words


def test_no_image_of_this_name(engine: TestEngine) -> None:
    with pytest.raises(HarnessError, match="Build it: `grader docker build --from machine`"):
        DockerSandbox(lambda: Engine.connect(engine.address), image_name="nobody-has-it").isolation()


def test_no_nvidia_runtime(engine: TestEngine) -> None:
    assert not Engine.connect(engine.address).facts().nvidia, "the tests' engine finds no program of NVIDIA's"
    with pytest.raises(HarnessError, match="nvidia-ctk runtime configure --runtime=docker"):
        DockerSandbox(lambda: Engine.connect(engine.address), gpus=("GPU-1",)).run(Command(argv=("/bin/true",)))
    assert eventually(lambda: engine.containers() == [])


def test_a_target_in_the_read_only_system(sandbox: DockerSandbox, engine: TestEngine, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="choose one elsewhere"):
        shell(sandbox, "true", Bind(source=tmp_path, target="/usr/share/no-such-folder"))
    assert eventually(lambda: engine.containers() == [])


def test_an_engine_that_goes_and_comes_again() -> None:
    """In the middle of a command it is our fault and no verdict; later commands go on."""
    with TestEngine() as own:
        image.from_machine(Engine.connect(own.address))
        sandbox = DockerSandbox(lambda: Engine.connect(own.address))
        assert shell(sandbox, "echo before") == b"before\n"
        stopper = subprocess.Popen([sys.executable, "-c", f"import os, signal, time; time.sleep(1.5); os.kill({own.pid}, signal.SIGTERM)"])
        with pytest.raises(HarnessError, match="ended in the middle of a command"):
            shell(sandbox, "sleep 60; sleep 60")
        stopper.wait()
        own.stop()
        with pytest.raises(HarnessError, match=r"can't be made|can't be asked"):
            shell(sandbox, "true")
        assert own.start()
        assert shell(sandbox, "echo after") == b"after\n"


ORDINARY = """
import sys, tempfile
from pathlib import Path
from grader.sandbox import Bind, Command, Limits
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.docker.engine import Engine
sandbox = DockerSandbox(lambda: Engine.connect(sys.argv[1]))
with tempfile.TemporaryDirectory() as out:
    script = "id -u > /out/uid; sleep 60 & sleep 60"
    binds = (Bind(source=Path(out), target="/out", writable=True),)
    ended = sandbox.run(Command(argv=("/bin/sh", "-c", script), binds=binds, env={"PATH": "/usr/bin:/bin"}, limits=Limits(wall_s=0.5)))
    print(ended.cause, Path(out, "uid").read_text().strip())
print([entry for entry in sandbox.isolation().not_enforced if entry.startswith("user")] != [])
"""


def test_the_judge_need_not_be_root(engine: TestEngine) -> None:
    """Whoever may use the engine's socket: commands then run as the judge, who can delete what they leave."""
    engine.folder.chmod(0o711)
    engine.socket.chmod(0o666)
    try:
        done = ordinary.run(ORDINARY, engine.address)
    finally:
        engine.socket.chmod(0o600)
        engine.folder.chmod(0o700)
    assert done.stdout == f"timeout {ordinary.USER}\nTrue\n", done.stderr
    assert eventually(lambda: engine.containers() == [])


# ---- whole gradings


@pytest.fixture(scope="module")
def assignments() -> Iterator[list[Assignment]]:
    yield [load_assignment(ROOT / "assignments" / name) for name in ("03_vector_matrix", "09_gemm")]


def test_two_assignments_get_the_grades_that_local_gives(assignments: list[Assignment], sandbox: DockerSandbox, tmp_path: Path) -> None:
    for assignment in assignments:
        local = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), cache=tmp_path / "l", keep_grades=False)
        docker: Judge = msgspec.structs.replace(local, sandbox=sandbox, builds=Cache(tmp_path / "d"))
        shares = []
        for folder in (ROOT / "reference" / assignment.folder.name, assignment.folder / "starter"):
            submission = tmp_path / assignment.slug / folder.name
            submission.mkdir(parents=True)
            for name in assignment.files:
                shutil.copy(folder / name, submission)
            ours, theirs = (grade(submission, assignment, judge) for judge in (docker, local))
            assert verdicts(ours) == verdicts(theirs)
            assert ours.isolation.engine.startswith("Docker Engine ")
            assert ours.isolation.image.startswith("warpgrade-run (machine) sha256:")
            shares.append(sum(check.points for check in ours.checks) / sum(check.max_points for check in ours.checks))
        assert shares[0] == 1.0 > shares[1]


def verdicts(grade: Grade) -> tuple[object, ...]:
    """All that points and students see of it."""
    problems = [(problem.verdict, problem.file, problem.line) for problem in grade.problems]
    return [(check.id, check.outcome, check.verdict, check.points) for check in grade.checks], problems
