"""Module file: a Python file of an assignment -> its module, executed anew, which may import the files beside it (`from .problem_machines
import Machine`). They do so at their top: an import inside of a function may come while another thread loads the same name anew.
Standard library only: the process that computes on a card uses it too."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from pathlib import Path
from types import ModuleType

_one_at_a_time = threading.RLock()  # modules are looked up by name in one table of the process


def load(path: Path, name: str) -> ModuleType:
    """Executes the file under this name, and those beside it that it imports, whatever was loaded before. Raises what they raise."""
    with _one_at_a_time:
        for known in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[known]
        importlib.invalidate_caches()
        spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses and the like look their module up
        writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder may be read-only, and gets no litter
        try:
            spec.loader.exec_module(module)
        finally:
            sys.dont_write_bytecode = writes_bytecode
        return module
