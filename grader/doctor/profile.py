"""Probes of what belongs to the user: the shell's profile with the course's additions, and the owner of the cache."""

from __future__ import annotations

import re

from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same

SOURCES = re.compile(r"^[ \t]*(?:source|\.)[ \t]+\S*\.bashrc_add\b", re.M)
SPLIT = re.compile(r"^[ \t]*(?:source|\.)[ \t]+\S+/[ \t]+\.bashrc_add\b", re.M)


def shell(machine: Machine) -> Found:
    """~/.bashrc reads ~/.bashrc_add, once, and bash can read both."""
    home = machine.environment.get("HOME", "")
    profile, added = machine.read(f"{home}/.bashrc"), machine.read(f"{home}/.bashrc_add")
    for name, text in ((".bashrc", profile), (".bashrc_add", added)):
        if text is not None and "\r\n" in text:
            return problem(
                both(
                    f"~/{name} has Windows line ends: bash takes the \\r for a part of each command",
                    f"~/{name}의 줄 끝이 윈도우 형식입니다. bash는 \\r을 명령의 일부로 읽습니다",
                ),
                same(f"sed -i 's/\\r$//' ~/{name}"),
            )
    if added is None:
        return missing(
            both("the course's ~/.bashrc_add isn't there", "수업의 ~/.bashrc_add가 없습니다"),
            both("write it in the first assignment: grader start setup_check", "첫 과제에서 만듭니다: grader start setup_check"),
        )
    ran = machine.run(("bash", "-n", f"{home}/.bashrc_add"))
    if ran is not None and ran.code != 0:
        told = " ".join(ran.text.split())[:160]
        return problem(
            both(f"bash can't read ~/.bashrc_add: {told}", f"bash가 ~/.bashrc_add를 읽지 못합니다: {told}"),
            both("mend the line that it names", "알려 준 줄을 고치세요"),
        )
    if profile is not None and SPLIT.search(profile):
        return problem(
            both("in ~/.bashrc a space stands between ~/ and .bashrc_add", "~/.bashrc에서 ~/ 와 .bashrc_add 사이에 빈칸이 있습니다"),
            same("sed -i 's|~/[[:space:]]\\+\\.bashrc_add|~/.bashrc_add|' ~/.bashrc"),
        )
    times = len(SOURCES.findall(profile or ""))
    if times == 0:
        return problem(
            both("~/.bashrc doesn't read ~/.bashrc_add", "~/.bashrc가 ~/.bashrc_add를 읽지 않습니다"),
            same("printf '\\nsource ~/.bashrc_add\\n' >> ~/.bashrc"),
        )
    if times > 1:
        return problem(
            both(
                f"~/.bashrc reads ~/.bashrc_add {times} times: the setup script ran more than once",
                f"~/.bashrc가 ~/.bashrc_add를 {times}번 읽습니다. 설정 스크립트를 여러 번 실행했습니다",
            ),
            same("cp ~/.bashrc ~/.bashrc_bk && awk '!/\\.bashrc_add/ || !n++' ~/.bashrc_bk > ~/.bashrc"),
        )
    login = machine.environment.get("SHELL", "")
    if login and not login.endswith("/bash"):
        return missing(
            both(
                f"set up, but your shell is {login}, which doesn't read ~/.bashrc",
                f"설정되어 있지만 로그인 셸이 {login}이라 ~/.bashrc를 읽지 않습니다",
            ),
            same("chsh -s /bin/bash"),
        )
    return ok(both("~/.bashrc reads ~/.bashrc_add", "~/.bashrc가 ~/.bashrc_add를 읽습니다"))


def cache_owner(machine: Machine) -> Found:
    """`sudo pip` leaves a ~/.cache that belongs to root; from then on, programs warn or fail."""
    home = machine.environment.get("HOME", "")
    ran = machine.run(("stat", "-c", "%U", f"{home}/.cache"))
    if ran is None or ran.code != 0:
        return ok(both("none yet", "아직 없음"))
    owner = ran.text.strip()
    if owner == "root" and not machine.root:
        return problem(both("belongs to root", "소유자가 root입니다"), same('sudo chown -R "$USER": ~/.cache'))
    return ok(both(f"belongs to {owner}", f"소유자: {owner}"))
