"""`grader doctor --course` over recorded machines (tests/doctor/machines): each gets the advice that helps there, and no other."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run
from grader.doctor import Machine, Ran, diagnose_course
from grader.doctor.course import COURSE
from grader.doctor.record import Finding
from tests.doctor import recorded
from tests.doctor.recorded import machine, on_disk

MACHINES = Path(__file__).parent / "machines"


def rows(name: str) -> dict[str, Finding]:
    return {row.name: row for row in diagnose_course(on_disk(MACHINES / f"{name}.json")).findings}


def look(name: str, on: Machine) -> Any:
    return next(probe for probe in COURSE if probe.name == name).look(on)


def fix(row: Any) -> str:
    assert row.fix is not None
    return str(row.fix.en)


# which rows are not ok, and a part of the advice that each gives: nothing more may be said, and nothing less
ADVICE: dict[str, dict[str, tuple[str, str | None]]] = {
    "wsl1_ubuntu": {
        "windows": ("problem", "wsl --set-version Ubuntu-18.04 2"),
        "distribution": ("problem", "wsl --install -d Ubuntu-24.04"),
        "folder": ("missing-optional", "cd ~"),
        "shell": ("problem", "awk '!/"),
        "cache": ("problem", 'sudo chown -R "$USER": ~/.cache'),
        "gpu": ("missing-optional", "Colab"),
        "driver": ("missing-optional", None),
        "containers": ("missing-optional", "see the row 'system'"),
    },
    "wsl2_wslg": {
        "git": ("missing-optional", 'git config --global user.name "Your Name" && git config --global user.email'),
        "desktop": ("missing-optional", "sudo apt-get install -y vim-gtk3 gnome-terminal x11-apps dbus-x11"),
        "display": ("problem", "take `export DISPLAY=…` out"),
        "modules": ("missing-optional", "~/course/bin/pip install numpy pandas scipy matplotlib pillow (plain pip3 refuses here"),
        "jupyter": ("missing-optional", "python3 -m venv ~/course && ~/course/bin/pip install jupyterlab"),
        "containers": ("missing-optional", "Docker Desktop and switch on its WSL integration"),
    },
    "wsl2_xming": {
        "packages": ("problem", "sudo apt-get update && sudo apt-get install -y build-essential python3-venv"),
        "g++": ("problem", "sudo apt-get install -y g++"),
        "display": ("problem", "(now 172.26.240.1:0)"),
        "shell": ("problem", "sed -i 's/\\r$//' ~/.bashrc_add"),
        "modules": ("missing-optional", "pip install scipy"),
        "jupyter": ("missing-optional", 'export PATH="$HOME/course/bin:$PATH"'),
        "gpu": ("missing-optional", "Colab"),
        "driver": ("missing-optional", None),
        "containers": ("missing-optional", "Docker Desktop in Windows"),
    },
    "native_gpu": {},
    "bare_container": {
        "network": ("problem", "without --network none"),
        "packages": ("problem", "apt-get update && apt-get install -y build-essential git"),
        "g++": ("problem", "apt-get install -y g++"),
        "git": ("problem", "apt-get install -y git"),
        "desktop": ("missing-optional", None),
        "display": ("missing-optional", None),
        "shell": ("missing-optional", "grader start setup_check"),
        "modules": ("missing-optional", "python3 -m venv ~/course"),
        "jupyter": ("missing-optional", "pip install jupyterlab"),
        "gpu": ("missing-optional", "Colab"),
        "driver": ("missing-optional", None),
        "containers": ("missing-optional", None),
    },
}
SUMMARY = {
    "wsl1_ubuntu": "Ready for the course: no, because of system, distribution. Worth mending: shell profile, ~/.cache.",
    "wsl2_wslg": "Ready for the course: yes. Worth mending: display.",
    "wsl2_xming": "Ready for the course: no, because of packages, g++. Worth mending: display, shell profile.",
    "native_gpu": "Ready for the course: yes.",
    "bare_container": "Ready for the course: no, because of network, packages, g++. Worth mending: git.",
}


def test_every_recorded_machine_has_its_advice() -> None:
    assert {path.stem for path in MACHINES.glob("*.json")} == set(ADVICE) == set(SUMMARY)


@pytest.mark.parametrize("name", sorted(ADVICE))
def test_advice(name: str) -> None:
    found = rows(name)
    assert {row.name: row.status for row in found.values() if row.status != "ok"} == {
        key: status for key, (status, _) in ADVICE[name].items()
    }
    for key, (_, part) in ADVICE[name].items():
        row = found[key]
        assert (row.fix is None) if part is None else part in fix(row), key
        assert "could not be looked at" not in row.found.en
    assert diagnose_course(on_disk(MACHINES / f"{name}.json")).summary.en == SUMMARY[name]


def test_root_is_told_no_sudo() -> None:
    assert all("sudo" not in row.fix.en for row in rows("bare_container").values() if row.fix)


def test_what_the_working_machines_are_told() -> None:
    found = rows("native_gpu")
    assert found["display"].found.en == ":1, the desktop's" and found["containers"].found.en == "engine 27.3.1, with GPUs"
    assert found["source"].found.en == "mirror.kakao.com, nvidia.github.io"
    assert rows("wsl2_wslg")["driver"].found.en == "581.15" and rows("wsl1_ubuntu")["display"].found.en == "0:0, an X server of Windows"


# ---- displays ---------------------------------------------------------------------------------------------------------------------------

ROUTE = "Iface\tDestination\tGateway\neth0\t00000000\t01F01AAC\t0003\n"
ANSWERS, REFUSES = {"/usr/bin/xset q": Ran(0, "")}, {"/usr/bin/xset q": Ran(1, "unable to open display")}


@pytest.mark.parametrize(
    ("version", "files", "programs", "value", "status", "says"),
    [
        (recorded.WSL1, {}, {}, "", "problem", "export DISPLAY=:0"),
        (recorded.WSL1, {}, REFUSES, ":0", "problem", "start Xming in Windows"),
        (recorded.WSL1, {}, ANSWERS, "localhost:0.0", "ok", ""),
        (recorded.WSL2, {"/mnt/wslg": "", "/tmp/.X11-unix/X0": ""}, {}, ":0", "ok", ""),
        (recorded.WSL2, {"/mnt/wslg": ""}, {}, ":0", "problem", "ln -s /mnt/wslg/.X11-unix/X0"),
        (recorded.WSL2, {"/mnt/wslg": "", "/tmp/.X11-unix/X0": ""}, {}, "", "problem", "wsl --shutdown"),
        (recorded.WSL2, {}, REFUSES, "", "problem", "wsl --update"),
        (recorded.WSL2, {}, REFUSES, "0:0", "problem", "172.26.240.1:0"),
        (recorded.WSL2, {}, REFUSES, "172.26.240.1:0", "problem", "No Access Control"),
        (recorded.WSL2, {}, REFUSES, "172.19.0.1:0", "problem", "172.26.240.1:0"),
        (recorded.WSL2, {}, ANSWERS, "localhost:0", "ok", ""),  # mirrored networking: Windows is localhost
        (recorded.WSL2, {}, {}, "172.26.240.1:0", "ok", ""),
        (recorded.LINUX, {}, REFUSES, ":0", "problem", "ssh -X"),
        (recorded.LINUX, {}, {}, "", "missing-optional", ""),
    ],
)
def test_display(version: str, files: dict[str, Any], programs: dict[str, Any], value: str, status: str, says: str) -> None:
    on = machine({"/proc/version": version, "/proc/net/route": ROUTE, **files}, programs, environment={"DISPLAY": value} if value else {})
    found = look("display", on)
    assert found.status == status and (not says or says in fix(found))


def test_display_over_ssh_and_in_a_container_of_docker_desktop() -> None:
    assert fix(look("display", machine(environment={"SSH_CONNECTION": "10.0.0.1 5022 10.0.0.2 22"}))) == "connect with ssh -X"
    inside = machine({"/proc/version": recorded.WSL2, "/.dockerenv": ""})
    assert look("display", inside).status == "missing-optional" and look("windows", inside).found.en == "Linux, in a container"


# ---- the rest ----------------------------------------------------------------------------------------------------------------------------

HOME = {"HOME": "/home/kim"}


@pytest.mark.parametrize(
    ("profile", "added", "says"),
    [
        ("# none\n", "alias g='gvim -p'\n", "source ~/.bashrc_add"),
        (None, "alias g='gvim -p'\n", "source ~/.bashrc_add"),
        ("source\t~/ .bashrc_add", "alias g='gvim -p'\n", "sed -i 's|~/"),
        ("source ~/.bashrc_add\r\n", "alias g='gvim -p'\n", "sed -i 's/\\r$//' ~/.bashrc"),
        ("source ~/.bashrc_add\n. ~/.bashrc_add\n", "alias g='gvim -p'\n", "awk"),
    ],
)
def test_a_shell_profile_that_needs_mending(profile: str | None, added: str, says: str) -> None:
    found = look("shell", machine({"/home/kim/.bashrc": profile, "/home/kim/.bashrc_add": added}, environment=HOME))
    assert found.status == "problem" and says in fix(found)


def test_a_shell_profile_that_bash_cannot_read_and_another_shell() -> None:
    files = {"/home/kim/.bashrc": "# source ~/.bashrc_add\nsource ~/.bashrc_add\n", "/home/kim/.bashrc_add": "if\n"}
    broken = {"bash -n /home/kim/.bashrc_add": Ran(2, "/home/kim/.bashrc_add: line 2: syntax error: unexpected end of file\n")}
    assert "line 2: syntax error" in look("shell", machine(files, broken, environment=HOME)).found.en
    assert look("shell", machine(files, environment=HOME)).status == "ok", "a comment isn't a second time"
    assert fix(look("shell", machine(files, environment={**HOME, "SHELL": "/usr/bin/zsh"}))) == "chsh -s /bin/bash"


def test_network() -> None:
    assert look("network", machine({"/proc/net/route": ROUTE}, {"getent hosts archive.ubuntu.com": Ran(0, "1.2.3.4\n")})).status == "ok"
    wsl = machine({"/proc/version": recorded.WSL2, "/proc/net/route": ROUTE}, {"getent hosts": Ran(2, "")})
    assert look("network", wsl).status == "problem" and "/etc/resolv.conf" in fix(look("network", wsl))
    six = f"{'0' * 32} 00 {'0' * 32} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    six_only = machine({"/proc/net/route": "Iface\tDestination\n", "/proc/net/ipv6_route": six}, {"getent hosts": Ran(0, "")})
    assert look("network", six_only).status == "ok"
    proxy = machine({"/proc/net/route": "Iface\tDestination\n"}, environment={"https_proxy": "http://proxy:3128"})
    assert look("network", proxy).found.en == "through a proxy"


def test_apt_without_a_source_gets_its_backup_back() -> None:
    empty = {"/etc/apt/sources.list": "# nothing\n", "/etc/apt/sources.list_bk": "deb http://archive.ubuntu.com/ubuntu jammy main\n"}
    assert fix(look("source", machine(empty))) == "sudo cp /etc/apt/sources.list_bk /etc/apt/sources.list"


def test_other_distributions_are_asked_by_their_programs() -> None:
    fedora = machine({"/etc/os-release": recorded.FEDORA}, {"/usr/bin/git": Ran(0, ""), "/usr/bin/make": Ran(0, "")})
    assert fix(look("packages", fedora)) == "sudo dnf install -y openssh-clients python3-devel python3-pip"
    assert look("distribution", fedora).status == "missing-optional"


def test_a_kernel_of_ones_own_in_wsl_2() -> None:
    on = machine({"/proc/version": "Linux version 6.6.1-mine", "/run/WSL": ""}, environment={"WSL_DISTRO_NAME": "Ubuntu"})
    assert look("windows", on).found.en == "WSL 2, Ubuntu"


@pytest.mark.parametrize("probe", COURSE, ids=lambda probe: probe.name)
def test_both_languages_have_every_text(probe: Any) -> None:
    for on in (machine(environment=HOME), Machine(attempts=recorded.ATTEMPTS), *map(on_disk, sorted(MACHINES.glob("*.json")))):
        found = probe.look(on)
        texts = [probe.title, probe.why, found.found, *([found.fix] if found.fix else [])]
        assert all(text.en.strip() and text.ko.strip() for text in texts)


def test_the_command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    here = on_disk(MACHINES / "wsl2_wslg.json")
    monkeypatch.setattr("grader.doctor.this_machine", lambda: here)
    assert run(["doctor", "--course", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert (
        printed["ready"] is True and "can_grade" not in printed and [row["name"] for row in printed["probes"]] == [p.name for p in COURSE]
    )
    monkeypatch.setattr("grader.doctor.this_machine", lambda: dataclasses.replace(here, which=lambda name: None))
    assert run(["doctor", "--course", "--lang", "ko"]) == 3
    assert "수업 준비: 아직입니다. 이유: g++." in capfd.readouterr().out
