"""Cases that run a command: what they see, what is kept of them, what becomes of those that don't end well."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from grader.assignment import Assignment, Case
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room, agrees
from grader.errors import AssignmentError
from grader.pipeline import grade, grade_recorded, open_judge
from grader.records import Grade, Run, Source
from grader.release.course import released
from grader.run.seeds import public_seed
from grader.scripted.told import told
from tests.scripted.course import CASES, PROBLEM, TEST, TOML, make

RIGHT = '#!/bin/bash\nsort -u "$1" | wc -l\n'


def graded(assignment: Assignment, script: str, tmp_path: Path) -> Grade:
    folder = tmp_path / "submission"
    folder.mkdir(exist_ok=True)
    (folder / "words.sh").write_bytes(script.encode())
    judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False, cache=tmp_path / "cache")
    return grade(folder, assignment, judge)


@pytest.fixture
def words(tmp_path: Path) -> Assignment:
    return make(tmp_path / "course")


def test_a_right_script_earns_everything(words: Assignment, tmp_path: Path) -> None:
    found = graded(words, RIGHT, tmp_path)
    assert (found.score, found.max_score, found.verdict) == (100, 100, "PASSED")


def test_a_wrong_answer_is_told_in_both_languages_with_its_line(words: Assignment, tmp_path: Path) -> None:
    found = graded(words, '#!/bin/bash\nwc -l < "$1"\n', tmp_path)
    assert (found.score, found.verdict, found.file, found.line) == (0, "WRONG_ANSWER", "words.sh", 2)
    assert "another number" in found.message and "수가 다릅니다" in found.message_ko


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        ("#!/bin/bash\nwhile :; do :; done\n", "HOST_TIMEOUT"),
        ("#!/bin/bash\nx=$(yes | head -c 900000000)\n", "OUT_OF_MEMORY"),
        ("#!/bin/bash\nyes >&2\n", "OUTPUT_LIMIT"),
        ("#!/bin/bash\nkill -9 -1\n", "HOST_CRASH"),
        ("#!/bin/bash\nrm -rf ~ /task /out\n", "UNWRITTEN_OUTPUT"),
    ],
)
def test_what_ends_badly_has_a_verdict(words: Assignment, tmp_path: Path, script: str, verdict: str) -> None:
    if verdict == "OUTPUT_LIMIT":  # of the driver's own stderr: the script's goes to a file, which is bounded too
        script = "#!/bin/bash\nyes > ~/much\n"
    found = graded(words, script, tmp_path)
    assert (found.score, found.verdict) == (0, verdict)
    assert found.max_score == 100


def test_nothing_of_the_machine_is_seen_or_touched(words: Assignment, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    mark.write_text("here")
    script = (
        f"#!/bin/bash\nls {tmp_path} {words.folder} / >&2\nrm -rf {tmp_path} 2>/dev/null\ncat /task/../etc/shadow >&2\n"
        + RIGHT.split("\n", 1)[1]
    )
    found = graded(words, script, tmp_path)
    assert found.verdict == "PASSED" and mark.read_text() == "here"


def test_a_survivor_does_not_reach_what_is_kept(words: Assignment, tmp_path: Path) -> None:
    """What a process that goes on writes afterwards isn't the next case's."""
    script = '#!/bin/bash\n(setsid bash -c "sleep 0.2; echo 3 > /out/answer.txt; touch ~/late" &)\nwc -l < "$1"\n'
    found = graded(words, script, tmp_path)
    assert found.verdict == "WRONG_ANSWER" and found.score == 0


def test_links_and_pipes_in_the_results_are_not_followed(words: Assignment, tmp_path: Path) -> None:
    found = graded(words, "#!/bin/bash\nrm /out/answer.txt; ln -s /etc/passwd /out/answer.txt; mkfifo /out/pipe ~/pipe\n", tmp_path)
    assert found.verdict == "UNWRITTEN_OUTPUT"


def test_a_check_that_stumbles_leaves_all_to_a_person(tmp_path: Path) -> None:
    """Else a submission could choose which checks count."""
    test = TEST.replace('room.text("answer.txt").split() != [str(want)]', 'int(room.text("answer.txt")) != want')
    found = graded(make(tmp_path / "course", test=test), "#!/bin/bash\necho many\n", tmp_path)
    assert found.verdict == "NOT_RUN" and found.max_score == 0
    assert all(check.outcome == "not_run" for check in found.checks)


def test_an_error_that_the_room_tells_has_its_line(tmp_path: Path) -> None:
    told = """echo '{"verdict": "EXCEPTION", "message": "ValueError: no", "file": "words.sh", "line": 7}' > /out/answer.error.json"""
    found = graded(make(tmp_path / "course", room={"drive.sh": told}), RIGHT, tmp_path)
    assert (found.verdict, found.file, found.line) == ("EXCEPTION", "words.sh", 7)


@pytest.mark.parametrize("verdict", ["UNSUPPORTED", "NOT_MEASURED", "PASSED", "no such code"])
def test_the_room_can_not_take_a_check_out_of_the_grade(tmp_path: Path, verdict: str) -> None:
    told = f"""echo '{{"verdict": "{verdict}", "message": "x", "file": "../x", "line": -1}}' > /out/answer.error.json"""
    found = graded(make(tmp_path / "course", room={"drive.sh": told}), RIGHT, tmp_path)
    assert (found.verdict, found.max_score, found.file, found.line) == ("EXCEPTION", 100, None, None)


@pytest.mark.parametrize(("status", "verdict"), [(0, "EXCEPTION"), (3, "EARLY_EXIT")])
def test_nothing_of_a_hidden_case_is_said_with_the_program_s_words(tmp_path: Path, status: int, verdict: str) -> None:
    """Else a hand-in would tell the next one the hidden inputs."""
    drive = f"""
