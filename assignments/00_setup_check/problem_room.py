"""A machine as files: what a room begins with, for drive.sh and for the three files, and how the checks read what drive.sh left there."""

from __future__ import annotations

import re
import shlex
from typing import Any

import numpy as np

from .problem_machines import STUDENT, Recording, machine_of

TOO_LONG = {124, 137, 152}  # exit statuses of what drive.sh ended: by the clock, or by the processor time
BROKEN_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n"
)


def room(case: Any, rng: np.random.Generator) -> dict[str, Any]:
    """A machine's files, and for drive.sh what is to be done with it."""
    machine = machine_of(case, rng)
    home, root = f"{STUDENT}/{machine.home}", f"{STUDENT}/{machine.root}"
    recordings = (machine.recording, *machine.more)
    places = [machine.root, *(f"recordings/{i}" for i in range(len(machine.more)))]
    made: dict[str, Any] = {f"home/{machine.home}/{name}": text for name, text in machine.home_files.items()}
    made |= {f"home/{machine.root}/{name}": text for name, text in machine.files.items()}
    for place, recording in zip(places, recordings, strict=True):
        made |= {f"home/{place}/{name}": text for name, text in recorded(recording).items()}
    settings: dict[str, Any] = {
        "home": home,
        "root": root,
        "mirror": machine.mirror,
        "runs": machine.runs,
        "profile": int(machine.profile),
        "display": machine.display,
        "gateway": machine.gateway,
        "network": "off" if machine.offline else "on",
        "pip": "broken" if machine.pip_broken else "works",
        "managed": "yes" if machine.managed else "no",
        "inside": machine.inside,
        "names": machine.names,
        "home_names": machine.home_names,
        "probes": [f"{STUDENT}/{place}" for place in places],
    }
    lines = [f"{name}={_bash(value)}" for name, value in settings.items()]
    return {"task/machine.sh": "\n".join(lines) + "\n", "task/machine.json": settings, **made}


def _bash(value: Any) -> str:
    return f"({' '.join(map(shlex.quote, value))})" if isinstance(value, list | tuple) else shlex.quote(str(value))


def recorded(recording: Recording) -> dict[str, str]:
    """The files of a recording."""
    tabs = "\t: "
    processors = []
    for i in range(recording.cores):
        model = f"model name{tabs}{recording.cpu}\n" if recording.cpu else "BogoMIPS\t: 50.00\nCPU implementer\t: 0x41\n"
        processors.append(f"processor{tabs}{i}\n{model}cpu cores{tabs}{max(1, recording.cores // 2)}\nflags{tabs}fpu vme processor\n\n")
    files = {
        "proc/version": recording.kernel,
        "etc/os-release": recording.release,
        "proc/cpuinfo": "".join(processors),
        "proc/meminfo": f"MemTotal: {recording.memory_kib:>14} kB\nMemFree: 1000000 kB\nMemAvailable: {recording.memory_kib // 2} kB\n",
    }
    if recording.wslg:
        files["mnt/wslg/versions.txt"] = "WSLg ( x86_64 ): 1.0.60\n"
    if recording.gpus is not None:
        rows = "".join(f"{name}, {memory}, {driver}\n" for name, memory, driver in recording.gpus)
        answer = f"printf %s {shlex.quote(BROKEN_DRIVER)}\nexit 9" if recording.driver_fails else _smi(rows)
        files["nvidia-smi.sh"] = f"#!/bin/bash -p\n{answer}\n"
    return files


def _smi(rows: str) -> str:
    """nvidia-smi for these rows: a table for the eye, or the columns that are asked for."""
    return (
        f"rows={shlex.quote(rows)}\n"
        "query= format=\n"
        'for each in "$@"; do case $each in --query-gpu=*) query=${each#*=} ;; --format=*) format=,${each#*=}, ;; esac; done\n'
        "if [[ -z $query ]]; then echo '| NVIDIA-SMI |'; exit 0; fi\n"
        'IFS=, read -ra wanted <<< "${query// /}"\n'
        '[[ $format == *,noheader,* ]] || echo "${query//,/, }"\n'
        "while IFS=, read -r name memory driver; do\n"
        "    line=\n"
        '    for column in "${wanted[@]}"; do\n'
        "        case $column in\n"
        "            name | gpu_name) value=$name ;;\n"
        '            memory.total) value=${memory# }; [[ $format == *,nounits,* ]] || value+=" MiB" ;;\n'
        "            driver_version) value=${driver# } ;;\n"
        "            index | count) value=0 ;;\n"
        '            *) echo "Field \\"$column\\" is not a valid field to query."; exit 2 ;;\n'
        "        esac\n"
        '        line+="${line:+, }$value"\n'
        "    done\n"
        '    echo "$line"\n'
        "done <<< \"${rows%$'\\n'}\"\n"
    )


def settings_of(room: Any) -> dict[str, Any]:
    return dict(room.given("task/machine.json"))


def number_in(room: Any, name: str) -> int:
    """A status that drive.sh wrote down. What runs beside it may have written there, too; -1 for what is no number."""
    text = room.text(name).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else -1


def line_with(text: str, pattern: str) -> int | None:
    """The first line of a student's script that matches, comments left out."""
    return next((n for n, line in enumerate(text.splitlines(), 1) if re.search(pattern, line) and not line.lstrip().startswith("#")), None)
