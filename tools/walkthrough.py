"""Walkthrough: docs/first-assignment.md and its Korean twin -> the same pages with the output of every command in them made anew.

    <!-- file: reference/09_gemm/naive.cu -->     the student's file is this one from here on; it isn't shown
    <!-- output: grader check -->                 the block below is what this prints, at 96 columns
    <!-- output: grader check | 12 lines -->      only its first lines
    <!-- output: grader check | from 2 -->        without its first lines

What depends on the machine (seconds, isolation) is left out.

    python tools/walkthrough.py            writes the pages
    python tools/walkthrough.py --check    says which are out of date; exit status 1 if any is
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "docs" / "first-assignment.md", ROOT / "docs" / "first-assignment.ko.md")
STUDENT_FILE, FOLDER, COLUMNS = "gemm.cu", "my_gemm", 96
MARK = re.compile(r"<!-- (file|output): (.+?)(?: \| (?:(\d+) lines|from (\d+)))? -->")


def rewritten(page: Path, cache: Path) -> str:
    """The page's text with every output made anew."""
    language = "ko" if page.name.endswith(".ko.md") else "en"
    lines, made = iter(page.read_text(encoding="utf-8").splitlines()), []
    with tempfile.TemporaryDirectory(prefix="warpgrade-walk-") as folder:
        Path(folder).chmod(0o755)
        for line in lines:
            made.append(line)
            mark = MARK.fullmatch(line)
            if mark is None:
                continue
            if mark[1] == "file":
                (Path(folder) / FOLDER / STUDENT_FILE).write_bytes((ROOT / mark[2]).read_bytes())
                continue
            for old in lines:  # the block that is there
                if old == "```":
                    break
            for old in lines:
                if old == "```":
                    break
            shown = output(mark[2], Path(folder), cache, language)
            first, last = int(mark[4] or 1) - 1, int(mark[3] or len(shown))
            made += ["```", f"$ {mark[2]}", *(["…"] if first else []), *shown[first:last], *(["…"] if last < len(shown) else []), "```"]
    return "\n".join(made) + "\n"


def output(command: str, folder: Path, cache: Path, language: str) -> list[str]:
    """What a command prints on a terminal of COLUMNS, without what depends on the machine."""
    inside = folder / FOLDER
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(cache),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "NO_COLOR": "1",
        "COLUMNS": str(COLUMNS),
        "GRADER_COURSE": str(ROOT),
        "GRADER_LANG": language,
        "GRADER_CACHE": str(cache / "cache"),
        "GRADER_DATA": str(cache / "data"),
    }
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=inside if inside.is_dir() else folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    said = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 300)
        if not ready:
            raise TimeoutError(command)
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    errors = process.communicate()[1].decode()
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command}: exit status {process.returncode}: {errors}")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode()).replace("\r", "")
    text = re.sub(r"^emulated:.*?\d ?(s|초)$", "", text, flags=re.S | re.M)
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").split("\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Makes the outputs in docs/first-assignment*.md anew.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if a page is out of date")
    parser.add_argument("pages", nargs="*", type=Path, help="default: both")
    options = parser.parse_args(arguments)
    stale = 0
    with tempfile.TemporaryDirectory(prefix="warpgrade-cache-") as cache:
        Path(cache).chmod(0o755)
        for page in options.pages or PAGES:
            shutil.rmtree(Path(cache) / "cache" / "grades", ignore_errors=True)  # what comes from there says so
            text = rewritten(page, Path(cache))
            if text == page.read_text(encoding="utf-8"):
                continue
            stale += 1
            print(f"{page.name}: {'out of date; run python tools/walkthrough.py' if options.check else 'written'}")
            if not options.check:
                page.write_text(text, encoding="utf-8")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
