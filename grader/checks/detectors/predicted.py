"""What the assignment's own hypotheses predict: TRANSPOSED, WRONG_TAIL, WRONG_NEGATIVE, TIE_RULE, ... whatever problem.py knows to compute.

Evidence is gathered over all cases, since an output may be a single number. The fewest codes that explain every wrong output are the
diagnosis, if they are the only ones; if other codes do as well, nobody knows. Where some output stays unexplained, a large one that agrees
with one prediction in each element still speaks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from grader.checks.closeness import Array, Comparison, agrees, nearest
from grader.checks.observation import Claims, Diagnosis, Key, Observation, Scene, key

CHEAP = 1 << 16  # elements of all buffers: what is larger is asked only if the smaller cases don't settle it
MOST_BUGS = 3
MANY = 16  # elements: so many agree with a wrong prediction by no chance
LIKE = 3  # outputs of one code: so many are no chance, and others may share it
ENOUGH = 3  # small outputs: so many tell as much as the large ones would, if these are matrices

Wrong = tuple[Observation, Comparison]


@dataclass(frozen=True)
class Guess:
    """What the hypotheses say of one wrong output, as codes."""

    offered: frozenset[str] = frozenset()  # that predict anything
    agreeing: frozenset[str] = frozenset()  # whose prediction it agrees with
    telling: frozenset[str] = frozenset()  # of these, whose prediction isn't what an idle kernel would leave as well
    idle: frozenset[str] = frozenset()  # the other predictions that it agrees with, by their full names
    variants: frozenset[str] = frozenset()  # that predict anything, by their full names
    fulfilled: frozenset[str] = frozenset()  # of these, those that it agrees with
    silent: frozenset[str] = frozenset()  # that leave open whatever is wrong here: no evidence, and none against

    def without(self, refuted: set[str]) -> Guess:
        left = self.idle - refuted
        return replace(self, agreeing=self.telling | {name.partition(":")[0] for name in left}, idle=left)


def predicted(scene: Scene) -> Claims:
    """Small cases first; the large ones only if those leave a question."""
    wrong = scene.open()
    # single numbers have little to tell: there, which cases are right is what speaks
    single = any(c.passed and c.required.any() for _, c in scene.outputs()) and all(c.got.size < MANY for _, c in wrong)
    guesses = _not_refuted(scene, {key(c): guess_of(seen, c) for seen, c in wrong if seen.elements <= CHEAP})
    ways = _explanations(guesses.values(), single)
    if len(ways) != 1 or len(ways[0]) != 1:
        few = len(guesses) < ENOUGH
        more = {key(c): guess_of(seen, c) for seen, c in wrong if key(c) not in guesses and (few or c.got.size < MANY)}
        guesses |= more
        ways = _explanations(guesses.values(), single) if more else ways
    claims: Claims = {}
    for _, comparison in wrong:
        code = _code(comparison, guesses, ways)
        if code:
            claims[key(comparison)] = Diagnosis(code, _remark(code, guesses.get(key(comparison), Guess())))
    return claims | _alike(wrong, guesses, claims)


def _alike(wrong: Sequence[Wrong], guesses: Mapping[Key, Guess], claims: Claims) -> Claims:
    """One cause, one finding. If all that is claimed has one code, outputs share it that nobody asked about for their size, and those in
    which the very mistakes that explain the others leave open what is wrong."""
    codes = {claim.verdict for claim in claims.values()}
    if len(codes) != 1 or len(claims) < LIKE or "WRONG_ANSWER" in codes:
        return {}
    code = codes.pop()
    explaining = [guesses[claimed].fulfilled for claimed in claims if claimed in guesses and guesses[claimed].telling]
    always = frozenset[str]().union(*explaining)
    rest = [key(c) for _, c in wrong if key(c) not in claims]
    return {k: Diagnosis(code) for k in rest if k not in guesses or code in guesses[k].agreeing or (always & guesses[k].silent)}


def _remark(code: str, guess: Guess) -> str:
    if code != "WRONG_ANSWER":
        return "the output is what such a bug gives"
    formulas = [name.partition(":")[2] for name in guess.fulfilled if name.startswith("WRONG_ANSWER:")]
    return f"it is the result with {formulas[0]}" if len(formulas) == 1 else ""  # no class, but it can be said


def guess_of(seen: Observation, comparison: Comparison) -> Guess:
    """Asks the hypotheses about one wrong output."""
    offered, agreeing, telling, idle, variants, fulfilled, silent = (set[str]() for _ in range(7))
    for name, buffers in seen.hypotheses(comparison.call).items():
        guess = nearest(comparison, buffers[comparison.buffer]) if comparison.buffer in buffers else None
        if guess is None or not (comparison.required & ~np.ma.getmaskarray(guess)).any():
            continue
        if not _changes(comparison, guess):
            if agrees(comparison, guess):
                silent.add(name)
            continue
        code = name.partition(":")[0]
        offered.add(code)
        variants.add(name)
        if agrees(comparison, guess):
            agreeing.add(code)
            fulfilled.add(name)
            if _idle(comparison, guess):
                idle.add(name)
            else:
                telling.add(code)
    return Guess(*map(frozenset, (offered, agreeing, telling, idle, variants, fulfilled, silent)))


def _changes(comparison: Comparison, guess: Array) -> bool:
    """Whether the mistake changes something that can be known. A prediction without masks is offered only if it does."""
    mask = np.ma.getmaskarray(guess)
    if not mask.any():
        return True
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.ma.getdata(guess).astype(np.float64)
        same = (np.abs(values - comparison.value) <= comparison.bound) | (values == comparison.value)
    return bool((~same & ~mask).any())


def _not_refuted(scene: Scene, guesses: dict[Key, Guess]) -> dict[Key, Guess]:
    """The same without what an idle kernel leaves as well, where that variant would spoil an output that is right."""
    idle = frozenset[str]().union(*(guess.idle for guess in guesses.values()))
    if not idle:
        return guesses
    right = [(seen, c) for seen, c in scene.outputs() if c.passed and c.required.any() and seen.elements <= CHEAP]
    refuted = {name for seen, c in right for name, buffers in seen.hypotheses(c.call).items() if name in idle and c.buffer in buffers}
    return {claimed: guess.without(refuted) for claimed, guess in guesses.items()}


def _explanations(guesses: Iterable[Guess], single: bool) -> list[tuple[str, ...]]:
    """The smallest sets of codes of which at least one agrees with each output that anything was said about; [] if there are none.

    A code that isn't offered for a case changes nothing there: if that output is wrong too, it isn't the cause. Predictions that an idle
    kernel would fulfil say nothing alone, unless outputs are single numbers (`single`) and others are right.
    """
    asked = [guess for guess in guesses if guess.offered]
    if not asked or not (single or any(guess.telling for guess in asked)):
        return []
    known = sorted(frozenset[str]().union(*(guess.agreeing for guess in asked)))
    for size in range(1, MOST_BUGS + 1):
        covers = [codes for codes in combinations(known, size) if all(guess.agreeing & set(codes) for guess in asked)]
        if covers:
            return covers
    return []


def _code(comparison: Comparison, guesses: Mapping[Key, Guess], ways: Sequence[tuple[str, ...]]) -> str:
    """The code of one output, given the sets that explain all; "" if that is open, WRONG_ANSWER if it is undecidable."""
    guess = guesses.get(key(comparison))
    if len(ways) == 1 and len(ways[0]) == 1:
        return ways[0][0] if guess is None or guess.offered else ""
    if guess is None:
        return ""
    if ways:
        mine = set().union(*(guess.agreeing & set(codes) for codes in ways))
        if len(mine) == 1:
            return next(iter(mine))
        return "WRONG_ANSWER" if guess.telling else ""
    if len(guess.agreeing) != 1 or not guess.telling or int(np.count_nonzero(comparison.required)) < MANY:
        return ""
    # a bug of its own beside another one, unless most outputs that this very mistake would change show something else
    code = next(iter(guess.telling))
    return code if any(_holds(name, guesses.values()) for name in guess.fulfilled) else ""


def _holds(name: str, guesses: Iterable[Guess]) -> bool:
    offered = [guess for guess in guesses if name in guess.variants]
    return 2 * sum(name in guess.fulfilled for guess in offered) >= len(offered)


def _idle(comparison: Comparison, guess: Array) -> bool:
    """Whether the prediction is one number everywhere or the old content times a number: many bugs end like that."""
    values = np.ma.getdata(guess).astype(np.float64)
    inside = comparison.required & ~np.ma.getmaskarray(guess) & np.isfinite(values)
    values, old = values[inside], comparison.old.astype(np.float64)[inside]
    if values.size == 0:
        return True
    if values.size == 1:
        return abs(float(values[0])) <= 1  # 0, 1 and -1 come from many places, an exact sum doesn't
    if np.ptp(values) == 0:
        return True
    if not np.isfinite(old).all():
        return False
    factor = float(values @ old) / float(old @ old) if old.any() else 0.0
    return bool(np.abs(values - factor * old).max() <= 1e-6 * np.abs(values).max())
