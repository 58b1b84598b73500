"""bashrc_add: an interactive bash that has read it, and what its prompt, its aliases, its cd, DISPLAY and PATH are then."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Any, NoReturn

from .problem_machines import STUDENT
from .problem_room import TOO_LONG, line_with, number_in, settings_of


class Profile:
    """An interactive bash that has read bashrc_add."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.settings = settings_of(room)
        self.text = room.text("student/bashrc_add")
        self.said = room.text("profile/said.txt")
        self.status = number_in(room, "profile/status.txt")

    def read(self, name: str) -> str:
        return str(self.room.text(f"profile/{name}.txt")) if self.room.has(f"profile/{name}.txt") else ""

    def line(self, pattern: str) -> int | None:
        return line_with(self.text, pattern)

    def fail(self, verdict: str, en: str, ko: str, line: int | None = None) -> NoReturn:
        self.room.fail(verdict, en, message_ko=ko, file="bashrc_add", line=line)


def profile_of(room: Any) -> Profile:
    """The shell, if it stayed open to the end."""
    profile = Profile(room)
    if "\r\n" in profile.text:
        profile.fail(
            "WINDOWS_LINE_ENDS",
            "the lines end as on Windows: bash takes the carriage return for a part of each command",
            "줄 끝이 윈도우 형식입니다. bash는 캐리지 리턴을 명령의 일부로 읽습니다.",
            1,
        )
    told = re.search(r"bashrc_add: line (\d+): (.*(?:syntax error|unexpected EOF).*)", profile.said)
    if told:
        profile.fail(
            "SYNTAX_ERROR", f"bash can't read bashrc_add: {told[2]}", f"bash가 bashrc_add를 읽지 못합니다: {told[2]}", int(told[1])
        )
    if not profile.read("end"):
        if profile.status in {*TOO_LONG, 139} or "nesting" in profile.said or "recursion" in profile.said:
            if re.search(r"^\s*(function\s+)?cd\b", profile.text, re.M) and not re.search(
                r"\bbuiltin\s+cd\b|\bcommand\s+cd\b", profile.text
            ):
                profile.fail(
                    "CALLS_ITSELF",
                    "the function cd calls cd, which is itself, and never ends",
                    "함수 cd가 cd, 곧 자기 자신을 불러 끝나지 않습니다.",
                    profile.line(r"^\s+cd\b|[{;&]\s*cd\s"),
                )
            profile.fail("HOST_TIMEOUT", "the shell hung after reading bashrc_add", "bashrc_add를 읽은 뒤 셸이 멈추었습니다.")
        profile.fail(
            "SHELL_CLOSES",
            f"the shell closed by itself (status {profile.status}) after it had read bashrc_add",
            f"bashrc_add를 읽은 뒤 셸이 스스로 닫혔습니다(상태 {profile.status}).",
            profile.line(r"^\s*(set\s+-\w*e|exit\b|exec\b|return\b)"),
        )
    return profile


