"""setup.sh, its checks over what it asked of other programs: packages, Python's environment, and how it ended."""

from __future__ import annotations

import re
from typing import Any

from .problem_machines import APT_FILES, UBUNTU
from .problem_setup import Call, Setup, asks, setup_of, working

PACKAGES = ("build-essential", "git", "openssh-client", "vim-gtk3", "python3-dev", "python3-pip", "python3-venv", "fonts-nanum")
WINDOWS_PACKAGES = ("x11-apps", "dbus-x11", "gnome-terminal")
PYTHON_PACKAGES = ("numpy", "pandas", "scipy", "matplotlib", "pillow", "jupyterlab")


def check_packages(room: Any) -> None:
    """apt-get: by sudo, asking nothing, in an order that works, all that is wanted."""
    setup = setup_of(room)
    asked = [call for call in setup.calls if call.program in ("apt-get", "apt")]
    steps = [(call, next(iter(_names(call)), "")) for call in asked]
    line = setup.script.line("apt-get", "apt") or setup.line(r"\bapt")
    if any(not call.sudo for call, _ in steps):
        number = next(
            (
                n
                for n, text in enumerate(setup.text.splitlines(), 1)
                if re.search(r"^[^#]*\bapt(-get)?\s+(-\S+\s+)*(update|\S*upgrade|install)\b", text) and "sudo" not in text
            ),
            line,
        )
        setup.fail(
            "NO_SUDO",
            "apt-get changes the system and was called without sudo",
            "apt-get은 시스템을 바꾸는데 sudo 없이 호출했습니다.",
            number,
        )
    if setup.asked:
        asks(setup, _asking_line(setup, steps) or setup.line(r"\bread\b(?!y)|\bpasswd\b|\bsu\b|\bsudo\s+-\w*S") or line)
    order = [step for _, step in steps]
    upgrades = [i for i, step in enumerate(order) if step in ("full-upgrade", "dist-upgrade")]
    installs = [i for i, step in enumerate(order) if step == "install"]
    for step, there in (("update", "update" in order), ("full-upgrade", bool(upgrades)), ("install", bool(installs))):
        if not there:
            setup.fail("WRONG_ANSWER", f"apt-get {step} was never called", f"apt-get {step}을(를) 호출하지 않았습니다.", line)
    update = order.index("update")
    if min(upgrades + installs) < update:
        setup.fail(
            "WRONG_ORDER",
            f"apt-get {order[min(upgrades + installs)]} came before update",
            f"apt-get {order[min(upgrades + installs)]}이(가) update보다 먼저 실행되었습니다.",
            line,
        )
    at_update = " ".join(f"://{host}" for host in steps[update][0].words[1].split())
    if UBUNTU.search(at_update) and not any(UBUNTU.search(setup.now(f"{setup.root}/{name}") or "") for name in APT_FILES):
        setup.fail(
            "WRONG_ORDER",
            "apt-get update was called before the mirror stood in the file",
            "미러로 바꾸기 전에 apt-get update를 호출했습니다.",
            setup.line(r"\bapt(-get)?\b.*update"),
        )
    got = {name for call, step in steps if step == "install" for name in _names(call)[1:]}
    wsl = "icrosoft" in (setup.given(f"{setup.root}/proc/version") or "")
    wanted = {*PACKAGES, *(WINDOWS_PACKAGES if wsl else ())}
    if missing := sorted(wanted - got):
        setup.fail("WRONG_ANSWER", f"not installed: {', '.join(missing)}", f"설치하지 않았습니다: {', '.join(missing)}", line)
    if not wsl and (extra := sorted(got & set(WINDOWS_PACKAGES))):
        setup.fail(
            "WRONG_ANSWER",
            f"this is no WSL; not wanted here: {', '.join(extra)}",
            f"WSL이 아니므로 필요 없습니다: {', '.join(extra)}",
            line,
        )


def _names(call: Call) -> list[str]:
    """What apt-get was told beside options: the step, then packages. Its words are DEBIAN_FRONTEND, the sources' hosts, and its own."""
    words = call.words[2:]
    return [word for i, word in enumerate(words) if not word.startswith("-") and (i == 0 or words[i - 1] not in ("-o", "-t", "-c"))]


def _asking_line(setup: Setup, steps: list[tuple[Call, str]]) -> int | None:
    """The line of the call that had to ask: without -y, or with an environment in which DEBIAN_FRONTEND isn't noninteractive."""
    for call, step in steps:
        if step in ("upgrade", "full-upgrade", "dist-upgrade", "install"):
            quiet = any(re.match(r"--yes|--assume-yes|-[a-zA-Z]*y", word) for word in call.words[2:])
            if not quiet or call.words[0] != "noninteractive":
                return setup.line(rf"\bapt(-get)?\b.*\b{step}\b")
    return None


