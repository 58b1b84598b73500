"""Remedies: a tool and a machine -> the command that installs it there."""

from __future__ import annotations

import re

from grader.doctor.machine import Machine
from grader.doctor.record import both, same
from grader.verdicts import Text

# package manager -> how it installs
INSTALL = {
    "apt": "sudo apt-get install -y {}",
    "dnf": "sudo dnf install -y {}",
    "pacman": "sudo pacman -S --needed {}",
    "zypper": "sudo zypper install -y {}",
    "brew": "brew install {}",
}
# ID and ID_LIKE of /etc/os-release -> package manager
DISTRIBUTIONS = {
    "debian": "apt",
    "ubuntu": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "amzn": "dnf",
    "arch": "pacman",
    "manjaro": "pacman",
    "suse": "zypper",
    "opensuse": "zypper",
    "sles": "zypper",
}
# tool -> its package, by package manager; "" is the name everywhere else
PACKAGES = {
    "g++": {"apt": "g++", "dnf": "gcc-c++", "pacman": "gcc", "zypper": "gcc-c++", "brew": "gcc", "": "g++"},
    "docker": {"apt": "docker.io", "dnf": "moby-engine", "": "docker"},
    "python": {"apt": "python3 python3-venv", "dnf": "python3", "pacman": "python", "brew": "python", "": "python3"},
}


def manager(machine: Machine) -> str:
    """apt, dnf, pacman, zypper, brew, or "" where we don't know."""
    if machine.system == "Darwin":
        return "brew"
    release = os_release(machine)
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((DISTRIBUTIONS[base] for name in names if (base := name.partition("-")[0]) in DISTRIBUTIONS), "")


def os_release(machine: Machine) -> dict[str, str]:
    """/etc/os-release as a table."""
    text = machine.read("/etc/os-release") or ""
    return {name: value.strip("\"'") for name, value in re.findall(r"^(\w+)=(.*)$", text, re.M)}


def install(tool: str, machine: Machine, version: str = "") -> Text:
    """The command that installs a tool here. `version` asks for one in the package's name, where the distribution names them so."""
    known = manager(machine)
    package = PACKAGES[tool].get(known, PACKAGES[tool][""])
    if version and known in ("apt", "zypper"):
        package = f"{package}-{version}" if known == "apt" else f"gcc{version}-c++"
    if not known:
        return both(
            f"install the package {package} with your distribution's package manager",
            f"배포판의 패키지 관리자로 {package} 패키지를 설치하세요",
        )
    return same(as_user(INSTALL[known].format(package), machine))


def as_user(command: str, machine: Machine) -> str:
    """Root needs no sudo, and often has none."""
    return command.replace("sudo ", "") if machine.root else command
