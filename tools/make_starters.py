"""Starters from references: reference/NN_slug/<file> -> assignments/NN_slug/starter/<file>, by the reference's fences.

    // BEGIN SOLUTION what the starter says instead
    ... the solution ...
    // END SOLUTION

The fences and the lines between them are left out; the text behind BEGIN SOLUTION, if any, stays as a comment at its indentation.
A file that has no fence is refused: its starter would be the solution. Two kinds of files have starters of another kind: answers
(.json) begin with every answer null, and what `[[given]]` in assignment.toml names is handed out as it is written.

    python tools/make_starters.py            writes them
    python tools/make_starters.py --check    says which are out of date; exit status 1 if any is
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # standard library only: runs with any Python

from grader.fences import FenceError, starter_of  # noqa: E402
from grader.starters import starter_text  # noqa: E402

__all__ = ["FenceError", "main", "starter_of", "starters"]


def starters(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every starter of the course at `root` that has a reference: (its path, the text that it must have)."""
    for file in sorted((root / "assignments").glob("*/assignment.toml")):
        folder = file.parent
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        given = {source for program in table.get("given", ()) for source in program["sources"]}
        for name in table["files"]:
            reference = root / "reference" / folder.name / name
            if reference.is_file():
                text = starter_text(name, reference.read_text(encoding="utf-8"), given, str(reference.relative_to(root)))
                if text is not None:
                    yield folder / "starter" / name, text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Writes every assignment's starter from its reference.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if one is out of date")
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in starters():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.relative_to(ROOT)}: {'out of date; run python tools/make_starters.py' if check else 'written'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
