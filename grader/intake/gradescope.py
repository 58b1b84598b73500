"""Gradescope: "Export Submissions" -> hand-ins with times. submission_metadata.yml says whose each folder submission_<number>/ is.

The file is YAML as Ruby writes it: keys are symbols (":submitters"), a time may be an object with a "utc" in it. All values are read as
text, so that a student number keeps its leading zeros. A group's hand-in counts for each of its submitters.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.intake.record import Found, Intake, Part, Scene, Skipped, visible
from grader.toolchain import UsageError

ORIGIN = "gradescope"
METADATA = "submission_metadata.yml"
_MAX_BYTES = 256 << 20  # results and outputs of a whole class are in it
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ?(Z|UTC|[+-]\d\d:?\d\d)?")


def marks(folder: Path, scene: Scene) -> bool:
    return (folder / METADATA).is_file()


def read(folder: Path, scene: Scene) -> Found:
    """Raises UsageError if the table can't be read."""
    table = _load(folder / METADATA)
    slug = scene.slug_of(folder.resolve().name)
    intakes: list[Intake] = []
    skipped: list[Skipped] = []
    for name, row in table.items():
        path = folder / str(name)
        if not isinstance(row, dict) or not _is_entry(name):
            skipped.append(Skipped(path=folder / METADATA, reason=f"its entry {str(name)[:80]!r} is of no submission"))
            continue
        there = (path.is_dir() or path.is_file()) and not path.is_symlink()
        parts = (Part(path=path, name="" if path.is_dir() else path.name),) if there else ()
        submitters = _get(row, "submitters")
        people = [each for each in submitters if isinstance(each, dict)] if isinstance(submitters, list) else []
        for person in people or [{}]:
            intakes.append(_intake(str(name), person, parts, _time(_get(row, "created_at")), slug))
    for path in visible(folder):
        if path.name != METADATA and path.name not in table:
            if path.is_dir():
                intakes.append(_intake(path.name, {}, (Part(path=path, name=""),), None, slug))
            else:
                skipped.append(Skipped(path=path, reason=f"not in {METADATA}"))
    return Found(layout="gradescope", intakes=tuple(intakes), skipped=tuple(skipped))


def _intake(folder: str, person: dict[Any, Any], parts: tuple[Part, ...], at: dt.datetime | None, slug: str | None) -> Intake:
    name, email, sid = (_text(_get(person, key)) for key in ("name", "email", "sid"))
    ids = {system: value for system, value in (("email", email), ("sis", sid)) if value}
    return Intake(
        who=email or sid or name or folder,
        ids=ids,
        name=name,
        own=email or sid or (f"{name}_{folder}" if name else folder),
        assignment=slug,
        parts=parts,
        received_at=at,
        origin=ORIGIN,
        label=folder,
    )


def _is_entry(name: Any) -> bool:
    """Whether something may lie under that name in the folder itself."""
    return isinstance(name, str) and name not in ("", ".", "..") and Path(name).name == name and len(name.encode("utf-8", "replace")) <= 255


def _text(value: Any) -> str:
    """A list or table in its place, which aliases can make endless, is nobody's name."""
    return value.strip() if isinstance(value, str) else ""


def _get(row: dict[Any, Any], key: str) -> Any:
    return row.get(f":{key}", row.get(key))


def _time(value: Any) -> dt.datetime | None:
    """ "2026-03-01 12:00:00.123456000 Z" in UTC; without an offset it is UTC, as Ruby writes it."""
    if isinstance(value, dict):
        value = value.get("utc", value.get("time"))
    parsed = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if parsed is None:
        return None
    day, clock, fraction, offset = parsed.groups()
    zone = "+00:00" if offset in (None, "Z", "UTC") else offset
    try:
        return dt.datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone}").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _load(file: Path) -> dict[Any, Any]:
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError:
        raise HarnessError("reading a Gradescope export needs PyYAML: pip install 'warpgrade[gradebook]'") from None
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # text and lists only: makes no object, whatever the tags say
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise UsageError(f"{file} is larger than {_MAX_BYTES >> 20} MiB; is it Gradescope's?")
        table = yaml.load(data, Loader=loader)
    except FileNotFoundError:
        raise UsageError(f"{file} is missing: that is no export of Gradescope's, or not the folder that holds it") from None
    except OSError as error:
        raise HarnessError(f"can't read {file}: {error.strerror}; check its permissions") from None
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"{file} is no YAML ({first}); export the submissions from Gradescope again") from None
    if not isinstance(table, dict):
        raise UsageError(f"{file} holds no table of submissions; export the submissions from Gradescope again")
    return table
