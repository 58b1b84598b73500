"""`grader release`: what students get works by itself, and has no answer in it; if one would get out, nothing is written."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import find_assignment, load_assignment
from grader.cli.main import run
from grader.course import bundled_course, find_course, slugs
from grader.handout import handout
from grader.release import answers_of, leaks

OURS = bundled_course()
ROOT = OURS.reference.parent


def read(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def gemm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of a course that has a copy of 09_gemm, below /tmp and open to the sandbox's user."""
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        root = Path(made).resolve()
        root.chmod(0o755)
        for folder in ("assignments/09_gemm", "reference/09_gemm", "kernels/include"):
            shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "assignments/course.toml").write_text('id = "warpgrade"\norder = ["09_gemm"]\n[weights]\n09_gemm = 8\n')
        monkeypatch.delenv("GRADER_COURSE", raising=False)
        monkeypatch.setenv("GRADER_LANG", "en")
        monkeypatch.chdir(root)
        yield root


# ---- the whole course of ours ----


def test_our_own_release_has_no_answer_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["release", "--to", str(tmp_path / "out"), "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    files = read(tmp_path / "out")
    assert sorted(files) == printed["files"] and [each["slug"] for each in printed["assignments"]] == slugs(OURS)
    assert not [name for name in files if "reference" in name or "hidden" in name or "mutants" in name]
    told = {name: content.replace(b"STAFF parts", b"") for name, content in files.items()}
    assert not [name for name, content in told.items() if b"SOLUTION" in content or b"STAFF" in content]
    for slug in slugs(OURS):
        assignment = load_assignment(OURS.assignments / slug, OURS)
        given = load_assignment(tmp_path / "out" / "assignments" / slug)
        assert [c.id for c in given.cases] == [c.id for c in assignment.cases if c.visibility == "public"]
        assert len(answers_of(assignment)) > 5, "there is something to look for"
        fences = (assignment.reference / assignment.files[0]).read_bytes()
        assert leaks({"x.cu": fences}, [assignment]) and not leaks(files, [assignment])


def test_a_header_that_solves_another_assignment_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ck/reduce.cuh is what 08_reduction asks for: no assignment hands it out, and it would be told as a leak."""
    monkeypatch.chdir(ROOT)
    assert run(["release", "--to", str(tmp_path / "out")]) == 0
    headers = {path.name for path in (tmp_path / "out/kernels/include/ck").iterdir()}
    assert "check.cuh" in headers and "reduce.cuh" not in headers
    solved = {"kernels/include/ck/reduce.cuh": (OURS.include / "ck/reduce.cuh").read_bytes()}
    assert leaks(solved, [load_assignment(OURS.assignments / "08_reduction", OURS)])


def test_a_student_gets_the_same_files_out_of_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["release", "--to", str(tmp_path / "out")]) == 0
    course = find_course(tmp_path / "out")
    for slug in slugs(OURS):
        ours, theirs = (handout(find_assignment(slug, each)) for each in (OURS, course))
        checks = "test_public.py"
        assert {**ours, checks: b""} == {**theirs, checks: b""} and theirs[checks] in (ours[checks], theirs[checks])


# ---- a release works ----


def test_the_public_checks_run_there(gemm: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["release", "--to", "out"]) == 0
    assert "09_gemm: 8 files, 6 public cases; 19 hidden cases stay here" in capfd.readouterr().out
    monkeypatch.chdir(gemm / "out")
    assert run(["start", "gemm", "work"]) == 0
    assert run(["check", "work", "-q"]) == 1
    assert capfd.readouterr().out.splitlines()[-1].startswith("0/60  KERNEL_NOT_RUN")
    shutil.copy(gemm / "reference/09_gemm/naive.cu", "work/gemm.cu")
    assert run(["check", "work", "--json"]) == 1
    checked = json.loads(capfd.readouterr().out)
    assert (checked["score"], checked["max_score"], checked["verdict"]) == (40, 60, "UNCOALESCED")
    assert run(["grade", "gemm", "work", "--json"]) == 1
    graded = json.loads(capfd.readouterr().out)
    assert (graded["score"], graded["max_score"]) == (40, 60) and not [c for c in graded["checks"] if c["hidden"]]
    assert run(["verify", "gemm"]) == 2
    assert "reference/09_gemm is missing" in capfd.readouterr().err


def test_dates_decide_what_is_released(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = gemm / "assignments/course.toml"
    file.write_text(file.read_text() + "[dates.09_gemm]\nrelease = 2026-10-01T09:00:00+09:00\ndue = 2026-10-15T23:59:00+09:00\n")
    assert run(["release", "--to", "out", "--by", "2026-09-30"]) == 2
    assert "no assignment to release in" in capfd.readouterr().err and not Path("out").exists()
    assert run(["release", "--to", "out", "--by", "October"]) == 2
    assert "--by October: write a date such as 2026-10-01" in capfd.readouterr().err
    assert run(["release", "--to", "out", "--by", "2026-10-01T00:00+00:00"]) == 0
    table = find_course(Path("out")).table
    assert table.dates["09_gemm"].due is not None and table.weights == {"09_gemm": 8}


def test_a_release_is_written_over_only_if_asked(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["release", "--to", "out"]) == 0
    (gemm / "out/notes.txt").write_text("mine")
    assert run(["release", "--to", "out"]) == 2
    assert "out already has README.md" in capfd.readouterr().err
    (gemm / "assignments/09_gemm/README.md").write_text("# New\n")
    assert run(["release", "--to", "out", "--update"]) == 0
    assert (gemm / "out/assignments/09_gemm/README.md").read_text() == "# New\n" and (gemm / "out/notes.txt").read_text() == "mine"
    (gemm / "thesis").mkdir()
    (gemm / "thesis/README.md").write_text("# My thesis\n")
    assert run(["release", "--to", "thesis", "--update"]) == 2
    assert "holds something and is no earlier release" in capfd.readouterr().err
    assert (gemm / "thesis/README.md").read_text() == "# My thesis\n"
    for arguments in (["--to", "."], ["--to", "assignments/course.toml/x", "gemm"], ["nonsense", "--to", "new"]):
        assert run(["release", *arguments]) in (2, 3)


# ---- answers that would get out ----


def spoil(file: Path, addition: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + addition, encoding="utf-8")


SOLUTION = """
      for (int i = 0; i < TM; ++i) a[i] = tile_a[k][threadIdx.y * TM + i];
"""


@pytest.mark.parametrize("name", ["README.md", "README.ko.md", "test_public.py", "problem.py", "starter/notes.txt"])
def test_a_solution_anywhere_keeps_all_from_being_written(gemm: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    lines = (gemm / "reference/09_gemm/gemm.cu").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if "__global__" in line)
    file = gemm / "assignments/09_gemm" / name
    file.touch()
    spoil(file, "\n'''\n" + "\n".join(lines[start : start + 4]) + "\n'''\n")
    assert run(["release", "--to", "out"]) == 2
    error = capfd.readouterr().err
    assert "nothing was written, since answers would get out" in error and Path(name).name in error and "09_gemm/gemm.cu:" in error
    assert not Path("out").exists()


def test_a_mutant_and_a_hidden_case_are_answers_too(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("reference/09_gemm/mutants", "assignments/09_gemm/starter/mutants")
    assert run(["release", "--to", "out"]) == 2
    assert "starter/mutants/alpha_forgotten.cu has a solution, right or wrong" in capfd.readouterr().err
    assignment = load_assignment(gemm / "assignments/09_gemm")
    whole = (gemm / "assignments/09_gemm/assignment.toml").read_bytes()
    found = leaks({"assignments/09_gemm/assignment.toml": whole, "a/test_hidden.py": b"", "reference/x.cu": b""}, [assignment])
    assert {leak.file for leak in found} == {"assignments/09_gemm/assignment.toml", "a/test_hidden.py", "reference/x.cu"}
    assert any("hidden case: id = " in leak.what and leak.line for leak in found)


def test_answers_without_fences_count_line_by_line(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder, reference = gemm / "assignments/09_gemm", gemm / "reference/09_gemm"
    toml = (folder / "assignment.toml").read_text()
    (folder / "assignment.toml").write_text(toml.replace('files = ["gemm.cu"]', 'files = ["gemm.cu", "answers.json"]'))
    (folder / "starter/answers.json").write_text('{\n  "slowest_line": null\n}\n')
    (reference / "answers.json").write_text('{\n  "slowest_line": "slow.cu:42"\n}\n')
    spoil(folder / "README.md", '\n```\n  "slowest_line": "slow.cu:42"\n```\n')
    found = leaks({"README.md": (folder / "README.md").read_bytes()}, [load_assignment(folder)])
    assert [leak.what for leak in found] == ["a line of 09_gemm/answers.json:2"]


def test_staff_parts_stay_and_what_needs_them_is_told(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    problem = gemm / "assignments/09_gemm/problem.py"
    whole = problem.read_text()
    assert "def calibration" in whole
    assert run(["release", "--to", "out"]) == 0
    assert "def calibration" not in Path("out/assignments/09_gemm/problem.py").read_text()
    problem.write_text(whole.replace("def _combine(", "# BEGIN STAFF\ndef _combine(", 1).replace("# BEGIN STAFF\n# ----", "# ----"))
    capfd.readouterr()
    assert run(["release", "--to", "out2"]) == 2
    error = capfd.readouterr().err
    assert (
        "09_gemm doesn't work without its hidden part: assignments/09_gemm/problem.py: expected() of case square failed: NameError" in error
    )
    problem.write_text(whole.replace("# END STAFF\n", "", 1))
    assert run(["release", "--to", "out3"]) == 2
    assert "BEGIN STAFF" in capfd.readouterr().err and not Path("out2").exists() and not Path("out3").exists()


def test_a_public_check_of_a_hidden_case_is_told(gemm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spoil(
        gemm / "assignments/09_gemm/test_public.py",
        '\n\n@pytest.mark.points(1)\n@pytest.mark.cases("k_zero")\ndef test_x(judge: Any) -> None:\n    judge.correct()\n',
    )
    assert run(["release", "--to", "out"]) == 2
    assert "no case is called k_zero" in capfd.readouterr().err and not Path("out").exists()
