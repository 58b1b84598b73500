"""The words and the table of the first cell: the form of the answers, which every student may know, and, for staff, the right ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.rooms import Room

from .problem_answers import NOTEBOOK

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
