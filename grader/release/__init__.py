"""Release: a course -> what its students get: hand-outs, starters, headers, public checks and cases. The rest stays."""

from grader.release.course import Released, course_files, released
from grader.release.leaks import Leak, answers_of, leaks
from grader.release.write import release

__all__ = ["Leak", "Released", "answers_of", "course_files", "leaks", "release", "released"]
