"""`python -m grader.verdicts`: the page docs/verdicts.md on standard output."""

import sys

from grader.verdicts import VERDICTS
from grader.verdicts.document import document

sys.stdout.write(document(VERDICTS.values()))
