"""The course report in a browser: sorting, phone and desktop, light and dark, the policy in force, readers and the keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.report.course import render_course
from tests.browser.asking import DESKTOP, PHONE, ask, both_languages, both_schemes, dark_is_dark, has_structure_for_readers, text_stands_out
from tests.browser.conftest import Open
from tests.report.course.synthetic import course

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PAGES = {"index": "index.html", "assignment": "assignment-09_gemm.html", "student": "student-s0003.html", "hostile": "student-s0000.html"}
Reports = dict[str, Path]

every_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Language -> folder. The first student's name and texts are as bad as can be."""
    made = course(40, 8)
    long = "x" * 500 + "\u202e👩‍💻<b>김"
    for at, each in enumerate(made.standings):
        if each.student.login == "s0000":
            grade = each.grade and msgspec.structs.replace(each.grade, message="w" * 3_000, file=f"{'f' * 200}.cu", verdict="V" * 60)
            student = msgspec.structs.replace(each.student, name=long, section="s" * 100)
            made.standings[at] = msgspec.structs.replace(each, student=student, grade=grade)
    found = {}
    for language in ("en", "ko"):
        found[language] = tmp_path_factory.mktemp(f"course-{language}")
        render_course(made.standings, made.about, found[language], submissions=made.submissions, grades=made.grades, language=language)
    return found


@every_page
@both_languages
@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_the_page_never_scrolls_sideways_its_tables_do(name: str, language: str, width: int, reports: Reports, open_page: Open) -> None:
    page = open_page(reports[language] / PAGES[name], width=width)
    for _ in range(2):
        content, window = ask(page, "widths")
        assert content <= window
        assert page.evaluate(SPILLS) == []
        ask(page, "openDetails")


# what sticks out of the window without a box of its own to scroll in
SPILLS = """() => [...document.body.querySelectorAll("*")].filter(each => !each.closest(".scroll > *, svg, .for-readers, .skip")
  && each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 0.5).map(each => each.outerHTML.slice(0, 80))"""


@every_page
@both_languages
@both_schemes
def test_text_stands_out(name: str, language: str, scheme: str, reports: Reports, open_page: Open) -> None:
    text_stands_out(open_page(reports[language] / PAGES[name], scheme=scheme))


@every_page
def test_dark_is_dark_and_light_is_light(name: str, reports: Reports, open_page: Open) -> None:
    dark_is_dark(*(open_page(reports["en"] / PAGES[name], scheme=scheme) for scheme in ("light", "dark")))


