"""`grader lint`: each rule fires on the mistake it is about, at its file and line, and on nothing else; our own course has no errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run
from grader.course import bundled_course, slugs
from grader.lint.linting import RULES

OURS = bundled_course()
A, R, TOML = "assignments/01_affine/", "reference/01_affine/", "assignments/01_affine/assignment.toml"
COURSE = 'id = "mine"\norder = ["01_affine"]\ntotal_weight = 2\n\n[weights]\n01_affine = 2\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one assignment, as `grader new` writes it, with its texts and three honest solutions."""
    root = tmp_path_factory.mktemp("course")
    (root / "assignments").mkdir()
    (root / "assignments/course.toml").write_text(COURSE)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GRADER_COURSE", raising=False)
        patch.chdir(root)
        assert run(["new", "01_affine", "--title-ko", "배율과 이동", "--weight", "2"]) == 0
    for name in ("README.md", "README.ko.md"):
        text = (root / A / name).read_text()
        (root / A / name).write_text(text.replace("TODO: ", ""))
    for name in ("other", "third"):
        shutil.copy(root / R / "honest/grid_stride.cu", root / R / f"honest/{name}.cu")
    return root


@pytest.fixture
def mine(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "course"
    shutil.copytree(made, root)
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    monkeypatch.chdir(root)
    return root


def linted(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    capfd.readouterr()
    status = run(["lint", "--json", *arguments])
    return status, json.loads(capfd.readouterr().out)["findings"]


def test_a_folder_that_is_whole_has_no_findings(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert linted(capfd, "--all") == (0, [])
    assert run(["lint", "affine"]) == 0
    assert capfd.readouterr().out == "1 assignment: 0 errors, 0 warnings\n"


SOLUTION = """\
```
  if (i < n) y[i] = scale * x[i] + shift;
  const auto blocks = static_cast<unsigned>(ck::ceil_div(n, static_cast<long long>(THREADS)));
```
- How many blocks"""

# (rule, severity, file to change, old text, new text, file and line of the finding, what it says). No old text: the file is written anew.
MISTAKES: list[tuple[str, str, str, str, str, str, int | None, str]] = [
    ("title", "warning", TOML, "배율과 이동", "Affine", TOML, 3, "the Korean title 'Affine' has no Korean in it"),
    ("title", "error", TOML, '"Affine"', '"아핀"', TOML, 3, "the English title '아핀' is Korean"),
    ("handout", "error", A + "README.ko.md", "", "", A + "README.ko.md", None, "the Korean hand-out is missing"),
    ("handout", "error", A + "README.ko.md", "", "# 01\n\nJust English.\n", A + "README.ko.md", None, "hardly any Korean"),
    ("handout", "error", A + "README.md", "stream.svg", "steam.svg", A + "README.md", 13, "steam.svg is linked and isn't there"),
    (
        "handout",
        "error",
        A + "README.md",
        "stream.svg",
        "problem.py",
        A + "README.md",
        13,
        "problem.py is linked, but students don't get it",
    ),
    ("handout", "warning", A + "README.md", "## Hints", "## Hints, TODO", A + "README.md", 59, "a TODO is left in it"),
    ("handout", "warning", A + "README.ko.md", "## 힌트", "힌트", A + "README.ko.md", None, "README.md has 8 headings, README.ko.md 7"),
    (
        "header",
        "error",
        A + "include/ck/affine.h",
        "long long n",
        "int n",
        A + "include/ck/affine.h",
        22,
        "argument 3 is `int n` in the header and `long long n`",
    ),
    (
        "header",
        "error",
        A + "include/ck/affine.h",
        "float shift, ",
        "",
        A + "include/ck/affine.h",
        22,
        "the header has 5 arguments, assignment.toml 6",
    ),
    (
        "header",
        "error",
        A + "include/ck/affine.h",
        "int ck_affine(",
        "int affine(",
        A + "include/ck/affine.h",
        None,
        "declares no `int ck_affine(…);`",
    ),
    ("header", "error", A + "include/ck/affine.h", 'extern "C" {', "namespace {", A + "include/ck/affine.h", 1, 'has no extern "C"'),
    ("header", "warning", TOML, 'header = "ck/affine.h"\n', "", TOML, 5, "names no header"),
    (
        "points",
        "error",
        A + "test_public.py",
        "points(15)",
        "points(14)",
        A + "test_public.py",
        16,
        "for emulated add up to 99: test_public.py 59, test_hidden.py 40",
    ),
    ("points", "error", A + "test_public.py", "points(20)", "points(30)", A + "test_public.py", 16, "for cuda add up to 110"),
    (
        "languages",
        "error",
        A + "test_public.py",
        '@pytest.mark.korean("수 256개")\n',
        "",
        A + "test_public.py",
        18,
        "test_block has no Korean title",
    ),
    (
        "languages",
        "error",
        A + "test_public.py",
        '"수 256개"',
        '"256 numbers of x"',
        A + "test_public.py",
        19,
        "the Korean title of test_block isn't Korean",
    ),
    (
        "languages",
        "warning",
        A + "test_public.py",
        '"수 256개"',
        '"수 255개"',
        A + "test_public.py",
        19,
        "the titles of test_block name different figures",
    ),
    ("languages", "error", A + "test_public.py", '    """256 numbers"""\n', "", A + "test_public.py", 19, "test_block has no title"),
    (
        "languages",
        "error",
        A + "test_public.py",
        ', hint="한 워프의 32개 레인이 한 번에 읽는 주소를 나란히 적어 보세요."',
        "",
        A + "test_public.py",
        78,
        "a hint in English and none in Korean",
    ),
    (
        "languages",
        "error",
        A + "test_public.py",
        '"수 256개"',
        '"수 256개", hint="힌트"',
        A + "test_public.py",
        19,
        "a hint in Korean and none in English",
    ),
    (
        "public-cases",
        "error",
        A + "test_public.py",
        'cases("odd")',
        'cases("odd", "twice")',
        A + "test_public.py",
        27,
        "test_odd looks at the hidden case twice",
    ),
    (
        "unused-case",
        "warning",
        A + "test_hidden.py",
        ', "block_and_one"',
        "",
        TOML,
        64,
        "no check of its result looks at case block_and_one",
    ),
    ("hidden", "warning", A + "test_hidden.py", "", "", A + "test_hidden.py", None, "there are no hidden checks"),
    (
        "starter",
        "error",
        A + "starter/affine.cu",
        "TODO: your kernel",
        "TODO: yours",
        A + "starter/affine.cu",
        7,
        "isn't what the reference leaves when its solution is taken out",
    ),
    ("starter", "error", A + "starter/affine.cu", "", "", A + "starter/affine.cu", None, "is missing: students begin with it"),
    ("starter", "error", R + "affine.cu", "// END SOLUTION\n\n}", "\n}", R + "affine.cu", 20, "BEGIN SOLUTION inside the one of line 9"),
    ("honest", "warning", R + "honest/third.cu", "", "", R + "honest", None, "2 of 3 honest solutions"),
    ("mutants", "error", R + "mutants.toml", "lines = [11]", "lines = [99]", R + "mutants.toml", 5, "there is no line 99; its file has 22"),
    ("mutants", "error", R + "mutants.toml", "lines = [11]", "lines = [12]", R + "mutants.toml", 5, "line 12 has no code on it (})"),
    ("mutants", "error", R + "mutants.toml", "lines = [11]", "lines = [1]", R + "mutants.toml", 5, "line 1 has no code on it (// Mutant"),
    ("mutants", "warning", R + "mutants.toml", "lines = [11]", "lines = []", R + "mutants.toml", 5, "OOB_READ has a line"),
    ("mutants", "warning", R + "mutants.toml", 'cases = ["odd"]\n', "", R + "mutants.toml", 5, "no case is named in which it shows"),
    ("mutants", "error", R + "mutants.toml", "", "", R + "mutants.toml", None, "is missing: nothing shows that the checks find anything"),
    ("mutants", "error", R + "mutants/forgotten.cu", "", "int x;\n", R + "mutants/forgotten.cu", None, "mutants.toml doesn't name it"),
    ("readme", "warning", R + "README.md", "", "", R + "README.md", None, "is missing"),
    (
        "verdicts",
        "error",
        A + "test_public.py",
        'verdict="UNCOALESCED")',
        'verdict="UNCOALESCD")',
        A + "test_public.py",
        83,
        "UNCOALESCD is no verdict",
    ),
    (
        "release",
        "error",
        A + "README.md",
        "- How many blocks",
        SOLUTION,
        A + "README.md",
        63,
        "students would get a line of 01_affine/affine.cu:23",
    ),
    ("calibration", "error", A + "problem.py", "units=1)", "units=10_000)", A + "problem.py", 16, "half precision should lose points"),
    ("calibration", "error", A + "problem.py", "units=1)", "units=1e-3)", A + "problem.py", 16, "two roundings should pass"),
    ("calibration", "error", A + "problem.py", "units=1)", "units=0)", A + "problem.py", 16, "the oracle should pass"),
    (
        "calibration",
        "error",
        A + "problem.py",
        "units=1)",
        "units=1e9)",
        A + "problem.py",
        16,
        "gives 15 of 15 points to outputs that are all zeros",
    ),
    (
        "calibration",
        "error",
        A + "problem.py",
        "units=1)",
        "units=1e6)",
        A + "problem.py",
        16,
        "no case of a check of correctness refuses an output rounded to 11 significant bits",
    ),
    ("calibration", "warning", A + "problem.py", "def calibration", "def _calibration", A + "problem.py", 16, "has no calibration()"),
    ("calibration", "warning", A + "problem.py", '"passes:', '"fails:', A + "problem.py", 27, "calibration() offers nothing that passes"),
    ("assignment", "error", TOML, "visibility", "visibilty", TOML, 22, "case[0].visibilty: unknown key; known here are id"),
    ("assignment", "error", TOML, ', ko = "배율과 이동"', "", TOML, 3, "title: Object missing required field `ko`"),
    ("assignment", "error", TOML, '"01_affine"', '"02_affine"', TOML, 1, "slug: is '02_affine' but the folder is called '01_affine'"),
    (
        "points",
        "error",
        A + "test_public.py",
        '@pytest.mark.points(15)\n@pytest.mark.cases("block")',
        '@pytest.mark.cases("block")',
        A.rstrip("/"),
        None,
        "test_public.py::test_block: needs @pytest.mark.points(NUMBER)",
    ),
]


@pytest.mark.parametrize(("rule", "severity", "changed", "old", "new", "file", "line", "says"), MISTAKES, ids=lambda value: None)
def test_each_mistake_is_told_at_its_place(
    mine: Path,
    capfd: pytest.CaptureFixture[str],
    rule: str,
    severity: str,
    changed: str,
    old: str,
    new: str,
    file: str,
    line: int | None,
    says: str,
) -> None:
    path = mine / changed
    if old:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 99 if rule == "calibration" else 1))
    elif new:
        path.write_text(new)
    else:
        path.unlink()
    arguments = ["--quick"] if rule != "calibration" else []
    status, found = linted(capfd, "affine", *arguments)
    told = [each for each in found if says in each["message"]]
    assert [(t["rule"], t["severity"], str(Path(t["file"]).relative_to(mine)), t["line"]) for t in told[:1]] == [
        (rule, severity, file, line)
    ], found
    assert status == (1 if severity == "error" or any(f["severity"] == "error" for f in found) else 0)
    assert told[0]["remedy"] or rule in ("assignment", "points")


def test_every_rule_has_a_mistake_that_shows_it() -> None:
    assert {row[0] for row in MISTAKES} - {"assignment"} == set(RULES)


# ---- the course as a whole ----


@pytest.mark.parametrize(
    ("old", "new", "severity", "line", "says", "remedy"),
    [
        ('["01_affine"]', '["01_afine"]', "error", 2, "order names 01_afine, but there is no such assignment", "did you mean 01_affine?"),
        ('["01_affine"]', '["01_affine", "09_far"]', "error", 2, "order names 09_far", "known are 01_affine; add assignments/09_far/"),
        ('["01_affine"]', "[]", "warning", 2, "order doesn't name 01_affine", 'add "01_affine" to order'),
        ("01_affine = 2", "01_affine = 2\n02_no = 1", "error", 7, "weights names 02_no", "take it out"),
        ("01_affine = 2", "01_affine = 3", "error", 6, "weights says 3 for 01_affine, its assignment.toml says 2", "make them equal"),
        ("total_weight = 2", "total_weight = 1", "error", 3, "the weights add up to 2, total_weight is 1", "correct a weight"),
        ("total_weight = 2", "total_weight = 100", "warning", 3, "the weights add up to 2, total_weight is 100", "correct a weight"),
        (
            "[weights]",
            "[dates.01_afine]\ndue = 2026-10-15T23:59:00\n[weights]",
            "error",
            5,
            "dates names 01_afine",
            "did you mean 01_affine?",
        ),
    ],
)
def test_the_course_is_held_against_its_folders(
    mine: Path, capfd: pytest.CaptureFixture[str], old: str, new: str, severity: str, line: int, says: str, remedy: str
) -> None:
    (mine / "assignments/course.toml").write_text(COURSE.replace(old, new))
    status, found = linted(capfd, "--all", "--quick")
    told = next(each for each in found if says in each["message"])
    assert (told["severity"], told["line"], told["file"]) == (severity, line, str(mine / "assignments/course.toml"))
    assert remedy in told["remedy"] and status == (severity == "error")
    assert linted(capfd, "affine", "--quick") == (0, []), "one assignment isn't to blame for the course"


def test_two_assignments_of_one_name_or_number(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for old, new in (("01_affine", "02_affine"), ("01_affine", "01_other")):
        shutil.copytree(mine / A, mine / "assignments" / new)
        text = (mine / "assignments" / new / "assignment.toml").read_text()
        (mine / "assignments" / new / "assignment.toml").write_text(text.replace(old, new))
    status, found = linted(capfd, "--all", "--quick")
    said = {(each["message"], each["severity"]) for each in found if each["rule"] == "course"}
    assert status == 1
    assert ("01_affine and 02_affine have the same name, affine", "error") in said
    assert ("01_affine and 01_other have the same number, 01", "warning") in said


def test_one_broken_folder_hides_no_other(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (mine / "assignments/02_broken").mkdir()
    (mine / "assignments/02_broken/assignment.toml").write_text("slug = \n")
    (mine / A / "README.ko.md").unlink()
    status, found = linted(capfd, "--all", "--quick")
    assert status == 1 and {("assignment", 1), ("handout", None)} <= {(f["rule"], f["line"]) for f in found if f["severity"] == "error"}


# ---- the command ----


def test_the_lines_are_those_that_editors_jump_to(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (mine / R / "mutants.toml").write_text((mine / R / "mutants.toml").read_text().replace("[11]", "[99]"))
    (mine / R / "honest/third.cu").unlink()
    assert run(["lint", "affine", "--quick"]) == 1
    assert capfd.readouterr().out.splitlines() == [
        "reference/01_affine/honest: warning: 2 of 3 honest solutions [honest]",
        "    add correct ones in other styles: checks must not punish a style",
        "reference/01_affine/mutants.toml:5: error: mutant no_guard: there is no line 99; its file has 22 [mutants]",
        "    correct lines",
        "1 assignment: 1 error, 1 warning",
    ]
    assert run(["lint", "affine", "--quick", "-q"]) == 1
    assert len(capfd.readouterr().out.splitlines()) == 2


def test_strict_makes_errors_of_warnings(mine: Path) -> None:
    (mine / R / "honest/third.cu").unlink()
    assert run(["lint", "affine", "--quick"]) == 0
    assert run(["lint", "affine", "--quick", "--strict"]) == 1


def test_fix_writes_the_starter_anew(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    starter = mine / A / "starter/affine.cu"
    right = starter.read_text()
    starter.write_text("int x;\n")
    assert run(["lint", "affine", "--quick"]) == 1
    assert run(["lint", "affine", "--quick", "--fix"]) == 0
    assert "starter/affine.cu: written" in capfd.readouterr().out and starter.read_text() == right
    starter.unlink()
    assert linted(capfd, "--all", "--quick", "--fix") == (0, []) and starter.read_text() == right


def test_what_to_lint_has_to_be_said(mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["lint"]) == 2 and "say which assignments, or --all" in capfd.readouterr().err
    assert run(["lint", "affine", "--all"]) == 2
    assert run(["lint", "nonsense"]) == 2 and "Known are: affine" in capfd.readouterr().err


@pytest.mark.parametrize("slug", slugs(OURS))
def test_our_own_assignments_have_no_errors(slug: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(OURS.reference.parent)
    status, found = linted(capfd, slug)
    assert status == 0, [each for each in found if each["severity"] == "error"]