said=$(head -c 60 /task/words.txt | tr '\\n' ' ')
printf '{{"verdict": "EXCEPTION", "message": "%s", "file": "words.sh#%s", "line": 3}}' "ValueError: $said" "$said" > /out/answer.error.json
echo "$said" >&2
exit {status}
"""
    test = TEST.replace("@pytest.mark.points", '@pytest.mark.cases("count_again")\n@pytest.mark.points')
    check = graded(make(tmp_path / "course", test=test, room={"drive.sh": drive}), RIGHT, tmp_path).checks[0]
    assert (check.verdict, check.points, check.file) == (verdict, 0, None)
    assert check.message_ko and not re.search(r"word\d", f"{check.message} {check.message_ko}")
    assert "ValueError" in check.message or status


def test_errors_that_a_room_tells_are_few_and_their_lines_are_some(tmp_path: Path) -> None:
    outputs = {}
    for number in range(2000):
        path = tmp_path / str(number)
        path.write_text(f'{{"verdict": "EXCEPTION", "message": "x", "file": "words.sh", "line": {19_000 + number}}}')
        outputs[f"part{number:04}.error.json"] = str(path)
    problems = told(outputs, {"words.sh"}, hidden=True)
    assert len(problems) == 100 and problems[0].line == 19_000
    assert told({"part.error.json": outputs["part1999.error.json"]}, {"words.sh"}, hidden=True)[0].line is None


def test_of_a_public_case_the_program_s_last_words_are_shown(tmp_path: Path) -> None:
    found = graded(make(tmp_path / "course", room={"drive.sh": "echo sorry >&2; exit 3"}), RIGHT, tmp_path)
    assert (found.verdict, found.message) == ("EARLY_EXIT", "the process ended early, with exit status 3: sorry")


def test_a_lane_that_is_not_there_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_LANES", str(tmp_path / "none"))
    cases = CASES.replace(
        'run = ["bash", "/task/drive.sh"]', 'run = ["python", "/task/drive.py"]\nlane = "torch"\nruntime = "real-runtime"'
    )
    found = graded(make(tmp_path / "course", cases=cases, room={"drive.py": ""}), RIGHT, tmp_path)
    assert (found.verdict, found.max_score) == ("NOT_RUN", 0)
    assert "grader lane make torch" in found.checks[0].message
    assert found.checks[0].runtime == "real-runtime"


def test_programs_are_compiled_once_and_their_errors_have_lines(tmp_path: Path) -> None:
    toml = TOML.replace('["words.sh"]', '["words.cpp"]') + '[[program]]\noutput = "words"\nsources = ["words.cpp", "main.cpp"]\n'
    room = {
        "main.cpp": "#include <iostream>\n#include <fstream>\nint words(std::istream&);\n"
        'int main() { std::ifstream in("/task/words.txt"); std::ofstream("/out/answer.txt") << words(in); }\n'
    }
    test = TEST.partition("@pytest.mark.points(40)")[0].replace("points(60)", "points(100)").replace("words.sh", "words.cpp")
    cases = CASES.replace('["bash", "/task/drive.sh"]', '["/task/lib/words"]')
    assignment = make(tmp_path / "course", toml=toml, cases=cases, room=room, test=test)
    right = "#include <istream>\n#include <set>\n#include <string>\n"
    right += "int words(std::istream& in) {\n  std::set<std::string> all;\n  std::string w;\n"
    right += "  while (in >> w) all.insert(w);\n  return all.size();\n}\n"
    judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False, cache=tmp_path / "cache")
    file = tmp_path / "words.cpp"
    file.write_text(right)
    assert grade(file, assignment, judge).verdict == "PASSED"
    file.write_text(right.replace("all.insert(w)", "all.insert(w"))
    broken = grade(file, assignment, judge)
    assert (broken.verdict, broken.file, broken.line, broken.score) == ("COMPILE_ERROR", "words.cpp", 7, 0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('run = ["bash", "/task/drive.sh"]', 'run = ["python", "/task/drive.py"]', "lane"),
        ('run = ["bash", "/task/drive.sh"]', 'run = ["bash"]\nsizes = { n = 3 }', "sizes"),
        ('run = ["bash", "/task/drive.sh"]', 'run = ["bash"]\nlane = "pytorch"', "lane"),
    ],
)
def test_mistakes_in_a_case_are_told_with_their_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(AssignmentError, match=said):
        make(tmp_path / "course", cases=CASES.replace(old, new))


@pytest.mark.parametrize("made", ['{"x.npy": 1}', '{"task/../x": "a"}', "1 / 0", '{"task/x": object()}'])
def test_a_room_function_that_does_not_do_is_the_author_s(tmp_path: Path, made: str) -> None:
    problem = PROBLEM.replace("    return {", f"    return {made}\n    return {{")
    with pytest.raises(AssignmentError, match=r"room\(\) of case"):
        graded(make(tmp_path / "course", problem=problem), RIGHT, tmp_path)


def test_a_program_that_the_system_lacks_is_our_fault(tmp_path: Path) -> None:
    there = CASES.replace("run =", 'needs = ["bash", "sort"]\nrun =')
    assert graded(make(tmp_path / "there", cases=there), RIGHT, tmp_path).verdict == "PASSED"
    found = graded(make(tmp_path / "course", cases=there.replace("sort", "no-such-program")), RIGHT, tmp_path)
    assert (found.verdict, found.max_score) == ("NOT_RUN", 0)
    assert "no-such-program" in found.message


def test_without_a_sandbox_nothing_is_run_and_nothing_lost(words: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "words.sh"
    file.write_text(RIGHT)
    seed = public_seed(words.course, words.slug)
    found = grade(file, words, open_judge(words, sandbox="none", seed=seed, keep_grades=False, cache=tmp_path / "cache"))
    assert (found.verdict, found.max_score) == ("NOT_RUN", 0)
    assert "grader doctor" in found.message


def test_a_release_has_the_room_and_not_the_hidden_one(words: Assignment) -> None:
    (words.folder / "room_hidden").mkdir()
    (words.folder / "room_hidden" / "more.sh").write_text("echo hidden\n")
    assert {name for name in released(words).files if name.startswith("room")} == {"room/drive.sh"}


def test_a_room_that_is_the_same_is_not_run_again(tmp_path: Path) -> None:
    """Of two files each case sees one; the results of both are what they are without that."""
    toml = TOML.replace('["words.sh"]', '["words.sh", "other.sh"]')
    cases = CASES.replace("run =", 'sees = ["words.sh"]\nrun =')
    drive = "cp /task/student/* . && date +%s%N > /out/when.txt && bash words.sh /task/words.txt > /out/answer.txt\n"
    test = TEST.partition("@pytest.mark.points(40)")[0].replace("points(60)", "points(100)")
    assignment = make(tmp_path / "course", toml=toml, cases=cases, room={"drive.sh": drive}, test=test)
    judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False, cache=tmp_path / "cache")

    def when(words: str, other: str) -> tuple[float, bytes]:
        found: list[bytes] = []
        source = Source(files={"words.sh": words.encode(), "other.sh": other.encode()}, digest=words + other)
        made, evidence = grade_recorded(source, assignment, judge, "", lambda content: found.append(content) or str(len(found) - 1))
        return made.score, found[int(evidence.runs[0].outputs["when.txt"])]

    first = when(RIGHT, "a")
    assert first == when(RIGHT, "b")  # the same nanosecond: it wasn't run
    assert when(RIGHT + "# another\n", "b")[1] != first[1]
    assert when("echo 0\n", "b")[0] == 0


def test_what_a_driver_ended_by_its_own_clock_is_not_kept(tmp_path: Path) -> None:
    drive = "timeout 0.1 sleep 5 || : > /out/limited; echo 3 > /out/answer.txt\n"
    graded(make(tmp_path / "course", room={"drive.sh": drive}), RIGHT, tmp_path)
    assert not list((tmp_path / "cache" / "rooms").glob("??/*"))


def test_what_a_limit_ended_is_not_kept(words: Assignment, tmp_path: Path) -> None:
    assert graded(words, "#!/bin/bash\nyes > ~/much\n", tmp_path).verdict == "OUTPUT_LIMIT"
    assert not list((tmp_path / "cache" / "rooms").glob("??/*"))
    graded(words, RIGHT, tmp_path)
    assert list((tmp_path / "cache" / "rooms").glob("??/*"))


@pytest.mark.parametrize(("shape", "bound"), [((3,), np.zeros((2, 3))), ((2,), np.zeros(3)), ((), np.zeros(1))])
def test_a_bound_for_another_shape_agrees_with_nothing(shape: tuple[int, ...], bound: np.ndarray) -> None:
    assert not agrees(np.zeros(shape), np.zeros(shape), bound)
    assert agrees(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((1, 3))) and agrees(np.zeros(3), np.zeros(3), 0.0)


def npy(header: str, content: bytes = b"") -> bytes:
    """A .npy file with a header of one's own."""
    padded = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + content


