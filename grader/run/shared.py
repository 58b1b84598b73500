"""Shared: what all submissions of an assignment have in common, made once: prepared cases with their inputs, and the values expected of
them. For a batch; one seed for every student is what makes it possible.

The inputs lie in a folder that only the trusted side sees (the device reads them), named by all that shapes them. Expected values are
remembered by the files of the inputs, so that they can't be those of other inputs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from grader.assignment import Assignment, Case
from grader.build.cache import digest_of
from grader.run.inputs import Override, make_inputs
from grader.run.job import Prepared, prepare
from grader.run.seeds import Seed

_TEXT = "prepared.json"
MAX_EXPECTED_BYTES = 256 << 20  # of remembered values, in one process


class Shared:
    """Of one process; `folder` may be shared by several (judges of the same user, on one machine). Safe for threads."""

    def __init__(self, folder: Path, max_expected_bytes: int = MAX_EXPECTED_BYTES) -> None:
        self.folder = folder
        self._max_bytes = max_expected_bytes
        self._prepared: dict[Path, Prepared] = {}
        self._expected: OrderedDict[tuple[str, ...], tuple[int, Any]] = OrderedDict()
        self._names: dict[str, str] = {}

    def case(self, assignment: Assignment, case: Case, seed: Seed, override: Override | None) -> tuple[Prepared, Path]:
        """The case, and the folder of its values. Made if it isn't there; of several processes the first one's is taken."""
        target = self.folder / self._stamp(assignment, seed) / case.id
        known = self._prepared.get(target)
        if known is not None:
            return known, target / "values"
        if not (target / _TEXT).is_file():
            self._make(target, assignment, case, seed, override)
        known = msgspec.json.decode((target / _TEXT).read_bytes(), type=Prepared)
        self._prepared[target] = known
        return known, target / "values"

    def expected(self, inputs: Mapping[str, str], call: int, compute: Callable[[], Any]) -> Any:
        """What `compute` gives for the inputs of one call of a run ("A.0" -> file), remembered if the files are ours."""
        files = tuple(f"{name}={file}" for name, file in sorted(inputs.items()) if name.endswith(f".{call}"))
        if not files or not all(Path(file).is_relative_to(self.folder) for file in inputs.values()):
            return compute()
        if files in self._expected:
            self._expected.move_to_end(files)
            return self._expected[files][1]
        value = compute()
        self._expected[files] = _bytes(value), value
        while sum(size for size, _ in self._expected.values()) > self._max_bytes and len(self._expected) > 1:
            self._expected.popitem(last=False)
        return value

    def named(self, put: Callable[[bytes], str]) -> Callable[[Path], str]:
        """`put` for files: contents of shared inputs are read and named once."""

        def name(file: Path) -> str:
            if not file.is_relative_to(self.folder):
                return put(file.read_bytes())
            if str(file) not in self._names:
                self._names[str(file)] = put(file.read_bytes())
            return self._names[str(file)]

        return name

    def _stamp(self, assignment: Assignment, seed: Seed) -> str:
        """All that shapes inputs and expected values: assignment.toml, problem.py and what lies beside them, and the seed."""
        parts: list[bytes | str] = [assignment.slug, seed.id]
        for file in sorted(assignment.folder.glob("*")):
            if file.suffix in (".toml", ".py") and not file.name.startswith("test_"):
                status = file.stat()
                parts.append(f"{file.name}:{status.st_size}:{status.st_mtime_ns}")
        return f"{assignment.slug}-{digest_of(parts)[:16]}"

    def _make(self, target: Path, assignment: Assignment, case: Case, seed: Seed, override: Override | None) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        try:
            values = made / "values"
            values.mkdir(mode=0o700)
            prepared = prepare(
                values, assignment, case, [make_inputs(assignment, case, call, seed, override) for call in range(case.calls)]
            )
            (made / _TEXT).write_bytes(msgspec.json.encode(prepared))
            try:
                made.rename(target)
            except OSError:
                if not (target / _TEXT).is_file():
                    raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _bytes(value: Any) -> int:
    """Memory of the arrays in the fields of expected values."""
    fields = (field for each in value.values() for field in vars(each).values())
    return sum(int(getattr(field, "nbytes", 0)) for field in fields)
