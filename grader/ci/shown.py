"""Shown: remarks -> what a forge shows beside the lines of a change: workflow commands, SARIF, GitLab's code quality report. Text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from grader.ci.remarks import Remark
from grader.export.annotations import command
from grader.export.plain import one_line
from grader.export.record import to_json
from grader.export.sarif import fingerprint, location, log

MOST = 10  # GitHub shows so many errors and so many warnings of a step


def annotated(remarks: Sequence[Remark]) -> str:
    """A workflow command a remark, errors first. More than GitHub shows are counted in a last one, so that nobody thinks that was all."""
    lines = []
    for level in ("error", "warning"):
        mine = [remark for remark in remarks if remark.level == level]
        shown = mine if len(mine) <= MOST else mine[: MOST - 1]
        lines += [command(remark.level, remark.message, title=remark.rule, file=remark.file, line=remark.line) for remark in shown]
        if len(mine) > len(shown):
            rest = f"{len(mine) - len(shown)} more; all stand in the log and in the SARIF file"
            lines.append(command("error" if level == "error" else "warning", rest, title="grader"))
    return "".join(line + "\n" for line in lines)


def sarif(remarks: Sequence[Remark]) -> str:
    """SARIF 2.1.0, for code scanning."""
    rules = list(dict.fromkeys(remark.rule for remark in remarks))
    results: list[dict[str, Any]] = [
        {
            "ruleId": remark.rule,
            "ruleIndex": rules.index(remark.rule),
            "level": remark.level,
            "message": {"text": one_line(remark.message)},
            "locations": [{"physicalLocation": location(remark.file, remark.line or 1)}],
            "partialFingerprints": {"warpgrade/v1": _fingerprint(remark)},
        }
        for remark in remarks
    ]
    driver = {"name": "Warpgrade course", "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules]}
    return log(driver, results).decode()


def codequality(remarks: Sequence[Remark]) -> str:
    """GitLab's code quality report: a JSON list."""
    rows = [
        {
            "description": one_line(remark.message),
            "check_name": remark.rule,
            "fingerprint": _fingerprint(remark),
            "severity": "major" if remark.level == "error" else "minor",
            "location": {"path": remark.file, "lines": {"begin": remark.line or 1}},
        }
        for remark in remarks
    ]
    return to_json(rows).decode()


def _fingerprint(remark: Remark) -> str:
    return fingerprint(remark.rule, remark.file, remark.message)


SHOWN: Final[dict[str, Callable[[Sequence[Remark]], str]]] = {"annotate": annotated, "sarif": sarif, "codequality": codequality}
