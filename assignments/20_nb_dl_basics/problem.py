"""20_nb_dl_basics, the judge's side: what the rooms are given, and how what comes out of them is compared.

Students have it without its STAFF parts: `grader check` needs it at home. What the public cases ask and what is right there are numbers
in PUBLIC, written by reference/20_nb_dl_basics/public_values.py; hidden questions are drawn for each hand-in and answered by the oracles
beside this file. What is random (weights, masks, splits, a trained network) is judged by its statistics; the bounds are told there.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.rooms import Room, agrees, difference

Array = NDArray[Any]
Question = dict[str, Any]
Answers = list[dict[str, Any]]  # one for each question: name -> array or number
Slips = dict[str, tuple[str, str, str, Answers]]  # name -> code, English, Korean, what it gives

NOTEBOOK = "dl_basics.ipynb"
# topic -> the solution cell that it belongs to
CELLS = {
    "terms": "terms",
    "linear_gradient": "linear_regression",
    "linear_fit": "linear_regression",
    "gradient_descent": "gradient_descent",
    "largest_rate": "gradient_descent",
    "perceptron": "perceptron",
    "regression_losses": "regression_losses",
    "cross_entropy": "cross_entropy",
    "activations": "activations",
    "slopes": "activations",
    "graph": "graph",
    "numerical_gradient": "numerical_gradient",
    "mlp_forward": "mlp",
    "mlp_backward": "mlp",
    "layer_variances": "layer_variances",
    "init_weights": "init_weights",
    "dropout": "dropout",
    "dropout_backward": "dropout",
    "weight_decay": "weight_decay",
    "split": "validation",
    "standardise": "validation",
    "choose_degree": "choose_degree",
    "momentum": "momentum",
    "nag": "momentum",
    "adagrad": "adaptive",
    "rmsprop": "adaptive",
    "adadelta": "adaptive",
    "adam": "adam",
    "read_idx": "read_idx",
    "minibatches": "training",
    "train": "training",
}
EXPONENTIALS = {"regression_losses", "cross_entropy", "activations"}  # what isn't finite there has overflowed
APART = {"regression_losses", "activations", "slopes"}  # each name is a function of its own, so that slips of several may come together

# Functions of float64 (u = 1.1e-16). Operations of one answer are below 10⁴, and no question of ours makes an error grow by more than
# 10³ (tests/assignments/test_nb_dl_basics.py moves the inputs by some u and looks): 10⁷ u is 1e-9. Least squares may err by more.
BOUND = 1e-9
BOUNDS = {"linear_fit": 1e-7, "choose_degree": 1e-6}


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """Questions as JSON, idx files in the home, seeds for what is random, and digits to learn."""
    questions = {name: known["questions"] for name, known in PUBLIC.items()}
    # BEGIN STAFF
    if case.visibility == "hidden":
        questions = _beside("questions").draw(rng, hidden=True)
    # END STAFF
    made: dict[str, Any] = {f"home/{each['path']}": bytes.fromhex(each["hex"]) for each in questions["read_idx"]}
    bare = [{"path": each["path"]} for each in questions["read_idx"]]
    made["task/questions.json"] = {**questions, "read_idx": bare}
    made["task/chance.json"] = chance(rng)
    made["task/dropout_x.npy"] = np.asarray(rng.choice([-1.0, 1.0], (80, 250)) * rng.uniform(0.5, 2.0, (80, 250)))
    made["task/digits.npy"], made["task/labels.npy"] = digits(1500, rng)
    return made


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


# ---- exact answers ----


def compare(room: Room, topic: str) -> None:
    """Every answer of a topic against what is right, then against what slips give."""
    questions, right, slips = key(room, topic)
    file, bound = f"{NOTEBOOK}#{CELLS[topic]}", BOUNDS.get(topic, BOUND)
    answers = _received(room, topic, len(questions))
    wrong = [(k, name) for k, each in enumerate(right) for name in each if not _agrees(answers[k].get(name), each[name], bound)]
    if not wrong:
        return
    names = {name for _, name in wrong} - {"kept"}
    for code, en, ko, given in slips().values():
        for group in [set(right[0]) - {"kept"}, *([{name} for name in sorted(names)] if topic in APART else [])]:
            pairs = [(k, name) for k, each in enumerate(right) for name in each if name in group or (len(group) > 1 and name != "kept")]
            same = all(_agrees(answers[k].get(name), given[k].get(name), bound) for k, name in pairs)
            if same and not all(_agrees(given[k].get(name), right[k][name], bound) for k, name in pairs):
                room.fail(code, f"{topic}: {en}", message_ko=f"{topic}: {ko}", file=file)
    if not names:
        text, korean = "the numbers of an argument are others after the call", "호출한 뒤에 인자의 수가 달라졌습니다."
        room.fail("ARGUMENT_CHANGED", f"{topic}: {text}", message_ko=f"{topic}: {korean}", file=file)
    k, name = next(pair for pair in wrong if pair[1] != "kept")
    last, failed = len(questions) - 1, {number for number, _ in wrong}
    if last in failed and questions[last] in questions[:last] and questions.index(questions[last]) not in failed:
        text = "the same problem, asked once more, gets another answer: something is kept outside of the state"
        korean = "같은 문제를 다시 물으면 답이 달라집니다. state가 아닌 곳에 무엇인가 남아 있습니다."
        room.fail("STATE_LEAK", f"{topic}: {text}", message_ko=f"{topic}: {korean}", file=file)
    got = _numbers(answers[k].get(name))
    where = f"{topic}, question {k + 1}, {name}"
    if got is None:
        text, korean = "nothing that is an array of numbers", "수의 배열이 아닙니다."
        room.fail("WRONG_ANSWER", f"{where}: {text}", message_ko=f"{topic}, 문제 {k + 1}, {name}: {korean}", file=file)
    want = np.asarray(right[k][name], dtype=np.float64)
    text, korean = difference(got, want, _allowed(want, bound), room.case.visibility == "hidden")
    code = "WRONG_ANSWER"
    if got.shape == want.shape and (np.isfinite(want) & ~np.isfinite(got)).any():
        code = "OVERFLOW_NAN" if topic in EXPONENTIALS else "NAN_OUTPUT"
    room.fail(code, f"{where}: {text}", message_ko=f"{topic}, 문제 {k + 1}, {name}: {korean}", file=file)


def key(room: Room, topic: str) -> tuple[list[Question], Answers, Callable[[], Slips]]:
    """A topic's questions in this room, the right answers, and those of each slip for whoever asks."""
    # BEGIN STAFF
    if room.case.visibility == "hidden":
        questions = room.given("task/questions.json")[topic]
        if topic == "read_idx":  # the room has the files themselves
            questions = [{**each, "hex": _bytes(room, f"home/{each['path']}").hex()} for each in questions]
        return questions, right(topic, questions), lambda: slipped(topic, questions)
    # END STAFF
    known = PUBLIC[topic]
    return known["questions"], known["right"], lambda: {name: tuple(each) for name, each in known["slips"].items()}


# BEGIN STAFF
def right(topic: str, questions: list[Question]) -> Answers:
    """What the oracle gives."""
    return [oracles()[topic](question, "") for question in questions]


def slipped(topic: str, questions: list[Question]) -> Slips:
    """What the oracle gives with each slip of slips.toml."""
    table = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8")).get(topic, {})
    return {
        name: (row["code"], row["en"], row["ko"], [oracles()[topic](question, name) for question in questions])
        for name, row in table.items()
    }


def _bytes(room: Room, name: str) -> bytes:
    content: str = room.given(name)
    return content.encode("utf-8", "surrogateescape")


def oracles() -> dict[str, Callable[[Question, str], dict[str, Any]]]:
    """All topics with exact answers."""
    return {**_beside("oracles_models").ORACLES, **_beside("oracles_training").ORACLES}


def _beside(name: str) -> ModuleType:
    """A module in this file's folder, which stays with the staff."""
    full = f"grader_nb_dl_basics_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[full] = module
    return sys.modules[full]


# END STAFF


def check_idx(room: Room) -> None:
    """First which files were taken and which refused, then what is in them."""
    questions, right, _ = key(room, "read_idx")
    answers, file = _received(room, "read_idx", len(questions)), f"{NOTEBOOK}#read_idx"
    for question, want, got in zip(questions, right, answers, strict=True):
        name, raised, refused = question["path"], str(got.get("raised") or ""), bool(got.get("refused"))
        line = got["line"] if isinstance(got.get("line"), int) else None
        if raised and not refused and "numbers" in want:
            room.fail("EXCEPTION", f"{name}: {raised[:200]}", message_ko=f"{name}: {raised[:200]}", file=file, line=line)
        if refused and "numbers" in want:
            room.fail("GOOD_FILE_REFUSED", f"{name}: {raised[:200]}", message_ko=f"{name}: {raised[:200]}", file=file, line=line)
        if raised and not refused:
            text = f"{name} is broken, and the exception is no ValueError: {raised[:200]}"
            korean = f"{name}은(는) 망가진 파일인데 예외가 ValueError가 아닙니다: {raised[:200]}"
            room.fail("BROKEN_FILE_ACCEPTED", text, message_ko=korean, file=file, line=line)
        if not raised and "numbers" not in want:
            text, korean = f"{name} is broken, and no ValueError is raised", f"{name}은(는) 망가진 파일인데 ValueError가 나지 않습니다."
            room.fail("BROKEN_FILE_ACCEPTED", text, message_ko=korean, file=file)
    compare(room, "read_idx")


def _received(room: Room, topic: str, count: int) -> list[dict[str, Any]]:
    """The answers that the probe wrote, one for each question. What has another form fails the check."""
    answers = room.json(topic)
    if not isinstance(answers, list) or len(answers) != count or not all(isinstance(each, dict) for each in answers):
        text, korean = f"{topic}: the results don't have their form", f"{topic}: 결과의 형식이 아닙니다."
        room.fail("UNWRITTEN_OUTPUT", text, message_ko=korean, file=f"{NOTEBOOK}#{CELLS[topic]}")
    return answers


def _numbers(value: Any) -> Array | None:
    """An array of what JSON holds; numbers that aren't finite are texts there. None for what is no array of numbers."""
    if value is None or isinstance(value, dict):
        return None
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _allowed(want: Array, bound: float) -> Array:
    return np.where(np.isfinite(want), bound * (1 + abs(want)), 0.0)


def _agrees(got: Any, want: Any, bound: float) -> bool:
    left, right = _numbers(got), _numbers(want)
    return left is not None and right is not None and agrees(left, right, _allowed(right, bound))


# ---- what is random: statistics, with bounds of so many standard deviations that an honest solution fails once in 10⁸ hand-ins ----

SIGMAS = 6.0  # beyond 6 standard deviations lie 2 of 10⁹; we look at some ten numbers of this kind for each hand-in


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
        if agrees(test, x * (1 - rate), _allowed(x, BOUND)):
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


