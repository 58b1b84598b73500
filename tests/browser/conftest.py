"""The machine's Chromium, headless, and the pages of real grades. playwright is imported only when a test asks for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.records import Grade
from grader.report import render
from tests.report import fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GRADES = Path(__file__).parent / "grades"
NAMES = sorted(path.stem for path in GRADES.glob("*.json"))
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

Open = Callable[..., "Page"]
pytest.register_assert_rewrite("tests.browser.asking")  # so that its assertions, too, say what they found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def grade_of(name: str) -> Grade:
    return msgspec.json.decode((GRADES / f"{name}.json").read_bytes(), type=Grade)


def hostile() -> Grade:
    """Hostile everywhere, and long: one line of 100,000 characters, 10,000 lines, words that can't be broken."""
    base = fixtures.hostile()
    (name,) = base.source
    lines = ["int a;"] * 9_000 + ["x" * 100_000, "\u202e" + "\u200b" * 50 + "한국어", "\t" * 200 + "y"] + ["// <b>"] * 1_000
    problem = msgspec.structs.replace(base.problems[0], line=9_001, other_line=9_002, message="w" * 5_000)
    return msgspec.structs.replace(base, submission="hostile", source={name: "\n".join(lines)}, problems=(problem,), line=9_001)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """(name of the grade, or "index", or "hostile"; language) -> page."""
    found: dict[tuple[str, str], Path] = {}
    grades = {**{name: grade_of(name) for name in NAMES}, "hostile": hostile()}
    for language in ("en", "ko"):
        for name, grade in grades.items():  # a folder each: the page's name is the report's business
            index = render([grade], tmp_path_factory.mktemp(f"{language}-{name}"), language=language)
            (found[name, language],) = [path for path in index.parent.glob("*.html") if path != index]
        found["index", language] = render(list(grades.values()), tmp_path_factory.mktemp(f"{language}-index"), language=language)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "no Chromium on this machine; Debian, Ubuntu: apt-get install chromium, or name one in $CHROMIUM"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """open_page(path, width=…, scheme=…) → a page that keeps what went wrong in `page.faults`; a test ends without any."""
    from playwright.sync_api import ConsoleMessage

    contexts = []

    def opened(path: Path, *, width: int = 1280, scheme: str = "light", anchor: str = "", faultless: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append((context, faults := [], faultless))
        page = context.new_page()

        def said(message: ConsoleMessage) -> None:
            faults.append(f"console {message.type}: {message.text}")

        page.on("console", said)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("requestfailed", lambda request: faults.append(f"request: {request.url[:100]}"))
        page.on("request", lambda request: faults.append(f"remote: {request.url}") if request.url.startswith("http") else None)
        page.goto(path.as_uri() + anchor)
        return page

    yield opened
    for context, faults, faultless in contexts:
        context.close()
        assert not (faultless and faults), faults
