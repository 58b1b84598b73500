"""The judge's side of `arrays`: a case and its inputs -> what problem.py expects, computed on the card, or None where NumPy must do."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.assignment import Case
from grader.devices.cuda.arrays import Answer, Request

LARGE_BYTES = 4 << 20  # below it NumPy is done before CuPy is imported


class CardOracle:
    """One process for one evaluation, started when the first large case comes. Whatever goes wrong with it, it only means None."""

    def __init__(self, problem: Path, environment: Mapping[str, str], large_bytes: int = LARGE_BYTES) -> None:
        self._problem = problem
        self._environment = dict(environment)
        self._large_bytes = large_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self.trouble = ""

    def expected(self, case: Case, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, dict[str, Any]] | None:
        """Output -> fields of an Expected."""
        if self.trouble or sum(array.nbytes for array in arrays.values()) < self._large_bytes:
            return None
        try:
            return self._ask(case, arrays)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self.trouble = f"{type(error).__name__}: {error}"
            self.close()
            return None

    def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, case: Case, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, dict[str, Any]] | None:
        process = self._process or self._start()
        if process is None:
            return None
        assert process.stdin is not None and process.stdout is not None
        with tempfile.TemporaryDirectory(prefix="warpgrade-oracle-") as folder:
            inputs = {}
            for name, array in arrays.items():
                file = str(Path(folder, f"{name}.in"))
                np.ascontiguousarray(array).tofile(file)
                inputs[name] = (file, array.dtype.str, array.shape)
            process.stdin.write(msgspec.json.encode(Request(case=case, inputs=inputs, folder=folder)) + b"\n")
            process.stdin.flush()
            answer = msgspec.json.decode(process.stdout.readline(), type=Answer)
            if answer.error:
                return None  # this case, or this problem.py: NumPy will say what is wrong with it, if anything is
            return {
                name: {
                    **{part: np.load(getattr(result, part), allow_pickle=False) for part in ("value", "bound", "nan")},
                    "rms": result.rms,
                    "worst": result.worst,
                }
                for name, result in answer.results.items()
            }

    def _start(self) -> subprocess.Popen[bytes] | None:
        command = [sys.executable, "-m", "grader.devices.cuda.arrays", str(self._problem)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().decode("utf-8", "replace").strip()
        if said != "ready":
            self.trouble = said or "the process ended at once"
            self.close()
        return self._process
