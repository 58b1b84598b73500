"""01_linux_basics: the homes that the scripts work in, and what must stand in them afterwards.

`room` draws a home: names, contents, sizes, rights. It writes them down twice: as setup.sh, which makes them where the script runs, and as
plan.json, by which the checks know what was there. `judged` compares. Students have all of it but the STAFF parts: `grader check` needs it.

    problem_names           names for a home, and how bash is told them
    problem_homes           the home of each task, as a plan
    problem_home            a home as its script left it, and how a fault is told
    problem_every_task      what is asked of every script: it ran, and nothing else was touched
    problem_after_files     what must stand there after navigate, files, permissions, shebang
    problem_after_answers   ... after filters, counting, find, space
    problem_after_programs  ... after processes, archive, git
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .problem_after_answers import after_counting, after_filters, after_find, after_space
from .problem_after_files import after_files, after_navigate, after_permissions, after_shebang
from .problem_after_programs import after_archive, after_git, after_processes
from .problem_every_task import ran, unharmed
from .problem_home import Home
from .problem_homes import TASKS
from .problem_names import Names, Plan, quoted


def room(case: Any, rng: np.random.Generator) -> dict[str, Any]:
    """The files of one case's room."""
    plan = TASKS[case.given["task"]](Names(rng, not case.given.get("odd", False)))
    plan["tree"] = {path: {"mode": 0o644 if "folder" not in entry else 0o755, **entry} for path, entry in plan["tree"].items()}
    arguments = "".join(f"{each}\n" for each in plan.get("arguments", ()))
    return {"task/plan.json": plan, "task/arguments.txt": arguments, "task/setup.sh": _setup(plan)}


def _setup(plan: Plan) -> str:
    """The bash that makes a plan's home and starts its processes."""
    lines = []
    folders = {path for path, entry in plan["tree"].items() if "folder" in entry} | {path.rpartition("/")[0] for path in plan["tree"]}
    if folders := sorted(folders - {""}):
        lines.append("mkdir -p -- " + " ".join(map(quoted, folders)))
    for path, entry in plan["tree"].items():
        if "text" in entry:
            lines.append(f"printf %s {quoted(entry['text'])} > {quoted('./' + path)}")
        elif "size" in entry:
            lines.append(f"printf '%*s' {entry['size']} '' > {quoted('./' + path)}")
    modes: dict[int, list[str]] = {}
    for path, entry in plan["tree"].items():
        modes.setdefault(entry["mode"], []).append("./" + path)
    # what is in a folder comes before it: its owner may not get in any more
    lines += [
        f"chmod {mode:o} -- " + " ".join(map(quoted, sorted(paths, reverse=True))) for mode, paths in sorted(modes.items(), reverse=True)
    ]
    return "\n".join([*lines, *plan.get("commands", ())]) + "\n"


RESULTS: dict[str, Callable[[Home], None]] = {
    "navigate": after_navigate,
    "files": after_files,
    "permissions": after_permissions,
    "shebang": after_shebang,
    "processes": after_processes,
    "filters": after_filters,
    "counting": after_counting,
    "find": after_find,
    "space": after_space,
    "archive": after_archive,
    "git": after_git,
}


def judged(room: Any) -> None:
    """The whole of one task: it ran, it did what it had to, and nothing else."""
    home = Home(room)
    ran(home)
    unharmed(home)
    RESULTS[home.task](home)


def harmless(room: Any) -> None:
    """Nothing else was touched, whether or not the task was done."""
    home = Home(room)
    ran(home)
    unharmed(home)
