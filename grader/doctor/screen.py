"""Probe of the display: where windows of Linux programs open. On Windows that is WSLg's, or an X server such as Xming.

| machine | DISPLAY |
| --- | --- |
| WSL 1 | `:0`, an X server of Windows: the two share one network |
| WSL 2 with WSLg | `:0`, set by WSLg; a profile must not overwrite it |
| WSL 2 without | the address of Windows, which is the default route's: WSL 2 is a virtual machine with a network of its own |
| Linux | set by the desktop's session, or by `ssh -X` |
"""

from __future__ import annotations

import re

from grader.doctor.isolation import in_container
from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem
from grader.doctor.system import wsl
from grader.verdicts import Text

LOCAL = re.compile(r"(|0|localhost|127(\.\d+){3}|0\.0\.0\.0|unix)(:\d+)(\.\d+)?")
SOCKET = "/tmp/.X11-unix/X0"
ASKERS = (("xset", "q"), ("xdpyinfo",))


def display(machine: Machine) -> Found:
    value = machine.environment.get("DISPLAY", "")
    generation = 0 if in_container(machine) else wsl(machine)  # Docker Desktop's containers run on WSL 2's kernel
    if generation == 1:
        return _wsl_1(machine, value)
    if generation == 2:
        return _wslg(machine, value) if machine.find("/mnt/wslg") else _wsl_2(machine, value)
    if value or machine.environment.get("WAYLAND_DISPLAY"):
        if value and _answers(machine) is False:
            return problem(
                both(f"no display answers at {value}", f"{value}에서 응답하는 화면이 없습니다"),
                both(
                    "log out of the desktop and in again; over ssh: ssh -X", "데스크톱에서 로그아웃한 뒤 다시 로그인하세요. ssh로는: ssh -X"
                ),
            )
        return ok(both(f"{value or 'Wayland'}, the desktop's", f"{value or 'Wayland'} (데스크톱)"))
    if in_container(machine):
        return missing(both("none, and a container needs none", "없음. 컨테이너에는 필요 없습니다"))
    if machine.environment.get("SSH_CONNECTION"):
        return missing(both("none over this connection", "이 접속에는 없습니다"), both("connect with ssh -X", "ssh -X로 접속하세요"))
    return missing(both("none: no desktop session", "없음: 데스크톱 세션이 아닙니다"))


def _answers(machine: Machine) -> bool | None:
    """Whether a display answers; None if no program is there to ask it."""
    for name, *arguments in ASKERS:
        if path := machine.which(name):
            ran = machine.run((path, *arguments))
            return ran is not None and ran.code == 0
    return None


def _wsl_1(machine: Machine, value: str) -> Found:
    if not value:
        return problem(
            both("DISPLAY isn't set: windows can't open", "DISPLAY가 설정되지 않아 창이 열리지 않습니다"),
            both(
                "start Xming in Windows, then: echo 'export DISPLAY=:0' >> ~/.bashrc_add && source ~/.bashrc_add",
                "윈도우에서 Xming을 켜고: echo 'export DISPLAY=:0' >> ~/.bashrc_add && source ~/.bashrc_add",
            ),
        )
    if _answers(machine) is False:
        return problem(
            both(f"no X server answers at {value}", f"{value}에서 응답하는 X 서버가 없습니다"),
            both("start Xming in Windows", "윈도우에서 Xming을 켜세요"),
        )
    return ok(both(f"{value}, an X server of Windows", f"{value} (윈도우의 X 서버)"))


