"""docs/python-api.md does what it says: its Python blocks run in order, and print the text that follows each."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/python-api.md"


def test_the_examples_print_what_the_page_shows() -> None:
    examples = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(examples) == PAGE.read_text(encoding="utf-8").count("```python") >= 3
    names: dict[str, object] = {}
    for code, wanted in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert without_addresses(printed.getvalue()) == without_addresses(wanted)


def without_addresses(text: str) -> str:
    return re.sub("0x[0-9a-f]+", "0x…", text)
