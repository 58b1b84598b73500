"""Imported: a folder of nbgrader's source -> the files of an assignment of ours that gives the same points. Reads only."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from grader.errors import AssignmentError
from grader.notebook.ipynb import written
from grader.notebook.nbgrader import graded_with, has_hidden_tests, read_source, release
from grader.notebook.percent import MasterError

SKIPPED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}
MAX_FILES_BYTES = 60 << 20
PROBLEM = '''"""What the notebooks find beside themselves: the files of the assignment's own folder."""

from __future__ import annotations

from pathlib import Path

FILES = Path(__file__).resolve().with_name("room") / "files"


def room(case, rng):
    return {f"home/{path.relative_to(FILES).as_posix()}": path.read_bytes() for path in sorted(FILES.rglob("*")) if path.is_file()}
'''
HEAD = '''"""{words}, made by `grader import nbgrader`: a check for each graded cell, with nbgrader's own rule."""

from __future__ import annotations

import pytest

from grader.notebook.rules import {names}
'''
CHECK = '''

@pytest.mark.points({points:g})
@pytest.mark.cases("{case}")
@pytest.mark.korean("{notebook}: {cell} 셀")
def test_{function}(judge):
    """{notebook}: cell {cell}"""
    judge.each(lambda room: {question})
'''


def sources(folder: Path) -> list[Path]:
    """The notebooks of an assignment's source folder. Raises AssignmentError that says what to give instead."""
    if not folder.is_dir():
        raise AssignmentError(f"{folder} is no folder; give the folder of one assignment's source, as source/ps1")
    found = sorted(folder.glob("*.ipynb"))
    if not found:
        below = sorted({path.parent.relative_to(folder).as_posix() for path in folder.glob("source/*/*.ipynb")})
        remedy = f"; did you mean {', '.join(f'{folder}/{each}' for each in below)}?" if below else ""
        raise AssignmentError(f"{folder} has no notebook (.ipynb){remedy}")
    return found


def imported(folder: Path, slug: str, title: str = "", weight: float = 1.0) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of the assignment's folder and of the reference's, by name. Raises AssignmentError naming notebook and cell."""
    books: dict[str, dict[str, Any]] = {}
    for path in sources(folder):
        try:
            books[path.name] = read_source(path.read_text(encoding="utf-8"), path.name)
        except (MasterError, UnicodeDecodeError) as error:
            raise AssignmentError(f"{folder}/{error}") from None
    own: dict[str, bytes] = {}
    reference: dict[str, bytes] = {}
    cases: list[str] = []
    checks: dict[str, list[str]] = {"public": [], "hidden": []}
    for name, book in books.items():
        try:
            own[f"starter/{name}"] = written(release(book, name)).encode()
            hidden = any(has_hidden_tests(cell) for cell in book["cells"])
            if hidden:
                own[f"room_hidden/{name}"] = written(graded_with(book, name)).encode()
        except MasterError as error:
            raise AssignmentError(f"{folder}/{error}") from None
        reference[name] = written(book).encode()
        case = re.sub(r"[^a-z0-9_]", "_", name.removesuffix(".ipynb").lower()).strip("_") or "notebook"
        cases += [_case(case, name, "public"), *([_case(f"{case}_hidden", name, "hidden")] if hidden else [])]
        for cell in book["cells"]:
            if check := _check(cell, name, case):
                checks["hidden" if has_hidden_tests(cell) else "public"].append(check)
    if not any(checks.values()):
        raise AssignmentError(f"{folder}: no cell has points; mark them in nbgrader's toolbar, or write checks and a problem.py by hand")
    own["assignment.toml"] = _toml(slug, title or slug.partition("_")[2].replace("_", " "), weight, list(books), cases).encode()
    for visibility, words in (("public", "Public checks"), ("hidden", "Hidden checks")):
        if checks[visibility] or visibility == "public":
            used = [each for each in ("by_a_person", "score") if any(f" {each}(" in check for check in checks[visibility])]
            head = HEAD.format(words=words, names=", ".join(used))
            own[f"test_{visibility}.py"] = ((head if used else head.partition("\nimport pytest")[0]) + "".join(checks[visibility])).encode()
    for name, content in _data(folder).items():
        own[f"room/files/{name}"] = content
    own["problem.py"] = PROBLEM.encode()
    own["room/README.txt"] = b"What lies in files/ is copied into the home in which the notebooks are executed.\n"
    own["README.md"], own["README.ko.md"] = (text.encode() for text in _readmes(title or slug, list(books)))
    reference["README.md"] = f"# {slug}\n\nThe notebooks as they were in {folder.name}, with their solutions and hidden tests.\n".encode()
    return own, reference


def _check(cell: dict[str, Any], notebook: str, case: str) -> str:
    """The check of a graded cell; "" for one that has no points."""
    flags = cell["metadata"].get("nbgrader", {})
    points = float(flags.get("points") or 0)
    if not (flags.get("grade") or flags.get("task")) or not points:
        return ""
    name = flags["grade_id"]
    person = flags.get("task") or flags.get("solution") or cell["cell_type"] != "code"
    question = f"by_a_person(room, {name!r})" if person else f"score(room, {name!r}, {points:g})"
    return CHECK.format(
        points=points,
        case=f"{case}_hidden" if has_hidden_tests(cell) else case,
        notebook=notebook.removesuffix(".ipynb").replace('"', "'"),
        cell=name,
        function=re.sub(r"\W", "_", f"{case}_{name}"),
        question=question.replace("'", '"'),
    )


def _case(name: str, notebook: str, visibility: str) -> str:
    return (
        f'\n[[case]]\nid = "{name}"\nvisibility = "{visibility}"\nrun = ["python", "/task/execute.py"]\nlane = "jupyter"\n'
        f"given = {{ notebook = {json.dumps(notebook, ensure_ascii=False)}, cell_time_s = 30, probes = [] }}\n"
    )


def _toml(slug: str, title: str, weight: float, notebooks: list[str], cases: list[str]) -> str:
    quoted = json.dumps(" ".join(title.split()), ensure_ascii=False)
    limits = "[limits]\ntime_s = 120\nmemory_mib = 2048\noutput_mib = 16\n"
    return (
        f'slug = "{slug}"\nkind = "notebook"\ntitle = {{ en = {quoted}, ko = {quoted} }}\nweight = {weight:g}\n'
        f"files = {json.dumps(notebooks, ensure_ascii=False)}\n\n{limits}{''.join(cases)}"
    )


def _data(folder: Path) -> dict[str, bytes]:
    """The other files of the source folder."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb" and not SKIPPED & set(parts):
            found["/".join(parts)] = path.read_bytes()
    if sum(map(len, found.values())) > MAX_FILES_BYTES:
        raise AssignmentError(f"{folder}: its files are larger than {MAX_FILES_BYTES >> 20} MiB; put large data elsewhere")
    return found


def _readmes(title: str, notebooks: list[str]) -> tuple[str, str]:
    listed = ", ".join(f"`{name}`" for name in notebooks)
    english = (
        f"# {title}\n\nWork in {listed}. Write your code where it says `YOUR CODE HERE`, and your answers where it says "
        "`YOUR ANSWER HERE`; other cells are restored before grading. Before you hand in, restart the kernel and run all cells.\n"
    )
    korean = (
        f"# {title}\n\n{listed} 안에서 작업합니다. `YOUR CODE HERE`라고 적힌 곳에 코드를, `YOUR ANSWER HERE`라고 적힌 곳에 답을 적으세요. "
        "다른 셀은 채점하기 전에 원래대로 되돌립니다. 제출하기 전에 커널을 다시 시작하고 모든 셀을 실행해 보세요.\n"
    )
    return english, korean
