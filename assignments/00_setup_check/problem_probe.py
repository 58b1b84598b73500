"""probe.py: the facts of each recording, and whether it told them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

# BEGIN STAFF
from .problem_machines import STUDENT, WSL_1, WSL_2

# END STAFF
from .problem_room import TOO_LONG, number_in, settings_of

FACTS: dict[str, dict[str, Any]] = {  # what probe.py should say of the public ones
    "laptop": {
        "wsl": 2,
        "wslg": True,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 8,
        "cpu": "Intel(R) Core(TM) i5-1135G7 @ 2.40GHz",
        "memory_mib": 7852,
        "gpus": [],
    },
    "old_laptop": {
        "wsl": 1,
        "wslg": False,
        "distribution": "ubuntu",
        "version": "18.04",
        "cores": 4,
        "cpu": "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
        "memory_mib": 16263,
        "gpus": [],
    },
    "lab": {
        "wsl": 0,
        "wslg": False,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 16,
        "cpu": "AMD Ryzen 9 5950X 16-Core Processor",
        "memory_mib": 64221,
        "gpus": [
            {"name": "NVIDIA RTX A4000", "memory_mib": 16376, "driver": "580.82.07"},
            {"name": "NVIDIA GeForce RTX 3060", "memory_mib": 12288, "driver": "580.82.07"},
        ],
    },
    "offline": {
        "wsl": 2,
        "wslg": True,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 2,
        "cpu": "Intel(R) Core(TM) i5-1135G7 @ 2.40GHz",
        "memory_mib": 3921,
        "gpus": [],
    },
}


def facts_of(room: Any, index: int) -> dict[str, Any]:
    """What probe.py should say of a case's recording."""
    # BEGIN STAFF
    if room.case.visibility == "hidden":
        return _read_back(room, settings_of(room)["probes"][index].removeprefix(f"{STUDENT}/"))
    # END STAFF
    return FACTS[room.case.id]


# BEGIN STAFF
def _read_back(room: Any, place: str) -> dict[str, Any]:
    """The facts, from what `recorded` wrote: it is the only writer, so this need not read anything else."""
    kernel, release = room.given(f"home/{place}/proc/version"), room.given(f"home/{place}/etc/os-release")
    cpuinfo, meminfo = room.given(f"home/{place}/proc/cpuinfo"), room.given(f"home/{place}/proc/meminfo")
    smi = room.given(f"home/{place}/nvidia-smi.sh") if f"home/{place}/nvidia-smi.sh" in room.run.inputs else ""
    rows = re.search(r"rows='(.*?)'", smi, re.S)
    models = re.findall(r"^model name\t: (.*)$", cpuinfo, re.M)
    return {
        "wsl": {WSL_1: 1, WSL_2: 2}.get(kernel, 0),
        "wslg": f"home/{place}/mnt/wslg/versions.txt" in room.run.inputs,
        "distribution": re.findall(r"^ID=(.*)$", release, re.M)[0],
        "version": re.findall(r'^VERSION_ID="?([^"\n]*)"?$', release, re.M)[0],
        "cores": len(re.findall(r"^processor", cpuinfo, re.M)),
        "cpu": models[0] if models else None,
        "memory_mib": int(re.findall(r"MemTotal: +(\d+)", meminfo)[0]) // 1024,
        "gpus": [
            {"name": name, "memory_mib": int(memory), "driver": driver}
            for name, memory, driver in (line.split(", ") for line in (rows[1].splitlines() if rows else []))
        ],
    }


# END STAFF


def answers_of(room: Any) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """(what probe.py said, what it should say) of each recording of a case."""
    for index in range(len(settings_of(room)["probes"])):
        status = number_in(room, f"probe/{index}.status")
        said, text = room.text(f"probe/{index}.err"), room.text(f"probe/{index}.out")
        if status in TOO_LONG:
            room.fail(
                "HOST_TIMEOUT",
                "probe.py didn't come to an end within 12 seconds",
                message_ko="probe.py가 12초 안에 끝나지 않았습니다.",
                file="probe.py",
            )
        if status:
            lines = re.findall(r'File "[^"]*probe\.py", line (\d+)', said)
            last = next((line for line in reversed(said.splitlines()) if line.strip()), f"status {status}")
            code = "SYNTAX_ERROR" if "SyntaxError" in last or "IndentationError" in last else "EXCEPTION"
            room.fail(
                code,
                f"probe.py ended with {last[:200]}",
                message_ko=f"probe.py가 끝나며 남긴 말: {last[:200]}",
                file="probe.py",
                line=int(lines[-1]) if lines else None,
            )
        yield _answer(room, text), facts_of(room, index)


def _answer(room: Any, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        room.fail(
            "WRONG_ANSWER",
            f"probe.py printed no JSON: {text.strip()[:80]!r}",
            message_ko=f"probe.py의 출력이 JSON이 아닙니다: {text.strip()[:80]!r}",
            file="probe.py",
        )
    if not isinstance(value, dict):
        room.fail(
            "WRONG_ANSWER", "probe.py printed JSON, but no object", message_ko="probe.py가 출력한 JSON이 객체가 아닙니다.", file="probe.py"
        )
    return value


def check_machine(room: Any, *names: str) -> None:
    """The named keys, over all recordings of the case."""
    text = room.text("student/probe.py")
    for got, wanted in answers_of(room):
        if not got.get("cores") and not got.get("distribution"):  # the starter's answers
            room.fail("WRONG_ANSWER", "nothing was read yet", message_ko="아직 아무것도 읽지 않았습니다.", file="probe.py")
        for name in names:
            if name in got and type(got[name]) is type(wanted[name]) and got[name] == wanted[name]:
                continue
            code, en, ko = "WRONG_ANSWER", "", ""
            if name == "wsl" and got.get("wsl") in (0, 1, 2, True, False):
                code = "WSL_UNRECOGNISED"
            elif name == "memory_mib" and isinstance(got.get(name), int | float):
                kib = wanted[name] * 1024
                if any(abs(got[name] - guess) <= guess / 500 for guess in (kib / 1000, kib, kib / 1024**2, kib * 1024)):
                    code, en, ko = (
                        "WRONG_UNIT",
                        " (MemTotal counts 1024 bytes as a kB, and a MiB is 1024 of those)",
                        " (MemTotal의 kB는 1024바이트이고, MiB는 그 1024배입니다)",
                    )
            elif name == "cores" and got.get(name) == max(1, wanted[name] // 2):
                en, ko = " (`cpu cores` are those of one processor chip)", " (`cpu cores`는 칩 하나의 코어 수입니다)"
            line = next(
                (
                    n
                    for n, each in enumerate(text.splitlines(), 1)
                    if re.search(
                        {
                            "wsl": r"(?i)microsoft|wsl2",
                            "memory_mib": "1024|1000|>> ?10" if code == "WRONG_UNIT" else "MemTotal",
                            "gpus": "nvidia-smi",
                        }.get(name, name),
                        each,
                    )
                ),
                None,
            )
            shown = json.dumps(got[name])[:80] if name in got else "missing"
            hidden_case = room.case.visibility == "hidden"
            want = "" if hidden_case else f" and should be {json.dumps(wanted[name])}"
            want_ko = "" if hidden_case else f" {json.dumps(wanted[name])}이어야 합니다."
            room.fail(
                code, f"{name} is {shown}{want}{en}", message_ko=f"{name}이(가) {shown}입니다.{want_ko}{ko}", file="probe.py", line=line
            )
