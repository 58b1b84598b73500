"""Questions to a page (probes.js), and what must be true of every page of every report."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROBES = (Path(__file__).parent / "probes.js").read_text(encoding="utf-8")
PHONE, DESKTOP = 390, 1280

both_languages = pytest.mark.parametrize("language", ["en", "ko"])
both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


def ask(page: Page, question: str, argument: Any = None) -> Any:
    page.evaluate(PROBES)
    return page.evaluate(f"argument => window.probes.{question}(argument)", argument)


def text_stands_out(page: Page) -> None:
    ask(page, "openDetails")
    found = ask(page, "contrasts")
    assert len(found) > 3
    assert [(text, round(ratio, 2)) for text, ratio, demanded in found if ratio < demanded] == []


def dark_is_dark(light: Page, dark: Page) -> None:
    assert ask(light, "ground") > 0.8 and ask(light, "ink") < 0.1
    assert ask(dark, "ground") < 0.05 and ask(dark, "ink") > 0.6


def has_structure_for_readers(page: Page, language: str, *, marked: bool = True) -> None:
    """`marked`: a Korean page marks what is in English; a page of hostile texts has nothing that could be told apart."""
    headings = ask(page, "headings")
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings)), headings
    for role in ("banner", "main"):
        assert page.get_by_role(role).count() == 1
    assert page.locator("html").get_attribute("lang") == language
    assert ask(page, "nameless") == []
    if language == "ko" and marked:
        assert ask(page, "unmarked") == []
