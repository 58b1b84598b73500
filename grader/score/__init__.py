"""Score: results of checks -> Grade. Pure."""

from grader.score.merge import merged_counters, merged_lines, merged_problems
from grader.score.rubric import blocked, kernel_ran, main_verdict, refused, score

__all__ = ["blocked", "kernel_ran", "main_verdict", "merged_counters", "merged_lines", "merged_problems", "refused", "score"]
