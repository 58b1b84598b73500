"""A class that never was: course -> a folder of synthetic submissions, DIR/<assignment>/<student>/<files>. The same count, the same bytes.

Of all submissions 30 % are copies of another one's; of the others 45 % are honest (references, rungs, solutions in other styles), 40 % are
known-wrong ones (mutants), and 15 % are broken: a syntax error, an empty file, a wrong name, an unreadable archive, nothing at all. No two
that aren't copies have the same bytes: each gets a comment of its own, as no two students write the same file.
"""

from __future__ import annotations

import random
from pathlib import Path

from grader.assignment import load_assignment
from grader.course import Course, slugs
from grader.verify.subjects import Subject, subjects

DUPLICATES, HONEST, WRONG = 0.30, 0.45, 0.40
BROKEN = ("syntax", "empty", "name", "archive", "nothing")


def write_class(course: Course, folder: Path, count: int, seed: int = 20261129) -> dict[str, int]:
    """Writes `count` submissions, dealt evenly over the assignments; how many there are of each kind."""
    draw = random.Random(seed)
    known = {slug: subjects(load_assignment(course.assignments / slug, course)) for slug in slugs(course)}
    kinds: dict[str, int] = {}
    originals: dict[str, list[dict[str, bytes]]] = {slug: [] for slug in known}
    for number in range(count):
        slug = list(known)[number % len(known)]
        copied = bool(originals[slug]) and kinds.get("duplicate", 0) < DUPLICATES * (number + 1)
        kind, files = ("duplicate", draw.choice(originals[slug])) if copied else _one(draw, known[slug], number)
        if not copied:
            originals[slug].append(files)
        kinds[kind] = kinds.get(kind, 0) + 1
        target = folder / slug / f"student{number:04}"
        target.mkdir(parents=True)
        for name, content in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
    return kinds


def _one(draw: random.Random, known: list[Subject], number: int) -> tuple[str, dict[str, bytes]]:
    honest = [each for each in known if each.kind in ("reference", "rung", "honest")]
    wrong = [each for each in known if each.kind == "mutant"] or honest
    chance = draw.random()
    if chance < HONEST + WRONG:
        kind, files = ("honest", draw.choice(honest).files) if chance < HONEST else ("wrong", draw.choice(wrong).files)
        files = {name: _signed(name, content, number) for name, content in files.items()}
    else:
        kind, files = "broken", _broken(draw.choice(BROKEN), draw.choice(honest).files, number)
    return kind, files


def _signed(name: str, content: bytes, number: int) -> bytes:
    return content + f"\n// student {number}\n".encode() if name.endswith((".cu", ".cuh")) else content


def _broken(how: str, files: dict[str, bytes], number: int) -> dict[str, bytes]:
    first = next(iter(files))
    if how == "syntax":
        return {**files, first: _signed(first, files[first].replace(b";", b"", 1), number)}
    if how == "empty":
        return {**files, first: b""}
    if how == "name":
        return {f"my_{number}_{Path(name).stem}.txt": content for name, content in files.items()}
    if how == "archive":
        return {"submission.zip": f"PK no zip {number}".encode()}
    return {"notes.txt": f"I had no time ({number})".encode()}