def described(kind: str, shape: str) -> str:
    return f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no zip",
        b"\x80\x04N.",
        npy("{'descr': ("),
        npy("  {\n 1"),
        npy(described("<f8", "(" + "9" * 30 + ",)")),
        npy(described("<f8", "(9999999999,)")),
        npy(described("<U0", "(9999999999,)")),
        npy(described("|S3", "(1,)"), b"\xff\xff\xff"),
        npy(described("<U1", "(1,)"), b"\xff\xff\xff\xff"),
        npy(described("<U1", "(1,)"), b"\x00\xd8\x00\x00"),
        npy(described("<M8[s]", "(1,)"), bytes(8)),
    ],
)
def test_a_forged_array_is_a_missing_result_and_no_fault_of_the_check(tmp_path: Path, content: bytes) -> None:
    """Any other error would leave all checks of the submission to a person, and so out of the grade."""
    path = tmp_path / "y.npy"
    path.write_bytes(content)
    run = Run(case="c", visibility="hidden", sizes={}, scalars={}, inputs={}, outputs={"y.npy": str(path)}, command=True)
    room = Room(run, Case(id="c", visibility="hidden", entry="", sizes={}, run=("true",)))
    with pytest.raises(CheckFailed) as failed:
        room.expect("y", np.zeros(1))
    assert failed.value.problem.verdict == "UNWRITTEN_OUTPUT"


def test_of_a_hidden_case_of_a_shell_script_nothing_is_quoted(tmp_path: Path) -> None:
    """Names that a script makes up could be those that it was given."""
    hidden = TEST.replace("def test_count(judge)", "@pytest.mark.cases('count_again')\ndef test_count(judge)")
    hidden = hidden.replace('"another number"', "f\"another number: {room.text('answer.txt')}\"")
    found = graded(make(tmp_path / "course", test=hidden), "#!/bin/bash\ncat $1 | tr '\\n' ' '\n", tmp_path)
    assert (found.verdict, found.line) == ("WRONG_ANSWER", 2)
    assert "word" not in found.message.replace("own words", "") and "another number" not in found.message


def test_a_program_of_the_room_runs_though_its_mode_was_lost(tmp_path: Path) -> None:
    """A release or an archive may lose it."""
    room = {"bin/many": "#!/bin/bash\nsort -u /task/words.txt | wc -l\n", "drive.sh": "many > /out/answer.txt\n"}
    test = TEST.partition("@pytest.mark.points(40)")[0].replace("points(60)", "points(100)")
    found = graded(make(tmp_path / "course", room=room, test=test), RIGHT, tmp_path)
    assert found.verdict == "PASSED"
