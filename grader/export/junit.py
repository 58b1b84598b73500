"""JUnit: graded submissions -> one XML file, a suite a submission, a test case a check. Written with the standard library."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from grader.export.feedback import check_text, check_title, verdict_line
from grader.export.plain import xml
from grader.export.record import Exported, File, Graded, Item, Language, Material, not_there
from grader.records import CheckResult
from grader.verdicts import OPEN


def suite(item: Item, graded: Graded, language: Language) -> ET.Element:
    """`failure`: points are lost. `error`: something of ours failed. `skipped`: the device can't measure it."""
    counts = {kind: sum(_kind(check) == kind for check in graded.checks) for kind in ("failure", "error", "skipped")}
    root = ET.Element(
        "testsuite",
        name=xml(item.label),
        tests=str(len(graded.checks)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{graded.wall_s:.3f}",
    )
    received = item.standing.submission.received_at if item.standing and item.standing.submission else None
    if received is not None:
        root.set("timestamp", received.isoformat(timespec="seconds"))
    properties = ET.SubElement(root, "properties")
    points = "" if item.points is None else f"{item.points:g}"
    for name, value in (("verdict", graded.verdict), ("score", f"{graded.score:g}/{graded.max_score:g}"), ("points", points)):
        ET.SubElement(properties, "property", name=name, value=xml(value))
    for check in graded.checks:
        root.append(_case(item, check, language))
    if not graded.checks:  # a suite without a case would pass
        case = ET.SubElement(root, "testcase", classname=xml(item.assignment), name="grade", time="0")
        ET.SubElement(case, "error", message=xml(verdict_line(graded, language)), type=xml(graded.verdict))
        root.set("tests", "1")
        root.set("errors", "1")
    return root


def write(material: Material) -> Exported:
    """All submissions in one file."""
    root = ET.Element("testsuites", name="grades")
    left: list[str] = []
    for item, graded in material.graded(left):
        root.append(suite(item, graded, material.language))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(each.get(name, "0")) for each in root)))
    ET.indent(root)
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"
    return Exported(files=(File(name="junit.xml", content=content),), rows=len(root), notes=not_there(left))


def _kind(check: CheckResult) -> str:
    if check.outcome == "not_run":
        return "skipped" if check.verdict in OPEN else "error"
    return "failure" if check.outcome == "failed" else ""


def _case(item: Item, check: CheckResult, language: Language) -> ET.Element:
    case = ET.Element("testcase", classname=xml(f"{item.assignment}.{check.category}"), name=xml(check_title(check, language)), time="0")
    if kind := _kind(check):
        text = check_text(check, language)
        child = ET.SubElement(case, kind, message=xml(text.partition("\n")[0]), type=xml(check.verdict))
        child.text = xml(f"{text}\n{check.points:g} of {check.max_points:g} points")
    return case
