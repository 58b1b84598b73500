"""The report as a browser sees it: parsed, its structure and texts are compared with the grade; nothing is compared with a stored page."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError
from grader.records import ErrorMap, Problem
from grader.report import render
from grader.report.text import page_names, visible
from grader.report.words import WORDS
from grader.verdicts import VERDICTS
from tests.report import fixtures
from tests.report.pages import Node, page_of, read

SHAPES = {
    "passed": fixtures.grade,
    "racing": fixtures.racing,
    "not_compiling": fixtures.not_compiling,
    "crashing": fixtures.crashing,
    "missing": fixtures.missing,
    "not_run": fixtures.not_run,
    "hostile": fixtures.hostile,
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_a_sound_page(shape: str, language: str, tmp_path: Path) -> None:
    grade = SHAPES[shape]()
    page = page_of(grade, tmp_path, language)
    assert [node.attributes["lang"] for node in page.all("html")] == [language]
    assert len(page.all("h1")) == 1 and len(page.all("main")) == 1 and page.all("nav")[0].attributes["aria-label"]
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    assert not [anchor for anchor in ids if re.search(r"\s", anchor)]
    for link in page.all("a"):
        target = link.attributes["href"]
        assert target == "index.html" or target.removeprefix("#") in ids, f"{target} leads nowhere"
    score = page.all("div", "score")[0].text()
    assert f"{grade.score:g}" in score and f"{grade.max_score:g}" in score
    for check in grade.checks:
        assert visible(check.title) in page.text() and visible(check.message).replace("`", "") in page.text()


@pytest.mark.parametrize("shape", SHAPES)
def test_pages_are_self_contained_and_strict(shape: str, tmp_path: Path) -> None:
    index = render([SHAPES[shape]()], tmp_path)
    for path in tmp_path.iterdir():
        page = read(path)
        (csp,) = [node.attributes["content"] for node in page.all("meta") if node.attributes.get("http-equiv") == "Content-Security-Policy"]
        assert "default-src 'none'" in csp and "unsafe" not in csp and "script" not in csp
        (style,) = page.all("style")
        digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in csp
        assert "url(" not in style.text() and "@import" not in style.text()
        for node in page.all():
            assert node.tag not in {"script", "img", "iframe", "object", "embed", "base", "form"}
            assert not [name for name in node.attributes if name.startswith("on") or name in {"style", "src", "srcset", "action"}]
            target = node.attributes.get("href", "#")
            assert target.startswith("#") or target == "data:," or re.fullmatch(r"[a-z0-9-]+\.html(#[\w-]+)?", target), target
    assert index == tmp_path / "index.html"


def test_a_students_text_stays_text(tmp_path: Path) -> None:
    page = page_of(fixtures.hostile(), tmp_path)
    text = page.text()
    assert "<script>alert(1)</script>" in text and "{{7*7}}" in text and "javascript:alert(1)" in text
    for path in tmp_path.iterdir():
        raw = path.read_bytes().decode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", raw)
    assert "␛[31m" in text and "⟨U+202E⟩" in text and "␀" in text and "⟨U+D800⟩" in text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("행렬 곱 α²\n\tx", "행렬 곱 α²\n\tx"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("\u2066x\u2069\u200b", "⟨U+2066⟩x⟨U+2069⟩⟨U+200B⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
    ],
)
def test_what_cannot_be_seen_is_shown(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_reasons_come_first_and_the_dearest_before_the_others(tmp_path: Path) -> None:
    grade = fixtures.racing()
    page = page_of(grade, tmp_path)
    main = page.all("main")[0]
    order = [node.attributes["id"] for node in main.all("h2")]
    assert order == ["why", "findings", "source", "checks", "counters", "graded"]
    hero = page.all("div", "hero")[0].text()
    row = VERDICTS["RACE_SHARED"]
    assert row.title.en in hero and "RACE_SHARED" in hero and "gemm.cu:20" in hero and grade.message in hero
    losses = page.all("article", "loss")
    assert [loss.all("code", "verdict-code")[0].text() for loss in losses] == ["UNCOALESCED", "RACE_SHARED", "WRONG_ANSWER"]
    assert "−10 points in one check" in losses[0].text() and "−9 points in 2 checks" in losses[1].text()
    for loss, code in zip(losses, ("UNCOALESCED", "RACE_SHARED", "WRONG_ANSWER"), strict=True):
        row = VERDICTS[code]
        for text in (row.title.en, row.explanation.en, row.look_at.en):
            assert text.replace("`", "") in loss.text()
            assert main.text().count(text.replace("`", "")) == 1 or text == row.title.en, "told once"
    assert "gemm.cu:20" in losses[1].all("h3")[0].text()
    assert "−3.5 points because cleanliness" in page.text()  # 0.5 of the first and 3 of the third cleanliness check


@pytest.mark.parametrize("shape", ["passed", "missing", "not_run"])
def test_without_a_reason_the_head_explains(shape: str, tmp_path: Path) -> None:
    grade = SHAPES[shape]()
    page = page_of(grade, tmp_path)
    row = VERDICTS[grade.verdict]
    assert row.explanation.en.replace("`", "") in page.all("div", "hero")[0].text() and not page.all("article", "loss")


def test_each_check_shows_points_and_outcome(tmp_path: Path) -> None:
    page = page_of(fixtures.racing(), tmp_path)
    rows = [row for table in page.all("table", "checks") for row in table.all("tbody")[0].all("tr")]
    shown = [(row.attributes["class"], row.all("td")[-1].text().replace(" ", "")) for row in rows]
    assert shown == [
        ("passed", "20/20"),
        ("passed", "15/15"),
        ("partly", "15/20"),
        ("partly", "8/15"),
        ("passed", "1.5/2"),
        ("failed", "0/4"),
        ("passed", "1/4"),
        ("failed", "0/10"),
        ("not_run", "–/10"),
    ]
    assert [("hidden" in row.text()) for row in rows].count(True) == 1 and "hidden" in rows[3].text()
    assert WORDS["en"]["not_run_long"] in rows[8].text()
    # what could not run leaves the denominator of its category
    assert "0 / 10" in page.all("table", "checks")[2].all("caption")[0].text()


def test_a_finding_stands_on_its_line_and_a_race_links_both_ways(tmp_path: Path) -> None:
    page = page_of(fixtures.racing(), tmp_path)
    lines = {row.attributes["id"]: row for row in page.all("tr") if row.attributes.get("id", "").startswith("L0-")}
    assert "marked" in lines["L0-20"].attributes["class"] and "marked" in lines["L0-23"].attributes["class"]
    assert "class" not in lines["L0-21"].attributes
    assert lines["L0-20"].all("td", "src")[0].text() == fixtures.GEMM.splitlines()[19]
    body = lines["L0-20"].parent
    assert body is not None
    rows = [node for node in body.children if isinstance(node, Node)]
    below = rows[rows.index(lines["L0-20"]) + 1]
    assert below.attributes["id"] == "f1" and fixtures.RACE.message in below.text() and "seen 1,920 times" in below.text()
    assert "#f1-other" in [link.attributes["href"] for link in below.all("a")]
    other = page.by_id("f1-other")
    assert rows.index(other) > rows.index(lines["L0-23"]) and rows.index(other) < rows.index(lines["L0-24"])
    assert [link.attributes["href"] for link in other.all("a")] == ["#f1"]
    # a check that names a line, too, and a note that costs nothing is called one
    assert "UNCOALESCED" in rows[rows.index(below) + 1].text()
    assert "Note" in page.by_id("f3").text() and "note" in page.by_id("f3").attributes["class"].split()
    assert "never released" in page.by_id("findings").parent.text()  # type: ignore[union-attr]


def test_a_line_that_races_with_itself_is_marked_once(tmp_path: Path) -> None:
    problem = msgspec.structs.replace(fixtures.RACE, other_line=20)
    page = page_of(fixtures.grade(problems=(problem,)), tmp_path)
    assert [row.attributes["id"] for row in page.all("tr", "mark")] == ["f1"]


def test_a_race_that_was_found_from_both_sides_is_two_marks_that_lead_to_each_other(tmp_path: Path) -> None:
    back = msgspec.structs.replace(fixtures.RACE, line=fixtures.RACE.other_line, other_line=fixtures.RACE.line)
    page = page_of(fixtures.grade(problems=(fixtures.RACE, back)), tmp_path)
    assert [row.attributes["id"] for row in page.all("tr", "mark")] == ["f1", "f2"]
    assert [link.attributes["href"] for mark in ("f1", "f2") for link in page.by_id(mark).all("a")] == ["#f2", "#f1"]


def test_a_cause_is_told_once_and_hints_stand_apart(tmp_path: Path) -> None:
    text = "case a: the kernel stopped"
    same = {"outcome": "failed", "verdict": "OOB_READ", "file": "gemm.cu", "line": 20}
    checks = (
        fixtures.check(1, "First", 0, 5, message=text, hint="Which bound?", **same),
        fixtures.check(2, "Second", 0, 5, message="case b: the kernel stopped too", **same),
        fixtures.check(3, "Third", 0, 5, message=text, **same),
    )
    page = page_of(fixtures.grade(checks=checks, verdict="OOB_READ", message=text, file="gemm.cu", line=20), tmp_path)
    table = page.all("table", "checks")[0]
    assert text not in table.text(), "it stands at the top of the page"
    assert [node.text() for node in table.all("p", "hint")] == ["Which bound?"]
    (folded,) = table.all("details")
    assert "case b: the kernel stopped too" in folded.text()


def test_counters_in_the_margin_and_per_kernel(tmp_path: Path) -> None:
    page = page_of(fixtures.racing(), tmp_path)
    cells = {n: [cell.text() for cell in page.by_id(f"L0-{n}").all("td", "m")] for n in (12, 19, 20, 23)}
    assert cells == {12: ["", "", ""], 19: ["328k", "2", ""], 20: ["328k", "32", ""], 23: ["2.6M", "", "16"]}
    costly = {n: ["costly-count" in cell.attributes["class"] for cell in page.by_id(f"L0-{n}").all("td", "m")] for n in cells}
    assert costly == {12: [False] * 3, 19: [False] * 3, 20: [False, True, False], 23: [False, False, True]}
    table = page.all("table", "counters")[0]
    rows = {row.all("code", "metric")[0].text(): row.text() for row in table.all("tbody")[0].all("tr")}
    assert set(rows) == set(fixtures.COUNTERS[fixtures.KERNEL])
    assert "3,473,408" in rows["smsp__inst_executed.sum"] and "ptx" in rows["smsp__inst_executed.sum"]
    assert "estimate" in rows["dram__bytes.sum"] and "Theoretical occupancy" in rows["sm__maximum_warps_per_active_cycle_pct"]
    assert "ptx" not in rows["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"]


def test_without_line_counters_there_is_no_margin(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(lines=(), counters={}), tmp_path)
    assert not page.all("td", "m") and not page.all("table", "counters")


def test_a_build_log_is_open_when_it_is_the_reason(tmp_path: Path) -> None:
    log = page_of(fixtures.not_compiling(), tmp_path).all("details", "log")[0]
    assert "open" in log.attributes and 'identifier "tileC" is undefined' in log.all("pre")[0].text()


def test_isolation_and_seed_are_stated(tmp_path: Path) -> None:
    grade = fixtures.grade()
    facts = page_of(grade, tmp_path).all("div", "facts")[0].text()
    for text in (
        grade.isolation.level,
        *grade.isolation.enforced,
        *grade.isolation.not_enforced,
        grade.seed_id,
        *grade.environment.values(),
    ):
        assert text in facts


def test_nothing_run_is_not_called_passed(tmp_path: Path) -> None:
    page = page_of(fixtures.not_run(), tmp_path)
    hero = page.all("div", "hero")[0]
    assert VERDICTS["NOT_RUN"].title.en in hero.text() and "not_run" in hero.attributes["class"].split()
    assert "They cost no points" in page.text()


def test_a_huge_file_is_shown_around_its_findings(tmp_path: Path) -> None:
    text = "int a;\n" * 30_000 + "x" * 1_000_000 + "\n"
    problem = Problem(verdict="OOB_READ", message="here", file="gemm.cu", line=20_000)
    page = page_of(fixtures.grade(source={"gemm.cu": text}, lines=(), problems=(problem,)), tmp_path)
    assert "here" in page.by_id("f1").text() and page.by_id("L0-19990")
    assert len(page.all("tr", "gap")) == 2 and len(page.text()) < 100_000


def test_hostile_texts_of_every_kind_stay_inside_their_places(tmp_path: Path) -> None:
    evil = "\u202e\u2066\u200b\u2060<b onmouseover=x>&amp;</b>'\"{{ 7*7 }}\u2028\u0007"
    found = ErrorMap(
        case=evil, call=1, buffer=evil, shape=(2, 2), rows=("x.", evil), row_elements=1, column_elements=1, wrong=1, total=4, first=(0, 0)
    )
    found = msgspec.structs.replace(found, got=evil, expected=evil)
    check = fixtures.check(
        1, evil, 0, 4, verdict="WRONG_TAIL", message=evil, hint=evil, title_ko=evil, hint_ko=evil, error_map=found, cases=(evil,)
    )
    race = msgspec.structs.replace(fixtures.RACE, message=evil, kernel=evil, file="행렬.cu", line=1, other_file="행렬.cu", other_line=2)
    pattern = {"space": "global", "op": "ld", "bytes": 4, "mask": 1, "offsets": [0] * 32, "residue": 0, "cost": 2, "ideal": 1}
    grade = fixtures.grade(
        submission="김민지/행렬.cu",
        checks=(check,),
        problems=(race,),
        verdict="RACE_SHARED",
        source={"행렬.cu": f"// {evil}\n#define {evil}\n/* {evil}\n{evil} */\n" + "가" * 100_000},
        lines=({"file": "행렬.cu", "line": 2, "metrics": {evil: 1.0}, "pattern": pattern},),
    )
    for language in ("en", "ko"):
        page = page_of(grade, tmp_path / language, language)
        assert "<b onmouseover=x>&amp;</b>" in page.text() and not page.all("b") and "{{ 7*7 }}" in page.text()
        assert "김민지/행렬.cu" in page.all("h1")[0].text()
        assert page.all("figure", "pair") and page.all("figure", "map") and page.all("figure", "access")
        (path,) = [path for path in (tmp_path / language).glob("*.html") if path.name != "index.html"]
        assert path.stat().st_size < 200_000
        assert not re.search("[\u200b\u202e\u2028\u2060\u2066\x07]", path.read_text(encoding="utf-8"))


def test_what_the_device_cannot_measure_is_neutral(tmp_path: Path) -> None:
    checks = (*fixtures.grade().checks, fixtures.check(9, "Time", 0, 20, outcome="not_run", verdict="NOT_MEASURED", category="performance"))
    for language in ("en", "ko"):
        page = page_of(fixtures.grade(checks=checks), tmp_path / language, language)
        words = WORDS[language]
        row = page.by_id("check-4")
        assert (
            row.attributes["class"] == "not_measured" and words["not_measured"] in row.text() and words["not_measured_long"] in row.text()
        )
        assert words["not_run_long"] not in page.text() and "NOT_MEASURED" not in page.text()
        assert "why" not in [node.attributes.get("id") for node in page.all("h2")], "no reason for a lost point"
        assert "0 / 0" in page.all("table", "checks")[2].all("caption")[0].text()


def test_korean_titles_and_hints_of_checks_are_used_where_there_are_some(tmp_path: Path) -> None:
    values = {"outcome": "failed", "verdict": "WRONG_ANSWER", "message": "C[0]: got 1", "hint": "Which bound?"}
    checks = (
        fixtures.check(1, "Square", 0, 5, **values, title_ko="정사각", hint_ko="어느 경계인가요?"),
        fixtures.check(2, "Oblong", 0, 5, **values),
    )
    page = page_of(fixtures.grade(checks=checks, verdict="WRONG_ANSWER"), tmp_path, "ko")
    translated, english = page.by_id("check-1"), page.by_id("check-2")
    assert "정사각" in translated.text() and "어느 경계인가요?" in translated.text() and "Square" not in page.text()
    assert "lang" not in translated.all("span", "title")[0].attributes and "lang" not in translated.all("p", "hint")[0].attributes
    assert english.all("span", "title")[0].attributes["lang"] == english.all("p", "hint")[0].attributes["lang"] == "en"
    card = page.all("article", "loss")[0]
    assert [link.attributes.get("lang") for link in card.all("ul", "lost-checks")[0].all("a")] == [None, "en"]


def test_a_link_never_leads_to_a_line_that_was_left_out(tmp_path: Path) -> None:
    text = "int a;\n" * 10_000
    pattern = {"space": "global", "op": "ld", "bytes": 4, "mask": 1, "offsets": [0] * 32, "residue": 0, "cost": 2, "ideal": 1}
    lines = ({"file": "gemm.cu", "line": 7_000, "metrics": {"smsp__inst_executed.sum": 1.0}, "pattern": pattern},)
    check = fixtures.check(1, "Passed there", 5, 5, file="gemm.cu", line=3_000)
    page = page_of(fixtures.grade(source={"gemm.cu": text}, lines=lines, checks=(check,), file="gemm.cu", line=5_000), tmp_path)
    ids = {node.attributes["id"] for node in page.all() if "id" in node.attributes}
    assert {link.attributes["href"] for link in page.all("a") if link.attributes["href"].startswith("#")} <= {
        f"#{anchor}" for anchor in ids
    }
    assert "L0-7000" in ids and "L0-5000" not in ids and len(page.all("tr", "gap")) == 2


def test_an_unknown_code_of_an_assignment_is_shown_as_it_is(tmp_path: Path) -> None:
    checks = (fixtures.check(1, "Custom", 0, 4, verdict="HOUSE_RULE", message="tabs, please"),)
    page = page_of(fixtures.grade(score=0.0, verdict="HOUSE_RULE", checks=checks), tmp_path)
    assert "HOUSE_RULE" in page.all("article", "loss")[0].text()


def test_korean_pages_use_korean_words_and_mark_english_messages(tmp_path: Path) -> None:
    page = page_of(fixtures.racing(), tmp_path, "ko")
    assert VERDICTS["RACE_SHARED"].title.ko in page.text() and WORDS["ko"]["why"] in page.text()
    assert WORDS["en"]["why"] not in page.text()
    assert {node.attributes.get("lang") for node in page.all("p", "message") if fixtures.RACE.message in node.text()} == {"en"}


def test_a_message_that_is_korean_too_is_shown_in_the_pages_language(tmp_path: Path) -> None:
    told = {"message": "16.5 times too many", "message_ko": "16.5배입니다."}
    check = fixtures.check(1, "Conflicts", 0, 5, outcome="failed", verdict="BANK_CONFLICT", file="gemm.cu", line=2, **told)
    grade = fixtures.grade(source={"gemm.cu": "a\nb\n"}, checks=(check,), verdict="BANK_CONFLICT", **told)
    korean, english = page_of(grade, tmp_path, "ko"), page_of(grade, tmp_path / "en")
    assert "16.5배입니다." in korean.text() and "too many" not in korean.text()
    assert {node.attributes.get("lang") for node in korean.all("p", "message") if "16.5배" in node.text()} == {None}
    assert "16.5 times too many" in english.text() and "16.5배" not in english.text()


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS["en"]) == set(WORDS["ko"])
    for key, phrase in WORDS["en"].items():
        assert sorted(re.findall(r"{\w+}", phrase)) == sorted(re.findall(r"{\w+}", WORDS["ko"][key])), key


def test_the_index_is_sorted_links_each_page_and_is_stable(tmp_path: Path) -> None:
    labels = ["b/x.cu", "a/x.cu", "B/x.cu", "a/x.cu"]
    grades = [fixtures.grade(submission=label, score=float(number)) for number, label in enumerate(labels)]
    page = read(render(grades, tmp_path))
    rows = page.all("table", "submissions")[0].all("tbody")[0].all("tr")
    assert [row.all("td", "points")[0].text().split("/")[0] for row in rows] == ["1", "3", "2", "0"]
    links = [row.all("a")[0].attributes["href"] for row in rows]
    assert len(set(links)) == 4 and all((tmp_path / link).is_file() for link in links)
    assert "emulated:a100" not in rows[0].text() and page.all("main")[0].text().count("emulated:a100") == 1, "what is common is said once"
    assert fixtures.ISOLATION.level in page.all("p", "common")[0].text()
    other = read(render([*grades, fixtures.grade(submission="a/y.cu", device="emulated:t4")], tmp_path / "two ways"))
    ways = [row.all("td", "how")[0].text() for row in other.all("table", "submissions")[0].all("tbody")[0].all("tr")]
    assert len(ways) == 5 and sum("emulated:t4" in way for way in ways) == 1 and all(fixtures.ISOLATION.level in way for way in ways)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.html")}
    render(grades, tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.glob("*.html")}


def test_the_index_of_a_racing_submission_leads_to_its_line(tmp_path: Path) -> None:
    page = read(render([fixtures.racing()], tmp_path))
    (link,) = page.all("td", "where")[0].all("a")
    assert link.text() == "gemm.cu:20" and link.attributes["href"].endswith(".html#L0-20")


def test_no_submissions_is_a_page_too(tmp_path: Path) -> None:
    assert WORDS["en"]["no_submissions"] in read(render([], tmp_path / "new" / "folder")).text()


@pytest.mark.parametrize(
    "label",
    [
        "",
        "/",
        "..",
        "../../etc/passwd",
        "-rf",
        "CON",
        "nul.html",
        "index",
        "a\nb",
        "a\x00b",
        "\u202egnp",
        "한국어.cu",
        "x" * 5000,
        "A/b",
        "\ud800",
    ],
)
def test_page_names_are_safe(label: str, tmp_path: Path) -> None:
    render([fixtures.grade(submission=label)], tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2 and "index.html" in names
    for name in names:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,80}\.html", name)


def test_page_names_are_unique_and_independent_of_their_neighbours() -> None:
    names = page_names([("a", "x"), ("a", "x"), ("a", "X"), ("b", "x"), ("a", "x\u200b")])
    assert len({name.casefold() for name in names}) == 5
    assert page_names([("b", "x")]) == [names[3]]


def test_an_unknown_language_and_an_unusable_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="known: en, ko"):
        render([], tmp_path, language="xx")
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HarnessError, match="can't be written"):
        render([], blocked)


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(HarnessError, match="No space left"):
        render([fixtures.grade()], tmp_path)
    assert list(tmp_path.iterdir()) == []
