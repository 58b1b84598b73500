"""Seeds: one secret per course and assignment, drawn once and kept by the judge; the same for every student, so fair and regradable.

Lies below $GRADER_DATA, else $XDG_DATA_HOME/warpgrade, else ~/.local/share/warpgrade. Losing it changes the inputs of later grades.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from grader.errors import HarnessError
from grader.files import draw_secret
from grader.records import Record

_BYTES = 32


class Seed(Record, frozen=True, kw_only=True):
    """`secret` never leaves the judge; `id` says in reports which seed was in force."""

    secret: bytes
    id: str

    def generator_key(self, slug: str, case: str, call: int) -> int:
        """The 128-bit key of the generator of one call's inputs."""
        text = f"{slug}\0{case}\0{call}".encode()
        return int.from_bytes(hashlib.blake2b(text, key=self.secret, digest_size=16).digest(), "little")

    def schedule(self, slug: str, case: str) -> int:
        """What draws the order in which warps and blocks of a shuffled case take turns: 62 bits, so that a device may count on from it."""
        text = f"{slug}\0{case}".encode()
        digest = hashlib.blake2b(text, key=self.secret, person=b"warpgrade-order", digest_size=8).digest()
        return int.from_bytes(digest, "little") >> 2

    def latencies_us(self, slug: str, case: str, fixed: Mapping[str, float], most: Mapping[str, float]) -> dict[str, float]:
        """How much longer each kind of operation takes in a case: `fixed`, and of `most` a part that nobody knows beforehand."""

        def drawn(kind: str) -> float:
            text = f"{slug}\0{case}\0{kind}".encode()
            digest = hashlib.blake2b(text, key=self.secret, person=b"warpgrade-times", digest_size=4).digest()
            return round(most[kind] * int.from_bytes(digest, "little") / 2**32, 1)

        return {kind: fixed.get(kind, 0.0) + (drawn(kind) if kind in most else 0.0) for kind in dict.fromkeys((*fixed, *most))}


def data_root() -> Path:
    if named := os.environ.get("GRADER_DATA"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "warpgrade"


def public_seed(course: str, slug: str) -> Seed:
    """Known to everyone: for `check`, on the student's side."""
    return _seed(hashlib.blake2b(f"public\0{course}\0{slug}".encode(), digest_size=_BYTES).digest())


def secret_seed(course: str, slug: str, root: Path | None = None) -> Seed:
    """The stored secret; drawn if there is none yet. Raises HarnessError if the store can't be used."""
    file = (root or data_root()) / "seeds" / _plain(course) / f"{_plain(slug)}.seed"
    try:
        draw_secret(file, _BYTES)
        text = file.read_text(encoding="ascii").strip()
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except (OSError, UnicodeDecodeError) as error:
        raise HarnessError(f"can't keep the secret seed in {file} ({error}); set $GRADER_DATA to a folder that only you may read") from None
    if not re.fullmatch(rf"[0-9a-f]{{{2 * _BYTES}}}", text):
        raise HarnessError(
            f"{file} is damaged; restore it from a backup, or delete it to draw a new seed (earlier grades had other inputs)"
        )
    return _seed(bytes.fromhex(text))


def _seed(secret: bytes) -> Seed:
    return Seed(secret=secret, id=hashlib.blake2b(secret, person=b"warpgrade-seedid", digest_size=4).hexdigest())


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name).lstrip(".") or "course"
