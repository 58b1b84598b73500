"""`python -m tests.hostile.document > docs/design/red-team.md`: head.md and every trick.toml -> the page."""

from __future__ import annotations

import sys

from tests.hostile.corpus import GROUPS, HERE, controls, tricks

HEAD = HERE / "head.md"
TABLE = "| trick | what it gains elsewhere | what defeats it here | verdict |\n| --- | --- | --- | --- |\n"


def document() -> str:
    """The page."""
    every = tricks()
    counts = f"{len(every)}, of which {sum(t.gpu for t in every.values())} need a GPU and {sum(t.known for t in every.values())} works"
    parts = [HEAD.read_text(encoding="utf-8"), f"\n## The tricks: {counts}\n"]
    for group in GROUPS:
        rows = {name: trick for name, trick in every.items() if trick.group == group}
        parts.append(f"\n### {group.capitalize()}\n\n{TABLE}")
        for name, trick in rows.items():
            verdict = "not run without a GPU" if trick.gpu else ("known: " if trick.known else "") + ", ".join(trick.verdicts)
            cells = (f"`{name}` {trick.title}", trick.gains, trick.defeated_by, verdict)
            parts.append("| " + " | ".join(_cell(cell) for cell in cells) + " |\n")
    honest = controls()
    parts.append(f"\n## Honest controls: {len(honest)}\n\nEach must be PASSED with full marks.\n\n")
    parts += [f"- `{name}`: {control.title}\n" for name, control in honest.items()]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(document())
