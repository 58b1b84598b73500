"""Book: what commands that open a gradebook have in common: where it is, and who writes into it. One rule for all of them."""

from __future__ import annotations

import getpass
import os

from grader.toolchain import UsageError

DEFAULT = "gradebook.db"


def location(option: str | None) -> str:
    """`--gradebook`, else $GRADER_GRADEBOOK, else gradebook.db in the working folder. A path of an SQLite file, or a URL."""
    return option or os.environ.get("GRADER_GRADEBOOK") or DEFAULT


def author_of(option: str | None) -> str:
    """Who does it: the option, else the login of this machine."""
    if option is not None:
        return option
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("this machine doesn't know your login; say --author NAME") from None
