"""`grader check` as a student meets it, with all that students hand it. Real compiler, real device; a small assignment, so seconds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli.main import run
from grader.errors import HarnessError
from grader.sandbox import bwrap
from tests import scale_course as course

STARTER = course.program(kernel="// TODO: your kernel\n", launch="", result="cudaSuccess")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    """The course with two assignments; 02_shift is only there to be told apart."""
    first = course.write_course(folder / "course")
    (first / "starter").mkdir()
    (first / "starter" / "scale.cu").write_text(STARTER, encoding="utf-8")
    second = first.parent / "02_shift"
    second.mkdir()
    text = course.ASSIGNMENT.replace("01_scale", "02_shift").replace("scale.cu", "shift.cu")
    (second / "assignment.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_COURSE", str(home / "course"))
    monkeypatch.setenv("GRADER_CACHE", str(home / "cache"))
    monkeypatch.setenv("GRADER_LANG", "en")
    monkeypatch.chdir(home)


Checked = Callable[..., tuple[int, str]]


@pytest.fixture
def check(capfd: pytest.CaptureFixture[str]) -> Checked:
    """Runs the command; returns exit status and stdout."""

    def checked(*argv: str) -> tuple[int, str]:
        status = run(["check", *argv])
        return status, capfd.readouterr().out

    return checked


def work(name: str, code: str | bytes = course.GOOD, file: str = "scale.cu") -> Path:
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(code if isinstance(code, bytes) else code.encode())
    return folder


# ---- what is right stays right --------------------------------------------------------------------------------------------


def extras(name: str) -> Path:
    folder = work(name)
    for extra in ("notes.txt", "old.cu", "풀이 노트.md", "Makefile"):
        (folder / extra).write_text("int main() { syntax error", encoding="utf-8")
    return folder


GOOD: dict[str, Callable[[str], Path]] = {
    "plain": work,
    "a_main_of_its_own": lambda name: work(name, course.GOOD + '\n#include <cstdio>\nint main() { std::puts("mine"); return 1; }\n'),
    "extra_files": extras,
    "crlf": lambda name: work(name, course.GOOD.replace("\n", "\r\n")),
    "byte_order_mark": lambda name: work(name, b"\xef\xbb\xbf" + course.GOOD.encode()),
    "korean_folder_and_comments": lambda name: work(f"과제 제출/{name}", "// 벡터의 각 원소에 수를 곱한다\n" + course.GOOD),
    "korean_code_page": lambda name: work(name, "// 곱한다\n".encode("cp949") + course.GOOD.encode()),
}


@pytest.mark.parametrize("name", GOOD)
def test_right_work_passes_whatever_is_around_it(name: str, check: Checked) -> None:
    status, out = check(str(GOOD[name](name)))
    assert status == 0 and "7/7  PASSED" in out and "error:" not in out
    assert "All public checks pass. Hidden checks count too" in out


# ---- what is wrong is told kindly, at the right place -------------------------------------------------------------------------


def test_a_starter_left_as_it_was(check: Checked) -> None:
    status, out = check(str(work("untouched", STARTER.replace("\n", "\r\n"))), "--json")
    assert status == 1 and (each := json.loads(out))["score"] <= 0.1 * each["max_score"]
    status, out = check("untouched")
    words = "Your files are still as you got them. README.md says what to do first."
    assert status == 1 and f"{words} Begin with the lines marked TODO." in " ".join(out.split())
    assert "파일이 받은 그대로입니다." in check("untouched", "--lang", "ko")[1]


def test_a_starter_without_todo_lines_is_told_to_read_first(check: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_COURSE", str(ROOT / "assignments"))
    status, out = check(str(ROOT / "assignments" / "07_debug_profile" / "starter"), "--assignment", "debug_profile")
    assert status == 1 and "Your files are still as you got them." in out and "TODO" not in out


def test_half_done_earns_its_part(check: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right values, and one access too many."""
    status, out = check(str(work("half", course.GOOD.replace("i < N", "i < N + 1"))))
    assert status == 1 and "half/scale.cu:3" in out and "[OOB_READ]" in out
    real = str(ROOT / "demo" / "submissions" / "wrong")  # sizes that no tile divides come out wrong
    monkeypatch.setenv("GRADER_COURSE", str(ROOT / "assignments"))
    status, out = check(real, "--json")
    each = json.loads(out)
    assert status == 1 and each["verdict"] == "WRONG_TAIL" and 0.4 < each["score"] / each["max_score"] < 0.8


def test_a_launcher_that_returns_an_error(check: Checked) -> None:
    status, out = check(str(work("error_code", course.program(result="cudaErrorInvalidValue"))))
    assert (
        status == 1
        and "0/7" in out
        and "returned cudaErrorInvalidValue (1), although every call and launch of it succeeded; 0 is success [LAUNCH_FAILED]" in out
    )


