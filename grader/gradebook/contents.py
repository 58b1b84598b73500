"""Contents: the rows of a gradebook -> which files of the Blobs they need: what was handed in, grades, evidence and its arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, select

from grader.blobs import Blobs
from grader.errors import HarnessError
from grader.evidence import Evidence, contents
from grader.gradebook.models import GradeRow, SubmissionRow
from grader.gradebook.shelf import portions

NO_SIGHTINGS = "no-sightings.json"  # beside the contents: digests of records in which a report found none; it only saves time


def needed(connection: Connection, blobs: Blobs, damaged: list[str] | None = None) -> set[str]:
    """The digests of all contents that some row needs. Evidence that can't be read raises HarnessError, or is named in `damaged`."""
    found = set(connection.execute(select(SubmissionRow.content)).scalars())
    found.update(connection.execute(select(GradeRow.record)).scalars())
    evidence = set(connection.execute(select(GradeRow.evidence).distinct()).scalars()) - {""}
    return found | evidence | set(arrays(blobs, evidence, damaged))


def of_submissions(connection: Connection, blobs: Blobs, submissions: Iterable[int]) -> set[str]:
    """The digests that these submissions and their grades need; what of them is gone already is left out."""
    found: set[str] = set()
    evidence: set[str] = set()
    for part in portions(submissions):
        found.update(connection.execute(select(SubmissionRow.content).where(SubmissionRow.id.in_(part))).scalars())
        for record, of in connection.execute(select(GradeRow.record, GradeRow.evidence).where(GradeRow.submission_id.in_(part))):
            found.add(record)
            evidence.add(of)
    evidence -= {""}
    return found | evidence | set(arrays(blobs, evidence, []))


def arrays(blobs: Blobs, evidence: Iterable[str], damaged: list[str] | None = None) -> Iterator[str]:
    """The arrays that pieces of evidence name."""
    for digest in evidence:
        try:
            yield from contents(decoded(blobs.get(digest)))
        except HarnessError:
            if damaged is None:
                raise
            damaged.append(digest)


def decoded(data: bytes) -> Evidence:
    """Evidence from its blob, JSON or MessagePack. Raises HarnessError for what is neither."""
    try:
        return msgspec.json.decode(data, type=Evidence) if data[:1] == b"{" else msgspec.msgpack.decode(data, type=Evidence)
    except msgspec.MsgspecError as error:
        raise HarnessError(f"a record of evidence can't be read ({error}); restore it with `grader gradebook restore`") from None
