"""TOML files as they are written: a path and a struct -> the struct, each mistake with file, line and key. No file of ours by name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from grader.errors import AssignmentError

Key = tuple[str | int, ...]
T = TypeVar("T", bound=msgspec.Struct)


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: unknown keys are mistakes, most often misspelled ones."""


def read_table(path: Path, type_: type[T], missing: str) -> tuple[T, str]:
    """The parsed file and its text. `missing` is what the error says of a file that isn't there. Raises AssignmentError naming file,
    line and key."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise AssignmentError(f"{path} is missing; {missing}") from None
    except UnicodeDecodeError as error:
        raise AssignmentError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise AssignmentError(f"{path} can't be read: {error.strerror or error}") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        place = f"{path}:{found[1]}" if found else str(path)
        raise AssignmentError(f"{place}: not TOML: {error}") from None
    try:
        return msgspec.convert(table, type_), text
    except msgspec.ValidationError as error:
        key, message = _told(table, type_, str(error))
        raise mistake(path, text, tuple(key), message) from None


def _told(value: Any, type_: Any, said: str) -> tuple[list[str | int], str]:
    """The key that msgspec's words are about, and these words with what the file's author needs beside them."""
    message, _, where = said.replace(" - at `key` in `$", " - at `$").partition(" - at `$")
    before, free, _ = where.partition("[...]")
    key: list[str | int] = [int(n) if n else w for w, n in re.findall(r"\.([A-Za-z0-9_]+)|\[(\d+)\]", before)]
    if free:  # of a table with free keys msgspec doesn't say which one: the first that doesn't convert
        inner = _hint(type_, [*key, "*"])
        for part in key:
            value = value[part]
        for name, each in value.items():
            try:
                msgspec.convert(each, inner)
            except msgspec.ValidationError as error:
                rest, message = _told(each, inner, str(error))
                return [*key, name, *rest], message
    if unknown := re.search(r"unknown field `([^`]+)`", message):
        message = "unknown key; known here are " + ", ".join(_bare(_hint(type_, key)).__struct_fields__)
        key.append(unknown[1])
    if message.startswith("Invalid enum value") and get_origin(found := _bare(_hint(type_, key))) is Literal:
        message += f"; allowed are {', '.join(map(str, get_args(found)))}"
    message = message.replace(" | null`", "`")  # TOML has no null
    if message.startswith("Expected `datetime`") and "got `date`" in message:
        message += "; write a time of day too, as 2026-10-15T23:59:00"
    return key, message


def mistake(path: Path, text: str, key: Key, message: str) -> AssignmentError:
    """An AssignmentError that names file, line and key: `…/assignment.toml:12: case[3].sizes: …`."""
    line = line_of(text, key)
    place = f"{path}:{line}" if line else str(path)
    spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")
    return AssignmentError(f"{place}: {spelled + ': ' if spelled else ''}{message}")


def line_of(text: str, key: Key) -> int | None:
    """The line (from 1) where a key stands: ("case", 3, "sizes"). Falls back to its table's header; None if that is nowhere."""
    table: Key = ()
    counts: dict[str, int] = {}
    best: tuple[int, int] | None = None  # (how many parts match, line)
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-\"]+)\s*\]", line):
            name = header[2].replace('"', "")
            if header[1] == "[[":
                table = (name, counts.get(name, 0))
                counts[name] = counts.get(name, 0) + 1
            else:
                table = tuple(name.split("."))
            here = table
        elif pair := re.match(r"\s*\"?([A-Za-z0-9_\-]+)\"?\s*=", line):
            here = (*table, pair[1])
        else:
            continue
        if here and here == key[: len(here)] and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best else None


def _hint(type_: Any, key: list[str | int]) -> Any:
    """The type that a key's value has, as it is annotated, or None. "*" stands for any key of a table with free keys."""
    for part in key:
        type_ = _bare(type_)
        origin, arguments = get_origin(type_), get_args(type_)
        if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
            type_ = get_type_hints(type_, include_extras=True).get(str(part))
        elif origin is dict:
            type_ = arguments[1]
        elif origin in (tuple, list):
            type_ = arguments[0]
        else:
            return None
    return type_


def _bare(type_: Any) -> Any:
    """A type without Annotated and without `| None`."""
    while get_origin(type_) in (Annotated, Union, UnionType):
        type_ = next(argument for argument in get_args(type_) if argument is not type(None))
    return type_
