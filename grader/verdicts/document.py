"""The table of verdicts as a page for readers: VERDICTS → Markdown, in the order of gravity. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable

from grader.verdicts.record import Category, Verdict

_HEADINGS: dict[Category, str] = {
    "build": "Build: nothing could be run",
    "crash": "Crash and timeout",
    "device": "Findings of the device",
    "output": "Wrong outputs",
    "performance": "Performance",
    "not_run": "Not run",
    "passed": "Passed",
}
_HEAD = """\
# Verdicts

Each submission has one main verdict and each check that fails has one. The gravest is the main verdict: codes stand here in that order.
A finding of the device names the checker that reports it. This page is made from the table under `grader/verdicts/`:
`python -m grader.verdicts > docs/verdicts.md`.
"""


def document(verdicts: Iterable[Verdict]) -> str:
    """Markdown: a heading for each category, then one entry a code with its words in English and Korean."""
    parts = [_HEAD]
    category: Category | None = None
    for row in verdicts:
        if row.category != category:
            category = row.category
            parts.append(f"\n## {_HEADINGS[category]}\n")
        checker = f" · checker `{row.checker}`" if row.checker else ""
        parts.append(f"\n### {row.code}\n\nrank {row.rank}{checker}\n")
        for language in ("en", "ko"):
            parts.append(f"\n**{row.title[language]}.** {row.explanation[language]} *{row.look_at[language]}*\n")
    return "".join(parts)
