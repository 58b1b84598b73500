"""Probes of the desk that a student works at: Windows below or not, distribution, folder, network, package source, packages, git.

These are the things that the course's setup script sets up; each miss comes with the command that mends it on this very machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.doctor.isolation import in_container
from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.remedies import INSTALL, as_user, manager, os_release
from grader.doctor.system import system, wsl
from grader.verdicts import Text

OLDEST = {"ubuntu": (22, 4), "debian": (11, 0)}  # older ones get no updates, and their Python and compiler are too old for the course
NEWEST_LTS = "Ubuntu-24.04"
APT_FILES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d/*.list", "/etc/apt/sources.list.d/*.sources")
APT_HOST = re.compile(r"^\s*(?:deb\s.*?|URIs:\s*)[a-z]+://(?:[^/\s@]*@)?([^/\s:]+)", re.M)
PACKAGES = ("build-essential", "git", "openssh-client", "python3-dev", "python3-pip", "python3-venv")
DESKTOP = ("vim-gtk3", "gnome-terminal", "x11-apps", "dbus-x11", "fonts-nanum")
# package -> (a program that tells that it is there, its names elsewhere): for distributions that we can't ask by dpkg
ELSEWHERE: dict[str, tuple[str, dict[str, str]]] = {
    "build-essential": ("make", {"dnf": "gcc-c++ make", "pacman": "base-devel", "zypper": "gcc-c++ make"}),
    "git": ("git", {}),
    "openssh-client": ("ssh", {"dnf": "openssh-clients", "pacman": "openssh", "zypper": "openssh"}),
    "python3-dev": ("python3-config", {"dnf": "python3-devel", "pacman": "python", "zypper": "python3-devel"}),
    "python3-pip": ("pip3", {"pacman": "python-pip"}),
    "vim-gtk3": ("gvim", {"dnf": "vim-X11", "pacman": "gvim", "zypper": "gvim"}),
    "gnome-terminal": ("gnome-terminal", {}),
    "x11-apps": ("xeyes", {"dnf": "xeyes", "pacman": "xorg-xeyes", "zypper": "xeyes"}),
}


def windows(machine: Machine) -> Found:
    """Windows below (WSL 1 or 2), a container, or Linux by itself."""
    found = system(machine)
    if found.status != "ok":
        return found
    if in_container(machine):
        return ok(both("Linux, in a container", "컨테이너 안의 리눅스"))
    if wsl(machine) == 2:
        name = machine.environment.get("WSL_DISTRO_NAME")
        return ok(same(f"WSL 2{f', {name}' if name else ''}"))
    return ok(both("Linux, with no Windows below", "윈도우 없이 설치된 리눅스"))


def distribution(machine: Machine) -> Found:
    release = os_release(machine)
    name, family = release.get("PRETTY_NAME") or release.get("ID") or "", release.get("ID", "")
    if not name:
        return missing(both("unknown: /etc/os-release can't be read", "알 수 없음: /etc/os-release를 읽지 못했습니다"))
    version = tuple(int(part) for part in re.findall(r"\d+", release.get("VERSION_ID", ""))[:2])
    if family in OLDEST and version and version < OLDEST[family]:
        upgrade = (
            both(
                f"in PowerShell, a new one beside it: wsl --install -d {NEWEST_LTS}",
                f"PowerShell에서 새 배포판을 따로 설치하세요: wsl --install -d {NEWEST_LTS}",
            )
            if wsl(machine)
            else both(as_user("sudo do-release-upgrade", machine), as_user("sudo do-release-upgrade", machine))
            if family == "ubuntu"
            else both("use a newer release", "더 새로운 버전을 쓰세요")
        )
        return problem(
            both(
                f"{name} is out of support: its Python and compiler are too old for the course",
                f"{name}: 지원이 끝났습니다. Python과 컴파일러가 수업에 쓰기에 너무 오래되었습니다",
            ),
            upgrade,
        )
    if manager(machine) == "apt":
        return ok(same(name))
    return missing(
        both(
            f"{name}: it will do, but the course's setup script speaks apt (Ubuntu, Debian)",
            f"{name}: 쓸 수는 있지만 수업의 설정 스크립트는 apt(우분투, 데비안)를 씁니다",
        )
    )


def folder(machine: Machine) -> Found:
    """On a Windows drive files have no permissions of their own, and every access crosses into Windows."""
    here = machine.environment.get("PWD", "")
    if wsl(machine) and re.match(r"/mnt/[a-z](/|$)", here):
        return missing(
            both(
                f"{here} is on a Windows drive: slow, and chmod has no effect there",
                f"{here}: 윈도우 드라이브입니다. 느리고 chmod가 듣지 않습니다",
            ),
            both("work below your home folder: cd ~", "홈 폴더 아래에서 작업하세요: cd ~"),
        )
    return ok(same(here or "~"))


def network(machine: Machine) -> Found:
    """Is there a way out, and do names resolve? Nothing is fetched."""
    proxy = next((machine.environment[name] for name in ("https_proxy", "HTTPS_PROXY", "http_proxy") if machine.environment.get(name)), "")
    if proxy:
        return ok(both("through a proxy", "프록시를 거칩니다"))
    if not _way_out(machine):
        text = both("no way out of this machine: packages can't be fetched", "밖으로 나가는 경로가 없어 패키지를 받을 수 없습니다")
        if in_container(machine):
            return problem(text, both("start the container without --network none", "컨테이너를 --network none 없이 다시 시작하세요"))
        if wsl(machine):
            return problem(
                text,
                both(
                    "in PowerShell: wsl --shutdown; then start it again (a VPN of Windows may be in the way)",
                    "PowerShell에서 wsl --shutdown을 실행한 뒤 다시 시작하세요(윈도우의 VPN이 막고 있을 수 있습니다)",
                ),
            )
        return problem(text, both("connect the machine: nmcli device status", "네트워크를 연결하세요: nmcli device status"))
    host = next(iter(_hosts(machine)), "archive.ubuntu.com")
    ran = machine.run(("getent", "hosts", host))
    if ran is not None and ran.code == 0:
        return ok(both(f"{host} is found", f"{host}: 찾았습니다"))
    fix = both("see /etc/resolv.conf: is a nameserver there?", "/etc/resolv.conf에 nameserver가 있는지 보세요")
    if wsl(machine):
        fix = both(
            "in PowerShell: wsl --shutdown; if that doesn't help, delete /etc/resolv.conf and do it again: WSL writes a new one",
            "PowerShell에서 wsl --shutdown. 그래도 안 되면 /etc/resolv.conf를 지우고 다시 하세요. WSL이 새로 만듭니다",
        )
    return problem(both(f"the name {host} isn't found", f"이름 {host}: 찾지 못했습니다"), fix)


def source(machine: Machine) -> Found:
    """Where apt takes packages from."""
    if manager(machine) != "apt":
        return missing(both("not apt", "apt가 아닙니다"))
    hosts = _hosts(machine)
    if not hosts:
        fix = both(
            "put your backup back (sources.list_bk), or write the distribution's lines anew",
            "백업(sources.list_bk)을 되돌리거나 배포판의 줄을 새로 쓰세요",
        )
        if machine.read("/etc/apt/sources.list_bk") is not None:
            fix = same(as_user("sudo cp /etc/apt/sources.list_bk /etc/apt/sources.list", machine))
        return problem(both("apt has no source: no line begins with deb", "apt 소스가 없습니다. deb으로 시작하는 줄이 없습니다"), fix)
    return ok(same(", ".join(hosts)))


def packages(machine: Machine) -> Found:
    """Those without which the course's work can't be done."""
    return _installed(PACKAGES, machine, problem)


def desktop(machine: Machine) -> Found:
    """Those that open windows."""
    if in_container(machine):
        return missing(both("not looked for: a container opens no windows", "확인하지 않음: 컨테이너는 창을 열지 않습니다"))
    return _installed(DESKTOP, machine, missing)


def git(machine: Machine) -> Found:
    if machine.which("git") is None:
        return problem(both("not installed", "설치되어 있지 않습니다"), _install(["git"], machine))
    lacking = []
    for name, example in (("user.name", "Your Name"), ("user.email", "you@example.com")):
        ran = machine.run(("git", "config", "--global", "--get", name))
        if ran is None or ran.code != 0 or not ran.text.strip():
            lacking.append(f'git config --global {name} "{example}"')
    if lacking:
        return missing(both("it doesn't know who you are: no commits", "사용자를 모릅니다. 커밋할 수 없습니다"), same(" && ".join(lacking)))
    return ok(both("knows who you are", "사용자 정보가 있습니다"))


def _way_out(machine: Machine) -> bool:
    """A default route, IPv4 or 6. Where the kernel doesn't say (WSL 1 has no such file), we take it that there is one."""
    four, six = machine.read("/proc/net/route"), machine.read("/proc/net/ipv6_route")
    if four is None and six is None:
        return True
    if any(line.split()[1:2] == ["00000000"] for line in (four or "").splitlines()[1:]):
        return True
    return any(line.startswith("0" * 32 + " 00 ") and not line.endswith(" lo") for line in (six or "").splitlines())


