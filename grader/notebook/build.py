"""Build: reference/NN/master.py -> reference/NN/<name>.ipynb, the solution, and assignments/NN/starter/<name>.ipynb, what students get.

python -m grader.notebook.build reference/20_nb_dl_basics             writes both
python -m grader.notebook.build --check reference/20_nb_dl_basics     writes nothing; exit status 1 if one is out of date
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from grader.notebook.ipynb import notebook, readable, starter, written
from grader.notebook.percent import MasterError, read_master

MASTER = "master.py"


def built(folder: Path) -> dict[Path, str]:
    """The files that come of a reference folder's master, with the texts that they must have. Raises MasterError."""
    master = folder / MASTER
    if not master.is_file():
        raise MasterError(f"{master} is missing; it is the text that both notebooks are made of")
    assignment = folder.resolve().parent.parent / "assignments" / folder.resolve().name
    name = notebook_name(assignment)
    cells = read_master(master.read_text(encoding="utf-8"), str(master))
    for cell in cells:
        if cell.type == "code":
            readable(cell.source, f"{master}: cell {cell.id}")
    solution = written(notebook(cells))
    return {folder / name: solution, assignment / "starter" / name: starter(solution, str(folder / name))}


def notebook_name(assignment: Path) -> str:
    """The one notebook among the files that an assignment asks for. Raises MasterError."""
    path = assignment / "assignment.toml"
    try:
        files = tomllib.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise MasterError(f'{path}: {error}; it names the notebook: files = ["dl_basics.ipynb"]') from None
    names = [name for name in files if name.endswith(".ipynb")]
    if len(names) != 1:
        raise MasterError(f"{path}: files has {len(names)} notebooks, and a master makes one")
    return str(names[0])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m grader.notebook.build", description="Makes both notebooks of a master.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if one is out of date")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="reference/NN_slug, with its master.py")
    chosen = parser.parse_args(arguments)
    stale = 0
    for folder in chosen.folders:
        try:
            files = built(folder)
        except MasterError as error:
            print(error, file=sys.stderr)
            return 2
        for path, text in files.items():
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale += 1
            print(f"{path}: {'out of date; run python -m grader.notebook.build' if chosen.check else 'written'}")
            if not chosen.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return 1 if chosen.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
