"""What is random (weights, masks, splits, batches): its seeds, and its statistics, with bounds of so many standard deviations that an
honest solution fails once in 10⁸ hand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.checks.rooms import Room, agrees

from .problem_answers import BOUND, CELLS, NOTEBOOK, Array, allowed

SIGMAS = 6.0  # beyond 6 standard deviations lie 2 of 10⁹; we look at some ten numbers of this kind for each hand-in


def chance(rng: np.random.Generator) -> dict[str, Any]:
    """Seeds and sizes of what is random. Layers are far from square, so that fan_in and fan_out can be told apart."""

    def seed() -> int:
        return int(rng.integers(1, 2**31))

    kinds = (("normal", 250, 120), ("xavier", 300, 100), ("he", 120, 260))
    n = int(rng.integers(40, 60))
    return {
        "init_weights": [{"kind": kind, "fan_in": a, "fan_out": b, "seed": seed()} for kind, a, b in kinds],
        "dropout": {"rate": float(rng.choice([0.2, 0.3, 0.35])), "seed": seed()},
        "split": {"examples": 5 * n + 3, "fraction": 0.2, "seed": seed()},
        "minibatches": {"examples": 8 * n + 5, "size": 8, "seed": seed()},
        "train": {"seed": seed()},
    }


def check_init(room: Room) -> None:
    """n numbers of a normal distribution with variance σ²: their variance has the standard deviation σ² √(2 / (n − 1)), their mean
    σ / √n, their kurtosis √(24 / n). The variance must be σ² to within SIGMAS of those, and so on. Equal seeds give equal weights."""
    room.json("init_weights")
    file = f"{NOTEBOOK}#init_weights"
    for k, asked in enumerate(room.given("task/chance.json")["init_weights"]):
        kind, a, b = asked["kind"], asked["fan_in"], asked["fan_out"]
        first, again, second, other = (room.array(f"init_weights/{k}.{name}") for name in ("first", "again", "second", "other"))
        if first.shape != (a, b) or first.dtype.kind != "f" or not np.isfinite(first).all():
            text, korean = f"{kind}: not an array of ({a}, {b}) numbers", f"{kind}: 모양이 ({a}, {b})인 수의 배열이 아닙니다."
            room.fail("WRONG_ANSWER", text, message_ko=korean, file=file)
        _same_chance(room, "init_weights", first, again, second, other)
        n, variance = first.size, {"normal": 1e-4, "xavier": 2 / (a + b), "he": 2 / a}[kind]
        near = SIGMAS * np.sqrt(2 / (n - 1))
        got = float(first.var(ddof=1))
        if abs(got / variance - 1) > near:
            guesses = _other_variances(kind, a, b)
            en, ko = next(((en, ko) for value, en, ko in guesses if abs(got / value - 1) <= near), ("", ""))
            text = f"{kind}, {a} to {b}: the variance is {got:.4g}; it should be {variance:.4g}, give or take {near:.1%}"
            korean = f"{kind}, {a} → {b}: 분산이 {got:.4g}입니다. {variance:.4g}에서 {near:.1%} 안이어야 합니다."
            room.fail(
                "INIT_WRONG", text + (f". That is {en}" if en else ""), message_ko=korean + (f" {ko}입니다." if ko else ""), file=file
            )
        if abs(float(first.mean())) > SIGMAS * np.sqrt(variance / n):
            room.fail("INIT_WRONG", f"{kind}: the mean isn't 0", message_ko=f"{kind}: 평균이 0이 아닙니다.", file=file)
        kurtosis = float(((first - first.mean()) ** 4).mean() / first.var() ** 2)
        if abs(kurtosis - 3) > SIGMAS * np.sqrt(24 / n):
            text = f"{kind}: the variance is right, but the distribution isn't normal (kurtosis {kurtosis:.2f}, not 3)"
            korean = f"{kind}: 분산은 맞지만 정규 분포가 아닙니다(첨도가 3이 아니라 {kurtosis:.2f})."
            room.fail("INIT_WRONG", text, message_ko=korean, file=file)


def _other_variances(kind: str, a: int, b: int) -> list[tuple[float, str, str]]:
    right = {"normal": 0.01, "xavier": np.sqrt(2 / (a + b)), "he": np.sqrt(2 / a)}[kind]
    return [
        (right, "the standard deviation where the variance belongs", "분산 자리에 표준편차를 쓴 값"),
        (right**4, "the variance used as a standard deviation", "분산을 표준편차로 쓴 값"),
        (1 / a, "1 / fan_in", "1 / fan_in"),
        (2 / b, "2 / fan_out", "2 / fan_out"),
        (1 / b, "1 / fan_out", "1 / fan_out"),
        (1 / (a + b), "1 / (fan_in + fan_out)", "1 / (fan_in + fan_out)"),
        (2 / a, "He's variance", "He의 분산"),
        (2 / (a + b), "Xavier's variance", "Xavier의 분산"),
        (1.0, "that of numbers that nobody scaled", "크기를 맞추지 않은 수의 분산"),
    ]


def _same_chance(room: Room, topic: str, first: Array, again: Array, second: Array, other: Array) -> None:
    """`again` comes of the same seed as `first`; `second` is the next call with first's generator; `other` has another seed."""
    file = f"{NOTEBOOK}#{CELLS[topic]}"
    if not np.array_equal(first, again):
        text, korean = f"{topic}: equal seeds give different results", f"{topic}: 시드가 같은데 결과가 다릅니다."
        room.fail("RNG_IGNORED", text, message_ko=korean, file=file)
    if np.array_equal(first, other):
        text, korean = f"{topic}: different seeds give equal results", f"{topic}: 시드가 다른데 결과가 같습니다."
        room.fail("RNG_IGNORED", text, message_ko=korean, file=file)
    if np.array_equal(first, second):
        text = f"{topic}: a second call with the same generator gives the same again"
        room.fail("RNG_IGNORED", text, message_ko=f"{topic}: 같은 생성기로 다시 불러도 결과가 같습니다.", file=file)


