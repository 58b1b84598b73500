"""Names of files: a login and a slug -> a path that is safe on every file system, and different for different people."""

from __future__ import annotations

import hashlib
import re

from grader.export.record import Item

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


def part(text: str) -> str:
    """A login as it is where that is safe; else what is left of it and a digest, so that no two become one."""
    if _SAFE.fullmatch(text) and not text.endswith("."):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    kept = re.sub(r"[^A-Za-z0-9._@+-]+", "-", text).strip("-.")[:48]
    return f"{kept or 'student'}-{digest}"


def path(item: Item, suffix: str) -> str:
    """ "09_gemm/alice.json"; of a grade that no gradebook knows just "gemm.cu.json"."""
    if item.standing is not None:
        return f"{part(item.assignment)}/{part(item.login)}{suffix}"
    return part(item.graded.submission if item.graded else "") + suffix
