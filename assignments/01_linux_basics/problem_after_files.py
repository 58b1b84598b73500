"""What must stand in a home after the tasks about files themselves: paths, copies and links, rights, first lines."""

from __future__ import annotations

from .problem_home import Home, bytewise, first_difference, one_a_line
from .problem_names import HOME


def after_navigate(home: Home) -> None:
    plan = home.plan
    home.wanted("answers/where.txt", f"{HOME}/{plan['arguments'][0]}\n", "pwd", "echo", "printf", "cd")
    no_double = [name for name in plan["hidden"] if not name.startswith("..")]
    forgotten = {"HIDDEN_FORGOTTEN": one_a_line(bytewise(no_double))} if no_double != plan["hidden"] else {}
    entry = home.after.get("answers/hidden.txt")
    if entry is not None and entry.text is not None and set(entry.text.split("\n")) >= {".", ".."}:
        home.fail(
            "HIDDEN_COUNTED",
            "~/answers/hidden.txt names . and .., which are the folder itself and the one above",
            "~/answers/hidden.txt에 .과 ..이 들어 있습니다. 이 폴더 자신과 그 위의 폴더입니다.",
            line=home.script.writes("hidden.txt"),
        )
    if entry is not None and entry.text == "":
        forgotten["HIDDEN_FORGOTTEN"] = ""
    home.wanted("answers/hidden.txt", one_a_line(bytewise(plan["hidden"])), "ls", "find", "grep", "printf", **forgotten)
    total = len(plan["hidden"]) + len(plan["seen"])
    home.wanted("answers/count.txt", f"{len(plan['seen'])}\n", "wc", "ls", "find", "echo", loose=True, HIDDEN_COUNTED=f"{total}\n")


def after_files(home: Home) -> None:
    keep, move, drop = home.plan["arguments"]
    tree = home.plan["tree"]
    if f"box/{drop}" in home.after:
        home.fail(
            "NOT_REMOVED",
            f"~/box/{drop} is still there",
            f"~/box/{drop}이(가) 아직 있습니다.",
            line=home.line("rm", "find", naming=drop),
            about=drop,
        )
    home.wanted(f"copies/{keep}", tree[f"box/{keep}"]["text"], "cp", "rsync", "install", "cat")
    home.wanted(f"moved/{move}", tree[f"box/{move}"]["text"], "mv", "cp", "rsync")
    if f"box/{move}" in home.after:
        home.fail(
            "NOT_REMOVED",
            f"~/box/{move} was copied, not moved: it is still there",
            f"~/box/{move}이(가) 아직 있습니다. 옮긴 것이 아니라 복사한 것입니다.",
            line=home.line("cp", "mv", naming=move),
        )
    link = home.after.get("latest")
    at = home.line("ln", "cp")
    if link is None:
        home.fail("FILE_NOT_MADE", "~/latest isn't there", "~/latest가 없습니다.", line=at or home.script.last)
    if link.kind != "link":
        home.fail(
            "HARD_LINK",
            "~/latest is a file of its own or a hard link; a symbolic link is asked for",
            "~/latest가 보통 파일이거나 하드 링크입니다. 심볼릭 링크여야 합니다.",
            line=at,
        )
    if link.target != f"copies/{keep}":
        known = home.after.get(link.target.removeprefix(HOME + "/"))
        verdict = "ABSOLUTE_PATH" if link.target == f"{HOME}/copies/{keep}" else "BROKEN_LINK" if known is None else "WRONG_ANSWER"
        home.fail(verdict, f"~/latest points to {link.target!r}", f"~/latest가 {link.target!r}을(를) 가리킵니다.", line=at)


def after_permissions(home: Home) -> None:
    wanted = {"project/run.sh": 0o754, "project/secret.txt": 0o600, "project/private": 0o700}
    wanted |= {f"project/shared/{name}": home.plan["tree"][f"project/shared/{name}"]["mode"] | 0o010 for name in home.plan["shared"]}
    for path, mode in wanted.items():
        got = home.after[path].mode & 0o777 if path in home.after else -1
        if got == mode:
            continue
        if got == -1:
            home.fail("DELETED_TOO_MUCH", f"~/{path} is gone", f"~/{path}이(가) 사라졌습니다.", line=home.line("rm", "mv"))
        was = home.plan["tree"][path]["mode"]
        line = home.line("chmod", "install", naming=path.rpartition("/")[2]) or home.line("chmod")
        more = "It allows more than it should. " if got & ~mode else ""
        more_ko = "필요 이상으로 허용됩니다. " if got & ~mode else ""
        home.fail(
            "PERM_WRONG",
            f"~/{path} has rights {got:o} (before: {was:o}). {more}Compare digit by digit: owner, group, others",
            f"~/{path}의 권한이 {got:o}입니다(처음: {was:o}). {more_ko}소유자, 그룹, 그 밖의 사람 순서로 한 자리씩 비교해 보세요.",
            line=line,
        )


def after_shebang(home: Home) -> None:
    for path, was in home.plan["tree"].items():
        if not path.endswith(".sh"):
            continue
        entry = home.after.get(path)
        naming = path.rpartition("/")[2]
        if entry is None or entry.kind != "file" or entry.text is None:
            home.fail("DELETED_TOO_MUCH", f"~/{path} is gone", f"~/{path}이(가) 사라졌습니다.", line=home.line("mv", "rm", "sed"))
        body = was["text"].replace("\r\n", "\n")
        text = body if body.startswith("#!") else f"#!/bin/bash\n{body}"
        if entry.text.replace("#!/usr/bin/env bash\n", "#!/bin/bash\n", 1) != text:
            if "\r" in entry.text:
                home.fail(
                    "CRLF_LEFT",
                    f"~/{path} still has carriage returns (CR) at the ends of lines",
                    f"~/{path}의 줄 끝에 아직 캐리지 리턴(CR)이 있습니다.",
                    line=home.line("sed", "tr", "dos2unix", naming=naming),
                )
            if entry.text.count("#!/bin/bash\n") > 1:
                verdict = "NOT_IDEMPOTENT" if len(home.statuses) > 1 and body.count("#!") == 0 else "WRONG_ANSWER"
                home.fail(
                    verdict,
                    f"~/{path} has its first line twice",
                    f"~/{path}에 첫 줄이 두 번 있습니다.",
                    line=home.line("sed", "printf", "echo", "cat", naming=naming),
                    blame=False,
                )
            home.fail(
                "WRONG_ANSWER",
                f"~/{path} isn't right: {first_difference(entry.text, text)}",
                f"~/{path}이(가) 맞지 않습니다: {first_difference(entry.text, text, korean=True)}",
                line=home.line("sed", "tr", "printf", "echo", "cat", naming=naming),
            )
        if entry.mode & 0o777 != was["mode"] | 0o100:
            home.fail(
                "PERM_WRONG",
                f"~/{path} has rights {entry.mode & 0o777:o} (before: {was['mode']:o}); its owner may execute it, and nothing else changes",
                f"~/{path}의 권한이 {entry.mode & 0o777:o}입니다(처음: {was['mode']:o}). 소유자가 실행할 수 있게 되고, 나머지는 "
                f"그대로여야 합니다.",
                line=home.line("chmod", "mv", "sed", naming=naming),
            )
