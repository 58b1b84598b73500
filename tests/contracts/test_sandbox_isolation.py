"""The contract of every sandbox provider: isolation.

A promise that a provider can't keep is left out only where its own isolation() names it as not enforced.
"""

from __future__ import annotations

import os
from pathlib import Path

from grader.sandbox import Limits, Sandbox
from grader.sandbox.lend import HOST_UID
from tests.contracts.promises import PROBE, Inside, listening, promised


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
        there = f"ls -A {path} 2>/dev/null | grep ." if sandbox.name == "docker" else f"test -e {path}"  # a container has an empty /sys
        assert inside(script=there).code == 1, path
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
    if sandbox.name == "docker":  # without a user namespace the number is the host's: nobody's, or the judge's who isn't root
        assert status["Uid"].split() == [str(os.geteuid() or HOST_UID)] * 4
        assert status["Groups"].split() in ([], [str(os.getegid() or HOST_UID)])
    else:
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