def check_prompt(room: Any) -> None:
    """[user - date time], and below it the folder; colours enclosed."""
    profile = profile_of(room)
    line = profile.line(r"PS1")
    user = room.text("user.txt").strip()
    raw = profile.read("ps1")
    start, inside = (_visible(profile.read(name)) for name in ("prompt_start", "prompt_inside"))
    head = rf"\[{re.escape(user)} - \d{{4}}\.\d\d\.\d\d \d\d:\d\d:\d\d\]\s*\n"
    if not re.match(head, start):
        profile.fail(
            "WRONG_ANSWER",
            f"the prompt begins with {start.partition(chr(10))[0][:80]!r}; wanted is [{user} - 2026.03.02 09:30:00] and a new line",
            f"프롬프트가 {start.partition(chr(10))[0][:80]!r}(으)로 시작합니다. [{user} - 2026.03.02 09:30:00]과 줄바꿈이 필요합니다.",
            line,
        )
    place = f"/tmp/place/home/{profile.settings['inside']}"
    before, after = re.sub(head, "", start).strip(), re.sub(head, "", inside).strip()
    if before == after and "/tmp/place/elsewhere" in before:
        profile.fail(
            "PROMPT_FROZEN", f"after cd the prompt still says {after!r}", f"cd를 한 뒤에도 프롬프트에 {after!r}이(가) 나옵니다.", line
        )
    if not re.fullmatch(r"/tmp/place/elsewhere\s*[:$>]*", before) or not re.fullmatch(
        rf"({re.escape(place)}|~/{re.escape(profile.settings['inside'])})\s*[:$>]*", after
    ):
        profile.fail(
            "WRONG_ANSWER",
            f"below it, the prompt says {after!r}; wanted is the folder with all its path, and a colon",
            f"그 아래에 {after!r}이(가) 나옵니다. 전체 경로와 쌍점이 필요합니다.",
            line,
        )
    bare = re.sub(r"\\\[.*?\\\]", "", raw)
    if re.search(r"\\e|\\033|\\x1b|\x1b", bare):
        profile.fail(
            "PROMPT_WIDTH",
            r"colour codes outside of \[ and \]: bash counts them as visible, and long commands overwrite their own line",
            r"색 코드가 \[ 와 \] 밖에 있습니다. bash가 보이는 글자로 세어 긴 명령이 자기 줄을 덮어씁니다.",
            line,
        )


