"""`python -m grader.release DIR`: the release of the checkout that this lies in, for the build of a wheel. People say `grader release`.

A build has neither numpy nor pytest, so that the release isn't tried out here; `grader release` and the tests do that.
"""

import sys
from pathlib import Path

from grader.assignment import load_assignment
from grader.course import bundled_course, slugs
from grader.release import release

course = bundled_course()
release(course, [load_assignment(course.assignments / slug, course) for slug in slugs(course)], Path(sys.argv[1]), tried=False)