def check_python(room: Any) -> None:
    """An environment below ~/course with the packages, and the cache in its owner's hands."""
    setup = setup_of(room)
    place = f"{setup.settings['home']}/course"
    installs = [call for call in setup.calls if call.program == "pip" and "install" in call.words[1:]]
    line = setup.script.line("pip", "pip3") or setup.line(r"\bpip3?\b")
    if any(call.sudo or call.words[0] != f"{place}/bin" for call in installs):
        setup.fail(
            "SYSTEM_PIP",
            "pip installs into the system's Python, and not into ~/course",
            "pip가 ~/course가 아니라 시스템의 Python에 설치합니다.",
            line,
        )
    got = {re.split(r"[=<>~!\[]", word)[0].lower() for call in installs for word in call.words[1:]}
    if missing := [name for name in PYTHON_PACKAGES if name not in got]:
        setup.fail(
            "WRONG_ANSWER",
            f"not installed into ~/course: {', '.join(missing)}",
            f"~/course에 설치하지 않았습니다: {', '.join(missing)}",
            line,
        )
    cache, user = f"{setup.settings['home']}/.cache", room.text("user.txt").strip()
    owned = [call for call in setup.calls if call.program == "chown"]
    line = setup.line(r"\bchown\b")
    if not owned:
        setup.fail("WRONG_ANSWER", "~/.cache wasn't given to its user (chown)", "~/.cache의 소유자를 바꾸지 않았습니다(chown).", line)
    if not all(call.sudo for call in owned):
        setup.fail("NO_SUDO", "only root may give a file to somebody", "파일의 소유자는 root만 바꿀 수 있습니다.", line)
    whole = any(re.match(r"--recursive|-[a-zA-Z]*R", word) for call in owned for word in call.words)
    if (
        not any(call.names[:1] in ((f"{user}:",), (user,), (f"{user}:{user}",)) and call.names[-1].rstrip("/") == cache for call in owned)
        or not whole
    ):
        told = " ".join(owned[-1].words)
        setup.fail(
            "WRONG_ANSWER",
            f"~/.cache with all that is in it should be the user's; asked for was: chown {told}",
            f"~/.cache와 그 안의 모든 것이 사용자의 것이어야 합니다. 실제 호출: chown {told}",
            line,
        )


def check_status(room: Any) -> None:
    """Two runs that end with 0."""
    setup = working(room)
    for run, status in enumerate(setup.statuses, 1):
        if status:
            said = next((text for text in reversed(room.text(f"setup{run}.err").splitlines()) if text.strip()), "")
            code = "NOT_IDEMPOTENT" if run > 1 and setup.statuses[0] == 0 else "EXIT_STATUS"
            setup.fail(
                code,
                f"run {run} ended with status {status} although nothing failed on this machine: {said[:160]}",
                f"이 컴퓨터에서는 아무것도 실패하지 않았는데 {run}번째 실행이 {status}(으)로 끝났습니다: {said[:160]}",
                setup.script.last,
            )


def check_failure(room: Any) -> None:
    """Where a step fails, the script ends there, and says so by its status."""
    setup = setup_of(room)
    offline = setup.settings["network"] == "off"
    step, step_ko = ("apt-get had no network", "네트워크가 없어 apt-get이 실패했는데") if offline else ("pip failed", "pip가 실패했는데")
    asked = [call for call in setup.calls if call.program == ("pip" if not offline else "apt-get") or (offline and call.program == "apt")]
    if not any("install" in call.words or "full-upgrade" in call.words or "dist-upgrade" in call.words for call in asked):
        setup.fail(
            "WRONG_ANSWER", "the step that fails on this machine was never reached", "이 컴퓨터에서 실패하는 단계까지 가지 않았습니다."
        )
    line = setup.line(r"\bapt(-get)?\b.*full-upgrade" if offline else r"\bpip3?\b.*install")
    if setup.statuses[0] == 0:
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and setup.sh ended with status 0, as if all had gone well",
            f"{step_ko} setup.sh는 모두 잘된 것처럼 0으로 끝났습니다.",
            line,
        )
    later = [call for call in setup.calls if offline and call.program in ("pip", "venv", "chown")]
    added = f"{setup.home}/.bashrc_add" in setup.tree
    if later or added:
        what = later[0].program if later else "~/.bashrc_add"
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and the script went on all the same (to {what})",
            f"{step_ko} 스크립트가 계속 진행했습니다({what}).",
            line,
        )
    if not setup.said.strip():
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and nobody was told why: stderr is empty",
            f"{step_ko} 이유를 알리지 않았습니다. stderr가 비어 있습니다.",
            line,
        )
