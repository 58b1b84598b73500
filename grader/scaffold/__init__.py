"""Scaffold: a name -> the files of a new assignment that pass `grader verify` at once."""

from grader.scaffold.scaffold import KINDS, Scaffold, scaffold, seat, write

__all__ = ["KINDS", "Scaffold", "scaffold", "seat", "write"]
