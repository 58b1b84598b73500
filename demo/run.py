"""Demo: real submissions -> verdicts with reasons and lines, on a machine with no GPU. Prints a table and the report's path.

    python demo/run.py [--out out/demo]

Uses nothing but the command `grader grade gemm PATH… --report DIR --json`. Exit status 0 if every submission got verdict, line and score of
expected.toml, else 1 with the differences; 3 if the grader itself failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
COMMAND = "import sys; from grader.cli.main import main; sys.exit(main())"  # as the console script does, whether or not it is on PATH


def pack(folder: Path, archive: Path) -> Path:
    """A folder -> a zip that holds what is in it, with fixed dates: the same bytes every time."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            target.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return archive


def label(path: Path) -> str:
    """As a user in the checkout's folder would name it: the report shows it so."""
    return str(path.relative_to(HERE.parent) if path.is_relative_to(HERE.parent) else path)


def grade(paths: list[Path], report: Path) -> list[dict[str, Any]]:
    """Grades all paths with one command. Returns the grades in the order of `paths`; leaves the process with status 3 if there are none."""
    command = [sys.executable, "-c", COMMAND, "grade", "gemm", *map(label, paths), "--report", str(report), "--json"]
    environment = {**os.environ, "GRADER_COURSE": str(HERE.parent / "assignments")}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=HERE.parent, check=False)
    try:
        answer = json.loads(done.stdout)
        grades: list[dict[str, Any]] = answer.get("grades", [answer])
        if len(grades) != len(paths):
            raise ValueError(f"{len(grades)} grades for {len(paths)} submissions")
    except (ValueError, AttributeError) as error:
        print(f"grader grade gave no grades (exit status {done.returncode}): {error}\n{done.stdout[:2000]}", file=sys.stderr)
        sys.exit(3)
    return grades


def place(found: dict[str, Any]) -> str:
    """file:line, file, or nothing."""
    return "" if not found.get("file") else f"{found['file']}:{found['line']}" if found.get("line") else str(found["file"])


def differences(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """What a grade has other than expected.toml says, as sentences."""
    found = []
    if got["verdict"] != wanted["verdict"]:
        found.append(f"verdict {got['verdict']} instead of {wanted['verdict']}: {got.get('message', '')}")
    elif "lines" in wanted and got.get("line") not in wanted["lines"]:
        found.append(f"line {got.get('line')} instead of one of {wanted['lines']}")
    low, high = wanted["score"]
    if not low - 1e-6 <= got["score"] <= high + 1e-6:
        found.append(f"score {got['score']:g} of {got['max_score']:g} instead of {low} to {high}")
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "out" / "demo", help="where the report goes (default: out/demo)")
    out = parser.parse_args(arguments).out.resolve()
    wanted = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["submission"]
    folder = HERE / "submissions"
    paths = [pack(folder / w["path"], out / "archives" / f"{w['path']}.zip") if w.get("zip") else folder / w["path"] for w in wanted]

    started = time.monotonic()
    grades = grade(paths, out)
    seconds = time.monotonic() - started

    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title="09_gemm, graded without a GPU")
    for heading, justify in (("submission", "left"), ("what it does", "left"), ("score", "right"), ("verdict", "left"), ("where", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    surprises = []
    for want, got in zip(wanted, grades, strict=True):
        colour = "green" if got["verdict"] == "PASSED" else "yellow" if got["score"] >= 80 else "red"
        table.add_row(want["path"], want["about"], f"{got['score']:.1f}", f"[{colour}]{got['verdict']}[/]", place(got))
        surprises += [f"{want['path']}: {difference}" for difference in differences(want, got)]
    console.print(table)
    for surprise in surprises:
        console.print(f"[bold red]NOT AS EXPECTED[/] {surprise}", soft_wrap=True)
    console.print(f"{len(grades)} submissions in {seconds:.1f} s. Report: {out / 'index.html'}", soft_wrap=True, highlight=False)
    if not (out / "index.html").is_file():
        console.print(f"[bold red]NOT AS EXPECTED[/] there is no {out / 'index.html'}", soft_wrap=True)
        return 1
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
