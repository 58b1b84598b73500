"""Rules about the course as a whole: course.toml against the folders that are there."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.assignment import Assignment
from grader.course import Course, slugs
from grader.lint.finding import Finding, error, line_with, warning
from grader.toml_file import line_of

RULE = "course"


def course_findings(course: Course, assignments: Sequence[Assignment]) -> Iterator[Finding]:
    """`assignments`: those of the course that could be read."""
    text, known = course.file.read_text(encoding="utf-8"), slugs(course)
    yield from _unknown(course, text, known)
    for slug in known:
        if slug not in course.order:
            remedy = f'add "{slug}" to order, where it belongs'
            yield warning(RULE, course.file, f"order doesn't name {slug}, so it comes last", remedy, line_of(text, ("order",)))
    yield from _same_names(course, known)
    yield from _weights(course, text, assignments)


def _unknown(course: Course, text: str, known: Sequence[str]) -> Iterator[Finding]:
    table = course.table
    for key, named in (("order", course.order), ("weights", table.weights), ("dates", table.dates), ("submit.each", table.submit.each)):
        keys = tuple(key.split("."))
        for slug in named:
            if slug in known:
                continue
            close = difflib.get_close_matches(slug, known, n=1)
            hint = f"did you mean {close[0]}? Else" if close else f"known are {', '.join(known) or 'none'};"
            remedy = f"{hint} add assignments/{slug}/assignment.toml or take it out"
            line = line_with(text, f'"{slug}"') if key == "order" else line_of(text, (*keys, slug))
            yield error(RULE, course.file, f"{key} names {slug}, but there is no such assignment", remedy, line or line_of(text, keys))


def _same_names(course: Course, known: Sequence[str]) -> Iterator[Finding]:
    """Two assignments that commands or people would take for each other."""
    for what, part in (("name", 2), ("number", 0)):
        groups = defaultdict(list)
        for slug in known:
            groups[slug.partition("_")[part]].append(slug)
        for name, twins in groups.items():
            if len(twins) > 1:
                file = course.assignments / twins[-1] / "assignment.toml"
                line = line_of(file.read_text(encoding="utf-8", errors="replace"), ("slug",))
                message = f"{' and '.join(twins)} have the same {what}, {name}"
                remedy = f"rename one: its folders in assignments/ and reference/, and slug in {file.name}"
                make = error if part == 2 else warning
                yield make(RULE, file, message, remedy, line)


def _weights(course: Course, text: str, assignments: Sequence[Assignment]) -> Iterator[Finding]:
    weights, total = course.table.weights, course.table.total_weight
    for each in assignments:
        given = weights.get(each.slug)
        if given is not None and given != each.weight:
            message = f"weights says {given:g} for {each.slug}, its assignment.toml says {each.weight:g}"
            yield error(RULE, course.file, message, "make them equal", line_of(text, ("weights", each.slug)))
        elif given is None and weights:
            remedy = f'add "{each.slug}" = {each.weight:g}'
            yield warning(RULE, course.file, f"weights doesn't name {each.slug}", remedy, line_of(text, ("weights",)))
    added = sum(weights.values())
    if total is not None and weights and abs(added - total) > 1e-9:
        message = f"the weights add up to {added:g}, total_weight is {total:g}"
        make = error if added > total else warning  # less: assignments may still be to come
        yield make(RULE, course.file, message, "correct a weight or the total", line_of(text, ("total_weight",)))
