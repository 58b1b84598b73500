"""The local engine's own promises: memory, workers that fail in every way, and the end of whoever started it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.engine import local
from grader.engine.contract import Outcome, Settings, Task
from grader.engine.local import LocalEngine
from grader.errors import HarnessError
from tests import scale_course
from tests.engine.deeds import HANG, task, write_deeds
from tests.engine.places import Places

# A worker in a few lines, of which the label of a task asks what it does: quicker than a whole grade.
FAKE = """
import os, signal, struct, sys, time
import msgspec
from grader.engine.contract import Outcome, Settings, Task
from grader.engine.frames import pack, read

source, sink = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
msgspec.msgpack.decode(read(source), type=Settings)
while (body := read(source)) is not None:
    task = msgspec.msgpack.decode(body, type=Task)
    word, _, value = task.label.partition(":")
    if word == "sleep":
        time.sleep(float(value))
    if word == "exit":
        print("a last word", file=sys.stderr, flush=True)
        os._exit(int(value))
    if word == "garbage":
        sink.write(struct.pack("<Q", 3) + b"\\xc1\\xc1\\xc1")
    elif word == "length":
        sink.write(struct.pack("<Q", 1 << 62))
    elif word == "other":
        sink.write(pack(Outcome(task=task.id + 1000)))
    elif word == "twice":
        sink.write(2 * pack(Outcome(task=task.id)))
    elif word == "half":
        sink.write(pack(Outcome(task=task.id, fault="x" * 1000))[:500])
        sink.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        blobs = {"a": bytes(int(value))} if word == "size" else {}
        sink.write(pack(Outcome(task=task.id, fault=word, worker=sys.argv[4], blobs=blobs)))
    sink.flush()
"""
COMMAND = (sys.executable, "-c", FAKE)


def labelled(number: int, label: str, memory_mib: int = 100) -> Task:
    return msgspec.structs.replace(task(number, memory_mib=memory_mib), label=label)


def run(tasks: list[Task], jobs: int = 2, **options: object) -> dict[int, Outcome]:
    with LocalEngine(Settings(course="/none"), jobs, command=COMMAND, **options) as engine:  # type: ignore[arg-type]
        found = list(engine.run(tasks))
    assert sorted(each.task for each in found) == sorted(each.id for each in tasks)
    return {each.task: each for each in found}


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("garbage", "sent what can't be read"),
        ("length", "sent what can't be read"),
        ("other", "an outcome of no task"),
        ("twice", "an outcome of no task"),
        ("half", "was ended by SIGKILL"),
        ("exit:3", "ended with exit status 3: a last word"),
        ("exit:0", "ended with exit status 0"),
    ],
)
def test_a_worker_that_fails_costs_its_task_only(here: Places, label: str, fault: str) -> None:
    found = run([labelled(1, "well"), labelled(2, label), labelled(3, "well")])
    assert fault in found[2].fault and found[2].retry
    assert found[1].fault == found[3].fault == "well"


def test_a_program_that_isnt_there_is_a_fault_of_each_task(here: Places) -> None:
    with LocalEngine(Settings(course="/none"), 2, command=("/none/python",)) as engine:
        found = list(engine.run([task(1), task(2)]))
    assert [each.task for each in found] == [1, 2] and all("can't be started" in each.fault and each.retry for each in found)


def test_a_program_that_ends_at_once_is_a_fault_of_each_task(here: Places) -> None:
    with LocalEngine(Settings(course="/none"), 2, command=("/bin/false",)) as engine:
        found = list(engine.run([task(number) for number in range(4)]))
    assert sorted(each.task for each in found) == [0, 1, 2, 3] and all("exit status 1" in each.fault for each in found)


def test_a_worker_that_died_while_it_was_idle_is_given_no_task(here: Places) -> None:
    def tasks() -> Iterator[Task]:
        yield labelled(1, "well")
        (pid,) = here.processes(f"{sys.executable}\0-c\0{FAKE[:40]}")
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        yield labelled(2, "well")

    with LocalEngine(Settings(course="/none"), 1, command=COMMAND) as engine:
        found = list(engine.run(tasks()))
    assert [each.fault for each in found] == ["well", "well"]


def test_large_tasks_and_outcomes_pass_while_others_run(here: Places) -> None:
    big = msgspec.structs.replace(labelled(1, "size:50000000"), source=msgspec.structs.replace(task(1).source, files={"a": bytes(3 << 20)}))
    found = run([big, *(labelled(number, "well") for number in range(2, 8))])
    assert len(found[1].blobs["a"]) == 50_000_000


def test_more_tasks_at_a_time_only_while_memory_lasts(here: Places) -> None:
    most = running = 0
    room_mib = 100 + local.OVERHEAD_MIB + local.SPARE_MIB

    def measured(available_mib: float) -> int:
        nonlocal most, running
        most = running = 0

        def began(_: Task) -> None:
            nonlocal most, running
            running += 1
            most = max(most, running)

        with LocalEngine(Settings(course="/none"), 4, command=COMMAND, available_mib=lambda: available_mib) as engine:
            for _ in engine.run([labelled(number, "sleep:0.2") for number in range(6)], began):
                running -= 1
        return most

    assert measured(0) == 1, "one always runs: the machine's own limits decide then"
    assert measured(room_mib + 100 + local.OVERHEAD_MIB) == 2
    assert measured(1e9) == 4


def test_workers_are_replaced_in_time(here: Places) -> None:
    found = run([labelled(number, "well") for number in range(6)], jobs=1, tasks_each=2)
    assert len({each.worker for each in found.values()}) == 3


def test_a_full_disk_is_said_so(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with pytest.raises(HarnessError, match="No space left on device; make room"), LocalEngine(Settings(course="/none"), 1):
        pass


STARTER = """
import sys
from grader.engine.contract import Settings
from grader.engine.local import LocalEngine
from tests.engine.deeds import task

