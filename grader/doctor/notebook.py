"""Probes of Jupyter and of the Python packages that the course's notebooks import."""

from __future__ import annotations

import re

from grader.doctor.desk import packages
from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.system import wsl
from grader.verdicts import Text

IMPORTED = ("numpy", "pandas", "scipy", "matplotlib", "PIL")
INSTALLED = {"PIL": "pillow"}  # where a package isn't called what is imported
ASK = "import importlib.util as u,sys; print(*[n for n in sys.argv[1:] if u.find_spec(n) is None])"
PLACES = ("course/bin", ".local/bin", ".venv/bin")  # below the home: where Jupyter may lie without being on PATH


def jupyter(machine: Machine) -> Found:
    path = machine.which("jupyter")
    if path is None:
        home = machine.environment.get("HOME", "")
        for place in PLACES:
            if machine.find(f"{home}/{place}/jupyter"):
                return missing(
                    both(f"~/{place}/jupyter is there, but not on PATH", f"~/{place}/jupyter가 있지만 PATH에 없습니다"),
                    same(f"echo 'export PATH=\"$HOME/{place}:$PATH\"' >> ~/.bashrc_add && source ~/.bashrc_add"),
                )
        return missing(both("not installed", "설치되어 있지 않습니다"), _environment(["jupyterlab"], machine))
    ran = machine.run((path, "lab", "--version"))
    version = re.search(r"\d+(\.\d+)+", ran.text) if ran is not None and ran.code == 0 else None
    if version is None:
        return missing(both(f"{path} has no JupyterLab", f"{path}에 JupyterLab이 없습니다"), _environment(["jupyterlab"], machine))
    if wsl(machine):
        return ok(
            both(
                f"JupyterLab {version[0]}; open the link that it prints in Windows",
                f"JupyterLab {version[0]}. 출력되는 주소를 윈도우에서 여세요",
            )
        )
    return ok(same(f"JupyterLab {version[0]}"))


def modules(machine: Machine) -> Found:
    """What the first `python3` on PATH can import."""
    path = machine.which("python3")
    if path is None:
        return problem(both("no python3 on PATH", "PATH에 python3가 없습니다"), packages(machine).fix)
    ran = machine.run((path, "-c", ASK, *IMPORTED))
    if ran is None or ran.code != 0:
        return problem(both(f"{path} doesn't run", f"{path}가 실행되지 않습니다"))
    lacking = [INSTALLED.get(name, name) for name in ran.text.split()]
    if lacking:
        return missing(both(f"{path} lacks {', '.join(lacking)}", f"{path}에 없음: {', '.join(lacking)}"), _environment(lacking, machine))
    return ok(same(f"{path}: {', '.join(IMPORTED)}"))


def _environment(names: list[str], machine: Machine) -> Text:
    """Into an environment of the user's own. The system's Python of today's distributions refuses pip, and `sudo pip` breaks it."""
    inside = machine.environment.get("VIRTUAL_ENV")
    command = f"pip install {' '.join(names)}" if inside else f"python3 -m venv ~/course && ~/course/bin/pip install {' '.join(names)}"
    pip = machine.which("pip3") or "/usr/bin/pip3"
    if not inside and pip == "/usr/bin/pip3" and machine.find("/usr/lib/python3*/EXTERNALLY-MANAGED"):
        return both(
            f"{command} (plain pip3 refuses here: the system's Python is the distribution's)",
            f"{command} (시스템 Python은 배포판의 것이라 그냥 pip3는 거부됩니다)",
        )
    return same(command)