def check_dropout(room: Room) -> None:
    """Of n numbers, each dropped with probability r, n r are dropped, with the standard deviation √(n r (1 − r)): in all, and in each row
    and column (of which there are hundreds, so 7 of those). What is kept is divided by 1 − r; in evaluation nothing changes."""
    room.json("dropout")
    file, x = f"{NOTEBOOK}#dropout", room.given("task/dropout_x.npy")
    rate = float(room.given("task/chance.json")["dropout"]["rate"])
    y, mask, again, second, other, test, none, kept = (
        room.array(f"dropout/{name}") for name in ("y", "mask", "again", "second", "other", "test", "none", "kept")
    )
    if not all(each.shape == x.shape for each in (y, mask, again, second, other, test, none, kept)):
        room.fail(
            "WRONG_ANSWER", "dropout: y or the mask doesn't have the shape of x", message_ko="dropout: x와 모양이 다릅니다.", file=file
        )
    if not np.array_equal(test, x):
        text, korean = "what x is in evaluation isn't x itself", "평가할 때 x가 그대로 나오지 않습니다."
        if agrees(test, x * (1 - rate), allowed(x, BOUND)):
            text = "in evaluation x is multiplied by 1 − rate; here training divides by it, so that evaluation has nothing to do"
            korean = "평가할 때 x에 1 − rate를 곱했습니다. 여기서는 학습할 때 나누므로 평가할 때는 할 일이 없습니다."
        room.fail("MODE_WRONG", f"dropout: {text}", message_ko=f"dropout: {korean}", file=file)
    if np.array_equal(y, x):
        room.fail(
            "MODE_WRONG", "dropout: nothing is dropped in training", message_ko="dropout: 학습할 때 아무것도 버리지 않습니다.", file=file
        )
    _same_chance(room, "dropout", y, again, second, other)
    gone = y == 0
    for text, korean in _unevenly(gone, rate):
        room.fail("MASK_WRONG", f"dropout: {text}", message_ko=f"dropout: {korean}", file=file)
    scale = np.where(gone, 1 / (1 - rate), y / x)
    if not agrees(scale, np.full_like(scale, 1 / (1 - rate)), BOUND):
        told = {1.0: ("isn't scaled", "크기를 바꾸지 않았습니다"), 1 / rate: ("is divided by rate", "rate로 나누었습니다")}
        text, korean = next(
            (each for value, each in told.items() if agrees(scale[~gone], np.full_like(scale[~gone], value), BOUND)),
            ("isn't divided by 1 − rate", "1 − rate로 나누지 않았습니다"),
        )
        room.fail("SCALE_WRONG", f"dropout: what is kept {text}", message_ko=f"dropout: 남은 수를 {korean}.", file=file)
    if not agrees(mask, (~gone).astype(np.float64), 0.0):
        text, korean = (
            "the mask isn't 1 where a number is kept and 0 where it is dropped",
            "마스크는 남은 곳이 1, 버린 곳이 0이어야 합니다.",
        )
        room.fail("MASK_WRONG", f"dropout: {text}", message_ko=f"dropout: {korean}", file=file)
    if not np.array_equal(none, x):
        room.fail("MASK_WRONG", "dropout: rate 0 drops or changes something", message_ko="dropout: rate가 0인데 값이 바뀝니다.", file=file)
    if not np.array_equal(kept, x):
        room.fail(
            "ARGUMENT_CHANGED", "dropout: x is another array after the call", message_ko="dropout: 호출한 뒤에 x가 달라졌습니다.", file=file
        )


