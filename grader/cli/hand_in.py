"""Hand-in: what `submit`, `status`, `whoami` and `check --remote` share: the target that is meant, phrases, times as people read them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.cli.words import Words
    from grader.records import Grade
    from grader.server.checking import Check
    from grader.spool.contract import Deadline, Target
    from grader.spool.token import Token

VARIABLE = "GRADER_SUBMIT_TO"

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "you_are": ("you are {who}", "제출자: {who}"),
    "by_account": (
        "by your account on this machine; your token isn't known there (yet)",
        "이 컴퓨터의 계정 기준. 토큰은 아직 등록되지 않았습니다",
    ),
    "to": ("to {name}, course {course}", "제출처: {name}, 강의: {course}"),
    "token_kept": ("the token is kept in {file}, for {name} alone", "토큰을 {file}에 저장했습니다. {name}에만 쓰입니다"),
    "sending": ("{title}: you hand in", "{title}: 제출할 파일"),
    "file": ("{name}  {size:,} bytes  sha256 {digest}", "{name}  {size:,}바이트  sha256 {digest}"),
    "renamed": ("{old} is handed in as {new}", "{old} 파일을 {new}(으)로 제출합니다"),
    "untouched": ("These are still the files as you got them.", "받은 파일 그대로입니다."),
    "checking": ("running the public checks …", "공개 검사를 실행하는 중 …"),
    "checked": ("public checks: {score}/{max} points, {verdict}", "공개 검사: {score}/{max}점, {verdict}"),
    "not_checked": ("the public checks could not be run: {error}", "공개 검사를 실행하지 못했습니다: {error}"),
    "due": ("due {due} ({left} left)", "마감 {due} ({left} 남음)"),
    "due_none": ("no due date", "마감 없음"),
    "extended": ("(your extension)", "(연장된 마감)"),
    "late": ("due {due}: {late} late; the course's late policy applies", "마감 {due}: {late} 늦었습니다. 지각 규정이 적용됩니다"),
    "closed": (
        "closed since {closes}: it is kept, but doesn't count unless the staff extend it",
        "{closes}에 마감이 끝났습니다. 보관되지만, 조교가 연장해 주지 않으면 점수에 들어가지 않습니다",
    ),
    "rules_last": ("the last hand-in counts", "마지막 제출이 점수가 됩니다"),
    "rules_best": ("the hand-in with most points counts", "점수가 가장 높은 제출이 점수가 됩니다"),
    "count_left": ("hand-in {number} of at most {max}", "{max}번 가운데 {number}번째 제출"),
    "ask": ("Hand in?", "제출할까요?"),
    "not_sent": ("Nothing was handed in.", "제출하지 않았습니다."),
    "again": (
        "These files are your latest hand-in already, of {at}. Nothing was sent twice; that receipt stands.",
        "이미 {at}에 제출한 파일과 같습니다. 다시 제출되지 않았고, 그때의 접수증이 유효합니다.",
    ),
    "received": ("Received {at}, your hand-in number {number}.", "{at} 접수. {number}번째 제출입니다."),
    "delivered": (
        "It lies in the hand-in folder since {at}; that is the time that counts. `grader status` tells when the staff have taken it up.",
        "{at}에 제출 폴더에 들어갔습니다. 이 시각이 제출 시각입니다. 접수되었는지는 `grader status`로 확인하세요.",
    ),
    "receipt": ("receipt: {text}", "접수증: {text}"),
    "nothing_yet": ("Nothing is handed in yet.", "아직 제출한 것이 없습니다."),
    "col_assignment": ("assignment", "과제"),
    "col_number": ("no.", "번호"),
    "col_at": ("received", "접수 시각"),
    "col_state": ("state", "상태"),
    "col_points": ("points", "점수"),
    "col_counts": ("counts", "반영"),
    "state_delivered": ("in the folder, not taken up yet", "폴더에 있음, 접수 전"),
    "state_collected": ("taken up by the staff", "조교가 가져감"),
    "state_waiting": ("waits to be graded", "채점 대기"),
    "yes": ("yes", "반영"),
    "rejected": ("not taken: {assignment}, {at}: {reason}", "접수되지 않음: {assignment}, {at}: {reason}"),
    "comment": ("{assignment}: {text}", "{assignment}: {text}"),
    "days": ("{days} d {hours} h", "{days}일 {hours}시간"),
    "hours": ("{hours} h {minutes} min", "{hours}시간 {minutes}분"),
    "minutes": ("{minutes} min", "{minutes}분"),
    "seconds": ("{seconds} s", "{seconds}초"),
    "queue": ("{position} before you …", "앞에 {position}개 대기 중 …"),
    "running": ("running on the server …", "서버에서 실행 중 …"),
}


class Phrases:
    """PHRASES in one language."""

    def __init__(self, words: Words) -> None:
        from grader.cli.words import LANGUAGES

        self.language = words.language
        self._column = LANGUAGES.index(words.language)

    def __call__(self, key: str, **values: object) -> str:
        return PHRASES[key][self._column].format(**values)

    def text(self, english: str, korean: str) -> str:
        """What comes in both languages: the reader's, English where the other is empty."""
        return (korean if self.language == "ko" else "") or english

    def moment(self, at: dt.datetime) -> str:
        """In the time zone of whoever reads it."""
        return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"

    def span(self, span: dt.timedelta) -> str:
        """A length of time, its two largest units."""
        seconds = int(abs(span.total_seconds()))
        days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
        key = "days" if days else "hours" if hours else "minutes" if minutes else "seconds"
        return self(key, days=days, hours=hours, minutes=minutes, seconds=seconds)

    def dates(self, deadline: Deadline, now: dt.datetime) -> str:
        """What the dates mean for a hand-in of this moment."""
        if deadline.closes is not None and now - dt.timedelta(minutes=deadline.grace_minutes) > deadline.closes:
            return self("closed", closes=self.moment(deadline.closes))
        if deadline.due is None:
            return self("due_none")
        due = self.moment(deadline.due)
        if deadline.extended:
            due += " " + self("extended")
        if now > deadline.due:
            return self("late", due=due, late=self.span(now - deadline.due))
        return self("due", due=due, left=self.span(deadline.due - now))


