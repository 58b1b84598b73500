"""How often public CUDA programs use each spelling of a PTX instruction: static counts over 1,081 device files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from grader.toolchain import UsageError

SHIPPED = Path(__file__).with_name("ptx_spellings.tsv")


@dataclass(frozen=True)
class Spelling:
    """One row: "ld.global.f32", the files that have it, and how often it stands there altogether."""

    name: str
    files: int
    count: int

    @property
    def opcode(self) -> str:
        return self.name.partition(".")[0]


def read(path: Path = SHIPPED) -> list[Spelling]:
    """The table's rows, in its order. Takes our own columns and those of the corpus file (level, opcode, static_count)."""
    try:
        with path.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text, delimiter="\t"))
        rows = [row for row in rows if row.get("level", "exact") == "exact"]
        spelling, count = ("opcode", "static_count") if rows and "static_count" in rows[0] else ("spelling", "count")
        return [Spelling(row[spelling], int(row["files"]), int(row[count])) for row in rows]
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no table of spellings: it needs the columns spelling, files and count, parted by tabs") from error
