"""A PostgreSQL server of the tests' own: nothing -> a running server in a temporary folder, reached by a socket in it, and no other way.

`python -m tests.gradebook.server` says whether one can be started here; `make test-postgres` asks it first.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")


def binaries() -> Path | None:
    """The folder with initdb and postgres: of PATH, else where distributions put the newest one."""
    found = [Path(name) for pattern in _FOLDERS for name in sorted(glob.glob(pattern), reverse=True)]
    if initdb := shutil.which("initdb"):
        found.insert(0, Path(os.path.realpath(initdb)).parent)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def missing() -> str:
    """Why none can be started here; "" if one can."""
    if binaries() is None:
        return "no PostgreSQL server on this machine (Debian, Ubuntu: apt-get install postgresql)"
    if os.geteuid() == 0 and (shutil.which("setpriv") is None or _user() is None):
        return "PostgreSQL refuses to run as root, and there is no setpriv or no user `postgres` or `nobody` to run it as"
    return ""


class Server:
    """A context manager. Data isn't synced to disk: what is tested is what we ask of a server, not its disk."""

    def __init__(self) -> None:
        if reason := missing():
            raise RuntimeError(reason)
        self._binaries = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="grader-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            user = _user()
            assert user is not None
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        try:
            self._run("initdb", "-D", str(self._data), "-U", "grader", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *settings: str) -> None:
        """Starts it, with settings as "max_connections=5" if there are any, and waits until it answers."""
        options = ["fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={self.folder}", *settings]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, str(self._binaries / "postgres"), "-D", str(self._data), *(p for o in options for p in ("-c", o))],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        import psycopg

        end = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.dsn("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:]) from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """At once, as when its machine fails."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)
        self._process = None

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """One statement by hand, past everything of ours."""
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str) -> str:
        return f"postgresql://grader@/{database}?host={self.folder}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def dsn(self, database: str) -> str:
        return f"host={self.folder} user=grader dbname={database}"

    def _run(self, name: str, *args: str) -> None:
        done = subprocess.run([*self._prefix, str(self._binaries / name), *args], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")


def _user() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


if __name__ == "__main__":
    if reason := missing():
        print(f"not run: {reason}", file=sys.stderr)
        sys.exit(3)
