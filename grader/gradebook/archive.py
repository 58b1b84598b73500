"""Archive: a gradebook -> one zip of JSON lines and contents -> a gradebook, on the same engine or the other one.

One state of the database is written, whoever works meanwhile; aside first, then renamed. Restoring fills an empty gradebook in one
transaction, and verifies the chain of what it brought; what was backed up before there was one is linked then.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import BigInteger, Connection, LargeBinary, Table, func, insert, select, text, type_coerce

from grader.errors import HarnessError
from grader.gradebook.audit import Audited, audited
from grader.gradebook.chain import add_afterwards, head_of
from grader.gradebook.contents import needed
from grader.gradebook.links import written
from grader.gradebook.models import Base, LeaseRow, Moment, moment_of
from grader.gradebook.schema import REVISIONS
from grader.gradebook.shelf import now, portions
from grader.gradebook.store import Gradebook
from grader.records import Record
from grader.toolchain import UsageError

FORMAT = 1
_MANIFEST = "manifest.json"
_AT_ONCE = 1000  # rows
_SINCE = {"0002": ("links", "seals")}  # tables that older backups don't have


class Archived(Record, frozen=True, kw_only=True):
    """What a backup holds."""

    rows: dict[str, int]  # by table
    files: int
    missing: tuple[str, ...] = ()  # contents that were gone already when it was made
    head: str = ""  # of the chain, as `grader audit --since` takes it
    wrong: tuple[str, ...] = ()  # of what was restored: what the chain says was changed before it was backed up


class _Manifest(Record, frozen=True, kw_only=True):
    format: int
    schema: str
    made_at: str
    rows: dict[str, int]
    sha256: dict[str, str]  # of each table's lines
    files: int
    missing: tuple[str, ...] = ()
    head: str = ""


def backup(gradebook: Gradebook, target: Path, *, force: bool = False) -> Archived:
    """Writes everything but tokens' plain text, which nobody has. Raises UsageError if `target` is there, unless `force`."""
    if target.exists() and not force:
        raise UsageError(f"{target} is there already; name another file")
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                made = _write(gradebook, archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
    except OSError as error:
        raise HarnessError(f"the backup {target} can't be written: {error.strerror}; make room or name another place") from None
    finally:
        aside.unlink(missing_ok=True)
    return made


def restore(archive: Path, where: str | Path, *, files: Path | None = None) -> Archived:
    """Fills an empty gradebook, which it makes if there is none. Raises UsageError if the archive is none of ours or the gradebook holds
    anything, HarnessError if the archive is damaged; then nothing is restored. What was changed before the backup was made is restored as
    it is, and told in `wrong`."""
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest = msgspec.json.decode(opened.read(_MANIFEST), type=_Manifest)
            if manifest.format > FORMAT or manifest.schema not in REVISIONS:
                raise HarnessError(
                    f"{archive} was written by a newer grader (schema {manifest.schema}); upgrade this one: pip install -U warpgrade"
                )
            with Gradebook.open(where, files=files) as gradebook:
                found = _read(gradebook, opened, manifest, archive)
            wrong = tuple(each.text for each in found.wrong)
            return Archived(rows=manifest.rows, files=manifest.files, missing=manifest.missing, head=found.head, wrong=wrong)
    except (KeyError, msgspec.MsgspecError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, zipfile.BadZipFile | zlib.error) and zipfile.is_zipfile(archive):
            raise HarnessError(f"{archive} is damaged ({error}); nothing was restored. Take another backup") from None
        raise UsageError(f"{archive} is no backup of a gradebook ({error})") from None
    except OSError as error:
        raise UsageError(f"{archive} can't be read: {error.strerror}") from None


def _tables(schema: str = REVISIONS[-1]) -> list[Table]:
    """Owners before what belongs to them; who is at work just now is nothing to keep. `schema`: those that it had."""
    later = {name for revision, names in _SINCE.items() if REVISIONS.index(revision) > REVISIONS.index(schema) for name in names}
    return [table for table in Base.metadata.sorted_tables if table.name not in later | {LeaseRow.__tablename__}]


def _write(gradebook: Gradebook, archive: zipfile.ZipFile) -> Archived:
    rows, sums = {}, {}
    missing: list[str] = []
    with gradebook.database.reading() as connection:
        for table in _tables():
            with archive.open(f"{table.name}.jsonl", "w") as stream:
                rows[table.name], sums[table.name] = _write_rows(connection, table, stream)
        last = head_of(connection)
        names = sorted(needed(connection, gradebook.blobs, missing))
        for name in names:
            try:
                archive.writestr(f"files/{name}", gradebook.blobs.get(name))
            except HarnessError:
                missing.append(name)
    missing = sorted(set(missing))
    manifest = _Manifest(
        format=FORMAT,
        schema=REVISIONS[-1],
        made_at=now().isoformat(),
        rows=rows,
        sha256=sums,
        files=len(names) - len(missing),
        missing=tuple(missing),
        head=last.head if last else "",
    )
    archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return Archived(rows=rows, files=manifest.files, missing=manifest.missing, head=manifest.head)


def _write_rows(connection: Connection, table: Table, stream: IO[bytes]) -> tuple[int, str]:
    columns = [
        type_coerce(column, BigInteger).label(column.name) if isinstance(column.type, Moment) else column for column in table.columns
    ]
    names = [column.name for column in table.columns]
    count, sum_ = 0, hashlib.sha256()
    query = select(*columns).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        values = {name: value.hex() if isinstance(value, bytes) else value for name, value in zip(names, row, strict=True)}
        line = msgspec.json.encode(values) + b"\n"
        stream.write(line)
        sum_.update(line)
        count += 1
    return count, sum_.hexdigest()


def _read(gradebook: Gradebook, archive: zipfile.ZipFile, manifest: _Manifest, name: Path) -> Audited:
    with gradebook.database.writing() as connection:
        gradebook.database.alone(connection, "files")
        for table in _tables():
            if connection.execute(select(func.count()).select_from(table)).scalar():
                raise UsageError(f"{gradebook.url} holds {table.name} already; restore into a new gradebook, and then put it in its place")
        count = 0
        for member in archive.namelist():
            if member.startswith("files/"):
                if gradebook.blobs.put(archive.read(member)) != member.removeprefix("files/"):
                    raise HarnessError(f"{name} is damaged: {member} isn't what its name says; nothing was restored. Take another backup")
                count += 1
        if count != manifest.files:
            raise HarnessError(
                f"{name} is damaged: it holds {count} of {manifest.files} contents; nothing was restored. Take another backup"
            )
        for table in _tables(manifest.schema):
            sum_ = hashlib.sha256()
            with archive.open(f"{table.name}.jsonl") as stream:
                for rows in portions(_lines(stream, table, sum_), _AT_ONCE):
                    connection.execute(insert(table), rows)
            if sum_.hexdigest() != manifest.sha256[table.name]:
                raise HarnessError(f"{name} is damaged: {table.name} isn't what was written; nothing was restored. Take another backup")
            if gradebook.database.kind == "postgresql" and "id" in table.columns:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name} HAVING max(id) IS NOT NULL"
                    )
                )
        if manifest.schema != REVISIONS[-1]:
            add_afterwards(gradebook.database, connection)
        return audited(connection, gradebook.blobs, written(manifest.head) if manifest.head else None)


def _lines(stream: IO[bytes], table: Table, sum_: Any) -> Iterator[dict[str, Any]]:
    times = [column.name for column in table.columns if isinstance(column.type, Moment)]
    blobs = [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
    for line in stream:
        sum_.update(line)
        row = msgspec.json.decode(line, type=dict[str, Any])
        for column in times:
            row[column] = None if row[column] is None else moment_of(row[column])
        for column in blobs:
            row[column] = bytes.fromhex(row[column])
        yield row
