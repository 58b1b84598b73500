"""SARIF 2.1.0: graded submissions -> a log for code scanning: findings with file and line, verdicts as rules with their help texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from grader.export.feedback import check_text, check_title
from grader.export.names import part
from grader.export.plain import one_line
from grader.export.record import Exported, File, Graded, Item, Language, Material, not_there, to_json
from grader.records import CheckResult, Problem
from grader.verdicts import VERDICTS

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"performance": "warning", "not_run": "none", "passed": "none"}


def write(material: Material) -> Exported:
    """One run with the findings of all submissions; from a gradebook, paths begin with slug and login."""
    rules: dict[str, int] = {}
    results: list[dict[str, Any]] = []
    left: list[str] = []
    rows = 0
    for item, graded in material.graded(left):
        rows += 1
        results += [_result(item, rules, *finding) for finding in _findings(graded, material.language)]
    driver = {
        "name": "Warpgrade",
        **({"version": material.version} if material.version else {}),
        "rules": [_rule(code, material.language) for code in rules],
    }
    return Exported(files=(File(name="grades.sarif", content=log(driver, results)),), rows=rows, notes=not_there(left))


def log(driver: dict[str, Any], results: list[dict[str, Any]]) -> bytes:
    """A log of one run."""
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def location(file: str, line: int | None, column: int | None = None) -> dict[str, Any]:
    """A physical location; `file` is relative to the repository."""
    uri = quote(file.encode("utf-8", "replace"))  # a lone surrogate has no bytes
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    if line and line > 0:
        place["region"] = {"startLine": line, **({"startColumn": column} if column and column > 0 else {})}
    return place


def fingerprint(*parts: str) -> str:
    """Tells a finding again in the next commit: of what it is and where, and not of its line, which moves."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _findings(graded: Graded, language: Language) -> Iterator[tuple[str, str, str, Problem | CheckResult]]:
    """(verdict, level, text, where): what the device and the compiler found, then what only a check says."""
    told = set()
    for problem in graded.problems:
        message = one_line((problem.message_ko if language == "ko" else "") or problem.message)
        level = "note" if problem.note else _level(problem.verdict)
        yield problem.verdict, level, message, problem
        told.add((problem.verdict, problem.file, problem.line))
    for check in graded.checks:
        if check.outcome == "failed" and (check.verdict, check.file, check.line) not in told:
            told.add((check.verdict, check.file, check.line))
            title, text = check_title(check, language), one_line(check_text(check, language))
            yield check.verdict, _level(check.verdict), f"{title}: {text}" if text else title, check


def _level(code: str) -> str:
    row = VERDICTS.get(code)
    return LEVELS.get(row.category, "error") if row else "error"


def _result(item: Item, rules: dict[str, int], code: str, level: str, text: str, where: Problem | CheckResult) -> dict[str, Any]:
    index = rules.setdefault(code, len(rules))
    column = where.column if isinstance(where, Problem) else None
    found: dict[str, Any] = {"ruleId": code, "ruleIndex": index, "level": level, "message": {"text": text or code}}
    if where.file:
        found["locations"] = [{"physicalLocation": _place(item, where.file, where.line, column)}]
    if where.other_line:
        other = _place(item, where.other_file or where.file or "", where.other_line, None)
        found["relatedLocations"] = [{"id": 1, "physicalLocation": other, "message": {"text": "the other access"}}]
    if isinstance(where, Problem) and where.count > 1:
        found["occurrenceCount"] = where.count
    same = fingerprint(code, item.assignment, item.login, where.file or "", getattr(where, "kernel", None) or "")
    found["partialFingerprints"] = {"warpgrade/v1": same}
    return found


def _place(item: Item, file: str, line: int | None, column: int | None) -> dict[str, Any]:
    below = f"{part(item.assignment)}/{part(item.login)}/" if item.standing is not None else ""
    return location(below + file, line, column)


def _rule(code: str, language: Language) -> dict[str, Any]:
    row = VERDICTS.get(code)
    if row is None:
        return {"id": code, "shortDescription": {"text": code}}
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("_")),
        "shortDescription": {"text": row.title[language]},
        "fullDescription": {"text": row.explanation[language]},
        "help": {"text": row.look_at[language]},
        "defaultConfiguration": {"level": _level(code)},
        "properties": {"tags": [row.category]},
    }
