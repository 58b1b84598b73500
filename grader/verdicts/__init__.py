"""The verdicts: one row a code, with rank, bilingual title, explanation and what to look at. Data only; imports in a few milliseconds."""

from __future__ import annotations

from grader.errors import HarnessError
from grader.verdicts.build import BUILD
from grader.verdicts.launching import LAUNCHING
from grader.verdicts.memory import MEMORY
from grader.verdicts.ordering import ORDERING
from grader.verdicts.outputs import OUTPUTS
from grader.verdicts.performance import PERFORMANCE
from grader.verdicts.record import Category, Checker, Text, Verdict

__all__ = ["VERDICTS", "Category", "Checker", "Text", "Verdict", "verdict"]

ROWS = (*BUILD, *MEMORY, *ORDERING, *LAUNCHING, *OUTPUTS, *PERFORMANCE)
VERDICTS: dict[str, Verdict] = {row.code: row for row in sorted(ROWS, key=lambda row: row.rank)}


def verdict(code: str) -> Verdict:
    """The row of a code. Raises HarnessError, listing the known codes, if there is none."""
    try:
        return VERDICTS[code]
    except KeyError:
        known = ", ".join(sorted(VERDICTS))
        raise HarnessError(f"unknown verdict code {code!r}; known: {known}. Add its row under grader/verdicts/") from None
