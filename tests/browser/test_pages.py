"""The report in a browser: real grades, both languages, phone and desktop, light and dark. Nothing is compared with a stored picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.report import render
from grader.report.words import WORDS
from tests.browser.asking import DESKTOP, PHONE, ask, both_languages, both_schemes, dark_is_dark, has_structure_for_readers, text_stands_out
from tests.browser.conftest import NAMES, Open, grade_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

Pages = dict[tuple[str, str], Path]

every_page = pytest.mark.parametrize("name", [*NAMES, "index", "hostile"])


@every_page
@both_languages
@pytest.mark.parametrize("width", [320, PHONE, 768, DESKTOP])
def test_nothing_scrolls_sideways(name: str, language: str, width: int, pages: Pages, open_page: Open) -> None:
    page = open_page(pages[name, language], width=width)
    for _ in range(2):
        content, window = ask(page, "widths")
        assert content <= window and ask(page, "spills") == []
        ask(page, "openDetails")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@both_languages
def test_a_findings_line_is_in_view_after_its_link(width: int, language: str, pages: Pages, open_page: Open) -> None:
    grade = grade_of("race")
    page = open_page(pages["race", language], width=width)
    page.locator(".hero a.place").click()
    line = page.locator(f"[id='L0-{grade.line}']")
    assert page.url.endswith(f"#L0-{grade.line}") and in_view(page, line)
    code = grade.source["gemm.cu"].splitlines()[(grade.line or 0) - 1].strip()
    assert code in line.inner_text()
    # from the index straight to the line
    index = open_page(pages["index", language], width=width)
    index.locator(f"a.place[href$='#L0-{grade.line}']").first.click()
    assert in_view(index, index.locator(f"[id='L0-{grade.line}']"))


def in_view(page: Page, locator: Any) -> bool:
    box = locator.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] >= 0)


@every_page
@both_languages
@both_schemes
def test_text_stands_out(name: str, language: str, scheme: str, pages: Pages, open_page: Open) -> None:
    text_stands_out(open_page(pages[name, language], scheme=scheme))


@both_schemes
def test_marks_stand_out(scheme: str, pages: Pages, open_page: Open) -> None:
    names = ["--hue0", "--hue1", "--hue2", "--hue3", "--cell-some", "--cell-wrong", "--cell-nan", "--cell-padding"]
    names += ["--red", "--amber", "--green", "--violet", "--blue"]
    found = ask(open_page(pages["race", "en"], scheme=scheme), "marks", names)
    assert [(name, round(ratio, 2)) for name, ratio in found if ratio < 3] == []


@every_page
def test_dark_is_dark_and_light_is_light(name: str, pages: Pages, open_page: Open) -> None:
    dark_is_dark(*(open_page(pages[name, "en"], scheme=scheme) for scheme in ("light", "dark")))


@every_page
@both_languages
def test_structure_for_readers(name: str, language: str, pages: Pages, open_page: Open) -> None:
    page = open_page(pages[name, language])
    has_structure_for_readers(page, language, marked=name != "hostile")


@pytest.mark.parametrize("name", [*NAMES, "index"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_keyboard_reaches_everything(name: str, width: int, pages: Pages, open_page: Open) -> None:
    page = open_page(pages[name, "en"], width=width)
    page.keyboard.press("Tab")
    first = ask(page, "focused")
    assert first["css"] == "skip" and first["seen"], "the first stop is the way past the navigation"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page = open_page(pages[name, "en"], width=width)
    expected = ask(page, "focusable")
    stops = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        stops.append(ask(page, "focused"))
    assert len(stops) == expected and "BODY" not in {stop["tag"] for stop in stops}
    assert [stop for stop in stops if not stop["outline"]] == [] and [stop for stop in stops if not stop["seen"]] == []
    assert {stop["tag"] for stop in stops} >= {"A"} | ({"SUMMARY"} if name != "index" else set())


def test_details_open_by_key_and_the_margin_shows_by_key_on_a_phone(pages: Pages, open_page: Open) -> None:
    page = open_page(pages["race", "en"], width=PHONE)
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("each => each.parentElement.open")
    cell = page.locator("td.m:not(:empty)").first
    assert not cell.is_visible()
    page.locator(".switch input").first.focus()
    page.keyboard.press("Space")
    assert cell.is_visible()
    content, window = ask(page, "widths")
    assert content <= window


def test_the_two_accesses_stand_side_by_side_and_on_a_phone_one_below_the_other(pages: Pages, open_page: Open) -> None:
    for width, beside in ((DESKTOP, True), (PHONE, False)):
        page = open_page(pages["race", "en"], width=width)
        first, second = (page.locator(f".pair .side.{which}").first.bounding_box() for which in ("first", "second"))
        assert first and second
        assert (second["x"] >= first["x"] + first["width"]) == beside and (second["y"] >= first["y"] + first["height"]) != beside
        assert page.locator(".pair .hit").first.is_visible()


@pytest.mark.parametrize(("name", "picture"), [("tail", ".map"), ("conflicts", ".access")])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_drawings_are_seen_whole(name: str, picture: str, width: int, pages: Pages, open_page: Open) -> None:
    page = open_page(pages[name, "en"], width=width)
    drawing = page.locator(f".loss {picture} svg[role=img]").first
    box = drawing.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] > 100
    # at its own size: its letters stay readable
    assert abs(box["width"] - float(drawing.get_attribute("width") or 0)) < 1 or (width == PHONE and box["width"] > 280)
    assert drawing.evaluate("each => document.getElementById(each.getAttribute('aria-labelledby')).textContent.trim().length > 20")


@pytest.mark.parametrize("name", ["race", "index"])
def test_the_policy_is_in_force(name: str, pages: Pages, open_page: Open, tmp_path: Path) -> None:
    page = pages[name, "en"]
    text = page.read_text(encoding="utf-8")
    injected = (
        '<script>window.injected = 1</script><img src="https://example.org/x.png" onerror="window.injected = 2">'
        '<p id="styled" style="color: rgb(1, 2, 3)">x</p><style>#styled { color: rgb(4, 5, 6) }</style>'
        '<iframe src="https://example.org/"></iframe><form action="https://example.org/"><button id="send">x</button></form>'
    )
    copy = tmp_path / "injected.html"
    copy.write_text(re.sub(r"<main[^>]*>", lambda match: match[0] + injected, text, count=1), encoding="utf-8")
    blank = open_page(page, faultless=False)
    blank.add_init_script(
        "window.blocked = []; addEventListener('securitypolicyviolation', each => window.blocked.push(each.effectiveDirective))"
    )
    stopped: list[tuple[str, str | None]] = []
    left: list[str] = []  # requests that were answered
    blank.on("requestfailed", lambda request: stopped.append((request.url, request.failure)))
    blank.on("requestfinished", lambda request: left.append(request.url))
    blank.goto(copy.as_uri())
    blank.evaluate("document.getElementById('send').click()")
    assert blank.evaluate("window.injected") is None
    assert blank.evaluate("getComputedStyle(document.getElementById('styled')).color") not in ("rgb(1, 2, 3)", "rgb(4, 5, 6)")
    blocked = set(blank.evaluate("window.blocked"))
    assert blocked >= {"script-src-elem", "style-src-attr", "style-src-elem", "img-src", "frame-src", "form-action"}
    assert [url for url in left if not url.startswith(("file:", "data:"))] == [] and blank.url == copy.as_uri()
    assert stopped and {reason for _, reason in stopped} == {"csp"}


def test_a_reader_in_korean_reads_korean(open_page: Open, tmp_path: Path) -> None:
    grade = grade_of("race")
    translated, *others = grade.checks
    translated = msgspec.structs.replace(translated, title_ko="작은 정사각 행렬")
    index = render([msgspec.structs.replace(grade, checks=(translated, *others))], tmp_path, language="ko")
    (path,) = [each for each in tmp_path.glob("*.html") if each != index]
    page = open_page(path)
    assert page.locator("#why").inner_text() == WORDS["ko"]["why"]
    assert re.search("[가-힣]", page.locator(".main-verdict strong").inner_text())
    titles = page.locator(".checks tbody .title")
    assert titles.first.inner_text() == "작은 정사각 행렬" and titles.first.get_attribute("lang") is None


def test_paper_shows_what_was_folded_and_no_navigation(pages: Pages, open_page: Open) -> None:
    page = open_page(pages["race", "en"])
    page.emulate_media(media="print")
    assert not page.locator(".top nav").is_visible()
    folded = page.locator("details:not([open]) > :not(summary)")
    assert folded.count() and folded.evaluate_all("found => found.every(each => each.checkVisibility())")
    assert page.locator(".code").first.evaluate("each => each.scrollWidth <= each.clientWidth + 1"), "long lines are wrapped"