def test_an_editor_can_jump(check: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(work("jump", course.GOOD.replace("alpha * X[i];", "alpha * X[i]")))
    status, out = check("--format", "gcc")
    assert status == 1 and out.startswith("scale.cu:4: error: ") and out.rstrip().endswith("[COMPILE_ERROR]")
    assert check("scale.cu", "--format", "gcc")[1] == out, "a file as PATH is the same"


def test_the_words_follow_the_language(check: Checked) -> None:
    _, out = check(str(work("korean", course.GOOD.replace("i < N", "i < N + 1"))), "--lang", "ko")
    assert "벡터에 수 곱하기" in out and "비공개 검사도" in out and "다음에 볼 곳" in out


def test_a_folder_without_the_file(check: Checked) -> None:
    (Path("shift") / "sub").mkdir(parents=True)
    (Path("scale") / "sub").mkdir(parents=True)
    Path("scale/scale.cpp").write_text(course.GOOD)
    status, out = check("scale")
    assert status == 1 and "MISSING_FILE" in out and "rename it to scale.cu" in out and "There is no scale.cu in scale yet" in out


def test_the_json_has_the_grade_and_the_findings(check: Checked) -> None:
    status, out = check(str(work("as_json", course.GOOD.replace("i < N", "i < N + 1"))), "--json")
    each = json.loads(out)
    assert status == 1 and each["public_only"] is True and not any(row["hidden"] for row in each["checks"])
    (finding, *_) = each["findings"]
    assert (finding["verdict"], finding["file"], finding["line"]) == ("OOB_READ", "as_json/scale.cu", 3)


def test_quiet_verbose_and_a_report(check: Checked) -> None:
    work("quiet")
    status, out = check("quiet", "-q")
    assert status == 0 and out.strip().count("\n") == 0 and out.startswith("7/7  PASSED")
    status, out = check("quiet", "-v", "--report", "out")
    assert status == 0 and "in force: " in out and "time: " in out and Path("out/index.html").is_file()
    assert "report: out/index.html" in out


# ---- a machine with no sandbox ---------------------------------------------------------------------------------------------------


def no_bubblewrap() -> Path:
    raise HarnessError("The sandbox needs bubblewrap: install it")


def refused() -> Path:
    """A bubblewrap that can't make user namespaces, as on Ubuntu 24.04."""
    program = Path("refused").absolute()
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("find", [no_bubblewrap, refused], ids=["no_bubblewrap", "no_user_namespaces"])
def test_without_a_sandbox_ones_own_code_is_checked_all_the_same(
    find: Callable[[], Path], check: Checked, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bwrap, "find", find)
    work("bare")
    status, out = check("bare")
    assert status == 0 and "isolation none" in out and "nothing kept it from your files" in out and "grader doctor" in out
    assert run(["check", "bare", "--sandbox", "local"]) == 3, "asked for by name, it must be there"
    assert run(["grade", "scale", "bare"]) == 3, "other people's code never runs without one unasked"


# ---- which assignment ------------------------------------------------------------------------------------------------------------


def test_the_marker_the_folder_or_the_file_tell(check: Checked) -> None:
    work("any/name")
    assert check("any/name", "-q")[0] == 0, "by the only file that an assignment knows"
    work("deep/01_scale/src", "// other\n", file="other.txt")
    assert "scale.cu is missing" in check("deep/01_scale", "-q")[1], "by the folder's name"
    work("marked")
    work("marked", file="shift.cu")
    Path("marked/.warpgrade.toml").write_text('assignment = "01_scale"\n')
    assert check("marked", "-q")[0] == 0, "by the marker, where the files would leave a choice"
    Path("marked/.warpgrade.toml").write_text('assignment = "02_shift"\n')
    assert check("marked/scale.cu", "-q")[0] == 0, "a file's own name says most"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["nothing"], "nothing in nothing tells which assignment it is of"),
        (["both"], "both could be of scale or shift: say which with --assignment NAME"),
        (["any", "--assignment", "scael"], "Did you mean scale? Known are: scale, shift"),
        (["nowhere"], "there is no file or folder nowhere"),
        (["any", "--lang", "fr"], "unknown language 'fr'; known are en, ko"),
        (["any", "--format", "xml"], "unknown format 'xml'; known are text, gcc"),
        (["any", "--watch", "--json"], "leave --json out"),
        (["any", "--assignment", "scale", "--sandbox", "jail"], "unknown sandbox 'jail'"),
        (["any", "--assignment", "scale", "--report", "/dev/null/x"], "not a folder that you may write to"),
    ],
)
def test_usage(argv: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("nothing").mkdir(exist_ok=True)
    Path("any").mkdir(exist_ok=True)
    work("both")
    work("both", file="shift.cu")
    assert run(["check", *argv]) == 2
    err = capfd.readouterr().err
    assert says in err and err.startswith("grader: ") and "assignment: there" not in err


# ---- watching --------------------------------------------------------------------------------------------------------------------


def test_watching_checks_at_each_save_and_ends_with_ctrl_c(home: Path) -> None:
    file = work("watched") / "scale.cu"
    command = [sys.executable, "-m", "grader.cli.main", "check", "watched", "--watch", "-q"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)
    assert process.stdout is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()

    def wait_for(text: str, count: int = 1) -> None:
        end = time.monotonic() + 60
        while sum(text in line for line in lines) < count:
            assert process.poll() is None and time.monotonic() < end, lines
            time.sleep(0.05)

    try:
        wait_for("watching scale.cu")
        file.write_text("")  # an editor's half
        time.sleep(0.05)
        file.write_text(course.GOOD.replace("i < N", "i < N + 1"))
        wait_for("OOB_READ")
        wait_for("watching scale.cu", 2)
        file.unlink()
        wait_for("MISSING_FILE")
        file.write_text(course.GOOD)
        wait_for("7/7  PASSED", 2)
        wait_for("watching scale.cu", 4)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        reader.join(5)
        assert "Traceback" not in (process.stderr.read() if process.stderr else "")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
