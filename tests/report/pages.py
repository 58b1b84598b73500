"""A page as a tree of nodes, for the tests of the report: HTML → Node. Broken nesting fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from grader.records import Grade
from grader.report import render

VOID = {"meta", "link", "input", "col", "br", "img"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def all(self, tag: str = "", css: str = "") -> list[Node]:
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                if tag in ("", child.tag) and (not css or css in child.attributes.get("class", "").split()):
                    found.append(child)
                found.extend(child.all(tag, css))
        return found

    def by_id(self, anchor: str) -> Node:
        (found,) = [node for node in self.all() if node.attributes.get("id") == anchor]
        return found

    def above(self) -> list[Node]:
        """Its ancestors, the nearest first."""
        return [self.parent, *self.parent.above()] if self.parent else []


class _Reader(HTMLParser):
    """A strict tree: an end tag that doesn't fit its start tag is an error, so that broken nesting fails the tests."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("#document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in <{tag}>"
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(path: Path) -> Node:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is never closed"
    return reader.root


def page_of(grade: Grade, folder: Path, language: str = "en") -> Node:
    render([grade], folder, language=language)
    (page,) = [path for path in folder.glob("*.html") if path.name != "index.html"]
    return read(page)
