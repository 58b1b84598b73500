"""Faults: an error of the database, of whichever engine -> whose it is and the remedy, by one table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from grader.errors import GraderError, HarnessError

_AGAIN = "what was stored before is kept, nothing of this step was"
_UNSURE = "what was stored before is kept, of this step all or nothing"  # the answer to COMMIT may be what was lost
_GONE = "the server can't be reached or ended the connection"

# What SQLite says, or PostgreSQL's SQLSTATE or words -> (what it means, remedy). The first that fits.
_TABLE: tuple[tuple[str, str, str], ...] = (
    (r"database or disk is full|^53100|No space left", "the disk is full", "make room and run the command again"),
    (r"disk I/O error|^58030", "the disk can't be read or written", "look at the disk (full? a quota? a network share that is gone?)"),
    (
        r"database is locked|database table is locked|^55P03|^57014|lock timeout",
        "another program holds its lock",
        "end that one (a batch, a backup, a database browser with an open change?) or wait, and run the command again",
    ),
    (r"readonly database|read-only|^25006|^42501|permission denied", "it may not be written", "mend the permissions of file and folder"),
    (r"unable to open database file", "it can't be opened", "mend the permissions of file and folder, or name another place"),
    (r"file is not a database", "it is no SQLite database", "name another file"),
    (r"malformed|^XX00[12]", "it is damaged", "restore a backup with `grader gradebook restore`"),
    (r"never changed|never deleted|never replaced|^23001", "what is stored is never changed", "add a new record instead"),
    (r"^40001|^40P01|deadlock", "two programs changed the same at once", "run the command again"),
    (r"^53300|too many clients", "the server has no connection to spare", "run fewer commands at once, or raise max_connections"),
    (r"^28|password authentication|no password supplied", "the server refuses the user or the password", "set PGUSER and PGPASSWORD"),
    (r"^3D000|database \".*\" does not exist", "the server has no such database", "make it: createdb NAME"),
    (
        r"^57P0|^08|server closed the connection|connection (?:failed|refused|to server|is lost|not open)|terminating connection|"
        r"could not connect|consuming input failed|could not receive|timeout expired|could not translate|Name or service",
        _GONE,
        "see that it runs, and run the command again",
    ),
    (r"^53200|out of memory", "the server is out of memory", "run the command again later"),
)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Raises HarnessError in place of any error of the database in the block. `name` says which gradebook, without a password."""
    try:
        yield
    except GraderError:
        raise
    except PoolTimeout:
        raise HarnessError(f"the gradebook {name}: all connections are in use; run fewer requests at once") from None
    except SQLAlchemyError as error:
        raise HarnessError(sentence(name, error)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("sqlite3", "psycopg"):
            raise HarnessError(sentence(name, error)) from error
        raise


def sentence(name: str, error: BaseException) -> str:
    """What a person reads of it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = " ".join(str(cause).split())
    said = f"{getattr(cause, 'sqlstate', None) or ''} {words}".strip()
    for pattern, meaning, remedy in _TABLE:
        if re.search(pattern, said, re.IGNORECASE):
            kept = _UNSURE if meaning == _GONE else _AGAIN
            return f"the gradebook {name}: {meaning}; {kept}. {remedy[:1].upper()}{remedy[1:]} ({words[:200]})"
    lost = isinstance(error, InterfaceError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
    meaning = "the connection is lost" if lost else f"an error that it doesn't expect, {type(cause).__name__}"
    kept = _UNSURE if lost else _AGAIN
    return f"the gradebook {name}: {meaning}; {kept}. Run the command again; if it stays, `grader gradebook check` ({words[:300]})"
