"""Immutable tables: a table's name and the engine's -> statements after which the database itself refuses changes to it.

An UPDATE is refused always. A DELETE is refused unless the same transaction holds an open row in `erasures`: that is how a student's data
is deleted, and it leaves who did it and why. Of links none is ever deleted: they say nothing of anybody. Steps of migrations use this as it
is; a change to it needs a step of its own.
"""

from __future__ import annotations

_OPEN = "EXISTS (SELECT 1 FROM erasures WHERE open)"

_SQLITE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN "
    "SELECT RAISE(ABORT, '{table} are never changed: add a new record'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT {open} BEGIN "
    "SELECT RAISE(ABORT, '{table} are never deleted but by `grader gradebook forget` and `expire`'); END",
    # INSERT OR REPLACE deletes the row that is in its way and tells no trigger
    "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) BEGIN "
    "SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} are never replaced'); END",
)

_POSTGRESQL = (
    "CREATE FUNCTION {table}_immutable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND {open} THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION '{table} are never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_immutable()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_immutable()",
)

# Of each such table of the first step: what else than its id must not come twice.
TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "extensions": (),
    "submissions": (("student_id", "assignment", "number"), ("student_id", "assignment", "identity")),
    "grades": (),
    "overrides": (),
    "comments": (),
    "batches": (),
    "journal": (),
}
# Those of the chain, of the second step: all that must not come twice.
CHAIN: dict[str, tuple[tuple[str, ...], ...]] = {"links": (("number",), ("kind", "subject")), "seals": (("number",),)}
_FOR_GOOD = {"links"}  # of these nothing is deleted, whatever is open


def statements(table: str, engine: str) -> list[str]:
    """The DDL for one of TABLES or CHAIN; `engine` is SQLAlchemy's name of the dialect."""
    keys = CHAIN[table] if table in CHAIN else (("id",), *TABLES[table])
    taken = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)
    way = "(1 = 0)" if table in _FOR_GOOD else _OPEN
    return [text.format(table=table, taken=taken, open=way) for text in (_SQLITE if engine == "sqlite" else _POSTGRESQL)]


def triggers(engine: str) -> set[str]:
    """The names of all triggers that must be there."""
    ends = ("no_update", "no_delete", "no_replace") if engine == "sqlite" else ("immutable", "no_truncate")
    return {f"{table}_{end}" for table in (*TABLES, *CHAIN) for end in ends}