def address_of(to: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """`--to`, $GRADER_SUBMIT_TO or, if neither is there, the address that the token was stored for. Raises UsageError."""
    from grader.spool.token import find_token

    if named := to or environment.get(VARIABLE):
        return named
    if (kept := find_token(environment)) is not None and kept.to:
        return kept.to
    raise UsageError(
        f"say where to hand in: --to URL or DIR, or set ${VARIABLE}; `grader whoami --to URL --token-stdin` keeps address and token"
    )


def open_target(to: str | None, *, insecure: bool = False, environment: Mapping[str, str] = os.environ) -> Target:
    """The target at `address_of`, with the student's token. Raises UsageError."""
    from grader.spool.token import find_token

    token = find_token(environment)
    return target_of(address_of(to, environment), token, insecure=insecure)


def target_of(named: str, token: Token | None, *, insecure: bool = False) -> Target:
    """A URL or a folder -> the target, with the token if it is for that address."""
    if "://" in named:
        from grader.server.address import checked_url
        from grader.server.client import ServerTarget

        address = checked_url(named, insecure=insecure)
        if token is None:
            raise UsageError(
                f"there is no token for {address}: `grader whoami --to {address} --token-stdin` keeps the one that you were given"
            )
        if token.to not in ("", address):
            raise UsageError(
                f"your token is kept for {token.to} and isn't sent to {address}; `grader whoami --to {address} --token-stdin` keeps another"
            )
        return ServerTarget(address, token.secret, insecure=insecure)
    from grader.run.seeds import data_root
    from grader.spool.folder import FolderTarget

    folder = Path(named).expanduser()
    known = token is not None and token.to in ("", str(folder.absolute()))
    return FolderTarget(folder, key=token.key if token and known else None, notes=data_root() / "handed-in.jsonl")


def remote_grade(path: Path, assignment: Assignment, to: str | None, words: Words) -> Grade:
    """What the server's public checks say of a folder or file; on a terminal, the place in the queue is shown meanwhile. Raises Refused,
    UsageError, SubmissionError, HarnessError."""
    from contextlib import nullcontext

    from grader.cli import output
    from grader.server.client import ServerTarget
    from grader.server.remote import remote_check

    phrases, errors, target = Phrases(words), output.console(stderr=True), open_target(to)
    if not isinstance(target, ServerTarget):
        raise UsageError(f"{target.name} is a folder, and only a server runs checks: --to https://…, or leave --remote out")
    with errors.status(phrases("running")) if errors.is_terminal else nullcontext() as shown:

        def told(check: Check) -> None:
            if shown is not None:
                shown.update(phrases("queue", position=check.position) if check.position else phrases("running"))

        return remote_check(path, assignment, target, told)
