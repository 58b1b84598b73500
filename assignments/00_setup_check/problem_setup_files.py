"""setup.sh, its checks over files: the mirror, backups, the profile's files, and that whatever else there was is as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NoReturn

from .problem_machines import APT_FILES, SOURCE_LINE, UBUNTU
from .problem_setup import Setup, setup_of, working

SOURCES = re.compile(
    r"""\s*(?:(?:\[\[?.*\]\]?|test .*)\s*&&\s*)?(?:source|\.)\s+["']?(?:~|\$HOME|\$\{HOME\})["']?/["']?\.bashrc_add["']?\s*(?:#.*)?"""
)


def check_sources(room: Any) -> None:
    """The mirror stands where Ubuntu's hosts stood, and nowhere else."""
    setup = working(room)
    for name in APT_FILES:
        before, after = setup.given(f"{setup.root}/{name}"), setup.now(f"{setup.root}/{name}")
        if before is None:
            continue
        if after is None:
            setup.fail("FILES_LOST", f"/{name} is gone", f"/{name} 파일이 없어졌습니다.", setup.line("sources"))
        line = setup.line(r"\bsed\b") or setup.line("ubuntu")
        wanted, got = before.splitlines(), after.splitlines()
        if len(wanted) != len(got):
            setup.fail(
                "WRONG_ANSWER",
                f"/{name} had {len(wanted)} lines and has {len(got)}",
                f"/{name}의 줄이 {len(wanted)}개에서 {len(got)}개가 되었습니다.",
                line,
            )
        for old, new in zip(wanted, got, strict=True):
            right = UBUNTU.sub(setup.mirror, old)
            if new == right or (old.startswith("#") and new == old):
                continue
            if old == right:
                _changed(setup, name, old, new, line)
            if re.search(rf"[a-z]{{2}}\.{re.escape(setup.mirror)}", new):
                setup.fail(
                    "WRONG_ANSWER",
                    f"the country's letters stayed in front of the mirror, which makes it another host: {new}",
                    f"국가 코드가 미러 앞에 남아 다른 호스트가 되었습니다: {new}",
                    line,
                )
            if new == old:
                setup.fail("WRONG_ANSWER", f"/{name} still says: {old}", f"/{name}에 아직 남아 있습니다: {old}", line)
            setup.fail("WRONG_ANSWER", f"/{name}: {old!r} became {new!r}", f"/{name}: {old!r}이(가) {new!r}이(가) 되었습니다.", line)


def _changed(setup: Setup, name: str, old: str, new: str, line: int | None) -> NoReturn:
    if re.search(r"(?:archive|security).ubuntu.com", old):
        setup.fail(
            "REGEX_DOT",
            f"{old!r} was changed too: in a pattern a dot stands for any character",
            f"{old!r}도 바뀌었습니다. 패턴에서 점은 아무 글자나 뜻합니다.",
            line,
        )
    setup.fail(
        "WRONG_ANSWER",
        f"/{name}: a line that isn't about Ubuntu's hosts was changed: {old!r} became {new!r}",
        f"/{name}: 우분투 호스트가 아닌 줄이 바뀌었습니다: {old!r} → {new!r}",
        line,
    )


def check_backups(room: Any) -> None:
    """FILE_bk has what FILE held before the first run; one that was there before stays as it was."""
    setup = working(room)
    edited = [(f"{setup.root}/{name}", f"/{name}", UBUNTU) for name in APT_FILES]
    for path, shown, hosts in edited:
        before = setup.given(path)
        if before is not None and hosts.search(before):
            _backed_up(setup, path, shown, before, r"sources|_bk")
    profile = setup.given(f"{setup.home}/.bashrc")
    if profile is not None and not any(SOURCES.fullmatch(line) for line in profile.splitlines()):
        _backed_up(setup, f"{setup.home}/.bashrc", "~/.bashrc", profile, r"bashrc\b")
    vimrc = setup.given(f"{setup.home}/.vimrc")
    if vimrc is not None:
        _backed_up(setup, f"{setup.home}/.vimrc", "~/.vimrc", vimrc, r"vimrc")


def _backed_up(setup: Setup, path: str, shown: str, before: str, where: str) -> None:
    wanted, got = setup.given(f"{path}_bk"), setup.now(f"{path}_bk")
    line = setup.line(r"_bk")
    if wanted is not None:
        if got != wanted:
            setup.fail(
                "BACKUP_LOST",
                f"{shown}_bk was there already, with what stood there first; now that is gone",
                f"{shown}_bk가 이미 있었는데, 처음 내용이 사라졌습니다.",
                line,
            )
        return
    if setup.now(path) == before:
        setup.fail("WRONG_ANSWER", f"{shown} isn't changed yet", f"{shown}이(가) 아직 바뀌지 않았습니다.")
    if got is None:
        setup.fail(
            "NO_BACKUP",
            f"{shown} was changed and there is no {shown}_bk",
            f"{shown}을(를) 바꾸었는데 {shown}_bk가 없습니다.",
            line or setup.line(where),
        )
    if got == before:
        return
    name = f"first/{'home' if path.startswith(setup.home + '/') else 'etc.'}{path.rpartition('/')[2]}_bk"
    if setup.room.has(name) and setup.room.text(name) == before:
        setup.fail(
            "BACKUP_LOST",
            f"{shown}_bk holds what the script wrote: the second run put it over the first backup",
            f"{shown}_bk에 스크립트가 쓴 내용이 들어 있습니다. 두 번째 실행이 처음 백업을 덮어썼습니다.",
            line,
        )
    setup.fail(
        "NO_BACKUP", f"{shown}_bk doesn't hold what {shown} held before", f"{shown}_bk에 {shown}의 처음 내용이 들어 있지 않습니다.", line
    )


