"""Rooms: the record of a case that ran a command, as a check reads it. What is missing fails the check with the reason that is known
best."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.assignment import Case
from grader.checks.evidence import gravest, rank
from grader.checks.failed import CheckFailed
from grader.errors import AssignmentError, HarnessError
from grader.records import Exit, Problem, Run
from grader.scripted.collect import Entry, Home
from grader.scripted.told import unsaid

MAX_ARRAY_BYTES = 64 << 20


class _Tree(dict[str, Entry]):
    def __missing__(self, path: str) -> NoReturn:
        text = f"{path} isn't there"
        raise CheckFailed(Problem(verdict="UNWRITTEN_OUTPUT", message=text, message_ko=f"{path}이(가) 없습니다."))


class Room:
    """One case that ran a command: what it was given, what it wrote, what it left in its home."""

    def __init__(self, run: Run, case: Case, quiet: bool = False) -> None:
        self.run = run
        self.case = case
        self._quiet = quiet  # messages quote what the command made: of a hidden case, that could be what it was given

    # ---- what is there

    @property
    def exit(self) -> Exit:
        """How the command ended; never None for a case that ran."""
        if self.run.exit is None:
            raise CheckFailed(self._fault("the command"))
        return self.run.exit

    @property
    def stdout(self) -> str:
        """The first 256 KiB of what it printed."""
        return self.text("stdout")

    @property
    def stderr(self) -> str:
        """The first 256 KiB of what it said on stderr."""
        return self.text("stderr")

    def has(self, name: str) -> bool:
        """Whether it wrote /out/NAME."""
        return name in self.run.outputs

    def names(self) -> tuple[str, ...]:
        """Everything that it wrote, by name."""
        return tuple(name for name in self.run.outputs if name not in ("home", "stdout", "stderr"))

    def given(self, name: str) -> Any:
        """What problem.py put into the room under this name ("task/x.npy"): an array, JSON's value, or text."""
        if self.run.exit is None:
            raise CheckFailed(self._fault(name))
        if name not in self.run.inputs:
            raise AssignmentError(f"case {self.run.case} was given no {name!r}; known are {', '.join(self.run.inputs) or 'none'}")
        content = Path(self.run.inputs[name]).read_bytes()
        if name.endswith(".npy"):
            return np.load(io.BytesIO(content), allow_pickle=False)
        return json.loads(content) if name.endswith(".json") else content.decode("utf-8", "surrogateescape")

    def content(self, name: str) -> bytes:
        """/out/NAME as it is. Fails the check if the command didn't write it."""
        if name not in self.run.outputs:
            raise CheckFailed(self._fault(name))
        try:
            return Path(self.run.outputs[name]).read_bytes()
        except OSError as error:
            raise HarnessError(f"the recorded {name} can't be read ({error.strerror}); grade the submission again") from None

    def text(self, name: str) -> str:
        """/out/NAME as text, bytes that aren't UTF-8 with replacement marks."""
        return self.content(name).decode("utf-8", "replace")

    def json(self, name: str, form: Any = Any) -> Any:
        """The value in /out/NAME.json, which has the form of a type that msgspec knows (`dict[str, list[float]]`). Fails the check if there
        is none: whoever shares the room may have written anything there."""
        file = name if name.endswith(".json") else f"{name}.json"
        try:
            return msgspec.json.decode(self.content(file), type=form, strict=False)
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
            text, korean = f"{file} doesn't have the form of a result", f"{file}의 형식이 결과의 형식이 아닙니다."
            raise CheckFailed(Problem(verdict="UNWRITTEN_OUTPUT", message=text, message_ko=korean)) from None

    def array(self, name: str) -> NDArray[Any]:
        """The array in /out/NAME.npy, never by pickle. Fails the check if there is none."""
        file = name if name.endswith(".npy") else f"{name}.npy"
        array = _array(self.content(file))
        if array is None:
            korean = f"{file}에 수의 배열이 없습니다."
            raise CheckFailed(Problem(verdict="UNWRITTEN_OUTPUT", message=f"{file} holds no array of numbers", message_ko=korean))
        return array

    def tree(self) -> Mapping[str, Entry]:
        """What the home looked like after the command, as the judge saw it: path below it -> entry; "." is itself. Asking for a path that
        isn't there fails the check."""
        return _Tree(msgspec.json.decode(self.content("home"), type=Home).entries)

    # ---- what comes of it

    def fail(
        self, verdict: str, message: str, *, message_ko: str = "", file: str | None = None, line: int | None = None, share: float = 0.0
    ) -> NoReturn:
        """Fails the check with a verdict of the table, `share` of this case's points earned all the same."""
        rank(verdict)
        if self._quiet and self.run.visibility == "hidden":
            message, message_ko = unsaid(verdict)
        raise CheckFailed(Problem(verdict=verdict, message=message, message_ko=message_ko, file=file, line=line), fraction=share)

    def expect(
        self,
        name: str,
        want: ArrayLike,
        bound: ArrayLike = 0.0,
        *,
        mistakes: Mapping[str, ArrayLike] | None = None,
        what: str = "",
        what_ko: str = "",
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        """The array NAME has the shape of `want` and its values within `bound`, element by element, in float64; NaN only where NaN is
        wanted. Where it hasn't, the first of `mistakes` (code, or "CODE:variant" -> what that mistake gives) that it agrees with is the
        verdict, else WRONG_ANSWER. A mistake that gives what is wanted tells nothing and is passed over."""
        got, wanted = self.array(name), np.asarray(want)
        label, label_ko = what or name, what_ko or what or name
        if agrees(got, wanted, bound):
            return
        code = next(
            (
                each.partition(":")[0]
                for each, value in (mistakes or {}).items()
                if agrees(got, np.asarray(value), bound) and not agrees(np.asarray(value), wanted, bound)
            ),
            "WRONG_ANSWER",
        )
        text, korean = difference(got, wanted, bound, hidden=self.run.visibility == "hidden")
        self.fail(code, f"{label}: {text}", message_ko=f"{label_ko}: {korean}", file=file, line=line)

    def _fault(self, name: str) -> Problem:
        """Why something isn't there: the error of its part, else what ended the command, else another part's error."""
        part = name.rpartition(".")[0] or name
        own = [p for p in self.run.problems if p.phase and (part == p.phase or part.startswith((f"{p.phase}/", f"{p.phase}.")))]
        whole = [p for p in self.run.problems if not p.phase and not p.note]
        found = gravest(own) or gravest(whole) or gravest(p for p in self.run.problems if not p.note)
        return found or Problem(
            verdict="UNWRITTEN_OUTPUT", message=f"{name} was never written", message_ko=f"{name} 결과가 기록되지 않았습니다."
        )


def _array(content: bytes) -> NDArray[Any] | None:
    """What a .npy holds, None unless it is an array that checks can compute with. A forged one may make NumPy raise anything (of zip files,
    of Python's tokens, of its own numbers): none of that may look like a fault of the check's."""
    if not content.startswith(b"\x93NUMPY"):
        return None
    try:
        array: NDArray[Any] = np.load(io.BytesIO(content), allow_pickle=False, max_header_size=10_000)
        if array.dtype.kind not in "fiubcSU" or max(array.nbytes, array.size) > MAX_ARRAY_BYTES:
            return None
        if array.dtype.kind in "SU":  # texts that are none: bytes beyond ASCII, code points that don't exist
            "".join(array.astype(str).reshape(-1).tolist()).encode()
    except Exception:
        return None
    return array


def agrees(got: NDArray[Any], want: NDArray[Any], bound: ArrayLike = 0.0) -> bool:
    """Equal shapes, and every element within the bound; comparisons demand agreement, so that NaN agrees with NaN only."""
    return got.shape == want.shape and bool(_near(got, want, bound).all())


def _near(got: NDArray[Any], want: NDArray[Any], bound: ArrayLike) -> NDArray[np.bool_]:
    """Element by element, for equal shapes, whether they agree."""
    if got.dtype.kind in "SU" or want.dtype.kind in "SU":
        return np.asarray(got.astype(str) == want.astype(str))
    kind = np.complex128 if "c" in (got.dtype.kind, want.dtype.kind) else np.float64
    left, right = got.astype(kind), want.astype(kind)
    limit = np.asarray(bound, dtype=np.float64)
    if limit.ndim > right.ndim or any(have not in (1, need) for have, need in zip(limit.shape[::-1], right.shape[::-1], strict=False)):
        return np.zeros(right.shape, dtype=np.bool_)  # a bound for another shape: of a mistake's output, when the right one has another
    with np.errstate(invalid="ignore", over="ignore"):
        near = (left == right) | (np.abs(left - right) <= np.broadcast_to(limit, right.shape))
    return np.asarray(near | (np.isnan(left) & np.isnan(right)))


def difference(got: NDArray[Any], want: NDArray[Any], bound: ArrayLike, hidden: bool) -> tuple[str, str]:
    """Where two arrays differ, as a sentence in both languages; of a hidden case without values."""
    if got.shape != want.shape:
        shapes = f"{tuple(got.shape)}", f"{tuple(want.shape)}"
        return f"the shape is {shapes[0]}; it should be {shapes[1]}", f"모양이 {shapes[0]}입니다. {shapes[1]}이어야 합니다."
    wrong = ~_near(got, want, bound).reshape(-1)
    first = int(np.argmax(wrong))
    place = ", ".join(str(int(i)) for i in np.unravel_index(first, want.shape)) if want.ndim else ""
    count = f"{int(wrong.sum())} of {wrong.size}"
    count_ko = f"{wrong.size}개 가운데 {int(wrong.sum())}개"
    if hidden:
        return f"{count} values are wrong", f"값 {count_ko}가 틀립니다."
    shown, wanted = _shown(got.reshape(-1)[first]), _shown(want.reshape(-1)[first])
    if not place:
        return f"it is {shown} and should be {wanted}", f"{shown}인데 {wanted}이어야 합니다."
    text = f"{count} values are wrong; the first, at [{place}], is {shown} and should be {wanted}"
    return text, f"값 {count_ko}가 틀립니다. 처음 틀린 [{place}]의 값이 {shown}인데 {wanted}이어야 합니다."


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, np.floating | np.integer) else str(value)
