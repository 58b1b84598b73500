"""Lanes: interpreters of their own, with the frameworks that some assignments' code runs in (PyTorch, TensorFlow, Caffe, Caffe2, Jupyter).

Enters: a lane's name. Leaves: a folder with a copy of an interpreter and pinned packages, and nothing of the grader's: what a sandbox may
show. `table` lists them, `make` makes one, `find` says what is there.
"""

from grader.lanes.find import Found, Missing, digest, find, parts_of, versions
from grader.lanes.table import LANES, Lane

__all__ = ["LANES", "Found", "Lane", "Missing", "digest", "find", "parts_of", "versions"]
