"""What must be there after the tasks that have other programs keep it: processes, archives, a git repository and its remote."""

from __future__ import annotations

import hashlib

from .problem_every_task import listed, processes
from .problem_home import Home, one_a_line


def after_processes(home: Home) -> None:
    at = home.line("kill", "pkill", "killall")
    for what, called, alive, said in processes(home):
        if what.startswith("target") and alive:
            home.fail(
                "STILL_RUNNING", f"a process called {called} is still running", f"이름이 {called}인 프로세스가 아직 실행 중입니다.", line=at
            )
        if what.startswith("target") and not said:
            home.fail(
                "KILLED_HARD",
                f"{called} had no chance to put its things in order: it was killed, not asked to end",
                f"{called}이(가) 정리할 틈이 없었습니다. 끝내 달라고 하지 않고 강제로 죽였습니다.",
                line=at,
            )
    pids = [row[1] for row in listed(home) if row[0].startswith("target")]
    numeric, as_text = sorted(pids, key=int), sorted(pids)
    mistakes = {"SORTED_AS_TEXT": one_a_line(as_text)} if numeric != as_text else {}
    home.wanted("answers/ended.txt", one_a_line(numeric), "ps", "pgrep", "awk", "sort", "echo", "printf", loose=True, **mistakes)
    if "jobs/done.txt" not in home.after:
        home.fail(
            "FILE_NOT_MADE",
            "~/jobs/long.sh wasn't run, or not to its end",
            "~/jobs/long.sh가 실행되지 않았거나 끝까지 실행되지 않았습니다.",
            line=home.line("wait") or home.script.last,
        )
    home.wanted("answers/status.txt", f"{home.plan['status']}\n", "echo", "printf", "wait", STATUS_LOST="0\n")


def after_archive(home: Home) -> None:
    folder = home.plan["arguments"][0]
    at = home.script.writes("backup.tar.gz") or home.line("tar")
    if "backup.tar.gz" not in home.after:
        home.fail("FILE_NOT_MADE", "~/backup.tar.gz isn't there", "~/backup.tar.gz 파일이 없습니다.", line=at or home.script.last)
    names = [name.removeprefix("./").rstrip("/") for name in home.room.text("archive.txt").splitlines()]
    if not names:
        home.fail(
            "ARCHIVE_BROKEN",
            "~/backup.tar.gz can't be unpacked as a gzipped tar archive, or it is empty",
            "~/backup.tar.gz를 gzip으로 압축된 tar로 풀 수 없거나, 비어 있습니다.",
            line=at,
        )
    if any(name.startswith(("home/", "/")) for name in names):
        home.fail(
            "ABSOLUTE_PATH", f"the archive holds whole paths: {names[0]}", f"압축 파일에 전체 경로가 들어 있습니다: {names[0]}", line=at
        )
    logs = [name for name in names if name.endswith(".log")]
    if logs:
        home.fail(
            "TOO_MUCH_INSIDE", f"the archive holds {logs[0]}, which is a log", f"압축 파일에 로그인 {logs[0]}이(가) 들어 있습니다.", line=at
        )
    prefix = "/tmp/unpacked/"
    sums = {
        name.partition(prefix)[2]: digest for digest, _, name in (line.partition("  ") for line in home.room.text("sums.txt").splitlines())
    }
    for name in home.plan["files"]:
        path = f"{folder}/{name}"
        if sums.get(path) != hashlib.sha256(home.plan["tree"][path]["text"].encode()).hexdigest():
            home.fail("TOO_LITTLE_INSIDE", f"the archive doesn't hold {path}", f"압축 파일에 {path}이(가) 없습니다.", line=at)
    for name, text in home.plan["incoming"].items():
        home.wanted(f"restored/{name}", text, "tar")


def after_git(home: Home) -> None:
    message = home.plan["arguments"][0]
    text = home.room.text
    branches = text("remote-branches.txt").split()
    local = text("project-branches.txt").split()
    if "project/.git/HEAD" not in home.after:
        home.fail(
            "FILE_NOT_MADE",
            "~/project is no git repository: ~/project/.git isn't there",
            "~/project가 git 저장소가 아닙니다. ~/project/.git이 없습니다.",
            line=home.line("git"),
        )
    if not local:
        home.fail("NOTHING_COMMITTED", "~/project has no commit", "~/project에 커밋이 없습니다.", line=home.script.git("commit"))
    if "main" not in local:
        home.fail(
            "WRONG_BRANCH",
            f"the branch is called {local[0]}, not main",
            f"브랜치 이름이 main이 아니라 {local[0]}입니다.",
            line=home.script.git("init"),
        )
    if "main" not in branches:
        home.fail(
            "NOT_PUSHED",
            "the commit is in ~/project, and ~/remote.git has no branch main",
            "커밋은 ~/project에 있지만 ~/remote.git에는 main 브랜치가 없습니다.",
            line=home.script.git("push") or home.script.last,
        )
    subjects = [line.partition("\t")[2] for line in text("remote-log.txt").split("\n") if line]
    if message not in subjects:
        subject = subjects[0][:60] if subjects else ""
        home.fail(
            "WRONG_ANSWER",
            f"no commit has the message that the script was given; there is {subject!r}",
            f"스크립트가 받은 메시지를 가진 커밋이 없습니다. 있는 것은 {subject!r}입니다.",
            line=home.script.git("commit"),
        )
    held = {name: row.rpartition(" ")[2] for row, _, name in (line.partition("\t") for line in text("remote-tree.txt").split("\n")) if name}
    logs = [name for name in held if name.endswith(".log")]
    if logs:
        home.fail(
            "TOO_MUCH_INSIDE",
            f"the commit holds {logs[0]}, which is a log",
            f"커밋에 로그인 {logs[0]}이(가) 들어 있습니다.",
            line=home.script.git("add"),
        )
    for name in home.plan["files"]:
        content = home.plan["tree"][f"project/{name}"]["text"].encode()
        if held.get(name) != hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest():
            home.fail(
                "TOO_LITTLE_INSIDE",
                f"the pushed commit doesn't hold {name}",
                f"push된 커밋에 {name}이(가) 없습니다.",
                line=home.script.git("add"),
            )
    if ".gitignore" not in held:
        home.fail(
            "TOO_LITTLE_INSIDE", "the pushed commit has no .gitignore", "push된 커밋에 .gitignore가 없습니다.", line=home.script.git("add")
        )
    if text("upstream.txt").strip() != "refs/heads/main":
        home.fail(
            "NO_UPSTREAM",
            "main isn't tied to the remote's main, so a plain `git push` wouldn't know where to",
            "main이 원격의 main과 이어져 있지 않아, `git push`만으로는 어디로 보낼지 모릅니다.",
            line=home.script.git("push"),
        )
