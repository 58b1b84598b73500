"""Rooms: commands that share a sandbox share nothing else. Runs on every provider."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.errors import HarnessError
from grader.records import Exit
from grader.sandbox import Bind, Command, Limits, Sandbox
from tests.contracts.promises import ENVIRONMENT, PROBE, QUICK, limited, promised

Inside = Callable[..., Exit]


@pytest.fixture
def room(sandbox: Sandbox, probe: Path, tmp_path: Path) -> Iterator[Inside]:
    """`room(script)`, in one room that shows the probe and the folder `tmp_path / "seen"`, read-only."""
    shown = tmp_path / "seen"
    shown.mkdir()
    shown.chmod(0o755)
    binds = (Bind(source=probe, target="/opt/probe"), Bind(source=shown, target="/seen"))
    with sandbox.room(binds, QUICK) as place:

        def run(script: str = "", *words: str, limits: Limits = QUICK) -> Exit:
            argv = (PROBE, *words) if words else ("/bin/sh", "-c", script)
            return place.run(Command(argv=argv, binds=binds, env=ENVIRONMENT, limits=limits))

        yield run


def test_commands_one_after_another(room: Inside) -> None:
    for number in range(5):
        result = room(f"echo {number}; echo no >&2; exit {number}")
        assert (result.cause, result.code, result.stdout, result.stderr) == ("exited", number, b"%d\n" % number, b"no\n")


def test_each_signal_is_told(sandbox: Sandbox, room: Inside) -> None:
    for number in (6, 9, 11, 15):
        result = room(f"kill -{number} $$")
        assert (result.cause, result.signal) == ("signaled", number)
    assert room("exit 137").code == 137, "an exit status of 128 + 9 is no signal"


def test_what_is_put_into_a_shown_folder_is_seen(sandbox: Sandbox, room: Inside, tmp_path: Path) -> None:
    for number in range(3):
        file = tmp_path / "seen" / f"job{number}"
        file.write_text(f"job {number}")
        file.chmod(0o644)
        assert room("cat /seen/*").stdout == f"job {number}".encode()
        file.unlink()


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_no_file_of_one_command_is_there_for_the_next(sandbox: Sandbox, room: Inside, folder: str) -> None:
    promised(sandbox, "files")
    made = (
        f"cd {folder}; echo secret > file; mkdir -p a/b/c; echo x > a/b/c/d; chmod 000 a/b/c/d a/b/c a/b a; ln -s / link; mkfifo pipe; "
        "echo > '-rf'; echo > \"$(printf 'two\\nlines')\"; "
        "i=0; while [ $i -lt 300 ]; do echo > many$i; i=$((i+1)); done; chmod 700 . 2>/dev/null; true"
    )
    assert room(made).code == 0
    found = room(f"find {folder} -mindepth 1 | wc -l; stat -c %a {folder}")
    assert found.stdout.split() == [b"0", b"1777"]


def test_a_folder_too_deep_to_clean_is_thrown_away(sandbox: Sandbox, room: Inside) -> None:
    promised(sandbox, "files")
    deep = "cd /tmp; i=0; while [ $i -lt 400 ]; do mkdir d && cd d || exit 1; i=$((i+1)); done"
    assert room(deep).code == 0
    assert room("find /tmp -mindepth 1 | wc -l").stdout.split() == [b"0"]


@pytest.mark.parametrize("below", ["/tmp", "/dev/shm"])
def test_what_the_judge_shows_below_an_emptied_folder_stays(sandbox: Sandbox, tmp_path: Path, below: str) -> None:
    """A judge's own folders may lie there: their contents aren't a command's to lose, and neither are the ways to them."""
    promised(sandbox, "files")
    read, write = tmp_path / "read", tmp_path / "write"
    for folder in (read, write):
        folder.mkdir()
        folder.chmod(0o755)
    (read / "given").write_text("given")
    binds = (Bind(source=read, target=f"{below}/a/b/read"), Bind(source=write, target=f"{below}/a/write", writable=True))
    with sandbox.room(binds, QUICK) as place:

        def run(script: str) -> bytes:
            return place.run(Command(argv=("/bin/sh", "-c", script), binds=binds, env=ENVIRONMENT, limits=QUICK)).stdout

        run(f"echo kept > {below}/a/write/kept; echo gone > {below}/a/b/gone; chmod 000 {below}/a/b; echo gone > {below}/gone")
        found = run(f"cat {below}/a/b/read/given {below}/a/write/kept; ls {below}/a/b")
        assert found == b"givenkept\nread\n"
        run(f"mv {below}/a {below}/moved")
        assert run(f"cat {below}/a/b/read/given {below}/a/write/kept; ls {below}") == b"givenkept\na\n"
    assert (write / "kept").read_text() == "kept\n" and (read / "given").read_text() == "given"