def _wslg(machine: Machine, value: str) -> Found:
    if not re.fullmatch(r":0(\.0)?", value):
        return problem(
            both(
                f"WSLg is here, but DISPLAY is {value}: your profile has overwritten it"
                if value
                else "WSLg is here, but DISPLAY isn't set",
                f"WSLg가 있지만 프로필이 DISPLAY를 덮어썼습니다({value})" if value else "WSLg가 있지만 DISPLAY가 설정되지 않았습니다",
            ),
            both(
                "take `export DISPLAY=…` out of ~/.bashrc and ~/.bashrc_add, then open a new terminal; Xming isn't needed",
                "~/.bashrc와 ~/.bashrc_add에서 `export DISPLAY=…`를 빼고 터미널을 새로 여세요. Xming은 필요 없습니다",
            )
            if value
            else both("in PowerShell: wsl --shutdown, then open a new terminal", "PowerShell에서 wsl --shutdown 후 터미널을 새로 여세요"),
        )
    if not machine.find(SOCKET):
        return problem(
            both(f"WSLg is here, but its socket {SOCKET} is gone", f"WSLg가 있지만 소켓 {SOCKET}이 없습니다"),
            both(
                "in PowerShell: wsl --shutdown; if it is gone again: sudo ln -s /mnt/wslg/.X11-unix/X0 /tmp/.X11-unix/X0",
                "PowerShell에서 wsl --shutdown. 다시 없어지면: sudo ln -s /mnt/wslg/.X11-unix/X0 /tmp/.X11-unix/X0",
            ),
        )
    return ok(both(f"{value}, WSLg's: no X server needed", f"{value} (WSLg): X 서버가 필요 없습니다"))


def _wsl_2(machine: Machine, value: str) -> Found:
    if value and _answers(machine):
        return ok(both(f"{value}, an X server of Windows", f"{value} (윈도우의 X 서버)"))
    host = gateway(machine) or "WINDOWS_ADDRESS"
    address = re.fullmatch(r"(\S+?):\d+(\.\d+)?", value)
    if value and not LOCAL.fullmatch(value) and (address is None or address[1] == host):
        if _answers(machine) is None:
            return ok(
                both(
                    f"{value}, the address of Windows; whether an X server is there isn't known",
                    f"{value} (윈도우의 주소). X 서버가 있는지는 알 수 없습니다",
                )
            )
        return problem(both(f"no X server answers at {value}", f"{value}에서 응답하는 X 서버가 없습니다"), _serve())
    if LOCAL.fullmatch(value):
        seen = both(
            f"DISPLAY is {value}, which in WSL 2 is the virtual machine itself: no X server is there",
            f"DISPLAY가 {value}입니다. WSL 2에서 이것은 가상 머신 자신이고, 거기에는 X 서버가 없습니다",
        )
    elif value:
        seen = both(
            f"DISPLAY is {value}, but Windows is at {host} now (the address changes)",
            f"DISPLAY가 {value}이지만 윈도우의 주소는 지금 {host}입니다(주소는 바뀝니다)",
        )
    else:
        seen = both("DISPLAY isn't set: windows can't open", "DISPLAY가 설정되지 않아 창이 열리지 않습니다")
    line = "export DISPLAY=$(ip route show default | awk '{print $3; exit}'):0"
    return problem(
        seen,
        both(
            f"best, in PowerShell: wsl --update (WSLg comes with it, Xming isn't needed). Otherwise Xming, and in ~/.bashrc_add: {line} "
            f"(now {host}:0)",
            f"가장 좋은 방법은 PowerShell에서 wsl --update입니다(WSLg가 함께 오므로 Xming이 필요 없습니다). 아니면 Xming을 쓰고 "
            f"~/.bashrc_add에: {line} (지금은 {host}:0)",
        ),
    )


def gateway(machine: Machine) -> str | None:
    """The address of Windows as WSL 2 sees it: the default route's, which /proc/net/route has in hexadecimal, last byte first."""
    for line in (machine.read("/proc/net/route") or "").splitlines()[1:]:
        fields = line.split()
        if len(fields) > 2 and fields[1] == "00000000" and re.fullmatch(r"[0-9A-Fa-f]{8}", fields[2]):
            return ".".join(str(byte) for byte in reversed(bytes.fromhex(fields[2])))
    return None


def _serve() -> Text:
    return both(
        "start Xming with “No Access Control”, and let it through Windows' firewall (public networks too)",
        "Xming을 “No Access Control”로 켜고 윈도우 방화벽에서 허용하세요(공용 네트워크도)",
    )
