"""Care: a gradebook -> what is wrong with it, in sentences. Reads everything; changes nothing."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, inspect, select, text

from grader.errors import HarnessError
from grader.gradebook.contents import needed
from grader.gradebook.graded import grade_of, grades_query
from grader.gradebook.migrations.immutable import triggers
from grader.gradebook.models import ErasureRow, GradeRow, StudentRow, SubmissionRow
from grader.gradebook.shelf import Shelf
from grader.records import Grade

_SHOWN = 20  # of one kind of fault
_RESTORE = "restore a backup"


class Care(Shelf):
    """The check."""

    def check(self) -> list[str]:
        """Sentences, each with a remedy; [] if nothing is wrong: the file itself, what guards it, that every content is there and unharmed,
        that grades say what their records say, that nothing comes twice."""
        wrong: list[str] = []
        with self.database.reading() as connection:
            if self.database.kind == "sqlite":
                for (said,) in connection.execute(text("PRAGMA integrity_check(20)")):
                    if said != "ok":
                        wrong.append(f"the file is damaged: {said}; {_RESTORE}")
                lost = connection.execute(text("PRAGMA foreign_key_check")).all()
                wrong += [f"row {row[1]} of {row[0]} belongs to one of {row[2]} that isn't there; {_RESTORE}" for row in lost[:_SHOWN]]
                found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            else:
                found = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"))
            gone = triggers(self.database.kind) - set(found.scalars())
            if gone:
                wrong.append(f"nothing keeps stored rows from being changed: the triggers {', '.join(sorted(gone))} are gone; {_RESTORE}")
            tables = set(inspect(connection).get_table_names())
            wrong += [
                f"the table {name} is gone; {_RESTORE}" for name in sorted({t.name for t in GradeRow.metadata.sorted_tables} - tables)
            ]
            if connection.execute(select(func.count()).select_from(ErasureRow).where(ErasureRow.open)).scalar():
                wrong.append("somebody has left the way open to delete rows: UPDATE erasures SET open = false")
            if connection.execute(select(func.count()).select_from(ErasureRow).where(ErasureRow.pending != "[]")).scalar():
                wrong.append("files of deleted work are still there; the next `grader gradebook forget` or `expire` deletes them")
            erased = connection.execute(select(func.count()).select_from(ErasureRow)).scalar()
            damaged: list[str] = []
            names = needed(connection, self.blobs, damaged)
            wrong += [f"the evidence {name} is gone or damaged; {_RESTORE}" for name in damaged[:_SHOWN]]
            broken = set(damaged)
            for name in sorted(names - broken):
                try:
                    self.blobs.get(name)
                except HarnessError as error:
                    broken.add(name)
                    if len(broken) <= _SHOWN:
                        wrong.append(str(error))
            if len(broken) > _SHOWN:
                wrong.append(f"{len(broken):,} contents in all are gone or damaged; {_RESTORE}")
            wrong += self._grades_wrong(connection, broken, bool(erased))
            counts = select(StudentRow.login, SubmissionRow.assignment, func.count(), func.max(SubmissionRow.number))
            counts = counts.join(SubmissionRow, SubmissionRow.student_id == StudentRow.id).group_by(
                StudentRow.login, SubmissionRow.assignment
            )
            if not erased:
                gaps = [row for row in connection.execute(counts) if row[2] != row[3]]
                wrong += [
                    f"{login} has {count} submissions of {slug}, and the last is number {last}; {_RESTORE}"
                    for login, slug, count, last in gaps
                ]
        return wrong

    def _grades_wrong(self, connection: Connection, broken: set[str], erased: bool) -> list[str]:
        wrong: list[str] = []
        numbers = set()
        for row in connection.execution_options(yield_per=1000).execute(grades_query().order_by(GradeRow.id)):
            stored = grade_of(row)
            numbers.add(stored.id)
            if stored.same_as is not None and stored.same_as not in numbers and not erased:
                wrong.append(f"grade {stored.id} was taken from grade {stored.same_as}, which isn't there; {_RESTORE}")
            if stored.record in broken:
                continue
            try:
                full = msgspec.json.decode(self.blobs.get(stored.record), type=Grade)
            except msgspec.MsgspecError as error:
                wrong.append(f"the record of grade {stored.id} can't be read ({error}); was it written by a newer grader?")
                continue
            same = (full.score, full.max_score, full.verdict, full.digest) == (stored.score, stored.max_score, stored.verdict, stored.key)
            if not same:
                wrong.append(f"grade {stored.id} of {stored.student} in {stored.assignment} says otherwise than its record; {_RESTORE}")
        return wrong[:_SHOWN]
