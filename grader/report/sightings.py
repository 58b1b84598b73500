"""Sightings: what the static look saw of a submission -> what the staff's page says of it, in the page's language. Pure.

For the staff alone: whoever makes a page for students takes them out of the grade first.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.look.rules import KNOWN
from grader.records import Sighting
from grader.report.source import Sources, place
from grader.report.words import LANGUAGES

BUILT = ""  # place of what the built program alone shows


@dataclass(frozen=True)
class SightingView:
    """One thing worth a look. `honest` is what harmless reason there may be; "" for a rule of another version, whose texts are English."""

    title: str
    why: str
    honest: str
    lang: str  # "" if it is the page's
    strong: bool
    place: str  # "gemm.cu:12", or BUILT
    anchor: str
    excerpt: str


def sighting_views(sightings: tuple[Sighting, ...], sources: Sources, language: str) -> tuple[SightingView, ...]:
    """In the order in which they were seen: the strongest first."""
    return tuple(_view(each, sources, language) for each in sightings)


def _view(each: Sighting, sources: Sources, language: str) -> SightingView:
    at = LANGUAGES.index(language)
    rule = KNOWN.get(each.code)
    return SightingView(
        title=_title(each, language),
        why=rule.why[at] if rule else each.why,
        honest=rule.honest[at] if rule else "",
        lang="" if rule or language == "en" else "en",
        strong=rule.strong if rule else False,
        place=place(each.file, each.line) if each.file else BUILT,
        anchor=sources.link(each.file, each.line),
        excerpt=each.excerpt,
    )


def _title(each: Sighting, language: str) -> str:
    """Of a rule of another version: its code."""
    rule = KNOWN.get(each.code)
    return rule.title[LANGUAGES.index(language)] if rule else each.code


def in_short(sightings: tuple[Sighting, ...], language: str, most: int = 3) -> str:
    """One line for lists: "Files: gemm.cu:12; Sockets: gemm.cu:30 (+2)"."""
    told = []
    for each in sightings[:most]:
        title = _title(each, language)
        where = place(each.file, each.line) if each.file else each.excerpt
        told.append(f"{title}: {where}" if where else title)
    more = len(sightings) - len(told)
    return "; ".join(told) + (f" (+{more})" if more > 0 else "")