def check_profile_files(room: Any) -> None:
    """~/.bashrc with one more line, ~/.bashrc_add and ~/.vimrc as they came with the script; after two runs."""
    setup = setup_of(room)
    before, after = setup.given(f"{setup.home}/.bashrc") or "", setup.now(f"{setup.home}/.bashrc")
    line = setup.line(r"bashrc_add.*>>|>>.*bashrc_add") or setup.line(r">>.*bashrc\b") or setup.line(r"\.bashrc\b")
    if after is None:
        setup.fail("WRONG_ANSWER", "there is no ~/.bashrc", "~/.bashrc가 없습니다.", line)
    times = sum(1 for each in after.splitlines() if SOURCES.fullmatch(each))
    if before and not before.endswith("\n") and after.startswith(before) and before.splitlines()[-1] not in after.splitlines():
        glued = after.splitlines()[len(before.splitlines()) - 1]
        setup.fail(
            "WRONG_ANSWER",
            f"the last line of ~/.bashrc had no line end, and now it is one with the new one: {glued}",
            f"~/.bashrc의 마지막 줄에 줄바꿈이 없어서 새 줄과 붙었습니다: {glued}",
            line,
        )
    first = room.text("first/home.bashrc") if room.has("first/home.bashrc") else ""
    grew = len(after) - len(first)
    if times > 1 or (times == 1 and grew > 0):
        setup.fail(
            "NOT_IDEMPOTENT",
            f"after two runs ~/.bashrc reads ~/.bashrc_add {times} times, and it grew by {grew} characters in the second",
            f"두 번 실행하니 ~/.bashrc가 ~/.bashrc_add를 {times}번 읽고, 두 번째 실행에서 {grew}글자 늘었습니다.",
            line,
        )
    if not after.startswith(before):
        setup.fail("FILES_LOST", "what stood in ~/.bashrc isn't there any more", "~/.bashrc에 있던 내용이 없어졌습니다.", line)
    if times == 0:
        setup.fail("WRONG_ANSWER", f"~/.bashrc has no line `{SOURCE_LINE}`", f"~/.bashrc에 `{SOURCE_LINE}` 줄이 없습니다.", line)
    for name, source in ((".bashrc_add", "bashrc_add"), (".vimrc", "vimrc")):
        own, copy = setup.tree.get(f"{setup.home}/my setup/{source}"), setup.tree.get(f"{setup.home}/{name}")
        if own is not None and (copy is None or copy.sha256 != own.sha256):
            setup.fail(
                "WRONG_ANSWER",
                f"~/{name} isn't the {source} beside the script",
                f"~/{name}이(가) 스크립트 옆의 {source}와(과) 다릅니다.",
                setup.line(rf"\b{source}\b"),
            )


ALLOWED = (".bashrc", ".bashrc_bk", ".bashrc_add", ".bashrc_add_bk", ".vimrc", ".vimrc_bk", ".cache", "course", "my setup")


def check_untouched(room: Any) -> None:
    """Whatever else the home and the system held is as it was, and nothing was left lying about."""
    setup = Setup(room)
    mine = {f"{setup.home}/{name}" for name in ALLOWED} | {f"{setup.root}/{name}{end}" for name in APT_FILES for end in ("", "_bk")}
    given = [name.removeprefix("home/") for name in room.run.inputs if name.startswith("home/")]
    for name in given:
        entry = setup.tree.get(name)
        shown = (
            f"~/{name.removeprefix(setup.home + '/')}" if name.startswith(f"{setup.home}/") else "/" + name.removeprefix(f"{setup.root}/")
        )
        if entry is None:
            room.fail(
                "FILES_LOST",
                f"{shown} was there before and is gone",
                message_ko=f"{shown}이(가) 없어졌습니다.",
                file="setup.sh",
                line=setup.line(r"\b(rm|mv)\b"),
            )
        if name not in mine and entry.text != setup.given(name):
            room.fail("FILES_LOST", f"{shown} has been changed", message_ko=f"{shown}의 내용이 바뀌었습니다.", file="setup.sh")
    folders = {parent for name in (*given, *mine) for parent in _parents(name)}
    for name in setup.tree:
        inside = any(name == each or name.startswith(f"{each}/") for each in mine)
        if name not in given and not inside and name not in folders and name not in (".", "recordings") and name != setup.root:
            setup.fail(
                "TOUCHED_ELSEWHERE",
                f"{name.removeprefix(setup.home + '/')} was left behind",
                f"{name.removeprefix(setup.home + '/')}이(가) 남아 있습니다.",
            )
    if not setup.calls:
        room.fail("WRONG_ANSWER", "the script did nothing yet", message_ko="스크립트가 아직 아무 일도 하지 않았습니다.", file="setup.sh")


def _parents(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:i]) for i in range(1, len(parts)))