ENOUGH = 0.9  # of 600 digits that were never in the room; the reference gets 0.97 to 0.99, and guessing 0.1


def check_training(room: Room) -> None:
    """The judge itself runs the layers that came out on digits that were drawn after the room was closed."""
    count, file = room.json("train", int), f"{NOTEBOOK}#training"
    if not 1 <= count <= 8:
        text, korean = "train returns no list of 1 to 8 layers (W, b)", "train이 층 (W, b) 1~8개의 목록을 돌려주지 않습니다."
        room.fail("WRONG_ANSWER", text, message_ko=korean, file=file)
    layers = [(room.array(f"train/{k}.W"), room.array(f"train/{k}.b")) for k in range(count)]
    images = room.given("task/digits.npy")
    x, labels = digits(600, np.random.default_rng(list(images[:4].tobytes())))
    width = x.shape[1]
    for k, (W, b) in enumerate(layers):
        if W.ndim != 2 or b.ndim != 1 or W.shape != (width, b.size) or W.dtype.kind != "f" or b.dtype.kind != "f":
            text, korean = f"layer {k + 1}'s W or b has the wrong shape", f"{k + 1}번째 층의 W나 b의 모양이 틀립니다."
            room.fail("WRONG_ANSWER", f"train: {text}", message_ko=f"train: {korean}", file=file)
        width = b.size
        with np.errstate(over="ignore", invalid="ignore"):
            x = x @ W + b
        x = x if k == count - 1 else np.maximum(x, 0.0)
    if width != 10:
        room.fail(
            "WRONG_ANSWER", "train: the last layer has to have 10 outputs", message_ko="train: 마지막 층의 출력은 10개입니다.", file=file
        )
    share = float((x.argmax(axis=1) == labels).mean()) if np.isfinite(x).all() else 0.0
    if share < ENOUGH:
        text = f"train: {share:.0%} of new digits are recognised, where {ENOUGH:.0%} are asked for"
        room.fail("NOT_LEARNED", text, message_ko=f"train: 새로운 숫자의 {share:.0%}를 맞혔습니다. {ENOUGH:.0%}가 필요합니다.", file=file)


# ---- words ----

WORDS = {
    "price": ("label", "feature", "model", "loss"),
    "floor_area": ("label", "feature", "model", "loss"),
    "relation": ("label", "feature", "model", "loss"),
    "price_task": ("regression", "classification"),
    "spam_task": ("regression", "classification"),
    "adjusting_weights": ("training", "inference"),
    "new_examples": ("training", "inference"),
    "low_high": ("overfitting", "underfitting", "neither"),
    "high_high": ("overfitting", "underfitting", "neither"),
}
NUMBERS = ("mae", "rmse")
# BEGIN STAFF
RIGHT_WORDS = {
    "price": "label",
    "floor_area": "feature",
    "relation": "model",
    "price_task": "regression",
    "spam_task": "classification",
    "adjusting_weights": "training",
    "new_examples": "inference",
    "low_high": "overfitting",
    "high_high": "underfitting",
}
ERRORS = (0.0, 1.0, 1.0, -2.0, 15.0)  # of the table in the notebook
# END STAFF


def check_terms_form(room: Room) -> None:
    """Each question has one of its words, or a number, for an answer."""
    answers = _terms(room)
    for name, words in WORDS.items():
        if answers.get(name) not in words:
            text, korean = (
                f"answers[{name!r}] is to be one of {', '.join(words)}",
                f"answers[{name!r}]은(는) {', '.join(words)} 가운데 하나입니다.",
            )
            room.fail("ANSWER_FORM", text, message_ko=korean, file=f"{NOTEBOOK}#terms")
    for name in NUMBERS:
        if isinstance(answers.get(name), bool) or not isinstance(answers.get(name), (int, float)):
            text, korean = f"answers[{name!r}] is to be a number", f"answers[{name!r}]은(는) 수여야 합니다."
            room.fail("ANSWER_FORM", text, message_ko=korean, file=f"{NOTEBOOK}#terms")


def _terms(room: Room) -> dict[str, Any]:
    answers = room.json("terms")
    if not isinstance(answers, dict):
        room.fail("ANSWER_FORM", "answers is no dict", message_ko="answers가 dict가 아닙니다.", file=f"{NOTEBOOK}#terms")
    return answers


# BEGIN STAFF
def check_terms(room: Room) -> None:
    """Every word is right; a wrong one is named, the right one isn't."""
    check_terms_form(room)
    answers = _terms(room)
    if wrong := [name for name, word in RIGHT_WORDS.items() if answers[name] != word]:
        listed = ", ".join(wrong)
        room.fail("ANSWER_WRONG", f"wrong: {listed}", message_ko=f"틀린 답: {listed}", file=f"{NOTEBOOK}#terms")


def check_errors_of_the_table(room: Room) -> None:
    """MAE and RMSE with two decimals. 6.79 for 6.797 is cut off, not rounded, as some lecture notes have it."""
    answers, file = _terms(room), f"{NOTEBOOK}#terms"
    check_terms_form(room)
    mae, rmse = np.mean(np.abs(ERRORS)), np.sqrt(np.mean(np.square(ERRORS)))
    if abs(answers["rmse"] - 6.79) < 1e-9:
        text, korean = (
            "rmse: 6.79 is cut off behind the second decimal, not rounded",
            "rmse: 6.79는 반올림하지 않고 둘째 자리 뒤를 잘라 버린 값입니다.",
        )
        room.fail("WRONG_ROUNDING", text, message_ko=korean, file=file)
    if abs(answers["mae"] - round(float(mae), 2)) > 1e-9 or not np.isclose(answers["rmse"], (round(float(rmse), 2), rmse), atol=1e-9).any():
        room.fail("ANSWER_WRONG", "mae or rmse of the table is wrong", message_ko="표의 mae나 rmse가 틀립니다.", file=file)


# END STAFF
# ---- digits to learn ----

STROKES = bytes.fromhex(  # of each digit a byte for each of seven rows, in it a bit for each of five pixels
    "0e11131519110e 040c040404040e 0e11010608101f 0e11010601110e 02060a121f0202 "
    "1f101e0101110e 0608101e11110e 1f010204080808 0e11110e11110e 0e11110f01020c"
)


