"""What is asked of every script, whatever its task: it ran to its end, and what the task isn't about is as it was, files and processes."""

from __future__ import annotations

import hashlib
import re

from .problem_home import Home, raise_
from .problem_names import Plan, Tree


def ran(home: Home) -> None:
    """The script ran to its end at all."""
    broken = home.script.broken()
    if broken:
        raise_(home.room, broken.verdict, broken.en, broken.ko, home.file, broken.line)
    if not home.statuses:
        last = next((step for step in reversed(home.script.steps) if step.words[:1] in (("kill",), ("pkill",), ("killall",))), None)
        if last is not None:
            raise_(
                home.room,
                "BYSTANDER_KILLED",
                f"after `{' '.join(last.words)[:60]}` nothing ran any more, not even the shell that had started the script",
                f"`{' '.join(last.words)[:60]}` 뒤에는 스크립트를 시작한 셸까지 아무것도 남지 않았습니다.",
                home.file,
                last.line,
            )
        home.room.text("status.txt")  # fails by the fault of the run itself
    if {124, 137} & set(home.statuses):
        raise_(
            home.room,
            "HOST_TIMEOUT",
            "the script hadn't ended after 8 seconds and was stopped; there is nobody who could type anything",
            "스크립트가 8초가 지나도 끝나지 않아 중단했습니다. 무언가를 입력해 줄 사람은 없습니다.",
            home.file,
            home.script.last,
        )


def unharmed(home: Home) -> None:
    """Whatever the task isn't about is as it was: files by name, content and rights, and processes."""
    gone = [path for path in untouched(home.plan, home.task) if path not in home.after]
    if gone:
        shown = ", ".join(gone[:3]) + (" …" if len(gone) > 3 else "")
        line = home.line("rm", "rmdir", "-delete", "unlink", "mv", "git")
        home.fail(
            "DELETED_TOO_MUCH",
            f"{len(gone)} that should have stayed are gone: {shown}",
            f"남아 있어야 할 {len(gone)}개가 사라졌습니다: {shown}",
            line=line,
        )
    for path in untouched(home.plan, home.task):
        was, now = home.plan["tree"][path], home.after[path]
        content = was.get("text", " " * was.get("size", 0)).encode()
        if "folder" not in was and (now.kind != "file" or now.sha256 != hashlib.sha256(content).hexdigest()):
            line = home.line("sed", "mv", "cp", "tar", "tee", "truncate", "dos2unix", naming=path.rpartition("/")[2])
            home.fail(
                "CHANGED_TOO_MUCH",
                f"~/{path} no longer holds what it did, and no task is about it",
                f"~/{path}의 내용이 바뀌었습니다. 이 과제가 바꾸라고 한 파일이 아닙니다.",
                line=line,
            )
        if now.mode & 0o777 != was["mode"]:
            line = home.line("chmod", "install", naming=path.rpartition("/")[2])
            home.fail(
                "PERM_WRONG",
                f"~/{path} has rights {now.mode & 0o777:o} now; they were {was['mode']:o} and should have stayed",
                f"~/{path}의 권한이 {now.mode & 0o777:o}(으)로 바뀌었습니다. {was['mode']:o} 그대로여야 합니다.",
                line=line,
            )
    for what, called, alive, _ in processes(home):
        if what.startswith("decoy") and not alive:
            home.fail(
                "BYSTANDER_KILLED",
                f"the process {called} was ended, and its name only resembles the one to be ended",
                f"프로세스 {called}이(가) 끝났습니다. 이름이 비슷할 뿐, 끝내야 할 것이 아닙니다.",
                line=home.line("kill", "pkill", "killall"),
                blame=False,
            )


def untouched(plan: Plan, task: str) -> list[str]:
    """The paths that a task leaves alone."""
    tree: Tree = plan["tree"]
    touched: set[str] = set()
    if task == "files":
        touched = {f"box/{name}" for name in plan["arguments"][1:]}
    elif task == "permissions":
        touched = {"project/run.sh", "project/secret.txt", "project/private"} | {f"project/shared/{name}" for name in plan["shared"]}
    elif task == "shebang":
        touched = {path for path in tree if path.endswith(".sh")}
    elif task == "find":
        touched = {path for path in tree if path.endswith(".tmp") and path.startswith(plan["arguments"][0] + "/")}
    return [path for path in tree if path not in touched]


def listed(home: Home) -> list[list[str]]:
    """The rows of processes.txt: what for, number, what became of it."""
    rows = [line.split() for line in home.room.text("processes.txt").split("\n")]
    return [row for row in rows if len(row) >= 3 and re.fullmatch(r"[0-9]{1,9}", row[1])]


def processes(home: Home) -> list[tuple[str, str, bool, bool]]:
    """(what for, name, alive, said goodbye) of every process that was there."""
    if "called" not in home.plan:
        return []
    found = {what: rest for what, *rest in listed(home)}
    return [
        (what, name, found[what][1:2] == ["alive"], "said" in found[what]) for what, name in home.plan["called"].items() if what in found
    ]
