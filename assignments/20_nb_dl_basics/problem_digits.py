"""Digits to learn: drawn by code for the room, and once more, when it is closed, to see what the trained network makes of them."""

from __future__ import annotations

import numpy as np

from grader.checks.rooms import Room

from .problem_answers import NOTEBOOK, Array

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
