"""One check of `grader override`: what there is to read, and points with a comment for it -> records, and what a terminal
shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.cli.gradebook.tables import points as shown
from grader.gradebook import by_hand
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.course import Course
    from grader.gradebook.records import Standing
    from grader.gradebook.store import Gradebook

Lines = list[tuple[int, str]]  # indentation, text


class Chosen:
    """One check of the work of one student that counts."""

    def __init__(self, book: Gradebook, course: Course, login: str, slug: str, name: str) -> None:
        self.book, self.course, self.login, self.slug, self.name = book, course, login, slug, name

    def asked(self) -> by_hand.Asked:
        """What a person reads before giving points."""
        return by_hand.asked(self.book, self.standing(), self.name, self.course.reference / self.slug)

    def change(self, points: float | None, back: bool, comment: str | None, *, author: str, private: bool, reason: str) -> dict[str, Any]:
        """Gives points, or takes them back; keeps the comment, which is part of the check's message unless it is private. What can be
        refused comes first: then nothing is kept."""
        standing, title = self.standing(), self.asked().check.title
        grade = check = said = None
        if back:
            grade, check = by_hand.take_back(self.book, standing, self.name, author=author)
        elif points is not None:
            told = comment if comment and not private else reason
            grade, check = by_hand.give(self.book, standing, self.name, points, comment=told, author=author)
        if comment is not None:
            said = self.book.comment(self.login, self.slug, f"{title}: {comment}", author=author, private=private)
        return {"check": check, "grade": grade, "comment": said, "standing": self.standing()}

    def standing(self) -> Standing:
        found = self.book.standings(self.course, student=self.login, assignment=self.slug)
        if not found:
            raise UsageError(f"{self.login} has nothing in {self.slug}")
        return found[0]


def of_asked(found: by_hand.Asked) -> Lines:
    """The answer and the rubric."""
    check = found.check
    state = "waits for a person" if check.outcome == "not_run" else f"{shown(check.points)} points"
    by = f", by {check.by}" if check.by else ""
    lines = [(0, f"{found.student} {found.assignment}: {check.title} ({state}{by}; at most {shown(check.max_points)})")]
    first, *more = found.answer.split("\n") if found.answer else ("none",)
    lines += [(2, f"answer: {first}"), *((4, line) for line in more)]
    if check.by and check.message:
        lines.append((2, f"comment: {check.message}"))
    if found.rubric is None:
        return [*lines, (2, "there is no rubric for it")]
    lines += [(2, f"{shown(criterion.points)} points: {criterion.text}") for criterion in found.rubric.criteria]
    return [*lines, (2, f"a good answer: {found.rubric.good}")] if found.rubric.good else lines


def of_changed(one: Chosen, changed: dict[str, Any]) -> Lines:
    """What counts now."""
    lines: Lines = []
    who, check, said = f"{one.login} {one.slug}", changed["check"], changed["comment"]
    if check is not None:
        what = f"{shown(check.points)} of {shown(check.max_points)} points" if check.by else "counts as computed again"
        lines.append((0, f"{who}: {check.title}: {what}; {shown(changed['standing'].points)} of 100 in all"))
    if said is not None:
        lines.append((0, f"{who}: remark kept{', for staff only' if said.private else ''}"))
    return lines
