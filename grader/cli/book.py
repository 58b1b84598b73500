"""Book: `--gradebook` or the environment -> where the gradebook is. One rule for all commands that read or write it."""

from __future__ import annotations

import os

DEFAULT = "gradebook.db"


def location(option: str | None) -> str:
    """`--gradebook`, else $GRADER_GRADEBOOK, else gradebook.db in the working folder. A path of an SQLite file, or a URL."""
    return option or os.environ.get("GRADER_GRADEBOOK") or DEFAULT
