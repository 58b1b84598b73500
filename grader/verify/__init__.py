"""Verify: an assignment's reference, ladder, starter, honest solutions and mutants -> whether it grades as it promises."""

from grader.verify.independent import SecondOpinion
from grader.verify.subjects import Mutant, Subject, subjects
from grader.verify.verification import AssignmentResult, Confusion, MutantResult, Scored, Verification, as_json, confusion, judged, verify

__all__ = [
    "AssignmentResult",
    "Confusion",
    "Mutant",
    "MutantResult",
    "Scored",
    "SecondOpinion",
    "Subject",
    "Verification",
    "as_json",
    "confusion",
    "judged",
    "subjects",
    "verify",
]
