"""The phrases of both languages take the same values, and the language is the one that the user meant."""

from __future__ import annotations

import re

import pytest

from grader.cli.words import PHRASES, Words, chosen
from grader.toolchain import UsageError


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_take_the_same_values(key: str) -> None:
    english, korean = (sorted(re.findall(r"{(\w+)}", text)) for text in PHRASES[key])
    assert english == korean and all(text.strip() for text in PHRASES[key])


@pytest.mark.parametrize(
    ("option", "environment", "language"),
    [
        (None, {}, "en"),
        (None, {"LANG": "ko_KR.UTF-8"}, "ko"),
        (None, {"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "ko_KR.UTF-8", "GRADER_LANG": "en"}, "en"),
        ("ko", {"GRADER_LANG": "en"}, "ko"),
    ],
)
def test_the_option_then_our_variable_then_the_locale(option: str | None, environment: dict[str, str], language: str) -> None:
    assert chosen(option, environment).language == Words(language).language == language


def test_an_unknown_language_lists_the_known() -> None:
    with pytest.raises(UsageError, match="unknown language 'fr'; known are en, ko"):
        chosen("fr", {})
