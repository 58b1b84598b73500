"""The threat model: each promise names tests, each of these exists, and the page's links lead somewhere."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "design" / "threat-model.md"
TEXT = PAGE.read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", TEXT)))


@lru_cache(maxsize=256)
def functions_of(file: str) -> frozenset[str]:
    """Names of the test functions of a file, those of classes as well. Raises FileNotFoundError."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def promises() -> list[tuple[str, str]]:
    """(promise, what holds it) of every table of the promises."""
    (part,) = re.findall(r"^## Promises\n(.*?)^## ", TEXT, re.M | re.S)
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", part, re.M)
    return [row for row in rows if row[0] not in ("promise", "---")]


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert function in functions_of(file), f"{name} is gone: name the test that holds the promise now"


@pytest.mark.parametrize(("promise", "held"), promises())
def test_a_promise_names_its_tests_and_nothing_else(promise: str, held: str) -> None:
    assert all(re.fullmatch(r"`tests/[\w/]+\.py::test_\w+`", part) for part in held.split(", ")), promise


def test_every_boundary_has_promises() -> None:
    assert len(promises()) >= 35 and len(NAMED) >= 90
    headings = re.findall(r"^### (.+)$", TEXT, re.M)
    assert headings == [
        *("Sandboxes", "Builder", "Runner and device", "Commands in rooms", "Judge"),
        *("Gradebook", "Spool and server", "Reports, exports, engines"),
    ]


def test_the_contract_that_every_provider_keeps_is_named() -> None:
    """Each file of the sandboxes' contract holds some promise."""
    of_the_contract = {file.name for file in (ROOT / "tests" / "contracts").glob("test_sandbox*.py")} | {"test_room.py", "test_target.py"}
    assert of_the_contract <= {Path(name.partition("::")[0]).name for name in NAMED}


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (PAGE.parent / target).is_file(), target