def test_no_process_of_one_command_lives_on(sandbox: Sandbox, room: Inside) -> None:
    promised(sandbox, "processes")
    left = (
        "(setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 0.05; echo still > /tmp/here; done' >/dev/null 2>&1 &) ; sleep 0.2; ls /tmp"
    )
    assert room(left).stdout == b"here\n"
    time.sleep(0.2)
    seen = room("ls /tmp; for p in /proc/[0-9]*; do cat $p/comm; done")
    assert b"sleep" not in seen.stdout and b"here" not in seen.stdout


def test_no_shared_memory_or_semaphore_lives_on(sandbox: Sandbox, room: Inside) -> None:
    promised(sandbox, "files")
    room("ipcmk -M 4096 -p 0666; ipcmk -S 1 -p 0666; ipcmk -Q -p 0666")
    assert room("cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg | wc -l").stdout.split() == [b"3"], "headings only"


def test_the_warden_is_out_of_reach(sandbox: Sandbox, room: Inside) -> None:
    """The commands run as its user: memory, descriptors, limits and signals of pid 1 must still be closed to them."""
    promised(sandbox, "processes")
    result = room(
        "for file in mem environ maps fd/1 exe cwd; do cat /proc/1/$file >/dev/null 2>&1 && echo read $file; done; "
        "for signal in KILL STOP TERM INT SEGV; do kill -$signal 1; done; "
        "prlimit --pid 1 --nofile=1:1 2>/dev/null && echo prlimit; "
        "echo x > /proc/1/oom_score_adj && echo oom; ls /proc/1/fd 2>/dev/null; echo end"
    )
    assert result.stdout == b"end\n"
    again = room("echo alive")
    assert again.stdout == b"alive\n"


def test_pid_1_and_the_folders_carry_no_message(sandbox: Sandbox, room: Inside) -> None:
    """The warden is of the commands' user, who may change its priority and processors, which the next command would inherit; and who owns
    a folder may give it any time."""
    promised(sandbox, "processes")
    fresh = "nice; chrt -p $$ | sed 's/.*: //'; taskset -p $$ | sed 's/.*: //'"
    before = room(fresh).stdout
    room("renice -n 7 -p 1; chrt -b -p 0 1; taskset -p 1 1; touch -d @1000000 /tmp /dev/shm; true")
    assert room(fresh).stdout == before
    times = room("stat -c '%X %Y' /tmp /dev/shm; date +%s").stdout.split()
    assert all(abs(int(time) - int(times[-1])) < 3600 for time in times), times


def test_a_spoiled_room_is_replaced(room: Inside) -> None:
    assert room("sleep 60", limits=limited(wall_s=0.5)).cause == "timeout"
    assert room("echo on").stdout == b"on\n"
    assert room("yes", limits=limited(output_mib=1)).cause == "output_limit"
    assert room("echo on").stdout == b"on\n"
    assert room("", "hog", "400").cause == "out_of_memory"
    assert room("echo on").stdout == b"on\n"


def test_a_fork_bomb_ends_with_its_command(sandbox: Sandbox, room: Inside) -> None:
    promised(sandbox, "number of processes")
    room("f() { f | f & }; f; sleep 0.3", limits=limited(wall_s=3.0))
    assert room("echo on").stdout == b"on\n"


def test_processor_time_and_memory_are_each_commands_own(room: Inside) -> None:
    spent = room("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
    idle = room(":")
    assert idle.cpu_s < spent.cpu_s / 2 and idle.cpu_s < 0.2
    assert room("", "hog", "60").peak_memory_mib > 50 > 30 > room(":").peak_memory_mib


def handles() -> int:
    """How many processes the judge holds a handle of; a place that lives has one of its first process."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found += "pidfd" in os.readlink(f"/proc/self/fd/{name}")
    return found


def test_an_exception_in_the_judge_leaves_nothing(sandbox: Sandbox, probe: Path) -> None:
    before = handles()
    with pytest.raises(KeyboardInterrupt), sandbox.room((), QUICK) as place:
        assert place.run(Command(argv=("/bin/true",), env=ENVIRONMENT)).code == 0
        assert sandbox.name == "none" or handles() > before
        raise KeyboardInterrupt
    assert handles() == before
    assert sandbox.run(Command(argv=("/bin/true",), env=ENVIRONMENT)).code == 0


def test_a_room_that_was_left_starts_nothing(sandbox: Sandbox) -> None:
    """A case of another thread may still be on its way there: nobody would end what it starts."""
    promised(sandbox, "processes")
    with sandbox.room((), QUICK) as place:
        pass
    with pytest.raises(HarnessError, match="was left"):
        place.run(Command(argv=("/bin/true",), env=ENVIRONMENT))


def test_a_writable_folder_is_given_back_when_the_room_is_left(sandbox: Sandbox, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    bind = Bind(source=out, target="/out", writable=True)
    with sandbox.room((bind,), QUICK) as place:
        for number in range(2):
            made = Command(
                argv=("/bin/sh", "-c", f"echo {number} > /out/f{number}; chmod 000 /out/f{number}"), binds=(bind,), env=ENVIRONMENT
            )
            assert place.run(made).code == 0
    assert [(out / f"f{number}").read_text() for number in range(2)] == ["0\n", "1\n"]
    assert (out / "f0").stat().st_uid == os.geteuid()
