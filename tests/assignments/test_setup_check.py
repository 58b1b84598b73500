"""00_setup_check: what is particular about it. Scripts that delete, wait, loop or lie end in a verdict, and the stand-ins behave as what
they stand for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from grader.assignment import Assignment, load_assignment
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room
from grader.run.inputs import load_problem
from grader.run.seeds import public_seed
from grader.sandbox import open_sandbox
from grader.scripted.run import run_commands

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "00_setup_check"
REFERENCE = ROOT / "reference" / "00_setup_check"
BIN = FOLDER / "room" / "bin"
Play = Callable[..., Room]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(FOLDER)


@pytest.fixture(scope="module")
def problem(assignment: Assignment) -> ModuleType:
    module = load_problem(assignment)
    assert module is not None
    return module


@pytest.fixture
def play(assignment: Assignment, tmp_path: Path) -> Play:
    """Lets the reference loose on one machine, with some of its files replaced."""

    def run(case: str, **files: bytes) -> Room:
        given = {name: (REFERENCE / name).read_bytes() for name in assignment.files}
        given |= {{"setup": "setup.sh", "bashrc_add": "bashrc_add", "probe": "probe.py"}[name]: text for name, text in files.items()}
        chosen = next(each for each in assignment.cases if each.id == case)
        tmp_path.chmod(0o711)
        (found,) = run_commands([chosen], assignment, given, [], open_sandbox("local"), public_seed("test", assignment.slug), tmp_path)
        assert not found.not_run, found.not_run
        return Room(found, chosen)

    return run


def told(check: Callable[[Room], object], room: Room) -> str:
    """The verdict of a check; "PASSED" if it has none."""
    try:
        check(room)
    except CheckFailed as failed:
        assert failed.problem.message and failed.problem.message != failed.problem.message_ko
        return failed.problem.verdict
    return "PASSED"


def script(first: str) -> bytes:
    """The reference with a line in front of everything else."""
    text = (REFERENCE / "setup.sh").read_text(encoding="utf-8")
    return text.replace("set -euo pipefail\n", f"{first}\nset -euo pipefail\n", 1).encode()


# ---- hostile ----


def test_a_script_that_deletes_its_home(play: Play, problem: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("of the host's\n")
    room = play("laptop", setup=script('rm -rf "$HOME" /home/student/* /tmp/* /task /usr/bin / --no-preserve-root 2> /dev/null'))
    assert told(problem.check_untouched, room) == "FILES_LOST"
    assert told(problem.check_profile_files, room) in ("WRONG_ANSWER", "FILES_LOST", "COMMAND_NOT_FOUND", "EARLY_EXIT")
    assert (tmp_path / "mine.txt").read_text() == "of the host's\n" and Path("/usr/bin/env").exists()


@pytest.mark.parametrize(
    "line", ["read -r -s -p 'Password: ' password", "read -r password < /dev/tty", "passwd", "su -c true", "sudo -S true"]
)
def test_a_script_that_wants_a_password(play: Play, problem: ModuleType, line: str) -> None:
    assert told(problem.check_packages, play("laptop", setup=script(f"{line} || true"))) == "WAITS_FOR_INPUT"


def test_a_script_that_waits_on_something_else_to_end(play: Play, problem: ModuleType) -> None:
    assert told(problem.check_packages, play("offline", setup=script("while :; do :; done"))) == "HOST_TIMEOUT"


def test_a_script_that_floods(play: Play, problem: ModuleType) -> None:
    room = play("offline", setup=script("yes flood; yes flood >&2"))
    assert told(problem.check_packages, room) in ("OUTPUT_LIMIT", "HOST_TIMEOUT")


def test_a_script_that_kills_whatever_it_can(play: Play, problem: ModuleType) -> None:
    room = play("offline", setup=script("kill -9 -1; kill -9 $PPID"))
    assert told(problem.check_packages, room) in ("HOST_CRASH", "EARLY_EXIT")


def test_forged_records_earn_nothing_that_the_home_denies(play: Play, problem: ModuleType) -> None:
    forged = "mkdir -p /out/first; echo 'source ~/.bashrc_add' > /out/first/home.bashrc; echo 0 > /out/status1.txt; exit 0"
    room = play("laptop", setup=script(forged))
    for check in (problem.check_sources, problem.check_backups, problem.check_profile_files, problem.check_packages, problem.check_python):
        assert told(check, room) != "PASSED"


def test_a_profile_and_a_probe_that_never_end(play: Play, problem: ModuleType) -> None:
    room = play("laptop", bashrc_add=b"while :; do :; done\n", probe=b"while True: pass\n")
    assert told(problem.check_prompt, room) == "HOST_TIMEOUT"
    assert told(lambda each: problem.check_machine(each, "wsl"), room) == "HOST_TIMEOUT"
    assert told(problem.check_sources, room) == "PASSED", "the other files keep their points"


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe\x00", b"(" * 5000, b"print('[' * 100000)\n", b"import os; os._exit(0)\n", b"print('NaN')\n"]
)
def test_a_probe_that_prints_nonsense(play: Play, problem: ModuleType, text: bytes) -> None:
    verdict = told(lambda each: problem.check_machine(each, "wsl", "gpus"), play("offline", probe=text))
    assert verdict in ("WRONG_ANSWER", "SYNTAX_ERROR", "EXCEPTION")


# ---- the stand-ins ----


def test_windows_line_ends_stop_the_kernel_itself(play: Play, problem: ModuleType) -> None:
    text = (REFERENCE / "setup.sh").read_bytes().replace(b"\n", b"\r\n")
    room = play("offline", setup=text)
    assert told(problem.check_packages, room) == "BAD_INTERPRETER" and room.text("status1.txt").strip() == "127"


def test_sudo_hands_no_environment_on(play: Play) -> None:
    asked = "export GREETING=hello; sudo bash -c 'echo \"plain:${GREETING-none}:$USER\"'; sudo -E bash -c 'echo \"kept:$GREETING\"'"
    said = play("offline", setup=script(f"{asked}; sudo GREETING=said bash -c 'echo \"said:$GREETING\"'")).text("setup1.out")
    assert "plain:none:root" in said and "kept:hello" in said and "said:said" in said


def test_writing_to_the_system_takes_sudo(play: Play) -> None:
    line = 'file=$SETUP_ROOT/etc/apt/sources.list; echo "# mine" >> "$file" || echo denied; sudo tee -a "$file" <<< "# ours" > /dev/null'
    room = play("offline", setup=script(line))
    text = next(entry.text for name, entry in room.tree().items() if name.endswith("etc/apt/sources.list"))
    assert "denied" in room.text("setup1.out") and text is not None and "# ours" in text and "# mine" not in text


def test_no_answers_are_in_the_hidden_rooms(assignment: Assignment, problem: ModuleType) -> None:
    """What a hidden room shows is what a real machine would: files, and names. The facts are computed by the judge."""
    import numpy as np

    for case in assignment.cases:
        made = problem.room(case, np.random.default_rng(1))
        shown = str(made["task/machine.json"]) + made["task/machine.sh"]
        assert "memory_mib" not in shown and "archive" not in shown
        assert all(name.startswith(("task/machine.", "home/")) for name in made)


def test_the_hand_outs_name_what_is_asked(problem: ModuleType) -> None:
    for name in ("README.md", "README.ko.md"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert (
            " ".join(problem.PACKAGES) in text and " ".join(problem.WINDOWS_PACKAGES) in text and " ".join(problem.PYTHON_PACKAGES) in text
        )
        assert problem.SOURCE_LINE in text and all(f"`{key}`" in text for key in problem.FACTS["lab"])


def test_stand_ins_can_be_run() -> None:
    assert all(os.access(path, os.X_OK) for path in BIN.iterdir() if path.name != "note.sh")
    for path in (*BIN.iterdir(), FOLDER / "room" / "drive.sh", FOLDER / "room" / "questions.sh"):
        subprocess.run([shutil.which("bash") or "bash", "-n", str(path)], check=True)


def test_facts_of_public_machines_are_those_of_their_files(problem: ModuleType) -> None:
    """Each constant stands by its recording, computed in another way."""
    for name, machine in problem.PUBLIC.items():
        files, facts = problem.recorded(machine.recording), problem.FACTS[name]
        assert facts["memory_mib"] == int(re.findall(r"\d+", files["proc/meminfo"])[0]) * 1024 >> 20
        assert facts["cores"] == files["proc/cpuinfo"].count("processor\t") and facts["wslg"] == ("mnt/wslg/versions.txt" in files)
        assert len(facts["gpus"]) == len(machine.recording.gpus or ()) and facts["wsl"] == (
            2 if "WSL2" in files["proc/version"] else 1 if "Microsoft" in files["proc/version"] else 0
        )


def test_the_reference_runs_on_this_very_machine() -> None:
    """With no ROOT: whatever this machine is, the answer is JSON with every key."""
    import json

    said = json.loads(subprocess.run([sys.executable, str(REFERENCE / "probe.py")], capture_output=True, check=True).stdout)
    assert said["wsl"] in (0, 1, 2) and said["cores"] > 0 and said["memory_mib"] > 0 and isinstance(said["gpus"], list)
