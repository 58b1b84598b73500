"""Rosters: what real files look like is understood, and each mistake is told with its line."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook.names import login_of
from grader.gradebook.records import Student
from grader.gradebook.roster import read_roster
from grader.toolchain import UsageError

CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Scale (101),Final Score\r
    Points Possible,,,,,10,(read only)\r
"Kim, Minsu",12,2026001,minsu,"CS 101, A",9.5,80\r
김소라,13,2026002,sora@u.kr,B,,\r
"Student, Test",99,,f00ba4,B,,\r
"""


def test_a_canvas_export() -> None:
    roster = read_roster(CANVAS.encode())
    assert roster.students == (
        Student(login="minsu", name="Kim, Minsu", ids={"canvas": "12", "sis": "2026001"}, section="CS 101, A"),
        Student(login="sora@u.kr", name="김소라", email="sora@u.kr", ids={"canvas": "13", "sis": "2026002"}, section="B"),
    )
    assert roster.skipped == ("line 2: 'Points Possible' is no student", "line 5: 'Student, Test' is no student")
    assert roster.columns == ("Student", "ID", "SIS User ID", "SIS Login ID", "Section") and roster.encoding == "utf-8"


def test_canvas_without_logins_goes_by_what_there_is() -> None:
    roster = read_roster(b"Student,ID,SIS User ID,Section\nA,12,777,x\nB,13,,x\n")
    assert [s.login for s in roster.students] == ["777", "13"]


def test_gradescope_moodle_and_github() -> None:
    gradescope = read_roster(b"First Name,Last Name,SID,Email,Role,Sections\nAda,Byron,7,ada@u,Student,A\nT,A,8,t@u,Instructor,\n")
    assert gradescope.students == (Student(login="7", name="Ada Byron", email="ada@u", ids={"sis": "7"}, section="A"),)
    assert gradescope.skipped == ("line 3: Instructor is no student's role",)
    moodle = read_roster("Identifier,Full name,Email address,Status\nParticipant 7,소라,s@u,No submission\n".encode())
    assert moodle.students == (Student(login="s@u", name="소라", email="s@u", ids={"moodle": "Participant 7"}),)
    github = read_roster(b'"login","github_username"\n"ada","adab"\n')
    assert github.students == (Student(login="ada", ids={"github": "adab"}),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_line_ends_and_delimiters(encoding: str, end: str, delimiter: str) -> None:
    lines = ["login,이름,분반", "minsu,김민수,가", "", "sora,이소라,나"]
    data = end.join(lines).replace(",", delimiter).encode(encoding)
    found = read_roster(data).students
    assert found == (Student(login="minsu", name="김민수", section="가"), Student(login="sora", name="이소라", section="나"))


def test_western_windows_and_what_excel_writes() -> None:
    assert read_roster("login,name\nj,José Müller\n".encode("cp1252")).students[0].name == "José Müller"
    assert read_roster(b'sep=;\nlogin;name\n"=""007""";x\n').students == (Student(login="007", name="x"),)
    with pytest.raises(UsageError, match=r"line 2: a spreadsheet has turned a number into 2.02601E\+09"):
        read_roster(b"login,name\n2.02601E+09,x\n")


def test_quoted_line_breaks_count_as_lines() -> None:
    data = b'login,name\na,"Two\r\nlines"\nb,"x"\nb,y\n'
    with pytest.raises(UsageError, match=r"line 5: the login 'b' stood in line 4 already, with other details"):
        read_roster(data)
    assert read_roster(b'login,name\na,"Two\r\nlines"\n').students[0].name == "Two lines"


def test_formulas_stay_text_and_are_no_logins() -> None:
    roster = read_roster(b'login,name,section\na,"=HYPERLINK(""http://x"")",\'+A\n')
    assert roster.students == (Student(login="a", name='=HYPERLINK("http://x")', section="+A"),)
    with pytest.raises(UsageError, match="line 2: '=cmd' can't be a login"):
        read_roster(b"login,name\n=cmd,x\n")


def test_all_mistakes_are_told_at_once_and_ten_are_shown() -> None:
    text = "login,name\na,x\nA,y\n,z\n../etc,w\na,x\nb,p,q\n"
    with pytest.raises(UsageError) as told:
        read_roster(text.encode(), "class.csv")
    assert str(told.value).splitlines() == [
        "class.csv was not imported:",
        "line 3: the login 'A' differs from 'a' of line 2 only in capital letters",
        "line 4: says nowhere who it is; fill in the login",
        "line 5: '../etc' can't be a login: it holds a character that no file name may have",
        "line 7: has 3 cells, and the header 2: a comma in a name needs quotes around the name",
    ]
    with pytest.raises(UsageError, match=r"(?s)line 11.*\n… and 15 more"):
        read_roster(("login\n" + "../x\n" * 25).encode())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "its columns are missing"),
        (b"\n\n", "its columns are missing"),
        (b"points,grade\n1,2\n", "its columns are points, grade; one must say who somebody is"),
        (b"login,username\na,b\n", "two columns mean the same: login, username"),
        (b"login,name\n", "names no student"),
        (b'login,name\na,"open\nb,c\n', "is a quote left open"),
        (b"PK\x03\x04\xff\xfe\xff\xff", "its columns are|is no text"),
    ],
)
def test_files_that_are_no_rosters(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_roster(data, "class.csv")


def test_a_row_that_comes_twice_is_one() -> None:
    roster = read_roster(b"login,name\na,x\na,x\n")
    assert len(roster.students) == 1 and roster.skipped == ("line 3: the same as line 2",)


def test_a_hundred_thousand_rows_are_read_in_seconds() -> None:
    text = "Student,ID,SIS User ID,SIS Login ID,Section\n" + "".join(f'"Kim, {i}",{i},s{i},login{i},A\n' for i in range(100_000))
    start = time.monotonic()
    assert len(read_roster(text.encode()).students) == 100_000
    assert time.monotonic() - start < 20


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff@", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=20
)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=8, unique_by=lambda row: login_of(row[0]).casefold()))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    people = [Student(login=login_of("u" + a), name="n" + b, section="s" + c) for a, b, c in rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("login", "name", "section"), *((p.login, p.name, p.section) for p in people)])
    assert read_roster(out.getvalue().encode()).students == tuple(people)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_roster_or_a_sentence(data: bytes) -> None:
    try:
        read_roster(b"login\n" + data)
    except UsageError as error:
        assert str(error)
