"""`grader emulator coverage`: what it tells, and that it asks the loader and not a list of names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli.main import run
from grader.emulator.coverage import data, measure, synthesis, tested


def found(capsysbinary: pytest.CaptureFixture[bytes], *options: str) -> dict[str, object]:
    assert run(["emulator", "coverage", "--json", *options]) == 0
    result: dict[str, object] = json.loads(capsysbinary.readouterr().out)
    return result


def test_what_public_programs_use_is_covered(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    result = found(capsysbinary)
    spellings = result["spellings"]
    assert isinstance(spellings, dict)
    assert spellings["share"] >= 0.995, spellings["missing"]
    assert spellings["asked"] + spellings["left_out"]["spellings"] == 718
    assert result["untested_form_count"] == 0
    assert result["row_count"] == len(result["rows"])  # type: ignore[arg-type]


def test_a_form_that_the_loader_refuses_is_missing(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Names that exist with modifiers or types that don't."""
    table = tmp_path / "spellings.tsv"
    table.write_text("spelling\tfiles\tcount\nadd.s32\t9\t30\nadd.wobbly.f32\t2\t5\nadd.pred\t1\t3\nmma.sync.aligned\t1\t100\nfoo\t1\t2\n")
    spellings = found(capsysbinary, "--data", str(table))["spellings"]
    assert isinstance(spellings, dict)
    assert [(row["spelling"], row["count"]) for row in spellings["missing"]] == [("add.wobbly.f32", 5), ("add.pred", 3), ("foo", 2)]
    assert all(row["why"] for row in spellings["missing"])
    assert (spellings["occurrences"], spellings["occurrences_taken"], spellings["share"]) == (40, 30, 0.75)
    assert spellings["left_out"] == {"spellings": 1, "occurrences": 100}


def test_the_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emulator", "coverage"]) == 0
    out = capsys.readouterr().out
    assert "every form has one" in out and "refused by name: wmma, mma, ldmatrix" in out
    assert "mul.wide" in out


def test_without_a_checkout_tests_are_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tested.find(tmp_path) is None
    monkeypatch.setattr(measure.tested, "find", lambda: None)
    assert run(["emulator", "coverage"]) == 0
    assert "tests are counted in a checkout only" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["a\tb\n1\t2\n", "spelling\tfiles\tcount\nadd\tmany\t1\n"])
def test_a_wrong_table_is_a_usage_error(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(text)
    assert run(["emulator", "coverage", "--data", str(table)]) == 2
    assert "spelling, files and count" in capsys.readouterr().err
    assert run(["emulator", "coverage", "--data", str(tmp_path / "none.tsv")]) == 2


def test_the_corpus_files_own_columns_are_read(tmp_path: Path) -> None:
    table = tmp_path / "opcodes.tsv"
    head = "level\trank\topcode\tfiles\tpct_files\tstatic_count\n"
    table.write_text(head + "base\t1\tld\t9\t100.0\t50\nexact\t1\tld.global.f32\t8\t90.0\t40\n")
    assert data.read(table) == [data.Spelling("ld.global.f32", 8, 40)]


def test_every_module_holds_its_instruction() -> None:
    for spelling in data.read():
        if spelling.opcode not in measure.LATER:
            assert f"\n{spelling.name} " in synthesis.module(spelling.name) or f"\n{spelling.name};" in synthesis.module(spelling.name)
