"""A notebook's cells for the report: a student's Markdown → safe HTML, what a cell printed → text, Python → coloured lines.

Markdown is rendered with raw HTML off, so that a tag is shown and not used; images become their words, since a page loads nothing; links
lead to http, https and mailto only. What is left can be no script, no frame and no remote resource, and the page's policy forbids them
besides.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from grader.report.text import visible

MARKDOWN, OUTPUT = ".md", ".out"
RENDERED_CHARACTERS = 20_000  # a longer text is shown as it is: rendering is not linear for every text
LINE_LENGTH = 1000
_SCHEMES = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<string>(?:\b[rbfuRBFU]{1,2})?(?:'''[\s\S]*?(?:'''|\Z)|\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?))"
    r"|(?P<number>\b\d[\w.]*)"
    r"|(?P<magic>^[ \t]*[%!][^\n]*)"
    r"|(?P<word>[^\W\d]\w*)",
    re.MULTILINE,
)
_CLASSES = {"comment": "c", "string": "s", "number": "n", "magic": "p"}


def is_cell(name: str) -> bool:
    """Whether an entry of `Grade.source` is a piece of a notebook: "dl_basics.ipynb#adam"."""
    return ".ipynb#" in name


def is_python(name: str) -> bool:
    """Whether its text is Python."""
    return is_cell(name) or name.endswith(".py")


def markdown(text: str) -> Markup:
    """Markdown as HTML without anything that a student could use against a reader."""
    if len(text) > RENDERED_CHARACTERS:
        return Markup('<pre class="cell-text">{}</pre>').format(visible(text))
    return Markup(_renderer().render(visible(text)))


def printed(text: str) -> Markup:
    """What a cell printed, as text."""
    return Markup('<pre class="cell-output">{}</pre>').format(visible(text))


def highlight(text: str) -> list[Markup]:
    """HTML of each line of Python, in linear time. An empty text has no line."""
    lines: list[list[Markup]] = [[]]
    lengths = [0]
    position = 0
    for match in _TOKEN.finditer(text):
        _emit(lines, lengths, text[position : match.start()], "")
        word = match.lastgroup == "word"
        css = ("k" if keyword.iskeyword(match.group()) else "") if word else _CLASSES[match.lastgroup or "comment"]
        _emit(lines, lengths, match.group(), css)
        position = match.end()
    _emit(lines, lengths, text[position:], "")
    html = [Markup("").join(line) for line in lines]
    for index, length in enumerate(lengths):
        if length > LINE_LENGTH:
            html[index] += Markup('<span class="cut"> ⋯ {}</span>').format(f"{length - LINE_LENGTH:,}")
    return html[:-1] if text.endswith("\n") or not text else html


def _emit(lines: list[list[Markup]], lengths: list[int], text: str, css: str) -> None:
    for index, piece in enumerate(text.split("\n")):
        if index:
            lines.append([])
            lengths.append(0)
        room = LINE_LENGTH - lengths[-1]
        lengths[-1] += len(piece)
        if shown := visible(piece[: max(room, 0)]):
            lines[-1].append(Markup('<span class="{}">{}</span>').format(css, shown) if css else escape(shown))


@cache
def _renderer() -> Any:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    made.validateLink = lambda url: bool(_SCHEMES.match(url))  # type: ignore[method-assign]
    made.add_render_rule("image", _image)
    made.add_render_rule("heading_open", _heading)
    made.add_render_rule("heading_close", _heading)
    made.add_render_rule("link_open", _link)
    made.add_render_rule("th_open", _plain)
    made.add_render_rule("td_open", _plain)
    made.add_render_rule("fence", _fence)
    return made


def _image(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    words = renderer.renderInlineAsText(tokens[index].children or [], options, env)
    return str(Markup('<span class="cell-image">[{}]</span>').format(words or "image"))


def _heading(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """Two steps down: the page has an outline of its own."""
    level = min(6, int(tokens[index].tag[1]) + 2)
    return f"<h{level}>" if tokens[index].nesting > 0 else f"</h{level}>\n"


def _link(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    return str(Markup('<a href="{}" rel="nofollow noopener noreferrer">').format(tokens[index].attrGet("href") or ""))


def _plain(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """Without the style attribute that aligns a column: the policy forbids it, and the browser would say so for each cell."""
    return f"<{tokens[index].tag}>"


def _fence(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    return str(Markup("<pre><code>{}</code></pre>\n").format(tokens[index].content))
