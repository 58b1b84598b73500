"""A student's cells in the report: readable, and harmless whatever they hold."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.records import Grade, Isolation
from grader.report import render
from grader.report.notebook import highlight, markdown, printed

ALLOWED = set("p h3 h4 h5 h6 em strong code pre a ul ol li blockquote hr br table thead tbody tr th td span".split())


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def harmless(html: str) -> None:
    seen = Seen()
    seen.feed(html)
    assert set(seen.tags) <= ALLOWED, set(seen.tags) - ALLOWED
    for tag, name, value in seen.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel"), ("span", "class"), ("pre", "class"), ("ol", "start"), ("code", "class")}, (
            tag,
            name,
        )
        if name == "href":
            assert (value or "").lower().startswith(("http://", "https://", "mailto:"))


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://example.org'></iframe>",
    "<svg onload=alert(1)><style>*{}</style>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,x) [d](vbscript:x) [e](//example.org)",
    "![picture](https://example.org/x.png) ![p](data:image/png;base64,AAAA) ![x](javascript:1)",
    "[x]: javascript:alert(1)\n\n[x] <javascript:alert(1)> <https://example.org>",
    '[a](https://example.org/"onmouseover="alert(1))',
    "| a |\n|:-:|\n| <b onclick=x>1</b> |",
    "```html onload=x\n</code></pre><script>1</script>\n```",
    "# " + "*" * 500 + "[" * 500,
    "> " * 300 + "deep",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_can_t_bring_anything_to_life(text: str) -> None:
    harmless(str(markdown(text)))


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<", ">", '"', "'", "&", "\n", "    ", "`", "](", "http:", " \u202e", "a"]) | st.text(max_size=6),
        max_size=8,
    )
)
def test_nor_can_any_mixture_of_it(pieces: list[str]) -> None:
    harmless(str(markdown("".join(pieces))))


def test_markdown_is_rendered() -> None:
    html = str(markdown("# Title\n\nText *leans*.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[there](https://example.org)"))
    assert "<h3>Title</h3>" in html and "<em>leans</em>" in html and "<td>2</td>" in html
    assert 'href="https://example.org" rel="nofollow noopener noreferrer"' in html


def test_a_very_long_text_is_shown_as_it_is() -> None:
    assert str(markdown("[" * 30_000)).startswith('<pre class="cell-text">[[[')


def test_what_was_printed_is_text() -> None:
    assert str(printed("<b>\x1b[31m\u202e")) == '<pre class="cell-output">&lt;b&gt;␛[31m⟨U+202E⟩</pre>'


def test_python_is_coloured_line_by_line() -> None:
    lines = highlight("def f(x):\n    '''a\n    b'''\n    return x // 2  # half\n%time f(1)\n")
    assert len(lines) == 5
    assert '<span class="k">def</span>' in lines[0] and "// " in lines[3] and '<span class="c"># half</span>' in lines[3]
    assert '<span class="s">    b&#39;&#39;&#39;</span>' in lines[2] and '<span class="p">' in lines[4]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_colouring_keeps_lines_and_escapes(text: str) -> None:
    lines = highlight(text)
    assert len(lines) == len(text.replace("\r\n", "\n").split("\n")) - (text.endswith("\n") or not text)
    for line in lines:
        harmless(str(line))


def test_cells_stand_in_the_notebook_s_order(tmp_path: Path) -> None:
    source = {
        "n.ipynb#intro.md": "# Hello <script>x</script>",
        "n.ipynb#b": "print(1)",
        "n.ipynb#b.out": "1",
        "n.ipynb#a": "x = 1",
    }
    grade = Grade(
        assignment="20_n",
        submission="n.ipynb",
        score=0,
        max_score=1,
        verdict="WRONG_ANSWER",
        message="",
        file=None,
        line=None,
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="s",
        checks=(),
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source=source,
    )
    page = next(path for path in render([grade], tmp_path).parent.glob("*.html") if path.name != "index.html").read_text()
    places = [page.index(text) for text in ("Hello &lt;script&gt;", "n.ipynb#b<", "Output, of our run", "n.ipynb#a<")]
    assert places == sorted(places)
    assert "<script" not in page and "default-src &#39;none&#39;" in page
