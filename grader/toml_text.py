"""TOML text: plain data, as tomllib reads it -> TOML that reads back as the same. Tables one level deep get a header of their own, what
lies deeper is written inline."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any


def toml_text(data: Mapping[str, Any]) -> str:
    """The whole file. Keys without a value (None) are left out."""
    data = {key: value for key, value in data.items() if value is not None}
    plain = {key: value for key, value in data.items() if not isinstance(value, dict) and not _is_tables(value)}
    parts = [_pairs(plain)]
    parts += [f"[{_key(key)}]\n{_pairs(value)}" for key, value in data.items() if isinstance(value, dict)]
    parts += [f"[[{_key(key)}]]\n{_pairs(each)}" for key, value in data.items() if _is_tables(value) for each in value]
    return "\n".join(part for part in parts if part)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, dict) for each in value)


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    inner = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items() if each is not None)
    return f"{{ {inner} }}" if inner else "{}"
