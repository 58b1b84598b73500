"""`grader new`: a whole assignment or nothing, over nothing that is there; what it writes passes lint, verify and release as it is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli.main import run

COURSE = 'id = "mine"\n'


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty course, below /tmp and open to the sandbox's user."""
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        root = Path(made).resolve()
        root.chmod(0o755)
        (root / "course.toml").write_text(COURSE)
        monkeypatch.chdir(root)
        yield root


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_written_passes_lint_verify_and_release(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "affine", "--kind", "cuda", "--title", "Scale and shift", "--title-ko", "배율과 이동"]) == 0
    said = capfd.readouterr().out
    assert "01_affine: 14 files" in said and "grader verify affine" in said and '"01_affine" in order' in said
    assert run(["lint", "affine", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)["findings"]
    assert {(each["rule"], each["severity"]) for each in found} == {("handout", "warning"), ("honest", "warning")}, "TODOs, and one style"
    assert run(["verify", "affine", "--json"]) == 0
    (verified,) = json.loads(capfd.readouterr().out)["assignments"]
    assert verified["reference"] == {"score": 100, "max_score": 100} and verified["honest"][0]["score"] == 80
    assert [(m["expected"], m["got"], m["got_line"]) for m in verified["mutants"]] == [("OOB_READ", "OOB_READ", 11)]
    assert run(["release", "--to", "out"]) == 0
    assert not [name for name in files(mine / "out") if "hidden" in name or "reference" in name]
    assert "@" not in "".join(name for name in files(mine)) and not [
        n for n, text in files(mine).items() if b"@NAME@" in text or b"@FAULT@" in text
    ]


def test_the_header_goes_where_the_course_has_its_headers(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (mine / "kernels" / "include" / "ck").mkdir(parents=True)
    (mine / "assignments").mkdir()
    assert run(["new", "07_affine", "--weight", "2.5", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["assignment"] == "07_affine" and "kernels/include/ck/affine.h" in printed["files"]
    assert (mine / "kernels/include/ck/affine.h").is_file() and "weight = 2.5" in (
        mine / "assignments/07_affine/assignment.toml"
    ).read_text()
    assert run(["start", "affine", "work"]) == 0
    assert (mine / "work/include/ck/affine.h").is_file() and "](include/ck/affine.h)" in (mine / "work/README.md").read_text()


def test_the_next_free_number_is_taken(mine: Path) -> None:
    (mine / "course.toml").write_text(COURSE + 'order = ["11_planned"]\n')
    assert run(["new", "one"]) == 0 and run(["new", "two"]) == 0
    assert sorted(path.name for path in (mine / "assignments").iterdir()) == ["12_one", "13_two"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["affine"], "01_affine is there already; its number or name would be this one's too"),
        (["01_other"], "01_affine is there already"),
        (["Other"], "'Other' won't do as a name; write affine or 30_affine"),
        (["1_other"], "won't do as a name"),
        (["../other"], "won't do as a name"),
        (["other", "--kind", "notebook"], "no template for an assignment of kind 'notebook' yet; known are cuda"),
        (["other", "--weight", "0"], "weight 0 must lie between"),
        (["other", "--title", 'a "quoted" word'], "leave out quotation marks"),
        (["02_half"], "reference/02_half is there already; nothing was written"),
    ],
)
def test_nothing_is_written_over_or_by_halves(mine: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    assert run(["new", "affine"]) == 0
    (mine / "reference" / "02_half").mkdir()
    before = files(mine)
    capfd.readouterr()
    assert run(["new", *arguments]) == 2
    assert says in capfd.readouterr().err and files(mine) == before


def test_a_file_in_the_way_of_one_keeps_all_from_being_written(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (mine / "assignments").mkdir()
    header = mine / "kernels" / "include" / "ck" / "affine.h"
    header.parent.mkdir(parents=True)
    header.write_text("somebody's\n")
    assert run(["new", "affine"]) == 2
    assert "kernels/include/ck/affine.h" in capfd.readouterr().err
    assert header.read_text() == "somebody's\n" and not list((mine / "assignments").iterdir()) and not (mine / "reference").exists()


def test_outside_of_a_course_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["new", "affine"]) == 2
    assert 'course.toml in which stands id = "my_course"' in capfd.readouterr().err and not list(tmp_path.iterdir())