with LocalEngine(Settings(course=sys.argv[1], sandbox=sys.argv[2]), 2) as engine:
    print("ready", flush=True)
    list(engine.run([task(1, sys.argv[3], code) for code in sys.argv[4:]]))
"""
ENDLESS = 'extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {\n  for (volatile int i = 0;; ++i) {}\n}\n'


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_when_the_starter_is_ended_nothing_runs_on(here: Places, tmp_path: Path, how: signal.Signals) -> None:
    course = write_deeds(tmp_path)
    text = (course / "01_scale" / "assignment.toml").read_text().replace("time_s = 3", "time_s = 100")
    (course / "01_scale" / "assignment.toml").write_text(text)
    with started(here, str(course), "local", "01_scale", ENDLESS, ENDLESS + "\n") as starter:
        until = time.monotonic() + 60
        while sum(b"warpgrade-runner" in command for command in descendants(starter.pid).values()) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        before = descendants(starter.pid)
        assert sum(b"warpgrade-runner" in command for command in before.values()) >= 2, "the student's programs don't run"
        starter.send_signal(how)
        starter.wait(timeout=30)
    until = time.monotonic() + 10
    while any(running(pid) for pid in before) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in before if running(pid)] == []


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.3])
def test_a_starter_that_dies_while_its_workers_start_leaves_none(here: Places, tmp_path: Path, delay_s: float) -> None:
    with started(here, str(write_deeds(tmp_path)), "none", HANG, scale_course.GOOD, scale_course.GOOD + "\n") as starter:
        until = time.monotonic() + 30
        while not (before := descendants(starter.pid)) and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(delay_s)
        before |= descendants(starter.pid)
        starter.kill()
        starter.wait(timeout=30)
    assert before
    until = time.monotonic() + 10
    while any(running(pid) for pid in before) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in before if running(pid)] == []


def test_a_starter_that_is_interrupted_leaves_no_folder(here: Places, tmp_path: Path) -> None:
    with started(here, str(write_deeds(tmp_path)), "none", HANG, scale_course.GOOD) as starter:
        time.sleep(2)  # by then its worker hangs
        starter.send_signal(signal.SIGINT)
        starter.wait(timeout=30)
    assert here.quiet()
    assert [name for name in here.left() if f"-{starter.pid}-" in name] == []


@contextlib.contextmanager
def started(here: Places, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A starter whose engine is open: course, sandbox, assignment, codes."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **here.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where tests run in the background it is ignored, and stays so
    )
    assert starter.stdout is not None
    try:
        with starter.stdout:
            assert starter.stdout.readline() == b"ready\n"
            yield starter
    finally:
        starter.kill()
        starter.wait()


def descendants(pid: int) -> dict[int, bytes]:
    """Processes below this one -> their command lines."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found: dict[int, bytes] = {}
    for each in parents:
        above = each
        while above in parents and above != pid:
            above = parents[above]
        if above == pid and each != pid:
            with contextlib.suppress(OSError):
                found[each] = Path(f"/proc/{each}/cmdline").read_bytes()
    return found


def running(pid: int) -> bool:
    """Whether it still runs: one that has ended and that nobody has waited for doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
