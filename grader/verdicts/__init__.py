"""The verdicts: one row a code, with rank, bilingual title, explanation and what to look at. Data only; imports in a few milliseconds."""

from __future__ import annotations

from grader.verdicts.answers import ANSWERS
from grader.verdicts.build import BUILD
from grader.verdicts.caffe import CAFFE
from grader.verdicts.graphs import GRAPHS
from grader.verdicts.launching import LAUNCHING
from grader.verdicts.layers import LAYERS
from grader.verdicts.linux import LINUX
from grader.verdicts.loaders import LOADERS
from grader.verdicts.memory import MEMORY
from grader.verdicts.notebooks import NOTEBOOKS
from grader.verdicts.operators import OPERATORS
from grader.verdicts.ordering import ORDERING
from grader.verdicts.outputs import OUTPUTS
from grader.verdicts.performance import PERFORMANCE
from grader.verdicts.record import Category, Checker, Text, Verdict
from grader.verdicts.scripted import SCRIPTED
from grader.verdicts.setup import SETUP
from grader.verdicts.tensorflow import TENSORFLOW
from grader.verdicts.training import TRAINING

__all__ = ["OPEN", "VERDICTS", "Category", "Checker", "Text", "Verdict", "rank"]

UNKNOWN_RANK = 899
# Of a check that was not run: nobody's fault, and no other try would decide it.
OPEN = frozenset({"NOT_MEASURED", "AWAITS_GRADING"})
FRAMEWORKS = (*OPERATORS, *TENSORFLOW, *CAFFE, *TRAINING, *GRAPHS, *LOADERS)
ROWS = (
    *(*BUILD, *MEMORY, *ORDERING, *LAUNCHING, *OUTPUTS, *LAYERS, *ANSWERS, *PERFORMANCE),
    *(*SCRIPTED, *SETUP, *LINUX, *NOTEBOOKS, *FRAMEWORKS),
)
VERDICTS: dict[str, Verdict] = {row.code: row for row in sorted(ROWS, key=lambda row: row.rank)}


def rank(code: str) -> int:
    """Lower is graver. A code without a row comes after all others, before PASSED: it may be a newer table's, or an assignment's own."""
    row = VERDICTS.get(code)
    return row.rank if row else UNKNOWN_RANK