def digits(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """n images of 12 × 12 numbers as rows of 144, and their labels: strokes a pixel up or down, of some brightness, with noise. The same as
    the notebook's draw_digits, which is tested."""
    shown = rng.integers(0, 10, n)
    tops, lefts = rng.integers(2, 4, n), rng.integers(3, 5, n)
    strokes = np.unpackbits(np.frombuffer(STROKES, np.uint8).reshape(10, 7, 1), axis=2)[:, :, 3:]
    pages = np.zeros((n, 12, 12))
    for k in range(n):
        pages[k, tops[k] : tops[k] + 7, lefts[k] : lefts[k] + 5] = strokes[shown[k]]
    brightness = rng.uniform(0.6, 1.0, (n, 1, 1))
    pages = pages * brightness + 0.2 * rng.standard_normal((n, 12, 12))
    return pages.reshape(n, 144), shown


# ---- the public cases' questions and answers, made by reference/20_nb_dl_basics/public_values.py ----

PUBLIC_TEXT = r"""
{"linear_gradient": {"questions": [{"X": [[-0.36, 1.2], [1.4, 0.32], [0.41, -0.49], [-0.91, -0.9]], "y": [-1.0, 0.93, -0.06, 0.13], "w":
[-0.64, -1.09], "b": 0.75}], "right": [{"loss": 2.1048718125, "dw": [-1.8900905, -1.0720745], "db": 1.25635}], "slips": {"summed":
["SCALE_WRONG", "a sum over the examples where the mean is asked for", "평균이 아니라 예 전체의 합입니다", [{"loss": 8.41948725, "dw":
[-7.560362, -4.288298], "db": 5.0254}]], "no_two": ["SCALE_WRONG", "half of it: the derivative of e² has a factor 2, and the loss has none
of ½", "절반입니다. e²의 도함수에는 2가 붙고, 손실에는 ½이 없습니다", [{"loss": 1.05243590625, "dw": [-0.94504525, -0.53603725], "db":
0.628175}]], "per_number": ["SCALE_WRONG", "divided by the count of all features of all examples", "모든 예의 모든 특성의 개수로
나누었습니다", [{"loss": 2.1048718125, "dw": [-0.94504525, -0.53603725], "db": 0.628175}]], "error_turned": ["GRADIENT_WRONG", "the
gradient has the opposite sign: y − prediction where the derivative needs prediction − y", "그래디언트의 부호가 반대입니다. 도함수에는
(예측 − y)가 필요한데 (y − 예측)을 썼습니다", [{"loss": 2.1048718125, "dw": [1.8900905, 1.0720745], "db": -1.25635}]], "no_bias":
["GRADIENT_WRONG", "the bias has no gradient", "편향의 그래디언트가 없습니다", [{"loss": 2.1048718125, "dw": [-1.8900905, -1.0720745],
"db": 0}]]}}, "linear_fit": {"questions": [{"X": [[1.8], [2.16], [3.6], [3.02], [2.54]], "y": [1.14, 1.85, 0.77, 1.29, 2.03]}], "right":
[{"w": [-0.351078220737], "b": 2.33722925121}], "slips": {"through_zero": ["WRONG_ANSWER", "the plane goes through zero: the intercept
isn't fitted", "평면이 원점을 지납니다. 절편을 구하지 않았습니다", [{"w": [0.490482358882], "b": 0}]], "level": ["WRONG_ANSWER", "b is the
mean of y; it has to make up for w and the mean of X too", "b가 y의 평균입니다. w와 X의 평균도 고려해야 합니다", [{"w": [-0.351078220737],
"b": 1.416}]]}}, "gradient_descent": {"questions": [{"A": [[0.61, -0.39], [-0.39, 1.89]], "c": [-3.43, -0.47], "theta": [-0.09, 0.51],
"eta": 0.25, "steps": 4}], "right": [{"path": [[-0.09, 0.51], [-0.5038, 0.3726], [-0.867892, 0.259776], [-1.18746031, 0.16476237],
[-1.46755828165, 0.08348476995]], "kept": [-0.09, 0.51]}], "slips": {"uphill": ["OPTIMIZER_STEP", "each step goes uphill", "걸음마다 위로
올라갑니다", [{"path": [[-0.09, 0.51], [0.3238, 0.6474], [0.787308, 0.809376], [1.30570831, 1.00269363], [1.88431619835, 1.23680980995]],
"kept": [-0.09, 0.51]}]], "start_left_out": ["WRONG_ANSWER", "the starting point is missing in the path", "경로에 시작점이 없습니다",
[{"path": [[-0.5038, 0.3726], [-0.867892, 0.259776], [-1.18746031, 0.16476237], [-1.46755828165, 0.08348476995]], "kept": [-0.09,
0.51]}]], "end_left_out": ["WRONG_ANSWER", "the last point is missing in the path", "경로에 마지막 점이 없습니다", [{"path": [[-0.09,
0.51], [-0.5038, 0.3726], [-0.867892, 0.259776], [-1.18746031, 0.16476237]], "kept": [-0.09, 0.51]}]], "one_array": ["ARGUMENT_CHANGED",
"every row of the path is the last point: one and the same array was stored each time, and written over", "경로의 모든 행이 마지막
점입니다. 같은 배열 하나를 매번 담고 그 위에 덮어썼습니다", [{"path": [[-1.46755828165, 0.08348476995], [-1.46755828165, 0.08348476995],
[-1.46755828165, 0.08348476995], [-1.46755828165, 0.08348476995], [-1.46755828165, 0.08348476995]], "kept": [-0.09, 0.51]}]]}},
"largest_rate": {"questions": [{"A": [[1.27, 1.16], [1.16, 2.23]]}], "right": [{"rate": 0.665471394392}], "slips": {"one":
["WRONG_ANSWER", "half of it: at 1 / λ the error of that direction is gone in one step; it grows from twice that on", "절반입니다. 1 /
λ에서는 그 방향의 오차가 한 걸음에 사라지고, 그 두 배부터 커집니다", [{"rate": 0.332735697196}]], "smallest": ["WRONG_ANSWER", "the
smallest eigenvalue was taken; the steepest direction diverges first", "가장 작은 고윳값을 썼습니다. 먼저 발산하는 것은 가장 가파른
방향입니다", [{"rate": 4.04357670517}]], "trace": ["WRONG_ANSWER", "the sum of all eigenvalues was taken", "고윳값의 합을 썼습니다",
[{"rate": 0.571428571429}]]}}, "perceptron": {"questions": [{"X": [[1.0, 2.0], [-3.0, 3.0], [-1.0, -4.0], [4.0, -1.0], [0.0, 1.0]], "t":
[-1, 1, -1, 1, 1], "epochs": 3}], "right": [{"w": [4, 1], "b": 1, "wrong": [4, 2, 3]}], "slips": {"never_begins": ["WRONG_ANSWER", "an
example that lies on the line (score 0) counts as right, so that weights of 0 never change", "점수가 0인 예를 맞은 것으로 쳤습니다. 그러면
0에서 시작한 가중치는 바뀌지 않습니다", [{"w": [0, 0], "b": 0, "wrong": [0, 0, 0]}]], "no_bias": ["WRONG_ANSWER", "the bias is never
learned", "편향을 학습하지 않았습니다", [{"w": [4, 1], "b": 0, "wrong": [4, 2, 3]}]], "whole_epoch": ["WRONG_ANSWER", "all examples of an
epoch are judged by the weights from its start; each has to see what the one before changed", "에폭이 시작할 때의 가중치로 모든 예를
판정했습니다. 예마다 바로 앞에서 바뀐 가중치를 써야 합니다", [{"w": [0, 3], "b": 1, "wrong": [5, 2, 2]}]], "always": ["WRONG_ANSWER",
"examples that are right change the weights too", "맞힌 예에서도 가중치를 바꾸었습니다", [{"w": [3, 15], "b": 3, "wrong": [5, 5, 5]}]]}},
"regression_losses": {"questions": [{"y": [1.0, -0.5, 2.0, 0.0], "p": [0.25, 0.5, -2.0, 0.5], "delta": 1.5, "gamma": 0.25}], "right":
[{"mse": 4.453125, "mae": 1.5625, "rmse": 2.11024287702, "huber": 1.4453125, "log_cosh": 1.02983741517, "quantile": 0.578125}], "slips":
{"summed": ["SCALE_WRONG", "a sum where the mean is asked for", "평균이 아니라 합입니다", [{"mse": 17.8125, "mae": 6.25, "rmse":
4.22048575403, "huber": 5.78125, "log_cosh": 4.11934966068, "quantile": 2.3125}]], "mse_halved": ["SCALE_WRONG", "half of the mean squared
error", "평균제곱오차의 절반입니다", [{"mse": 2.2265625, "mae": 1.5625, "rmse": 2.11024287702, "huber": 1.4453125, "log_cosh":
1.02983741517, "quantile": 0.578125}]], "mae_cancels": ["LOSS_WRONG", "errors of both signs cancel: the absolute value is taken of the
mean, not of each error", "부호가 다른 오차가 서로 지워집니다. 오차마다가 아니라 평균에 절댓값을 취했습니다", [{"mse": 4.453125, "mae":
0.8125, "rmse": 2.11024287702, "huber": 1.4453125, "log_cosh": 1.02983741517, "quantile": 0.578125}]], "rmse_of_means": ["LOSS_WRONG",
"the root was taken of each square, which is the mean absolute error", "제곱마다 제곱근을 취했습니다. 그것은 평균절대오차입니다", [{"mse":
4.453125, "mae": 1.5625, "rmse": 1.5625, "huber": 1.4453125, "log_cosh": 1.02983741517, "quantile": 0.578125}]], "no_root": ["LOSS_WRONG",
"the root is missing in the root mean squared error", "평균제곱근오차에 제곱근이 없습니다", [{"mse": 4.453125, "mae": 1.5625, "rmse":
4.453125, "huber": 1.4453125, "log_cosh": 1.02983741517, "quantile": 0.578125}]], "huber_branches": ["LOSS_WRONG", "Huber's two branches
are exchanged", "Huber 손실의 두 가지가 서로 바뀌었습니다", [{"mse": 4.453125, "mae": 1.5625, "rmse": 2.11024287702, "huber": 2,
"log_cosh": 1.02983741517, "quantile": 0.578125}]], "huber_jump": ["LOSS_WRONG", "Huber's straight branch lacks −½δ², so that the loss
jumps at δ", "Huber 손실의 직선 부분에 −½δ²이 없어 δ에서 값이 뜁니다", [{"mse": 4.453125, "mae": 1.5625, "rmse": 2.11024287702, "huber":
1.7265625, "log_cosh": 1.02983741517, "quantile": 0.578125}]], "huber_no_half": ["LOSS_WRONG", "Huber's inner branch lacks its ½", "Huber
손실의 안쪽 가지에 ½이 없습니다", [{"mse": 4.453125, "mae": 1.5625, "rmse": 2.11024287702, "huber": 1.671875, "log_cosh": 1.02983741517,
"quantile": 0.578125}]], "quantile_turned": ["LOSS_WRONG", "the quantile loss weighs the other side: gamma belongs to predictions that are
too low", "분위수 손실이 반대쪽에 무게를 둡니다. gamma는 예측이 너무 낮을 때의 계수입니다", [{"mse": 4.453125, "mae": 1.5625, "rmse":
2.11024287702, "huber": 1.4453125, "log_cosh": 1.02983741517, "quantile": 0.984375}]], "quantile_absolute": ["LOSS_WRONG", "the quantile
loss is negative on one side: gamma − 1 is negative, so is y − p there, and |y − p| isn't", "분위수 손실이 한쪽에서 음수가 됩니다.
그쪽에서 gamma − 1과 y − p는 음수이지만 |y − p|는 아닙니다", [{"mse": 4.453125, "mae": 1.5625, "rmse": 2.11024287702, "huber": 1.4453125,
"log_cosh": 1.02983741517, "quantile": 0.015625}]]}}, "cross_entropy": {"questions": [{"logits": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04,
-2.12, 2.59], [-1.01, -3.26, 0.88, 3.63]], "labels": [3, 0, 1]}], "right": [{"loss": 3.40361683091, "dlogits": [[0.00648848743674,
0.0900197817102, 0.198349265313, -0.29485753446], [-0.221237094701, 0.0384499646215, 0.00163126824359, 0.181155861836], [0.00299573993977,
-0.333017584667, 0.0198299071339, 0.310191937593]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88,
3.63]]}], "slips": {"padded_log": ["LOSS_WRONG", "something is added to the probability inside of the logarithm, so that a large loss is
cut off", "로그 안의 확률에 작은 수를 더해 큰 손실이 잘립니다", [{"loss": 3.40358125514, "dlogits": [[0.00648848743674, 0.0900197817102,
0.198349265313, -0.29485753446], [-0.221237094701, 0.0384499646215, 0.00163126824359, 0.181155861836], [0.00299573993977, -0.333017584667,
0.0198299071339, 0.310191937593]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88, 3.63]]}]],
"other_base": ["LOSS_WRONG", "the logarithm has base 2", "로그의 밑이 2입니다", [{"loss": 4.91038112305, "dlogits": [[0.00648848743674,
0.0900197817102, 0.198349265313, -0.29485753446], [-0.221237094701, 0.0384499646215, 0.00163126824359, 0.181155861836], [0.00299573993977,
-0.333017584667, 0.0198299071339, 0.310191937593]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88,
3.63]]}]], "summed": ["SCALE_WRONG", "a sum over the examples where the mean is asked for", "평균이 아니라 예 전체의 합입니다", [{"loss":
10.2108504927, "dlogits": [[0.0194654623102, 0.270059345131, 0.595047795938, -0.884572603379], [-0.663711284103, 0.115349893865,
0.00489380473076, 0.543467585508], [0.00898721981932, -0.999052754, 0.0594897214017, 0.930575812779]], "kept": [[-1.44, 1.19, 1.98, 0.34],
[2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88, 3.63]]}]], "gradient_summed": ["SCALE_WRONG", "the loss is a mean over the examples, and
the gradient is one of a sum", "손실은 예의 평균인데 그래디언트는 합의 것입니다", [{"loss": 3.40361683091, "dlogits": [[0.0194654623102,
0.270059345131, 0.595047795938, -0.884572603379], [-0.663711284103, 0.115349893865, 0.00489380473076, 0.543467585508], [0.00898721981932,
-0.999052754, 0.0594897214017, 0.930575812779]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88,
3.63]]}]], "without_target": ["GRADIENT_WRONG", "the gradient is the softmax alone; the target is missing in it", "그래디언트가
소프트맥스뿐이고 정답이 빠져 있습니다", [{"loss": 3.40361683091, "dlogits": [[0.00648848743674, 0.0900197817102, 0.198349265313,
0.0384757988737], [0.112096238632, 0.0384499646215, 0.00163126824359, 0.181155861836], [0.00299573993977, 0.000315748666641,
0.0198299071339, 0.310191937593]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11, 1.04, -2.12, 2.59], [-1.01, -3.26, 0.88, 3.63]]}]],
"turned": ["GRADIENT_WRONG", "the gradient has the opposite sign", "그래디언트의 부호가 반대입니다", [{"loss": 3.40361683091, "dlogits":
[[-0.00648848743674, -0.0900197817102, -0.198349265313, 0.29485753446], [0.221237094701, -0.0384499646215, -0.00163126824359,
-0.181155861836], [-0.00299573993977, 0.333017584667, -0.0198299071339, -0.310191937593]], "kept": [[-1.44, 1.19, 1.98, 0.34], [2.11,
1.04, -2.12, 2.59], [-1.01, -3.26, 0.88, 3.63]]}]]}}, "activations": {"questions": [{"x": [-2.0, -0.5, 0.0, 0.25, 1.0]}], "right":
[{"sigmoid": [0.119202922022, 0.377540668798, 0.5, 0.562176500886, 0.73105857863], "tanh": [-0.964027580076, -0.46211715726, 0,
0.244918662404, 0.761594155956]}], "slips": {"tanh_of_half": ["WRONG_ANSWER", "this is tanh(x / 2): (1 − e⁻ˣ) / (1 + e⁻ˣ) stands in some
lecture notes as tanh, and lacks the twos", "이것은 tanh(x / 2)입니다. 어떤 강의 노트에는 (1 − e⁻ˣ) / (1 + e⁻ˣ)가 tanh로 적혀 있는데,
지수에 2가 빠졌습니다", [{"sigmoid": [0.119202922022, 0.377540668798, 0.5, 0.562176500886, 0.73105857863], "tanh": [-0.761594155956,
-0.244918662404, 0, 0.124353001772, 0.46211715726]}]], "tanh_of_half_overflows": ["WRONG_ANSWER", "this is tanh(x / 2), and NaN far on the
left: (1 − e⁻ˣ) / (1 + e⁻ˣ) lacks the twos", "이것은 tanh(x / 2)이고 왼쪽 멀리에서는 NaN입니다. (1 − e⁻ˣ) / (1 + e⁻ˣ)에는 지수에 2가
빠졌습니다", [{"sigmoid": [0.119202922022, 0.377540668798, 0.5, 0.562176500886, 0.73105857863], "tanh": [-0.761594155956, -0.244918662404,
0, 0.124353001772, 0.46211715726]}]]}}, "slopes": {"questions": [{"y": [0.87, 0.85, 0.6], "relu_y": [0.0, 0.16, 0.0]}], "right":
[{"sigmoid": [0.1131, 0.1275, 0.24], "tanh": [0.2431, 0.2775, 0.64], "relu": [0, 1, 0]}], "slips": {"of_x": ["GRADIENT_WRONG", "y is taken
for x: the function is given the output, and applies the activation once more", "y를 x로 여겼습니다. 받은 것은 출력인데 활성화 함수를 한
번 더 적용했습니다", [{"sigmoid": [0.208079199151, 0.20977282136, 0.228784240457], "tanh": [0.508074328451, 0.522422987865,
0.711577762587], "relu": [0, 1, 0]}]], "not_squared": ["GRADIENT_WRONG", "the derivative of tanh lacks the square", "tanh의 도함수에
제곱이 빠졌습니다", [{"sigmoid": [0.1131, 0.1275, 0.24], "tanh": [0.13, 0.15, 0.4], "relu": [0, 1, 0]}]], "relu_at_zero":
["GRADIENT_WRONG", "the derivative of ReLU at 0 is 0 by the hand-out", "안내문에서 0에서의 ReLU의 도함수는 0입니다", [{"sigmoid": [0.1131,
0.1275, 0.24], "tanh": [0.2431, 0.2775, 0.64], "relu": [1, 1, 1]}]]}}, "graph": {"questions": [{"graph": [["input"], ["input"], ["add", 0,
1], ["mul", 2, 0], ["div", 3, 1], ["tanh", 4], ["sub", 5, 0]], "inputs": [0.5, 1.25]}], "right": [{"values": [0.5, 1.25, 1.75, 0.875, 0.7,
0.604367777117, 0.104367777117], "grads": [0.142531261968, -0.101558334397, 0.253895835993, 0.507791671986, 0.634739589982, 1, 1]}],
"slips": {"overwritten": ["GRADIENT_WRONG", "a node that is used more than once keeps only one of its gradients; they have to be added",
"여러 번 쓰인 노드에 그래디언트가 하나만 남았습니다. 모두 더해야 합니다", [{"values": [0.5, 1.25, 1.75, 0.875, 0.7, 0.604367777117,
0.104367777117], "grads": [0.253895835993, 0.253895835993, 0.253895835993, 0.507791671986, 0.634739589982, 1, 1]}]], "local_only":
["GRADIENT_WRONG", "the local derivative isn't multiplied by what comes from above", "국소 도함수에 위에서 내려온 그래디언트를 곱하지
않았습니다", [{"values": [0.5, 1.25, 1.75, 0.875, 0.7, 0.604367777117, 0.104367777117], "grads": [1.75, 0.44, 0.5, 0.8, 0.634739589982, 1,
1]}]], "sub_is_add": ["GRADIENT_WRONG", "the second operand of sub gets the gradient of add", "sub의 둘째 피연산자가 add의 그래디언트를
받았습니다", [{"values": [0.5, 1.25, 1.75, 0.875, 0.7, 0.604367777117, 0.104367777117], "grads": [2.14253126197, -0.101558334397,
0.253895835993, 0.507791671986, 0.634739589982, 1, 1]}]], "mul_own_factor": ["GRADIENT_WRONG", "a factor of mul is multiplied by itself,
not by the other one", "mul의 인수에 다른 인수가 아니라 자기 자신을 곱했습니다", [{"values": [0.5, 1.25, 1.75, 0.875, 0.7, 0.604367777117,
0.104367777117], "grads": [0.142531261968, 0.533181255585, 0.888635425975, 0.507791671986, 0.634739589982, 1, 1]}]], "div_sign":
["GRADIENT_WRONG", "the divisor's gradient has the opposite sign", "나누는 수의 그래디언트의 부호가 반대입니다", [{"values": [0.5, 1.25,
1.75, 0.875, 0.7, 0.604367777117, 0.104367777117], "grads": [0.142531261968, 0.609350006383, 0.253895835993, 0.507791671986,
0.634739589982, 1, 1]}]], "tanh_of_x": ["GRADIENT_WRONG", "1 − x² in place of 1 − y² for tanh", "tanh에서 1 − y²이 아니라 1 − x²을
썼습니다", [{"values": [0.5, 1.25, 1.75, 0.875, 0.7, 0.604367777117, 0.104367777117], "grads": [-0.082, -0.0816, 0.204, 0.408, 0.51, 1,
1]}]]}}, "numerical_gradient": {"questions": [{"x": [-0.65, -0.88, 1.06], "c": [2.12, 2.3, 2.24], "h": 0.1}], "right": [{"gradient":
[1.7683, 4.42636, 6.632992], "kept": [-0.65, -0.88, 1.06]}], "slips": {"forward": ["GRADIENT_WRONG", "this is the forward difference,
whose error falls with h, not with h²", "전진 차분입니다. 오차가 h²이 아니라 h에 비례합니다", [{"gradient": [1.4549, 3.91916, 7.445312],
"kept": [-0.65, -0.88, 1.06]}]], "backward": ["GRADIENT_WRONG", "this is the backward difference, whose error falls with h, not with h²",
"후진 차분입니다. 오차가 h²이 아니라 h에 비례합니다", [{"gradient": [2.0817, 4.93356, 5.820672], "kept": [-0.65, -0.88, 1.06]}]],
"fixed_step": ["GRADIENT_WRONG", "h isn't the one that was asked for", "주어진 h를 쓰지 않았습니다", [{"gradient": [1.74710000021,
4.40336000023, 6.61059200022], "kept": [-0.65, -0.88, 1.06]}]], "two_h": ["SCALE_WRONG", "the two points lie 2h apart, and the difference
is divided by h", "두 점 사이의 거리는 2h인데 h로 나누었습니다", [{"gradient": [3.5366, 8.85272, 13.265984], "kept": [-0.65, -0.88,
1.06]}]], "direction": ["GRADIENT_WRONG", "all numbers are moved together, which gives the derivative along the diagonal", "모든 수를 함께
움직였습니다. 그것은 대각선 방향의 도함수입니다", [{"gradient": [12.827652, 12.827652, 12.827652], "kept": [-0.65, -0.88, 1.06]}]],
"not_restored": ["GRADIENT_WRONG", "a number that was moved isn't put back before the next one is", "움직인 수를 되돌리지 않고 다음 수를
움직였습니다", [{"gradient": [1.7683, 4.22636, 6.232992], "kept": [-0.65, -0.88, 1.06]}]]}}, "mlp_forward": {"questions": [{"x": [[-1.33,
-1.96], [0.06, -0.29]], "layers": [[[[-0.01, -0.12, -0.35], [0.39, 0.14, -0.44]], [-0.95, -1.3, -0.72]], [[[-0.09], [0.53], [-0.24]],
[0.34]]], "activation": "softsign"}], "right": [{"0": [[-1.33, -1.96], [0.06, -0.29]], "1": [[-0.629780459813, -0.585887029982,
0.378070775546], [-0.515433444784, -0.574069341511, -0.380190901202]], "2": [[-0.00457687063818], [0.173378075318]]}], "slips":
{"last_too": ["WRONG_ANSWER", "the last layer has an activation; its output is to stay linear", "마지막 층에도 활성화 함수를 적용했습니다.
마지막 출력은 선형이어야 합니다", [{"0": [[-1.33, -1.96], [0.06, -0.29]], "1": [[-0.629780459813, -0.585887029982, 0.378070775546],
[-0.515433444784, -0.574069341511, -0.380190901202]], "2": [[-0.00455601833165], [0.14775977067]]}]], "no_activation": ["WRONG_ANSWER",
"no layer has an activation, so that all of them are one linear map", "활성화 함수가 전혀 없어서 모든 층이 하나의 선형 사상이 됩니다",
[{"0": [[-1.33, -1.96], [0.06, -0.29]], "1": [[-1.7011, -1.4148, 0.6079], [-1.0637, -1.3478, -0.6134]], "2": [[-0.402641],
[-0.131385]]}]], "no_bias": ["WRONG_ANSWER", "the biases are left out", "편향을 빠뜨렸습니다", [{"0": [[-1.33, -1.96], [0.06, -0.29]],
"1": [[-0.428930386614, -0.102978112666, 0.570428283002], [-0.102092125348, -0.0456193930139, 0.0963311042834]], "2": [[-0.152877452838],
[-0.0381094520441]]}]]}}, "mlp_backward": {"questions": [{"x": [[1.16, 2.38], [0.29, 1.49]], "layers": [[[[0.17, -0.88, -1.61], [0.21,
0.63, 1.75]], [-0.33, 0.25, -0.06]], [[[-1.37], [0.22], [-0.19]], [-0.64]]], "activation": "softsign", "outputs": [[[1.16, 2.38], [0.29,
1.49]], [[0.26, 0.42, 0.69], [0.03, 0.48, 0.68]], [[-1.04], [-0.7]]], "dlast": [[1.69], [-0.62]]}], "right": [{"dW0": [[-1.2389474714,
0.1343893408, -0.0322967548], [-1.826694021, 0.2427199632, -0.055467897]], "dW1": [[0.4208], [0.4122], [0.7445]], "db0": [-0.46865782,
0.08819096, -0.01879499], "db1": [1.07], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42, 0.69, 0.03, 0.48, 0.68, -1.04, -0.7, 1.69, -0.62]}],
"slips": {"mean": ["SCALE_WRONG", "divided by the number of examples once more: dlast has the mean in it already", "예의 개수로 한 번 더
나누었습니다. 평균은 이미 dlast에 들어 있습니다", [{"dW0": [[-0.6194737357, 0.0671946704, -0.0161483774], [-0.9133470105, 0.1213599816,
-0.0277339485]], "dW1": [[0.2104], [0.2061], [0.37225]], "db0": [-0.23432891, 0.04409548, -0.009397495], "db1": [0.535], "kept": [1.16,
2.38, 0.29, 1.49, 0.26, 0.42, 0.69, 0.03, 0.48, 0.68, -1.04, -0.7, 1.69, -0.62]}]], "bias_mean": ["GRADIENT_WRONG", "a bias takes part in
every example: its gradient is a sum over them, not a mean", "편향은 모든 예에 쓰입니다. 그래디언트는 평균이 아니라 합입니다", [{"dW0":
[[-1.2389474714, 0.1343893408, -0.0322967548], [-1.826694021, 0.2427199632, -0.055467897]], "dW1": [[0.4208], [0.4122], [0.7445]], "db0":
[-0.23432891, 0.04409548, -0.009397495], "db1": [0.535], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42, 0.69, 0.03, 0.48, 0.68, -1.04, -0.7,
1.69, -0.62]}]], "bias_all": ["GRADIENT_WRONG", "the biases of a layer all get the sum over everything", "한 층의 편향이 모두 전체의 합을
받았습니다", [{"dW0": [[-1.2389474714, 0.1343893408, -0.0322967548], [-1.826694021, 0.2427199632, -0.055467897]], "dW1": [[0.4208],
[0.4122], [0.7445]], "db0": [-0.39926185, -0.39926185, -0.39926185], "db1": [1.07], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42, 0.69,
0.03, 0.48, 0.68, -1.04, -0.7, 1.69, -0.62]}]], "no_slope": ["GRADIENT_WRONG", "the activation's derivative is missing", "활성화 함수의
도함수가 빠졌습니다", [{"dW0": [[-2.439422, 0.391732, -0.338314], [-4.244808, 0.681648, -0.588696]], "dW1": [[0.4208], [0.4122],
[0.7445]], "db0": [-1.4659, 0.2354, -0.2033], "db1": [1.07], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42, 0.69, 0.03, 0.48, 0.68, -1.04,
-0.7, 1.69, -0.62]}]], "last_slope_too": ["GRADIENT_WRONG", "the last layer is linear, and its gradient is multiplied by a derivative of
the activation", "마지막 층은 선형인데 활성화 함수의 도함수를 곱했습니다", [{"dW0": [[0.0185059870383, -0.00073049836288,
0.00025756508224], [0.102344777356, -0.00446967133184, 0.00150010459232]], "dW1": [[-0.00097096], [-0.02564832], [-0.03607824]], "db0":
[0.069899468152, -0.003119312768, 0.001036272464], "db1": [-0.053096], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42, 0.69, 0.03, 0.48,
0.68, -1.04, -0.7, 1.69, -0.62]}]], "reversed": ["WRONG_ANSWER", "the layers' gradients come in reversed order", "층의 그래디언트가 거꾸로
된 순서로 나왔습니다", [{"dW0": [[0.4208], [0.4122], [0.7445]], "dW1": [[-1.2389474714, 0.1343893408, -0.0322967548], [-1.826694021,
0.2427199632, -0.055467897]], "db0": [1.07], "db1": [-0.46865782, 0.08819096, -0.01879499], "kept": [1.16, 2.38, 0.29, 1.49, 0.26, 0.42,
0.69, 0.03, 0.48, 0.68, -1.04, -0.7, 1.69, -0.62]}]]}}, "layer_variances": {"questions": [{"x": [[-0.07, 0.86], [-1.93, 0.87], [0.81,
-0.27], [0.1, -0.33]], "weights": [[[0.47, -0.27, -0.72], [-0.17, 0.79, -0.69]], [[-1.65, 1.8], [0.44, -0.96], [-0.09, -1.56]]],
"activation": "softsign", "dlast": [[-0.45, -1.86], [1.63, -0.67], [0.13, -0.23], [0.46, 0.57]]}], "right": [{"forward": [0.117555233901,
0.16921948485], "backward": [1.15999409619, 0.91901875]}], "slips": {"deviation": ["WRONG_ANSWER", "these are standard deviations, not
variances", "분산이 아니라 표준편차입니다", [{"forward": [0.342863287479, 0.411362959988], "backward": [1.07703022065, 0.958654656276]}]],
"sample": ["WRONG_ANSWER", "divided by n − 1; the hand-out asks for the mean of the squared deviations", "n − 1로 나누었습니다. 안내문은
편차 제곱의 평균을 요구합니다", [{"forward": [0.128242073347, 0.193393696971], "backward": [1.26544810494, 1.05030714286]}]],
"per_number": ["WRONG_ANSWER", "the variance of each unit over the examples was averaged; one over all numbers of the layer is asked for",
"유닛마다 예에 대한 분산을 구해 평균을 냈습니다. 층의 모든 수에 대한 분산이 필요합니다", [{"forward": [0.112088644427, 0.167571695681],
"backward": [0.868795638475, 0.67399375]}]], "per_example": ["WRONG_ANSWER", "the variance within each example was averaged; one over all
numbers of the layer is asked for", "예마다 분산을 구해 평균을 냈습니다. 층의 모든 수에 대한 분산이 필요합니다", [{"forward":
[0.108836345537, 0.162711377977], "backward": [1.09178877281, 0.4637375]}]], "mean_square": ["WRONG_ANSWER", "the mean isn't taken away
before squaring", "제곱하기 전에 평균을 빼지 않았습니다", [{"forward": [0.11762507555, 0.169634292315], "backward": [1.16021919534,
0.921775]}]], "before_activation": ["WRONG_ANSWER", "the forward variances are those before the activation", "순방향 분산이 활성화 함수를
거치기 전의 값입니다", [{"forward": [0.386230197431, 0.996143990123], "backward": [1.15999409619, 0.91901875]}]], "from_input":
["WRONG_ANSWER", "the forward variances begin with the input", "순방향 분산이 입력부터 시작합니다", [{"forward": [0.75925,
0.117555233901], "backward": [1.15999409619, 0.91901875]}]], "reversed": ["WRONG_ANSWER", "the backward variances come in reversed order",
"역방향 분산의 순서가 거꾸로입니다", [{"forward": [0.117555233901, 0.16921948485], "backward": [0.91901875, 1.15999409619]}]], "no_slope":
["GRADIENT_WRONG", "the activation's derivative is missing on the way back", "거꾸로 갈 때 활성화 함수의 도함수가 빠졌습니다",
[{"forward": [0.117555233901, 0.16921948485], "backward": [3.1169357225, 0.91901875]}]]}}, "dropout_backward": {"questions": [{"dy":
[-1.02, 0.36, -0.27, -0.88], "mask": [1.0, 0.0, 1.0, 1.0], "rate": 0.25, "training": true}, {"dy": [1.3, 1.18, -0.9, -0.3], "mask": [1.0,
0.0, 1.0, 1.0], "rate": 0.4, "training": false}], "right": [{"dx": [-1.36, 0, -0.36, -1.17333333333]}, {"dx": [1.3, 1.18, -0.9, -0.3]}],
"slips": {"both_modes": ["MODE_WRONG", "the mask is applied in evaluation too", "평가할 때에도 마스크를 적용했습니다", [{"dx": [-1.36, 0,
-0.36, -1.17333333333]}, {"dx": [2.16666666667, 0, -1.5, -0.5]}]], "not_scaled": ["SCALE_WRONG", "the gradient isn't divided by 1 − rate
as the output is", "출력과 달리 그래디언트를 1 − rate로 나누지 않았습니다", [{"dx": [-1.02, 0, -0.27, -0.88]}, {"dx": [1.3, 1.18, -0.9,
-0.3]}]], "by_rate": ["SCALE_WRONG", "divided by rate in place of 1 − rate", "1 − rate가 아니라 rate로 나누었습니다", [{"dx": [-4.08, 0,
-1.08, -3.52]}, {"dx": [1.3, 1.18, -0.9, -0.3]}]], "mask_left_out": ["GRADIENT_WRONG", "numbers that were dropped get a gradient", "버려진
수에도 그래디언트가 갑니다", [{"dx": [-1.36, 0.48, -0.36, -1.17333333333]}, {"dx": [1.3, 1.18, -0.9, -0.3]}]]}}, "weight_decay":
{"questions": [{"layers": [[[[-0.71, -0.8], [-0.69, 0.39]], [-0.71, -0.73]]], "grads": [[[[0.2, -0.51], [0.87, -0.68]], [-0.24, -0.39]]],
"eta": 0.2, "decay": 0.05}], "right": [{"W0": [[-0.7429, -0.69], [-0.8571, 0.5221]], "b0": [-0.662, -0.652], "kept": [-0.71, -0.8, -0.69,
0.39, -0.71, -0.73]}], "slips": {"bias_too": ["DECAY_WRONG", "biases decay too; the rule is for weights", "편향까지 감쇠합니다. 규칙은
가중치에만 적용됩니다", [{"W0": [[-0.7429, -0.69], [-0.8571, 0.5221]], "b0": [-0.6549, -0.6447], "kept": [-0.71, -0.8, -0.69, 0.39, -0.71,
-0.73]}]], "no_rate": ["DECAY_WRONG", "the decay isn't multiplied by the learning rate", "감쇠에 학습률을 곱하지 않았습니다", [{"W0":
[[-0.7145, -0.658], [-0.8295, 0.5065]], "b0": [-0.662, -0.652], "kept": [-0.71, -0.8, -0.69, 0.39, -0.71, -0.73]}]], "grows":
["DECAY_WRONG", "the weights grow: the sign of the decay is turned", "가중치가 커집니다. 감쇠의 부호가 반대입니다", [{"W0": [[-0.7571,
-0.706], [-0.8709, 0.5299]], "b0": [-0.662, -0.652], "kept": [-0.71, -0.8, -0.69, 0.39, -0.71, -0.73]}]], "doubled": ["DECAY_WRONG",
"twice the decay: the rule's λW has no factor 2", "감쇠가 두 배입니다. 규칙의 λW에는 2가 없습니다", [{"W0": [[-0.7358, -0.682], [-0.8502,
0.5182]], "b0": [-0.662, -0.652], "kept": [-0.71, -0.8, -0.69, 0.39, -0.71, -0.73]}]], "no_decay": ["DECAY_WRONG", "nothing decays",
"아무것도 감쇠하지 않습니다", [{"W0": [[-0.75, -0.698], [-0.864, 0.526]], "b0": [-0.662, -0.652], "kept": [-0.71, -0.8, -0.69, 0.39,
-0.71, -0.73]}]], "after_the_step": ["DECAY_WRONG", "the weights decay after the step of the gradient; both are told from the same W",
"그래디언트의 걸음을 뗀 뒤에 감쇠시켰습니다. 둘 다 같은 W에서 계산해야 합니다", [{"W0": [[-0.7425, -0.69102], [-0.85536, 0.52074]], "b0":
[-0.662, -0.652], "kept": [-0.71, -0.8, -0.69, 0.39, -0.71, -0.73]}]]}}, "standardise": {"questions": [{"train": [[2.69, 5.7], [5.7,
6.91], [4.81, 6.34], [4.85, 4.81]], "validation": [[5.2, 5.84], [5.06, 6.6]]}], "right": [{"train": [[-1.640947397, -0.307578579244],
[1.0692044082, 1.24313009111], [0.267863841211, 0.512630965406], [0.303879147593, -1.44818247727]], "validation": [[0.61901307843,
-0.128157741351], [0.492959506095, 0.84584109292]], "kept": [2.69, 5.7, 5.7, 6.91, 4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}],
"slips": {"all_data": ["VALIDATION_LEAK", "mean and deviation were taken of all data, the held-back examples included", "떼어 둔 예까지
포함한 전체 데이터로 평균과 표준편차를 구했습니다", [{"train": [[-2.12777521063, -0.485465493908], [1.02979424738, 1.27677424898],
[0.0961607531507, 0.446628254396], [0.138121809071, -1.78165836264]], "validation": [[0.505281048374, -0.281569986467], [0.358417352653,
0.825291339644]], "kept": [2.69, 5.7, 5.7, 6.91, 4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}]], "its_own": ["VALIDATION_LEAK", "the
validation data is standardised by its own mean and deviation; a single new example has none", "검증 데이터를 그 자신의 평균과 표준편차로
표준화했습니다. 새로운 예 하나에는 그런 것이 없습니다", [{"train": [[-1.640947397, -0.307578579244], [1.0692044082, 1.24313009111],
[0.267863841211, 0.512630965406], [0.303879147593, -1.44818247727]], "validation": [[1, -1], [-1, 1]], "kept": [2.69, 5.7, 5.7, 6.91,
4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}]], "sample": ["SCALE_WRONG", "the deviation was taken with n − 1", "표준편차를 n − 1로
구했습니다", [{"train": [[-1.42110213208, -0.266370863285], [0.925958179337, 1.07658223911], [0.231976891244, 0.443951438808],
[0.263167061496, -1.25416281463]], "validation": [[0.536081051195, -0.110987859702], [0.426915455315, 0.732519874033]], "kept": [2.69,
5.7, 5.7, 6.91, 4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}]], "variance": ["SCALE_WRONG", "divided by the variance in place of the
standard deviation", "표준편차가 아니라 분산으로 나누었습니다", [{"train": [[-1.47748058147, -0.394185760039], [0.962693108637,
1.59316744683], [0.241179957743, 0.656976266732], [0.273607515086, -1.85595795352]], "validation": [[0.557348641843, -0.164244066683],
[0.44385219114, 1.08401084011]], "kept": [2.69, 5.7, 5.7, 6.91, 4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}]], "one_mean":
["WRONG_ANSWER", "all features share one mean and one deviation", "모든 특성이 평균 하나와 표준편차 하나를 함께 씁니다", [{"train":
[[-2.12045662022, 0.396083321371], [0.396083321371, 1.40771565669], [-0.348009883949, 0.931161581376], [-0.314567492698,
-0.348009883949]], "validation": [[-0.021946569258, 0.513131690747], [-0.138994938634, 1.1485371245]], "kept": [2.69, 5.7, 5.7, 6.91,
4.81, 6.34, 4.85, 4.81, 5.2, 5.84, 5.06, 6.6]}]]}}, "choose_degree": {"questions": [{"x": [-0.9, -0.16, 0.48, 0.62, 0.68, 0.8, 0.87], "y":
[-5.52, -5.01, -4.32, -4.01, -4.19, -3.49, -3.83], "x_val": [-0.45, 0.16, -0.47, -0.1, -0.24, -0.95, 0.85], "y_val": [-5.36, -5.03, -5.0,
-4.74, -5.19, -4.93, -4.51], "degrees": [1, 2, 5]}], "right": [{"train": [0.0332813849838, 0.0234124170387, 0.0136600962526],
"validation": [0.208006066473, 0.180522984928, 40.7691098006], "choice": 2}], "slips": {"by_training": ["VALIDATION_LEAK", "the degree is
the one with the smallest training error, which never rises with the degree", "학습 오차가 가장 작은 차수를 골랐습니다. 학습 오차는 차수가
올라가도 커지지 않습니다", [{"train": [0.0332813849838, 0.0234124170387, 0.0136600962526], "validation": [0.208006066473, 0.180522984928,
40.7691098006], "choice": 5}]], "fits_all": ["VALIDATION_LEAK", "the polynomials were fitted to the validation data too", "검증 데이터까지
써서 다항식을 맞추었습니다", [{"train": [0.0655847760962, 0.0539491646831, 0.0466751993994], "validation": [0.127029880483,
0.0968553127216, 0.0642835412976], "choice": 5}]], "position": ["WRONG_ANSWER", "the choice is a position in the list, not a degree",
"차수가 아니라 목록에서의 위치를 골랐습니다", [{"train": [0.0332813849838, 0.0234124170387, 0.0136600962526], "validation":
[0.208006066473, 0.180522984928, 40.7691098006], "choice": 1}]], "roots": ["LOSS_WRONG", "the errors are roots of the mean squared
errors", "오차가 평균제곱오차의 제곱근입니다", [{"train": [0.182431863949, 0.153011166386, 0.116876414441], "validation": [0.456076820802,
0.424879965317, 6.38506928707], "choice": 2}]]}}, "momentum": {"questions": [{"A": [[1.05, 0.72], [0.72, 1.45]], "c": [-1.34, -1.45],
"theta": [5.75, -3.69], "eta": 0.1, "gamma": 0.8, "steps": 4}], "right": [{"path": [[5.75, -3.69], [5.16683, -3.87568], [4.19172581,
-4.14099216], [3.02456268347, -4.36133228312], [1.84216902487, -4.42970971377]], "kept": [5.75, -3.69]}], "slips": {"averaged":
["OPTIMIZER_STEP", "the gradient is weighted by 1 − gamma; this rule has η alone", "그래디언트에 1 − gamma를 곱했습니다. 이 규칙에는 η만
있습니다", [{"path": [[5.75, -3.69], [5.633366, -3.727136], [5.4264088724, -3.7912243264], [5.1524622143, -3.87203576982], [4.8318404964,
-3.95993734311]], "kept": [5.75, -3.69]}]], "turns_back": ["OPTIMIZER_STEP", "the old step is taken with the opposite sign", "이전 걸음의
부호가 반대입니다", [{"path": [[5.75, -3.69], [5.16683, -3.87568], [5.12479781, -3.84390416], [4.65198089147, -3.98767417112],
[4.58378897301, -3.9361180316]], "kept": [5.75, -3.69]}]], "uphill": ["OPTIMIZER_STEP", "each step goes uphill", "걸음마다 위로
올라갑니다", [{"path": [[5.75, -3.69], [6.33317, -3.50432], [7.45747781, -3.10118416], [9.16177396853, -2.38467878888], [11.5606002893,
-1.19087519064]], "kept": [5.75, -3.69]}]], "forgets": ["OPTIMIZER_STEP", "the step isn't kept for the next call: this is plain gradient
descent", "걸음을 다음 호출까지 보관하지 않았습니다. 그러면 보통의 경사하강법입니다", [{"path": [[5.75, -3.69], [5.16683, -3.87568],
[4.65826181, -3.99244816], [4.21150058747, -4.05566802712], [3.81620112374, -4.07755420549]], "kept": [5.75, -3.69]}]], "looks_ahead":
["OPTIMIZER_STEP", "the gradient is taken at the look-ahead point; that is Nesterov's rule", "앞을 내다본 점에서 그래디언트를 구했습니다.
그것은 네스테로프의 규칙입니다", [{"path": [[5.75, -3.69], [5.16683, -3.87568], [4.251407258, -4.085862688], [3.210755449,
-4.19728052947], [2.19204129741, -4.14284750439]], "kept": [5.75, -3.69]}]]}}, "nag": {"questions": [{"A": [[0.53, -0.22], [-0.22, 1.97]],
"c": [1.4, -3.62], "theta": [-1.35, -1.25], "eta": 0.1, "gamma": 0.8, "steps": 4}], "right": [{"path": [[-1.35, -1.25], [-1.15211,
-1.77739], [-0.83567135, -2.531843062], [-0.466785768465, -3.27448607527], [-0.0938476168555, -3.85420309084]], "kept": [-1.35, -1.25]}],
"slips": {"no_look_ahead": ["OPTIMIZER_STEP", "the gradient is taken where θ is: this is plain momentum", "θ가 있는 자리에서 그래디언트를
구했습니다. 그러면 보통의 모멘텀입니다", [{"path": [[-1.35, -1.25], [-1.15211, -1.77739], [-0.81799875, -2.61844259], [-0.41112155323,
-3.53738744427], [0.0121871227333, -4.32866267534]], "kept": [-1.35, -1.25]}]], "looks_behind": ["OPTIMIZER_STEP", "the look-ahead goes
backwards: θ moves by −v", "반대쪽을 내다보았습니다. θ는 −v만큼 움직입니다", [{"path": [[-1.35, -1.25], [-1.15211, -1.77739],
[-0.80032615, -2.705042118], [-0.350910398129, -3.82820706001], [0.135662830007, -4.90916276365]], "kept": [-1.35, -1.25]}]],
"whole_step": ["OPTIMIZER_STEP", "the look-ahead is a whole v, not gamma · v", "gamma · v가 아니라 v 전체만큼 내다보았습니다", [{"path":
[[-1.35, -1.25], [-1.15211, -1.77739], [-0.8400895, -2.51019318], [-0.47999136292, -3.21312295908], [-0.117871672526, -3.75058204389]],
"kept": [-1.35, -1.25]}]], "moves_twice": ["OPTIMIZER_STEP", "θ goes on from the look-ahead point, so that the momentum counts twice",
"내다본 점에서부터 움직여 모멘텀이 두 번 들어갔습니다", [{"path": [[-1.35, -1.25], [-1.15211, -1.77739], [-0.67735935, -2.953755062],
[-0.0729954484652, -4.21336099687], [0.52752234307, -5.06897055504]], "kept": [-1.35, -1.25]}]], "uphill": ["OPTIMIZER_STEP", "each step
goes uphill", "걸음마다 위로 올라갑니다", [{"path": [[-1.35, -1.25], [-1.54789, -0.72261], [-1.94385535, 0.421540938], [-2.56369185153,
2.39389724887], [-3.46293699911, 5.56547375336]], "kept": [-1.35, -1.25]}]], "forgets": ["OPTIMIZER_STEP", "the step isn't kept for the
next call", "걸음을 다음 호출까지 보관하지 않았습니다", [{"path": [[-1.35, -1.25], [-1.15211, -1.77739], [-0.97631075, -2.19653059],
[-0.81904995323, -2.52923290027], [-0.677443429515, -2.79293311789]], "kept": [-1.35, -1.25]}]]}}, "adagrad": {"questions": [{"A": [[2.0,
0.03], [0.03, 0.5]], "c": [-3.8, -2.11], "theta": [3.87, 3.51], "eta": 0.5, "eps": 0.01, "steps": 4}], "right": [{"path": [[3.87, 3.51],
[3.37001039397, 3.01027027882], [3.0286167541, 2.67326868198], [2.75607977709, 2.40657029228], [2.5242778734, 2.18142076416]], "kept":
[3.87, 3.51]}], "slips": {"forgets": ["OPTIMIZER_STEP", "the squares aren't added up over the steps", "제곱을 걸음에 걸쳐 더하지
않았습니다", [{"path": [[3.87, 3.51], [3.37001039397, 3.01027027882], [2.8700222946, 2.51059455697], [2.37003605492, 2.0109907788],
[1.87005214747, 1.51148580847]], "kept": [3.87, 3.51]}]], "not_squared": ["OPTIMIZER_STEP", "G adds up the gradients' absolute values in
place of their squares", "G에 제곱이 아니라 절댓값을 더했습니다", [{"path": [[3.87, 3.51], [1.90158652439, 2.63963617007],
[0.791924424494, 2.10153000248], [0.0200786851193, 1.70088787104], [-0.563582962456, 1.37922338308]], "kept": [3.87, 3.51]}]], "no_root":
["OPTIMIZER_STEP", "the root is missing", "제곱근이 빠졌습니다", [{"path": [[3.87, 3.51], [3.83776116398, 3.34570948704], [3.82164157453,
3.26355261102], [3.81088715836, 3.20853563306], [3.80281533354, 3.16708757309]], "kept": [3.87, 3.51]}]], "eps_outside":
["OPTIMIZER_STEP", "eps is added outside of the root; here it stands inside", "eps를 제곱근 밖에서 더했습니다. 여기서는 안에 있습니다",
[{"path": [[3.87, 3.51], [3.37032219401, 3.01163929052], [3.02907716597, 2.67530927061], [2.75663612818, 2.40904727801], [2.52490417367,
2.18421540434]], "kept": [3.87, 3.51]}]], "updates_late": ["OPTIMIZER_STEP", "the step divides by the G of the step before", "이전 걸음의
G로 나누었습니다", [{"path": [[3.87, 3.51], [-73.673, -11.6905], [-69.1583918473, -10.5585113348], [-68.6935945029, -10.1477273967],
[-68.3556160784, -9.84158141699]], "kept": [3.87, 3.51]}]], "one_rate": ["OPTIMIZER_STEP", "all parameters share one G; each has its own",
"모든 파라미터가 G 하나를 함께 씁니다. 저마다 따로 있어야 합니다", [{"path": [[3.87, 3.51], [3.37934815738, 3.41381912831],
[3.04422198366, 3.34512320553], [2.77666016719, 3.28847265844], [2.54907497675, 3.23896495006]], "kept": [3.87, 3.51]}]], "uphill":
["OPTIMIZER_STEP", "each step goes uphill", "걸음마다 위로 올라갑니다", [{"path": [[3.87, 3.51], [4.36998960603, 4.00972972118],
[4.7345591667, 4.37762994511], [5.03755466935, 4.68494696902], [5.30334125902, 4.95543237318]], "kept": [3.87, 3.51]}]]}}, "rmsprop":
{"questions": [{"A": [[1.96, -0.24], [-0.24, 0.54]], "c": [-0.16, -1.29], "theta": [3.61, -0.83], "eta": 0.1, "gamma": 0.8, "eps": 0.01,
"steps": 4}], "right": [{"path": [[3.61, -0.83], [3.3864986405, -0.618337551857], [3.22514232667, -0.481086229473], [3.08925299257,
-0.37752083098], [2.96756251393, -0.295902199855]], "kept": [3.61, -0.83]}], "slips": {"exchanged": ["OPTIMIZER_STEP", "gamma and 1 −
gamma are exchanged", "gamma와 1 − gamma가 서로 바뀌었습니다", [{"path": [[3.61, -0.83], [3.4982097879, -0.719783946939], [3.39675722987,
-0.621862985573], [3.29712423126, -0.527033113278], [3.19787602017, -0.434002380009]], "kept": [3.61, -0.83]}]], "adds_up":
["OPTIMIZER_STEP", "the squares are added up for ever: this is Adagrad", "제곱을 계속 더하기만 했습니다. 그러면 Adagrad입니다", [{"path":
[[3.61, -0.83], [3.51000943602, -0.731140649835], [3.4403938569, -0.665416203751], [3.38409821387, -0.614093316555], [3.33570765009,
-0.571330252173]], "kept": [3.61, -0.83]}]], "not_weighted": ["OPTIMIZER_STEP", "the new square lacks its factor 1 − gamma", "새 제곱에 1
− gamma가 빠졌습니다", [{"path": [[3.61, -0.83], [3.51000943602, -0.731140649835], [3.43650335232, -0.661432565843], [3.37388698244,
-0.603884839831], [3.31730643127, -0.553333780283]], "kept": [3.61, -0.83]}]], "forgets": ["OPTIMIZER_STEP", "G isn't kept for the next
call", "G를 다음 호출까지 보관하지 않았습니다", [{"path": [[3.61, -0.83], [3.3864986405, -0.618337551857], [3.16301299745,
-0.41502168035], [2.93954677385, -0.230798773295], [2.71610477863, -0.0945044784514]], "kept": [3.61, -0.83]}]], "no_root":
["OPTIMIZER_STEP", "the root is missing", "제곱근이 빠졌습니다", [{"path": [[3.61, -0.83], [3.54137212494, -0.147474223734],
[3.50308593288, 0.142243050955], [3.47452423383, 0.275793341982], [3.45064287803, 0.316658226719]], "kept": [3.61, -0.83]}]],
"eps_outside": ["OPTIMIZER_STEP", "eps is added outside of the root; here it stands inside", "eps를 제곱근 밖에서 더했습니다. 여기서는
안에 있습니다", [{"path": [[3.61, -0.83], [3.38707802487, -0.613759568849], [3.22605846495, -0.475215587091], [3.09042020523,
-0.370964557887], [2.96893842834, -0.2888664783]], "kept": [3.61, -0.83]}]], "updates_late": ["OPTIMIZER_STEP", "the step divides by the G
of the step before", "이전 걸음의 G로 나누었습니다", [{"path": [[3.61, -0.83], [-3.6688, -0.1736], [-3.44940142635, -0.639543729995],
[-3.29669069419, -0.801427102993], [-3.16794481062, -0.926617466604]], "kept": [3.61, -0.83]}]], "uphill": ["OPTIMIZER_STEP", "each step
goes uphill", "걸음마다 위로 올라갑니다", [{"path": [[3.61, -0.83], [3.8335013595, -1.04166244814], [4.00483370241, -1.21950813189],
[4.15426702558, -1.38003170896], [4.29152121319, -1.52977987908]], "kept": [3.61, -0.83]}]]}}, "adadelta": {"questions": [{"A": [[0.56,
-0.29], [-0.29, 1.94]], "c": [-0.17, 1.55], "theta": [0.43, 0.37], "gamma": 0.8, "eps": 0.01, "steps": 4}], "right": [{"path": [[0.43,
0.37], [0.217638023745, 0.592691101288], [0.0302382673752, 0.802421565746], [-0.111977175689, 0.983136327732], [-0.205187162291,
1.12949202488]], "kept": [0.43, 0.37]}], "slips": {"never_moves": ["OPTIMIZER_STEP", "eps is missing above: the average of the steps
begins with 0, so that no step is ever taken", "분자에 eps가 없습니다. 걸음의 평균이 0에서 시작하므로 한 걸음도 움직이지 않습니다",
[{"path": [[0.43, 0.37], [0.43, 0.37], [0.43, 0.37], [0.43, 0.37], [0.43, 0.37]], "kept": [0.43, 0.37]}]], "upside_down":
["OPTIMIZER_STEP", "the quotient of the two roots is upside down", "두 제곱근의 나눗셈이 거꾸로입니다", [{"path": [[0.43, 0.37],
[-1.73590205136, 27.6156070535], [31.0431705076, -68.0161474024], [-12.996899405, 152.447765133], [46.1344096742, -254.280396494]],
"kept": [0.43, 0.37]}]], "no_roots": ["OPTIMIZER_STEP", "the roots are missing", "제곱근이 빠졌습니다", [{"path": [[0.43, 0.37],
[0.363503967917, 0.39013288673], [0.321421200469, 0.401475182107], [0.288981355158, 0.409910175227], [0.261557748857, 0.416927651973]],
"kept": [0.43, 0.37]}]], "gradients_again": ["OPTIMIZER_STEP", "the second average is one of the gradients again, not of the steps", "두
번째 평균이 걸음이 아니라 다시 그래디언트의 평균입니다", [{"path": [[0.43, 0.37], [0.217638023745, 0.592691101288], [-0.216322527798,
2.23642902432], [0.0219833702786, 0.896096676894], [-0.280283830181, 2.2207591559]], "kept": [0.43, 0.37]}]], "steps_first":
["OPTIMIZER_STEP", "the average of the steps is brought up to date before the step is known", "걸음을 계산하기 전에 걸음의 평균을
갱신했습니다", [{"path": [[0.43, 0.37], [-0.2482, 2.8332], [0.16772, 0.321114], [-0.37778014, 2.80309164], [0.101973314, 0.3118376178]],
"kept": [0.43, 0.37]}]], "not_squared": ["OPTIMIZER_STEP", "the average of the steps is one of absolute values, not of squares", "걸음의
평균이 제곱이 아니라 절댓값의 평균입니다", [{"path": [[0.43, 0.37], [0.217638023745, 0.592691101288], [-0.0936301158266, 0.939736461774],
[-0.302404560384, 1.25363878985], [-0.316054625088, 1.43205438206]], "kept": [0.43, 0.37]}]], "uphill": ["OPTIMIZER_STEP", "each step goes
uphill", "걸음마다 위로 올라갑니다", [{"path": [[0.43, 0.37], [0.642361976255, 0.147308898712], [0.889034374089, -0.105284257793],
[1.17355913911, -0.390797767246], [1.49869021202, -0.711725431087]], "kept": [0.43, 0.37]}]]}}, "adam": {"questions": [{"A": [[1.09,
-0.73], [-0.73, 1.41]], "c": [2.31, -1.13], "theta": [-1.28, 6.14], "eta": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 0.01, "steps": 4}],
"right": [{"path": [[-1.28, 6.14], [-1.18010834001, 6.04007763131], [-1.08027006711, 5.94019925798], [-0.980521441753, 5.84039470457],
[-0.880899676356, 5.74069440936]], "kept": [-1.28, 6.14]}], "slips": {"no_correction": ["OPTIMIZER_STEP", "the bias correction is missing:
the moments begin with 0 and are too small at first", "편향 보정이 빠졌습니다. 모멘트는 0에서 시작하므로 처음에는 너무 작습니다",
[{"path": [[-1.28, 6.14], [-1.18107293835, 6.04077092681], [-1.04749252597, 5.90688492112], [-0.891512504221, 5.75057309527],
[-0.719866922449, 5.57853711268]], "kept": [-1.28, 6.14]}]], "first_uncorrected": ["OPTIMIZER_STEP", "the first moment isn't corrected",
"1차 모멘트를 보정하지 않았습니다", [{"path": [[-1.28, 6.14], [-1.270010834, 6.13000776313], [-1.25103234002, 6.11102328326],
[-1.22396680303, 6.083948591], [-1.18962984067, 6.04959849116]], "kept": [-1.28, 6.14]}]], "second_uncorrected": ["OPTIMIZER_STEP", "the
second moment isn't corrected", "2차 모멘트를 보정하지 않았습니다", [{"path": [[-1.28, 6.14], [-0.29072938349, 5.14770926808],
[0.404492695757, 4.44887114838], [0.965354881098, 3.88283848023], [1.44275794044, 3.39819305178]], "kept": [-1.28, 6.14]}]], "minus":
["OPTIMIZER_STEP", "the moments take the gradient with a minus sign, as some lecture notes have it; it is a plus", "모멘트에 그래디언트를
빼고 있습니다. 어떤 강의 노트에 그렇게 적혀 있지만 더해야 합니다", [{"path": [[-1.28, 6.14], [NaN, NaN], [NaN, NaN], [NaN, NaN], [NaN,
NaN]], "kept": [-1.28, 6.14]}]], "betas_exchanged": ["OPTIMIZER_STEP", "beta1 and beta2 are exchanged", "beta1과 beta2가 서로
바뀌었습니다", [{"path": [[-1.28, 6.14], [-1.18010834001, 6.04007763131], [-1.08017537499, 5.94011958523], [-0.980171863842,
5.84010092331], [-0.880067766001, 5.73999613857]], "kept": [-1.28, 6.14]}]], "from_zero": ["OPTIMIZER_STEP", "the first step is number 0,
for which the correction divides by 0; steps count from 1", "첫 걸음의 번호가 0이어서 보정이 0으로 나눕니다. 걸음은 1부터 셉니다",
[{"path": [[-1.28, 6.14], [NaN, NaN], [NaN, NaN], [NaN, NaN], [NaN, NaN]], "kept": [-1.28, 6.14]}]], "always_first": ["OPTIMIZER_STEP",
"every step is corrected as if it were the first: the count isn't kept", "모든 걸음을 첫 걸음처럼 보정했습니다. 걸음 수를 보관하지
않았습니다", [{"path": [[-1.28, 6.14], [-1.18010834001, 6.04007763131], [-1.04559589011, 5.90552335432], [-0.888715475685, 5.74856735474],
[-0.716199976935, 5.5759103548]], "kept": [-1.28, 6.14]}]], "correction_kept": ["OPTIMIZER_STEP", "the corrected moments are kept in place
of the moments, and corrected again in the next step", "보정한 모멘트를 그대로 보관해 다음 걸음에서 다시 보정했습니다", [{"path": [[-1.28,
6.14], [-1.18010834001, 6.04007763131], [-1.10600564354, 5.96595089705], [-1.06250747068, 5.92243560969], [-1.03966050365,
5.89957888901]], "kept": [-1.28, 6.14]}]], "eps_inside": ["OPTIMIZER_STEP", "eps is added inside of the root; Adam has it outside", "eps를
제곱근 안에서 더했습니다. Adam에서는 밖에 있습니다", [{"path": [[-1.28, 6.14], [-1.180005881, 6.04000301786], [-1.08006429619,
5.94004950412], [-0.980211566115, 5.84016932553], [-0.880484967835, 5.74039296512]], "kept": [-1.28, 6.14]}]], "no_root":
["OPTIMIZER_STEP", "the root is missing", "제곱근이 빠졌습니다", [{"path": [[-1.28, 6.14], [-1.26915552392, 6.13223130628],
[-1.25830120263, 6.12445716139], [-1.24743731138, 6.11667771917], [-1.23656412562, 6.10889313334]], "kept": [-1.28, 6.14]}]],
"not_squared": ["OPTIMIZER_STEP", "the second moment is one of absolute values, not of squares", "2차 모멘트가 제곱이 아니라 절댓값의
평균입니다", [{"path": [[-1.28, 6.14], [-0.977348895201, 5.78222988635], [-0.68009798481, 5.43006322932], [-0.388611538292,
5.08386679298], [-0.103258310888, 4.74400941175]], "kept": [-1.28, 6.14]}]], "uphill": ["OPTIMIZER_STEP", "each step goes uphill",
"걸음마다 위로 올라갑니다", [{"path": [[-1.28, 6.14], [-1.37989165999, 6.23992236869], [-1.47982605442, 6.33988117422], [-1.57982987538,
6.43989946589], [-1.6799289567, 6.5399996382]], "kept": [-1.28, 6.14]}]]}}, "read_idx": {"questions": [{"path": "idx/images.idx3-ubyte",
"hex": "000008030000000200000003000000043fe6c38626d2b04b472fa5cba3a8dbc9a06e88668489f90c"}, {"path": "idx/labels.idx1-ubyte", "hex":
"00000801000000050702010004"}, {"path": "idx/wide.idx2-short", "hex": "00000b0200000002000000030001fffe012c000000058000"}, {"path":
"idx/short.idx3-ubyte", "hex": "000008030000000200000003000000043fe6c38626d2b04b472fa5cba3a8dbc9a06e88"}, {"path": "idx/other.png", "hex":
"89504e470d0a1a0a0000000000000000000000000000000000000000"}], "right": [{"refused": 0, "numbers": [63, 230, 195, 134, 38, 210, 176, 75,
71, 47, 165, 203, 163, 168, 219, 201, 160, 110, 136, 102, 132, 137, 249, 12], "shape": [2, 3, 4]}, {"refused": 0, "numbers": [7, 2, 1, 0,
4], "shape": [5]}, {"refused": 0, "numbers": [1, -2, 300, 0, 5, -32768], "shape": [2, 3]}, {"refused": 1}, {"refused": 1}], "slips":
{"little_endian": ["BYTE_ORDER", "the numbers of more than one byte are read in the wrong byte order", "두 바이트 이상인 수의 바이트
순서가 반대입니다", [{"refused": 0, "numbers": [63, 230, 195, 134, 38, 210, 176, 75, 71, 47, 165, 203, 163, 168, 219, 201, 160, 110, 136,
102, 132, 137, 249, 12], "shape": [2, 3, 4]}, {"refused": 0, "numbers": [7, 2, 1, 0, 4], "shape": [5]}, {"refused": 0, "numbers": [256,
-257, 11265, 0, 1280, 128], "shape": [2, 3]}, {"refused": 1}, {"refused": 1}]], "unsigned": ["WRONG_ANSWER", "negative numbers come out as
large positive ones", "음수가 큰 양수로 나옵니다", [{"refused": 0, "numbers": [63, 230, 195, 134, 38, 210, 176, 75, 71, 47, 165, 203, 163,
168, 219, 201, 160, 110, 136, 102, 132, 137, 249, 12], "shape": [2, 3, 4]}, {"refused": 0, "numbers": [7, 2, 1, 0, 4], "shape": [5]},
{"refused": 0, "numbers": [1, 65534, 300, 0, 5, 32768], "shape": [2, 3]}, {"refused": 1}, {"refused": 1}]], "as_bytes": ["WRONG_ANSWER",
"numbers of any type are read as single bytes", "어떤 형의 수이든 한 바이트씩 읽었습니다", [{"refused": 0, "numbers": [63, 230, 195, 134,
38, 210, 176, 75, 71, 47, 165, 203, 163, 168, 219, 201, 160, 110, 136, 102, 132, 137, 249, 12], "shape": [2, 3, 4]}, {"refused": 0,
"numbers": [7, 2, 1, 0, 4], "shape": [5]}, {"refused": 0, "numbers": [0, 1, 255, 254, 1, 44], "shape": [2, 3]}, {"refused": 1},
{"refused": 1}]], "flat": ["WRONG_ANSWER", "the numbers are right, but they don't have the shape that the header gives", "수는 맞지만
헤더에 적힌 모양이 아닙니다", [{"refused": 0, "numbers": [63, 230, 195, 134, 38, 210, 176, 75, 71, 47, 165, 203, 163, 168, 219, 201, 160,
110, 136, 102, 132, 137, 249, 12], "shape": [24]}, {"refused": 0, "numbers": [7, 2, 1, 0, 4], "shape": [5]}, {"refused": 0, "numbers": [1,
-2, 300, 0, 5, -32768], "shape": [6]}, {"refused": 1}, {"refused": 1}]], "columns_first": ["WRONG_ANSWER", "the last dimension has to run
fastest", "마지막 차원이 가장 빨리 바뀌어야 합니다", [{"refused": 0, "numbers": [63, 176, 163, 136, 195, 71, 219, 132, 38, 165, 160, 249,
230, 75, 168, 102, 134, 47, 201, 137, 210, 203, 110, 12], "shape": [2, 3, 4]}, {"refused": 0, "numbers": [7, 2, 1, 0, 4], "shape": [5]},
{"refused": 0, "numbers": [1, 300, 5, -2, 0, -32768], "shape": [2, 3]}, {"refused": 1}, {"refused": 1}]]}}}
"""
PUBLIC: dict[str, Any] = json.loads(" ".join(PUBLIC_TEXT.split()))