def _unevenly(gone: Array, rate: float) -> Iterator[tuple[str, str]]:
    """Why these can't be independent choices with this rate, if they can't."""
    for axis, one, many, korean in ((None, "all", "all", "전체"), (1, "a row", "rows", "행"), (0, "a column", "columns", "열")):
        count, n = np.atleast_1d(gone.sum(axis=axis)), gone.size if axis is None else gone.shape[axis]
        off = abs(count - n * rate).max() / np.sqrt(n * rate * (1 - rate))
        if off > SIGMAS + (axis is not None):
            share = float(count[abs(count - n * rate).argmax()]) / n
            kept = axis is None and abs(share - (1 - rate)) < SIGMAS * np.sqrt(rate * (1 - rate) / n)
            what, what_ko = (
                ("; rate is the chance to be dropped, not to stay", " rate는 남길 확률이 아니라 버릴 확률입니다.") if kept else ("", "")
            )
            yield (
                f"of {one} {share:.1%} are dropped where the rate is {rate:.0%}{what}",
                f"{korean}에서 {share:.1%}를 버렸습니다. 비율은 {rate:.0%}입니다.{what_ko}",
            )
        elif axis is not None and count.std() == 0:  # by chance: less than once in 10³⁰
            yield (
                f"all {many} have equally many dropped numbers, as if one mask served all",
                f"모든 {korean}에서 버린 개수가 똑같습니다. 마스크 하나를 함께 쓴 것 같습니다.",
            )