def _visible(prompt: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\x01|\x02", "", prompt)


def check_aliases(room: Any) -> None:
    profile = profile_of(room)
    aliases = {}
    for each in profile.read("aliases").splitlines():
        found = re.fullmatch(r"alias (?:-- )?(\S+?)=(.*)", each)
        if found:
            try:
                aliases[found[1]] = " ".join(shlex.split(found[2]))
            except ValueError:
                continue
    for name, wanted in (("src", ("source ~/.bashrc", ". ~/.bashrc")), ("g", ("gvim -p",)), ("t", ("gnome-terminal",))):
        if aliases.get(name) not in wanted:
            profile.fail(
                "WRONG_ANSWER",
                f"alias {name} is {aliases.get(name)!r}; wanted is {wanted[0]!r}",
                f"별칭 {name}이(가) {aliases.get(name)!r}입니다. {wanted[0]!r}이어야 합니다.",
                profile.line(rf"\balias\b.*\b{name}="),
            )


def check_cd(room: Any) -> None:
    """Goes, and lists; names with blanks; home; back; and a failure stays one."""
    profile = profile_of(room)
    inside, home = f"/tmp/place/home/{profile.settings['inside']}", "/tmp/place/home"
    line = profile.line(r"^\s*(function\s+cd\b|cd\s*\(\)|alias\s+cd=)") or profile.line(r"\bcd\b")

    def went(name: str, where: str, en: str, ko: str, seen: Iterable[str]) -> None:
        status, _, place = profile.read(f"cd_{name}_at").strip("\n").partition("\n")
        if place != where:
            code = (
                "WORD_SPLIT"
                if name == "inside" and "@" in profile.text + "@" and re.search(r"\bcd\s+(\$@|\$1|\$\*)", profile.text)
                else "WRONG_ANSWER"
            )
            profile.fail(code, f"{en}: the shell is in {place!r}", f"{ko}: 셸이 {place!r}에 있습니다.", line)
        if status != "0":
            profile.fail(
                "WRONG_ANSWER", f"{en}: it went there, and the status is {status}", f"{ko}: 이동했지만 상태가 {status}입니다.", line
            )
        shown = profile.read(f"cd_{name}")
        if missing := [each for each in seen if each not in shown]:
            profile.fail("WRONG_ANSWER", f"{en}: {missing[0]} isn't listed", f"{ko}: {missing[0]}이(가) 나열되지 않았습니다.", line)

    went("inside", inside, "cd into a folder with a blank in its name", "이름에 빈칸이 있는 폴더로 cd", profile.settings["names"])
    status, _, place = profile.read("cd_nowhere_at").strip("\n").partition("\n")
    if status == "0" or place != inside:
        profile.fail(
            "EXIT_STATUS",
            f"cd into a folder that isn't there gave status {status}",
            f"없는 폴더로 cd를 했는데 상태가 {status}입니다.",
            line,
        )
    if any(each in profile.read("cd_nowhere") for each in profile.settings["names"]):
        profile.fail("WRONG_ANSWER", "cd failed, and a folder was listed all the same", "cd가 실패했는데도 폴더를 나열했습니다.", line)
    went("home", home, "cd by itself", "인수 없는 cd", profile.settings["home_names"])
    went("back", inside, "cd -", "cd -", profile.settings["names"])


def check_display(room: Any) -> None:
    """Set where Windows shows the windows, and left alone elsewhere."""
    profile = profile_of(room)
    if profile.line("DISPLAY") is None:
        profile.fail("DISPLAY_WRONG", "nothing in bashrc_add sets DISPLAY", "bashrc_add에 DISPLAY를 정하는 부분이 없습니다.")
    settings = profile.settings
    root = settings["root"].removeprefix(f"{STUDENT}/")
    kernel = str(room.given(f"home/{root}/proc/version"))
    wslg = f"home/{root}/mnt/wslg/versions.txt" in room.run.inputs
    got, line = profile.read("display"), profile.line(r"DISPLAY")
    if "WSL2" in kernel and not wslg:
        wanted: tuple[str, ...] = (f"{settings['gateway']}:0", f"{settings['gateway']}:0.0")
        where, where_ko = "WSL 2 without WSLg, where Windows has an address of its own", "WSLg가 없는 WSL 2(윈도우는 다른 주소에 있음)"
    elif "Microsoft" in kernel:
        before = (settings["display"],) if settings["display"] else ()  # by ssh -X: to keep it is right, too
        wanted, where, where_ko = (":0", ":0.0", "localhost:0", "localhost:0.0", "127.0.0.1:0", *before), "WSL 1", "WSL 1"
    else:
        wanted = (settings["display"] or "none",)
        where, where_ko = (
            ("WSLg, which has set it", "WSLg(이미 설정됨)")
            if wslg
            else ("Linux by itself, where it isn't ours to set", "일반 리눅스(건드리지 않음)")
        )
    if got not in wanted:
        profile.fail(
            "DISPLAY_WRONG",
            f"on {where}, DISPLAY is {got!r} and should be {wanted[0]!r}",
            f"{where_ko}에서 DISPLAY가 {got!r}입니다. {wanted[0]!r}이어야 합니다.",
            line,
        )


def check_quiet(room: Any) -> None:
    """Nothing printed, PATH with ~/course/bin in it once, also when read again."""
    profile = profile_of(room)
    if profile.read("printed").strip() or profile.read("again").strip():
        said = (profile.read("printed").strip() or profile.read("again").strip()).splitlines()[0]
        profile.fail(
            "NOISY_PROFILE",
            f"reading bashrc_add prints {said[:60]!r}, which breaks scp and the like",
            f"bashrc_add를 읽을 때 {said[:60]!r}이(가) 출력됩니다. scp 같은 프로그램이 동작하지 않게 됩니다.",
            profile.line(r"\b(echo|printf|ls|cd|cat)\b"),
        )
    line = profile.line(r"PATH")
    first, again = profile.read("path").split(":"), profile.read("path_again").split(":")
    place = "/tmp/place/home/course/bin"
    if place not in first:
        profile.fail("WRONG_ANSWER", "~/course/bin isn't in PATH", "~/course/bin이 PATH에 없습니다.", line)
    if again.count(place) > 1:
        profile.fail(
            "NOT_IDEMPOTENT",
            "read twice (that is what src does), PATH has ~/course/bin twice",
            "두 번 읽으면(src가 하는 일입니다) PATH에 ~/course/bin이 두 번 들어갑니다.",
            line,
        )
    if "/usr/bin" not in again and "/tmp/ck/tools" not in again:
        profile.fail("FILES_LOST", "PATH has lost what was in it", "PATH에 있던 것이 없어졌습니다.", line)
