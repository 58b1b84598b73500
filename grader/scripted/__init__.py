"""Scripted: cases that run a command in a sandboxed home -> Runs. Shell scripts, notebooks, operators of frameworks.

Enters: the student's files, the assignment's room/ folder, what problem.py adds, a lane. Leaves: one Run a case, whose outputs are the
files that the command wrote, its words, and what its home looked like afterwards. docs/design/rooms.md says who is trusted with what.
"""

from grader.scripted.run import run_commands

__all__ = ["run_commands"]