def check_split(room: Room) -> None:
    """Row i of X is (i, i / 8, −i) and its label 10 i, so that every row tells where it comes from."""
    room.json("split")
    asked, file = room.given("task/chance.json")["split"], f"{NOTEBOOK}#validation"
    n = asked["examples"]
    held = round(asked["fraction"] * n)
    X, y, X_val, y_val = (room.array(f"split/{name}") for name in ("X", "y", "X_val", "y_val"))
    numbers = all(each.dtype.kind in "fiub" for each in (X, y, X_val, y_val))
    if not numbers or X_val.ndim != 2 or y_val.shape != X_val.shape[:1] or X.ndim != 2 or y.shape != X.shape[:1] or X.shape[1:] != (3,):
        room.fail(
            "WRONG_ANSWER", "split: the parts don't fit together", message_ko="split: 나눈 배열들의 모양이 서로 맞지 않습니다.", file=file
        )
    train, validation = X[:, 0].astype(int), X_val[:, 0].astype(int)
    both = np.intersect1d(train, validation)
    if len(both):
        text, korean = f"{len(both)} examples are on both sides", f"예 {len(both)}개가 양쪽에 모두 있습니다."
        room.fail("VALIDATION_LEAK", f"split: {text}", message_ko=f"split: {korean}", file=file)
    if not (np.array_equal(y, 10 * train) and np.array_equal(y_val, 10 * validation)):
        text, korean = "a label isn't the one of the features in its row", "라벨이 같은 행에 있는 특성의 것이 아닙니다."
        room.fail("PAIRS_BROKEN", f"split: {text}", message_ko=f"split: {korean}", file=file)
    if len(validation) != held or len(train) != n - held or len(np.union1d(train, validation)) != n:
        text = f"{len(train)} and {len(validation)} examples of {n}; they should be {n - held} and {held}, each once"
        korean = f"예 {n}개를 {len(train)}개와 {len(validation)}개로 나누었습니다. 하나씩 빠짐없이 {n - held}개와 {held}개여야 합니다."
        room.fail("WRONG_ANSWER", f"split: {text}", message_ko=f"split: {korean}", file=file)
    order, again, second, other = (room.array(f"split/{name}") for name in ("X_val", "again", "second", "other"))
    if np.array_equal(np.sort(validation), np.arange(held)) or np.array_equal(np.sort(validation), np.arange(n - held, n)):
        text, korean = (
            "the validation data are the first or last examples as they lay",
            "검증 데이터가 원래 순서의 처음이나 끝에 있던 예입니다.",
        )
        room.fail("RNG_IGNORED", f"split: {text}", message_ko=f"split: {korean}", file=file)
    _same_chance(room, "split", order, again, second, other)


def check_minibatches(room: Room) -> None:
    """Lists of positions: each once, in random order, and a short batch at the end."""
    first, again, second, other = (room.json(f"minibatches.{name}", list[list[int]]) for name in ("first", "again", "second", "other"))
    asked, file = room.given("task/chance.json")["minibatches"], f"{NOTEBOOK}#training"
    n, size = asked["examples"], asked["size"]
    everything = [i for batch in first for i in batch]
    sizes = [len(batch) for batch in first]
    if sizes == [size] * (n // size) and len(set(everything)) == len(everything):
        text = f"{n % size} of {n} examples are in no batch: the last one, which isn't full, is missing"
        korean = f"예 {n}개 가운데 {n % size}개가 어느 배치에도 없습니다. 덜 찬 마지막 배치가 빠졌습니다."
        room.fail("LOADER_LOSS", f"minibatches: {text}", message_ko=f"minibatches: {korean}", file=file)
    if sorted(everything) != list(range(n)) or sizes != [size] * (n // size) + [n % size]:
        text = f"batches of {sizes[:3]} … positions; each of {n} has to come once, in batches of {size} and a rest of {n % size}"
        korean = f"배치의 크기가 {sizes[:3]} …입니다. {n}개가 한 번씩, {size}개의 배치와 나머지 {n % size}개로 나와야 합니다."
        room.fail("WRONG_ANSWER", f"minibatches: {text}", message_ko=f"minibatches: {korean}", file=file)
    flat = [np.array([i for batch in each for i in batch]) for each in (first, again, second, other)]
    if np.array_equal(flat[0], np.arange(n)):
        text, korean = "the examples come in the order in which they lie", "예가 놓인 순서 그대로 나옵니다."
        room.fail("RNG_IGNORED", f"minibatches: {text}", message_ko=f"minibatches: {korean}", file=file)
    _same_chance(room, "minibatches", *flat)
