"""What README, CONTRIBUTING and the pages in docs/ name is there: commands and their options, make targets, files and folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from grader.cli.main import COMMANDS, run

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.ko.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {page.name: page.read_text(encoding="utf-8") for page in PAGES}


def command_lines() -> list[str]:
    blocks = [block for text in TEXT.values() for block in re.findall(r"```(?:sh)?\n(.*?)```", text, re.S)]
    return [line.lstrip("$ ").partition(" #")[0] for block in blocks for line in block.splitlines() if re.match(r"(\$ )?grader ", line)]


def test_every_command_is_in_the_readme() -> None:
    assert [row.name for row in COMMANDS if f"grader {row.name} " not in TEXT["README.md"]] == []


@pytest.mark.parametrize("line", command_lines())
def test_commands_and_options_are_real(line: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, *words = line.split()[1:]
    assert name in {row.name for row in COMMANDS}
    monkeypatch.setenv("COLUMNS", "200")
    assert run([name, "--help"]) == 0
    options = [word for word in words[: words.index("--") if "--" in words else None] if word.startswith("-")]
    text = capfd.readouterr().out
    if name != "nvcc":  # whose options are nvcc's
        assert [option for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", text)] == []


def test_make_targets_are_real() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {target for text in TEXT.values() for target in re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", text, re.M)}
    assert named and [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.M)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = TEXT[page.name]
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    paths = re.findall(r"`((?:grader|tests|docs|demo|benchmarks|assignments|reference|kernels)/[\w./-]+)`", text)
    paths = [path for path in paths if "NN_" not in path and "NAME" not in path and not path.startswith("grader/native")]
    gone = [link for link in links if not (page.parent / link).exists()] + [path for path in paths if not (ROOT / path).exists()]
    assert gone == []


HANDOUTS = sorted((ROOT / "assignments").rglob("*.md")) + sorted((ROOT / "reference").rglob("*.md"))


@pytest.mark.parametrize("page", [*PAGES, *HANDOUTS], ids=lambda page: str(page.relative_to(ROOT)))
def test_emphasis_is_closed(page: Path) -> None:
    """Two stars behind a bracket don't close if a Korean particle follows: **조각(chunk)**으로 is shown with its stars."""
    blocks = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    texts = [part.content for block in blocks for part in block.children or () if part.type == "text"]
    assert [text for text in texts if "**" in text or "__" in text] == []