def _hosts(machine: Machine) -> list[str]:
    """The hosts that apt's files name, each once."""
    files = [path for pattern in APT_FILES for path in machine.find(pattern)]
    return list(dict.fromkeys(host for path in files for host in APT_HOST.findall(machine.read(path) or "")))


def _installed(names: tuple[str, ...], machine: Machine, lack: Callable[[Text, Text], Found]) -> Found:
    known = manager(machine)
    if known == "apt":
        ran = machine.run(("dpkg-query", "-W", "-f=${Package} ${db:Status-Abbrev}\\n", *names))
        there = set(re.findall(r"^(\S+) ii", ran.text if ran is not None else "", re.M))
        lacking = [name for name in names if name not in there]
    else:
        names = tuple(name for name in names if name in ELSEWHERE)
        lacking = [name for name in names if machine.which(ELSEWHERE[name][0]) is None]
    if not lacking:
        return ok(same(", ".join(names)))
    text = both(f"missing: {', '.join(lacking)}", f"없음: {', '.join(lacking)}")
    return lack(text, _install(lacking, machine))


def _install(names: list[str], machine: Machine) -> Text:
    known = manager(machine)
    if known == "apt":
        command = f"sudo apt-get update && {INSTALL['apt'].format(' '.join(names))}"
        return same(as_user(command, machine))
    if known:
        own = [ELSEWHERE[name][1].get(known, name) if name in ELSEWHERE else name for name in names]
        return same(as_user(INSTALL[known].format(" ".join(own)), machine))
    return both(
        f"install with your distribution's package manager: {', '.join(names)}",
        f"배포판의 패키지 관리자로 설치하세요: {', '.join(names)}",
    )
