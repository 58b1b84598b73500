"""Tables of times: whoever they name is found by all that the roster knows, nobody gets another's time, and what doesn't fit is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.intake.moments import moment_of
from grader.intake.record import Intake, Scene
from grader.intake.times import Times, read_times
from grader.toolchain import UsageError

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
TEN = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def times(folder: Path, text: str | bytes, scene: Scene, zone: dt.tzinfo = SEOUL) -> Times:
    file = folder / "times.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_times(file, zone, scene.slug_of)


def hand_in(who: str, *, name: str = "", slug: str | None = "09_gemm", namesake: bool = False, **ids: str) -> Intake:
    return Intake(who=who, name=name, ids=ids, assignment=slug, namesake=namesake, origin="x", label=f"label of {who}")


@pytest.mark.parametrize("column", ["student", "Login", "SIS Login ID", "Email Address", "id", "SID"])
@pytest.mark.parametrize("clock", ["time", "Submitted_At", "received_at"])
def test_columns(tmp_path: Path, scene: Scene, column: str, clock: str) -> None:
    found = times(tmp_path, f"{clock},{column}\n2026-03-01T10:00:00Z,Alice\n", scene)
    assert found.of(hand_in("alice")) == TEN
    assert found.of(hand_in("bob")) is None


@pytest.mark.parametrize(
    "data",
    [
        "student,time\r\nalice,2026-03-01 19:00\r\n".encode("utf-8-sig"),
        b"student;time\nalice;2026-03-01 19:00\n",
        "student\ttime\nalice\t2026-03-01 19:00\n".encode("utf-16"),
        "student,time,비고\nalice,2026-03-01 오후 7:00,김\n".encode("cp949"),
        b'"student","time"\n"alice","2026-03-01 19:00"\n\n,\n',
    ],
)
def test_as_programs_write_it(tmp_path: Path, scene: Scene, data: bytes) -> None:
    assert times(tmp_path, data, scene).of(hand_in("alice")) == TEN


def test_by_what_the_roster_knows(tmp_path: Path, scene: Scene) -> None:
    found = times(tmp_path, "email,time\nA@x.edu,2026-03-01T10:00:00Z\n", scene)
    assert found.of(hand_in("alice"), "alice", "a@x.edu", "77") == TEN


def test_by_assignment(tmp_path: Path, scene: Scene) -> None:
    found = times(tmp_path, "student,assignment,time\na,gemm,2026-03-01T10:00Z\na,05_transpose,2026-03-02T10:00Z\n", scene)
    assert found.of(hand_in("a")) == TEN
    assert found.of(hand_in("a", slug="05_transpose")) == TEN + dt.timedelta(days=1)
    assert found.of(hand_in("a", slug="08_reduction")) is None


def test_the_last_of_several(tmp_path: Path, scene: Scene) -> None:
    found = times(tmp_path, "student,time\na,2026-03-01T10:00Z\na,2026-03-01T09:00Z\n", scene)
    assert found.of(hand_in("a")) == TEN


def test_moodle_s_worksheet(tmp_path: Path, scene: Scene) -> None:
    text = (
        'Identifier,"Full name","Email address",Status,Grade,"Last modified (submission)"\n'
        '"Participant 11","Kim Minsu",a@x.kr,Submitted,,"Sunday, 1 March 2026, 7:00 PM"\n'
        '"Participant 12","Kim Minsu",b@x.kr,Submitted,,"Monday, 2 March 2026, 7:00 PM"\n'
        '"Participant 13","Sam Lee",c@x.kr,"No submission",,-\n'
    )
    found = times(tmp_path, text, scene)
    both = [hand_in("Kim Minsu", name="Kim Minsu", namesake=True, moodle_participant=str(number)) for number in (11, 12)]
    assert [found.of(each) for each in both] == [TEN, TEN + dt.timedelta(days=1)]
    assert found.of(hand_in("Kim Minsu", name="Kim Minsu")) is None  # which of the two?
    assert found.of(hand_in("Sam Lee", name="Sam Lee")) is None


def test_a_name_alone(tmp_path: Path, scene: Scene) -> None:
    found = times(tmp_path, "name,time\nSam Lee,2026-03-01T10:00Z\n", scene)
    assert found.of(hand_in("Sam Lee", name="Sam Lee")) == TEN
    assert found.of(hand_in("Sam Lee", name="Sam Lee", namesake=True)) is None
    with pytest.raises(UsageError, match="comes twice"):
        times(tmp_path, "name,time\nSam Lee,2026-03-01T10:00Z\nSam Lee,2026-03-02T10:00Z\n", scene)


def test_one_number_of_two_people(tmp_path: Path, scene: Scene) -> None:
    """77 is one student's number and another's id in Canvas."""
    found = times(tmp_path, "id,sid,time\n77,1,2026-03-01T10:00Z\n5,77,2026-03-02T10:00Z\n", scene)
    assert found.of(hand_in("x", canvas="77")) is None
    assert found.of(hand_in("x"), "1") == TEN


def test_what_nobody_asked_for_is_told(tmp_path: Path, scene: Scene) -> None:
    found = times(
        tmp_path,
        "student,assignment,time\nalcie,gemm,2026-03-01T10:00Z\nbob,gemm,2026-03-01T10:00Z\nx,transpose,2026-03-01T10:00Z\n",
        scene,
    )
    told = found.left_over([(hand_in("alice"), ("alice",)), (hand_in("bob"), ("bob",))])
    assert told == ["times.csv:2: alcie handed nothing in here", "label of alice: no time in times.csv, so it counts as in time"]
    assert Times().left_over([(hand_in("alice"), ())]) == []
    many = times(tmp_path, "student,time\n" + "".join(f"s{n},2026-03-01T10:00Z\n" for n in range(25)), scene)
    assert len(many.left_over([])) == 11


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line must name columns"),
        ("student,mark\na,1\n", "the first line must name columns"),
        ("time\n2026-03-01\n", "the first line must name columns"),
        ("student,time\na,yesterday\n", r"times\.csv:2: 'yesterday' is no time"),
        ("student,time\na,2026-03-01\nb,3/4/2026 10:00\n", r"times\.csv:3: .*could be two"),
        ("student,assignment,time\na,gem,2026-03-01\n", r"times\.csv:2: 'gem' is no assignment"),
        ("student,time\na,\x1b[31m\n", "x1b"),
    ],
)
def test_mistakes(tmp_path: Path, scene: Scene, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        times(tmp_path, text, scene)


def test_no_table(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(UsageError, match="is no file"):
        read_times(tmp_path / "gone.csv", SEOUL, scene.slug_of)
    with pytest.raises(UsageError, match="is no text"):
        times(tmp_path, b"student,time\n\xff\xff\x80", scene)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: f"student,time\n{text}".encode("utf-8", "replace")))
def test_any_bytes(tmp_path: Path, scene: Scene, data: bytes) -> None:
    try:
        times(tmp_path, data, scene).left_over([(hand_in("a"), ("a",))])
    except UsageError as error:
        assert "times.csv" in str(error)


# ---- single times


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T19:00:00+09:00",
        "2026-03-01 19:00",
        "2026-03-01 10:00:00 UTC",
        "2026-03-01 19:00:00 +0900",
        "2026/3/1 19:00",
        "2026. 3. 1. 오후 7:00",
        "2026-03-01 오후 07:00:00",
        "2026/03/01 7:00 PM",
        "Sunday, 1 March 2026, 7:00 PM",
    ],
)
def test_forms(text: str) -> None:
    assert moment_of(text, SEOUL) == TEN


@pytest.mark.parametrize("text", ["31/12/2026 23:59", "12/31/2026 11:59 PM", "12/31/2026 23:59:00"])
def test_days_that_can_be_one_only(text: str) -> None:
    assert moment_of(text, dt.UTC) == dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text", ["", "3/4/2026 10:00", "2026-13-01", "2026-02-30 10:00", "2026-03-01 오후 13:00", "13/13/2026 1:00", "1e9", "٣/٣/٢٠٢٦"]
)
def test_no_times(text: str) -> None:
    assert moment_of(text, SEOUL) is None


def test_midnight_and_noon() -> None:
    assert moment_of("2026-03-01 오전 12:00", dt.UTC) == dt.datetime(2026, 3, 1, 0, tzinfo=dt.UTC)
    assert moment_of("2026-03-01 12:00 PM", dt.UTC) == dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_when_clocks_change() -> None:
    assert moment_of("2026-10-25 02:30", BERLIN) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # of two the earlier
    assert moment_of("2026-03-29 02:30", BERLIN) is not None  # there is no such time: some moment close by
    assert moment_of("0001-01-01 00:00", SEOUL) is None  # before what can be told


@given(st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2100, 1, 1)))
def test_what_python_writes(moment: dt.datetime) -> None:
    at = moment.replace(tzinfo=dt.UTC)
    assert moment_of(at.isoformat(), SEOUL) == at


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    found = moment_of(text, SEOUL)
    assert found is None or found.tzinfo is dt.UTC
