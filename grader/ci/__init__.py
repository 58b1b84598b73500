"""CI: a course -> the workflow that lints and verifies it at each change; what they found -> annotations, SARIF, GitLab's code quality."""

from grader.ci.remarks import Remark, of_json, relative
from grader.ci.shown import SHOWN, annotated, codequality, sarif
from grader.ci.workflow import WORKFLOWS, Workflow

__all__ = ["SHOWN", "WORKFLOWS", "Remark", "Workflow", "annotated", "codequality", "of_json", "relative", "sarif"]
