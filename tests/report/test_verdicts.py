"""The table of verdicts: complete, bilingual, ordered as the contract says, and equal to its page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.verdicts import VERDICTS, rank
from grader.verdicts.document import document

ROOT = Path(__file__).parents[2]

CONTRACT = (
    "COMPILE_ERROR BUILD_TIMEOUT MISSING_FILE MISSING_SYMBOL BAD_ARCHIVE HOST_CRASH EARLY_EXIT HOST_TIMEOUT TIMEOUT OUTPUT_LIMIT "
    "OUT_OF_MEMORY UNWRITTEN_OUTPUT NAN_OUTPUT LAUNCH_FAILED FORBIDDEN_TRANSFER WRONG_ANSWER NOT_RUN PASSED"
).split()
DEVICE = (
    "OOB_READ OOB_WRITE MISALIGNED USE_AFTER_FREE DOUBLE_FREE LEAK HOST_POINTER DEVICE_POINTER UNINIT_READ RACE_SHARED RACE_WARP "
    "RACE_GLOBAL CROSS_STREAM_RACE HOST_RACE HOST_WAR BARRIER_DIVERGENCE UNDEFINED_SHFL LAUNCH_ERROR_UNREPORTED DEADLOCK TIMEOUT"
    " UNSUPPORTED"
).split()
MUTANTS = (
    "OOB_WRITE UNWRITTEN_TAIL INT_OVERFLOW WRONG_NONSQUARE LAUNCH_ERROR_UNREPORTED NOT_ASYNC PARTIAL_COPY HOST_RACE LEAK COPY_DIRECTION "
    "BANK_CONFLICT UNCOALESCED RACE_SHARED MISALIGNED NO_OVERLAP WRONG_STREAM CROSS_STREAM_RACE HOST_WAR SERIALISED EVENT_NOT_READY "
    "BARRIER_DIVERGENCE RACE_WARP STATE_LEAK WRONG_NEGATIVE UNDEFINED_SHFL NUMERIC_ERROR WRONG_TAIL LEADING_DIM NAN_PROPAGATION TRANSPOSED "
    "LOW_PRECISION REDUNDANT_LOADS"
).split()


@pytest.mark.parametrize("code", sorted({*CONTRACT, *DEVICE, *MUTANTS}))
def test_every_code_of_the_contract_has_a_row(code: str) -> None:
    assert VERDICTS[code].code == code


@pytest.mark.parametrize("code", sorted(VERDICTS))
def test_each_row_speaks_both_languages(code: str) -> None:
    row = VERDICTS[code]
    for text in (row.title, row.explanation, row.look_at):
        assert re.search(r"[가-힣]", text.ko), text.ko
        assert re.search(r"[A-Za-z]", text.en) and not re.search(r"[가-힣]", text.en), text.en
        assert "  " not in text.en + text.ko
    assert not row.title.en.endswith(".") and len(row.title.en) <= 60
    assert row.explanation.en.endswith(".") and row.look_at.en.endswith((".", "?"))
    assert text["ko"] == row.look_at.ko and text["en"] == text["fr"] == row.look_at.en


def test_ranks_follow_the_contract() -> None:
    chain = ["COMPILE_ERROR", "HOST_CRASH", "RACE_SHARED", "WRONG_TAIL", "WRONG_ANSWER", "UNCOALESCED", "PASSED"]
    ranks = [rank(code) for code in chain]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)
    assert max(rank(c) for c in ("COMPILE_ERROR", "BAD_ARCHIVE")) < min(rank(c) for c in ("TIMEOUT", "OUT_OF_MEMORY"))
    device = {row.rank for row in VERDICTS.values() if row.category == "device"}
    assert max(row.rank for row in VERDICTS.values() if row.category == "crash") < min(device)
    assert max(device) < min(row.rank for row in VERDICTS.values() if row.category == "output")
    # a cause stands before its usual effect
    assert rank("RACE_SHARED") < rank("UNINIT_READ") < rank("LAUNCH_FAILED")


def test_an_unknown_code_ranks_after_all_faults() -> None:
    assert max(row.rank for code, row in VERDICTS.items() if code != "PASSED") < rank("TYPO") < rank("PASSED")


def test_the_page_is_made_from_the_table() -> None:
    page = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    assert page == document(VERDICTS.values()), "run: python -m grader.verdicts > docs/verdicts.md"


def test_the_table_imports_nothing_heavy() -> None:
    """Every command reads the table: it must not bring numpy or a template engine with it."""
    code = "import grader.records, sys; before = set(sys.modules); import grader.verdicts; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {name.partition(".")[0] for name in done.stdout.split()} == {"grader"}
