"""Feedback: one piece of work -> what its student may read about it, in sentences, English or Korean. Private comments never get out."""

from __future__ import annotations

from typing import Final

from grader.export.plain import number, one_line
from grader.export.record import Graded, Item, Language
from grader.records import CheckResult
from grader.verdicts import VERDICTS

LEFT: Final = {"NOT_MEASURED": "not_measured", "AWAITS_GRADING": "awaits"}  # verdict of a check that was not run -> phrase
# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "override": ("Points given by the course staff: {points}. Reason: {reason}", "조교가 준 점수: {points}. 이유: {reason}"),
    "before": ("Before lateness: {points} of 100", "지각 감점 전: 100점 중 {points}점"),
    "not_run": (
        "{count} could not be run, for a reason of ours; it costs no points",
        "우리 쪽 사정으로 실행하지 못한 검사 {count}. 감점은 없습니다",
    ),
    "checks": ("1 check|{number} checks", "{number}개|{number}개"),
    "check_not_run": (
        "Could not be run, for a reason of ours; it costs no points",
        "우리 쪽 사정으로 실행하지 못했습니다. 감점은 없습니다",
    ),
    "not_measured": ("Not measured on this device; it costs no points", "이 장치에서는 측정하지 않았습니다. 감점은 없습니다"),
    "awaits": ("A person will read it; until then it counts neither way", "사람이 읽을 답입니다. 그때까지 점수에 들어가지 않습니다"),
    "hidden": ("hidden", "비공개"),
    "waiting": ("Handed in, not graded yet", "제출되었으나 아직 채점되지 않았습니다"),
    "missing": ("Nothing was handed in", "제출물이 없습니다"),
    "line": ("{file}, line {line}", "{file} {line}행"),
}


def say(key: str, language: Language, **values: object) -> str:
    return PHRASES[key][language == "ko"].format(**values)


def sentences(item: Item, language: Language) -> list[str]:
    """From the verdict to the comments; every text is one plain line."""
    found: list[str] = []
    standing, graded = item.standing, item.graded
    if graded is not None:
        found.append(verdict_line(graded, language))
        if graded.faults:
            one, many = PHRASES["checks"][language == "ko"].split("|")
            count = (one if len(graded.faults) == 1 else many).format(number=len(graded.faults))
            found.append(say("not_run", language, count=count))
    elif standing is not None and standing.state in ("waiting", "missing"):
        found.append(say(standing.state, language))
    if standing is None:
        return found
    late = standing.lateness.text_ko if language == "ko" else standing.lateness.text
    if late:
        found.append(one_line(late))
        if standing.raw_points is not None and standing.override is None and standing.points != standing.raw_points:
            found.append(say("before", language, points=number(standing.raw_points)))
    if standing.override is not None and standing.override.points is not None:
        reason = one_line(standing.override.reason)
        found.append(say("override", language, points=number(standing.override.points), reason=reason))
    found += [f"{one_line(comment.author)}: {one_line(comment.text)}" for comment in standing.comments if not comment.private]
    return found


def verdict_line(graded: Graded, language: Language) -> str:
    """The verdict in words, and the message with its place if it says more."""
    row = VERDICTS.get(graded.verdict)
    title = row.title[language] if row else one_line(graded.verdict)
    message = one_line((graded.message_ko if language == "ko" else "") or graded.message)
    place = where(graded.file, graded.line, language)
    rest = message if not place or (graded.file or "") in message else f"{place}: {message}"
    return f"{title}. {rest}" if rest and rest != title else title


def where(file: str | None, line: int | None, language: Language) -> str:
    if not file:
        return ""
    return say("line", language, file=one_line(file), line=line) if line else one_line(file)


def check_title(check: CheckResult, language: Language) -> str:
    return one_line((check.title_ko if language == "ko" else "") or check.title or check.id)


def check_text(check: CheckResult, language: Language) -> str:
    """What a check says about itself: why it failed and the author's hint, or why it wasn't run. "" if it passed without a word."""
    message = one_line((check.message_ko if language == "ko" else "") or check.message)
    if check.outcome == "not_run":
        return f"{say(LEFT.get(check.verdict, 'check_not_run'), language)}. {message}".rstrip(". ") + "."
    parts = [message]
    place = where(check.file, check.line, language)
    if place and check.outcome == "failed" and (check.file or "") not in message:
        parts.insert(0, place)
    if check.outcome == "failed":
        parts.append(one_line((check.hint_ko if language == "ko" else "") or check.hint))
    return "\n".join(part for part in parts if part)
