"""Annotations: a message with its place -> a workflow command of GitHub Actions, `::error file=…,line=…::…`. One line each."""

from __future__ import annotations

from typing import Literal

from grader.export.plain import plain

Level = Literal["error", "warning", "notice"]


def command(level: Level, message: str, *, title: str = "", file: str = "", line: int | None = None, column: int | None = None) -> str:
    """A command that nothing in the message can end or fake: line ends, percent signs and, in properties, commas and colons are escaped."""
    place = {"file": file, "line": str(line or ""), "col": str(column or "") if line else ""} if file else {}
    properties = {**place, "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level}{' ' + given if given else ''}::{_data(message)}"


def _data(text: str) -> str:
    return plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