@every_page
@both_languages
def test_structure_for_readers(name: str, language: str, reports: Reports, open_page: Open) -> None:
    page = open_page(reports[language] / PAGES[name])
    has_structure_for_readers(page, language, marked=name != "hostile")
    assert page.locator("table:not(:has(> caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0


@pytest.mark.parametrize("name", ["index", "assignment"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_column_sorts_both_ways_and_back(name: str, language: str, reports: Reports, open_page: Open) -> None:
    page = open_page(reports[language] / PAGES[name])
    table = page.locator("table.members")
    heads = table.locator("thead th")
    names = sorted(row_names(table))
    for column in range(heads.count()):
        head = heads.nth(column)
        if not head.get_attribute("data-sort"):
            continue
        numeric = head.get_attribute("data-sort") == "number"
        for _ in range(2):
            head.locator("button").click()
            up = head.get_attribute("aria-sort") == "ascending"
            assert table.locator("[aria-sort]").count() == 1
            cells = values(table, column)
            filled = [cell for cell in cells if (number_in(cell) is not None if numeric else cell)]
            assert cells[: len(filled)] == filled, "what has no value stands at the end"
            if numeric:
                numbers = [number_in(cell) or 0.0 for cell in filled]
                assert numbers == sorted(numbers, reverse=not up)
            else:
                assert page.evaluate(SORTED, [filled if up else filled[::-1], language])
        assert sorted(row_names(table)) == names, "nobody is lost"


SORTED = """([texts, language]) => { const compare = new Intl.Collator(language, {numeric: true}).compare;
  return texts.every((text, at) => at === 0 || compare(texts[at - 1], text) <= 0); }"""


def values(table: Locator, column: int) -> list[str]:
    found: list[str] = table.evaluate(
        "(table, at) => [...table.tBodies[0].rows].map(({cells}) => cells[at].dataset.value ?? cells[at].textContent.trim())", column
    )
    return found


def number_in(text: str) -> float | None:
    match = re.match(r"-?\d+(\.\d+)?", text)
    return float(match[0]) if match else None


def row_names(table: Locator) -> list[str]:
    found: list[str] = table.evaluate("table => [...table.tBodies[0].rows].map(row => row.cells[0].textContent)")
    return found


def test_points_begin_with_the_most_and_names_from_a(reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / "index.html")
    heads = page.locator("table.members thead th")
    assert heads.first.get_attribute("aria-sort") == "ascending"
    total = page.locator("table.members thead th", has_text="Total")
    total.locator("button").focus()
    page.keyboard.press("Enter")
    assert total.get_attribute("aria-sort") == "descending" and heads.first.get_attribute("aria-sort") is None
    page.keyboard.press("Space")
    assert total.get_attribute("aria-sort") == "ascending"


def test_without_script_the_page_is_whole_and_has_no_dead_buttons(reports: Reports, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((reports["en"] / "index.html").as_uri())
    assert page.locator("table.members tbody tr").count() == 40 and page.locator("button").count() == 0
    context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_keyboard_reaches_tables_and_links(width: int, reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / PAGES["student"], width=width)
    page.keyboard.press("Tab")
    first = ask(page, "focused")
    assert first["css"] == "skip" and first["seen"]
    page = open_page(reports["en"] / PAGES["student"], width=width)
    stops = []
    for _ in range(ask(page, "focusable")):
        page.keyboard.press("Tab")
        stops.append(ask(page, "focused"))
    assert [stop for stop in stops if not stop["outline"] or not stop["seen"]] == [] and "BODY" not in {stop["tag"] for stop in stops}
    page = open_page(reports["en"] / "index.html", width=PHONE)
    box = page.locator(".scroll", has=page.locator("table.members"))
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("each => each.scrollLeft > 0", arg=box.element_handle())


def test_the_first_column_stays_while_a_table_scrolls(reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / "index.html", width=PHONE)
    box = page.locator(".scroll", has=page.locator("table.members"))
    box.evaluate("each => { each.scrollLeft = 300; }")
    name, window = page.locator("table.members tbody th").nth(2).bounding_box(), box.bounding_box()
    assert name and window and abs(name["x"] - window["x"]) < 3 and name["width"] < PHONE / 2


def test_the_policy_lets_our_script_run_and_no_other(reports: Reports, open_page: Open, tmp_path: Path) -> None:
    text = (reports["en"] / "index.html").read_text(encoding="utf-8")
    injected = (
        '<script>window.injected = 1</script><img src="https://example.org/x.png" onerror="window.injected = 2">'
        '<p id="styled" style="color: rgb(1, 2, 3)">x</p><iframe src="https://example.org/"></iframe>'
    )
    copy = tmp_path / "injected.html"
    copy.write_text(re.sub(r"<main[^>]*>", lambda match: match[0] + injected, text, count=1), encoding="utf-8")
    page = open_page(reports["en"] / "index.html", faultless=False)
    page.add_init_script(
        "window.blocked = []; addEventListener('securitypolicyviolation', each => window.blocked.push(each.effectiveDirective))"
    )
    page.goto(copy.as_uri())
    assert page.evaluate("window.injected") is None
    assert set(page.evaluate("window.blocked")) >= {"script-src-elem", "style-src-attr", "img-src", "frame-src"}
    assert page.locator("table.members button").count() > 5, "ours did run"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_histograms_are_seen_whole_and_told_in_words(width: int, reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / "index.html", width=width)
    drawings = page.locator("svg.histogram")
    assert drawings.count() == 8
    for at in range(8):
        box = drawings.nth(at).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] > 80
        assert drawings.nth(at).evaluate("each => each.querySelector('desc').textContent.length > 20")
        table = page.locator("table.bins").nth(at)
        total = sum(int(text) for text in table.locator("td").all_text_contents())
        assert total == sum(int(text) for text in drawings.nth(at).locator("text.count").all_text_contents())


def test_links_between_pages(reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / "index.html")
    page.locator("table.members tbody a").nth(3).click()
    assert "student-" in page.url
    page.locator(".glance a").first.click()
    assert page.url.endswith("#a-02_device_info")
    page.locator(".brand a").click()
    assert page.url.endswith("index.html")
    page.locator(".card h3 a").first.click()
    assert page.url.endswith("assignment-02_device_info.html")


def test_paper_shows_folded_checks(reports: Reports, open_page: Open) -> None:
    page = open_page(reports["en"] / PAGES["student"])
    page.emulate_media(media="print")
    folded = page.locator("details:not([open]) > :not(summary)")
    assert folded.count() and folded.evaluate_all("found => found.every(each => each.checkVisibility())")
