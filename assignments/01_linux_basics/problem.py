"""01_linux_basics: the homes that the scripts work in, and what must stand in them afterwards.

`room` draws a home: names, contents, sizes, rights. It writes them down twice: as setup.sh, which makes them where the script runs, and as
plan.json, by which the checks know what was there. `judged` compares. Students have all of it but the STAFF parts: `grader check` needs it.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from grader.checks.shell import Fault, Script

HOME = "/home/student"
Plan = dict[str, Any]
Tree = dict[str, dict[str, Any]]  # path below home -> {"text" | "size" | "target", "mode"}, or {"folder": True, "mode"}

WORDS = (
    "amber birch cedar delta ember flint grove heron inlet juniper kelp lagoon maple nettle ochre poppy quartz raven sedge thistle umber "
    "violet willow yarrow zephyr"
).split()


# ---- a home is drawn ----


class Names:
    """Names that occur once each. `plain`: with a blank at most; else with whatever a name may hold."""

    def __init__(self, rng: np.random.Generator, plain: bool) -> None:
        self.rng, self.plain = rng, plain
        self._words = [str(word) for word in rng.permutation(WORDS)]

    def word(self) -> str:
        return self._words.pop()

    def name(self, ending: str = "", odd: int = 0) -> str:
        """Two words. Of names that aren't plain, `odd` picks what is odd about them."""
        first, second = self.word(), self.word()
        name = f"{first} {second}"
        # BEGIN STAFF
        if not self.plain:
            kinds = (
                f"-{first} {second}",
                f"{first}'s {second}",
                f"* {first} {second}",
                f'{first} "{second}" $HOME',
                f"{first} 한글 {second}",
            )
            name = kinds[odd % len(kinds)]
        # END STAFF
        return name + ending

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))


def room(case: Any, rng: np.random.Generator) -> dict[str, Any]:
    """The files of one case's room."""
    plan = TASKS[case.given["task"]](Names(rng, not case.given.get("odd", False)))
    plan["tree"] = {path: {"mode": 0o644 if "folder" not in entry else 0o755, **entry} for path, entry in plan["tree"].items()}
    arguments = "".join(f"{each}\n" for each in plan.get("arguments", ()))
    return {"task/plan.json": plan, "task/arguments.txt": arguments, "task/setup.sh": _setup(plan)}


def _setup(plan: Plan) -> str:
    """The bash that makes a plan's home and starts its processes."""
    lines = []
    folders = {path for path, entry in plan["tree"].items() if "folder" in entry} | {path.rpartition("/")[0] for path in plan["tree"]}
    if folders := sorted(folders - {""}):
        lines.append("mkdir -p -- " + " ".join(map(_quoted, folders)))
    for path, entry in plan["tree"].items():
        if "text" in entry:
            lines.append(f"printf %s {_quoted(entry['text'])} > {_quoted('./' + path)}")
        elif "size" in entry:
            lines.append(f"printf '%*s' {entry['size']} '' > {_quoted('./' + path)}")
    modes: dict[int, list[str]] = {}
    for path, entry in plan["tree"].items():
        modes.setdefault(entry["mode"], []).append("./" + path)
    # what is in a folder comes before it: its owner may not get in any more
    lines += [
        f"chmod {mode:o} -- " + " ".join(map(_quoted, sorted(paths, reverse=True))) for mode, paths in sorted(modes.items(), reverse=True)
    ]
    return "\n".join([*lines, *plan.get("commands", ())]) + "\n"


def _quoted(text: str) -> str:
    """For bash. Line ends and carriage returns as escapes, so that they are seen."""
    if "\r" not in text and "\n" not in text:
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r").replace("\n", "\\n")
    return f"$'{escaped}'"


def _navigate(n: Names) -> Plan:
    folder = n.name(odd=0)
    hidden = [f".{n.word()}", f".{n.name(odd=1)}", f".{n.word()}.txt"]
    seen = [n.name(".txt", odd=1), n.word(), f"{n.word()}.txt"]
    # BEGIN STAFF
    if not n.plain:
        hidden.append(f"..{n.word()}")
        seen.append(n.name(odd=0))
    # END STAFF
    tree: Tree = {f"{folder}/{name}": {"text": f"{name}\n"} for name in (*hidden[1:], *seen)}
    tree[f"{folder}/{hidden[0]}"] = {"folder": True}
    tree[f"{folder}/{hidden[0]}/{n.word()}"] = {"text": "deeper\n"}
    return {"arguments": [folder], "tree": tree, "hidden": hidden, "seen": seen, "names": [folder]}


def _files(n: Names) -> Plan:
    keep, move, drop = n.name(".txt", odd=3), n.name(".txt", odd=0), n.name(".txt", odd=2)
    near = [f"{drop}.old", drop.split()[-1], f"{n.word()}.txt", f"{n.word()} {drop.split()[-1]}"]
    tree: Tree = {f"box/{name}": {"text": f"{name}: {n.number(1000, 9999)}\n"} for name in (keep, move, drop, *near)}
    return {"arguments": [keep, move, drop], "tree": tree, "names": [keep, move, drop]}


def _permissions(n: Names) -> Plan:
    tree: Tree = {
        "project/run.sh": {"text": "echo running\n", "mode": 0o640},
        "project/run.sh.bak": {"text": "echo old\n", "mode": 0o600},
        "project/secret.txt": {"text": f"{n.number(10**6, 10**7)}\n", "mode": 0o664},
        "project/private": {"folder": True, "mode": 0o755},
        "project/private/diary.txt": {"text": "today\n", "mode": 0o640},
        "project/readme.txt": {"text": "read me\n", "mode": 0o644},
    }
    shared = [n.name(".sh", odd=odd) for odd in range(3)] + [f"{n.word()}.sh"]
    for name, mode in zip(shared, n.rng.permutation([0o644, 0o700, 0o620, 0o602]), strict=True):
        tree[f"project/shared/{name}"] = {"text": "echo shared\n", "mode": int(mode)}
    # BEGIN STAFF
    if not n.plain:
        tree["project/shared/old"] = {"folder": True, "mode": 0o740}
        tree["project/shared/old/kept.sh"] = {"text": "echo kept\n", "mode": 0o640}
    # END STAFF
    return {"tree": tree, "shared": shared, "names": shared}


def _shebang(n: Names) -> Plan:
    bodies = [
        (n.name(".sh", odd=1), "#!/bin/bash\r\necho dos\r\nexit 0\r\n", 0o644),
        (f"{n.word()}.sh", f"echo {n.word()}\necho second\n", 0o640),
        (n.name(".sh", odd=4), f"#!/bin/bash\n\necho {n.word()} # all is well\n", 0o755),
        (f"{n.word()}.sh", f"# no interpreter, and from Windows\r\necho {n.word()}\r\n", 0o600),
    ]
    tree: Tree = {f"tools/{name}": {"text": text, "mode": mode} for name, text, mode in bodies}
    tree |= {f"tools/{n.word()}.bat": {"text": "@echo off\r\necho windows\r\n"}, f"tools/{n.word()}.sh.txt": {"text": "notes\r\n"}}
    return {"tree": tree, "names": [name for name, _, _ in bodies]}


def _processes(n: Names) -> Plan:
    name = n.word()
    decoys = [f"{name}d", f"my{name}", f"{name}.bak", name.upper()]
    started = [("target0", name, ""), ("target1", name, "--fast")]
    started += [(f"decoy{i}", each, "") for i, each in enumerate(decoys)] + [("decoy9", f"{n.word()}-log", f"--of {name}")]
    # BEGIN STAFF
    if not n.plain:
        started.append(("target2", name, f"--not {n.word()}"))
    # END STAFF
    order = [started[int(i)] for i in n.rng.permutation(len(started))]
    commands = [
        "mkdir -p /tmp/processes",
        # a process says goodbye if it is asked to end, and can't if it is killed
        r"printf '%s\n' '#!/bin/bash' 'trap '\''echo bye > /tmp/processes/said.$$; kill $!; exit 0'\'' TERM' ': > /tmp/processes/ready.$$' "
        r"'while :; do sleep 100 & wait; done' > /tmp/processes/program",
        "chmod 755 /tmp/processes/program",
        *(f"cp /tmp/processes/program /tmp/processes/{each}" for each in sorted({each for _, each, _ in order})),
        *(f"/tmp/processes/{each} {argument} < /dev/null > /dev/null 2>&1 & pids[{what}]=$!" for what, each, argument in order),
        'for pid in "${pids[@]}"; do until [[ -e /tmp/processes/ready.$pid ]]; do sleep 0.01; done; done',
    ]
    status = n.number(3, 100)
    tree: Tree = {"jobs/long.sh": {"text": f"#!/bin/bash\nsleep 0.2\necho done > ~/jobs/done.txt\nexit {status}\n", "mode": 0o755}}
    return {"arguments": [name], "tree": tree, "commands": commands, "status": status, "called": {w: e for w, e, _ in order}, "names": []}


def _filters(n: Names) -> Plan:
    hosts = [n.word() for _ in range(6)]
    lines = []
    for _ in range(n.number(40, 60)):
        status = int(n.rng.choice([200, 200, 200, 304, 404, 500, 502, 503]))
        place = "/".join(str(n.rng.choice(["old", "img", "503", "item", "500"])) for _ in range(3))
        lines.append(f"{n.number(1, 999)}\t{n.rng.choice(hosts)}\t{status}\t/{place}")
    lines[3] = "\t".join([*lines[3].split("\t")[:2], "200", "/old/500/old/503"])
    lines[1] = "\t".join([*lines[1].split("\t")[:2], "503", "/img/old/old"])
    file = n.name(".tsv", odd=1)
    tree: Tree = {file: {"text": "".join(f"{line}\n" for line in lines)}, f"{n.word()}.tsv": {"text": "1\tother\t500\t/\n"}}
    return {"arguments": [file], "tree": tree, "names": [file]}


def _counting(n: Names) -> Plan:
    hosts = [n.word() for _ in range(9)]
    counts = [9, 7, 7, 4, 3, 2, 2, 1, 1]
    lines = [f"{host} {n.number(1, 10 ** n.number(2, 6))}" for host, count in zip(hosts, counts, strict=True) for _ in range(count)]
    lines = [lines[int(i)] for i in n.rng.permutation(len(lines))]
    lines[0] = f"{lines[0].split()[0]} 1000007"
    lines[1] = f"{lines[1].split()[0]} 98"
    file = n.name(".txt", odd=3)
    return {"arguments": [file], "tree": {file: {"text": "".join(f"{line}\n" for line in lines)}}, "names": [file]}


def _find(n: Names) -> Plan:
    top, inner, third = n.name(odd=4), n.name(odd=1), n.word()
    texts = [f"{top}/{n.name('.txt', odd=1)}", f"{top}/{inner}/{n.name('.txt', odd=2)}", f"{top}/{inner}/{third}/{n.word()}.txt"]
    tree: Tree = {path: {"text": "".join(f"{i} {path}\n" for i in range(n.number(3, 30)))} for path in texts}
    tree |= {f"{top}/{inner}/{n.name('.tmp', odd=0)}": {"text": "away\n"}, f"{top}/{n.word()}.tmp": {"text": "away\n"}}
    tree |= {f"{top}/{third}/{name}": {"text": "stays\n"} for name in ("tmp", "a.tmp.txt.gz", "b.tmpl", "Ctmp")}
    tree |= {f"{top}/{third}/old.tmp/kept.dat": {"text": "a folder's name is no reason\n"}}
    tree |= {
        f"{top}/{inner}/{n.name('.dat', odd=3)}": {"size": n.number(10241, 20000)},
        f"{top}/{n.word()}.dat": {"size": n.number(30000, 60000)},
    }
    tree |= {f"{top}/{inner}/exact.dat": {"size": 10240}, f"{top}/small.dat": {"size": n.number(9000, 10000)}}
    tree |= {"outside.tmp": {"text": "not below the folder\n"}, "outside.txt": {"text": "neither\n"}}
    return {"arguments": [top], "tree": tree, "names": [path.rpartition("/")[2] for path in tree] + [top, inner]}


def _space(n: Names) -> Plan:
    top = n.name(odd=2)
    sizes = [20, 50, 130, 300]  # KiB, far enough apart for any way to add them up; as texts they sort in another order
    folders = [n.name(odd=1), n.word(), f".{n.word()}", n.name(odd=4)]
    tree: Tree = {}
    for folder, size in zip([folders[int(i)] for i in n.rng.permutation(4)], sizes, strict=True):
        for part, share in (("one.dat", 0.4), (f"{n.word()}/two.dat", 0.6)):
            tree[f"{top}/{folder}/{part}"] = {"size": int(size * 1024 * share)}
    tree[f"{top}/large.dat"] = {"size": 400 * 1024}  # a file, no folder
    return {"arguments": [top], "tree": tree, "folders": folders, "names": [top, *folders]}


def _archive(n: Names) -> Plan:
    folder = n.name(odd=0)
    files = [n.name(".txt", odd=1), f"sub/{n.name('.csv', odd=4)}", f".{n.word()}", f"{n.word()}.log.txt"]
    logs = [f"{n.word()}.log", f"sub/{n.name('.log', odd=1)}"]
    tree: Tree = {f"{folder}/{name}": {"text": f"{name} {n.number(0, 10**6)}\n"} for name in (*files, *logs)}
    tree["notes.txt"] = {"text": "my own notes, not those of the archive\n"}
    incoming = {"notes.txt": f"theirs: {n.number(0, 10**6)}\n", f"data/{n.word()} {n.word()}.csv": "1,2\n", ".settings": "on\n"}
    commands = ["mkdir -p /tmp/incoming/data"]
    commands += [f"printf %s {_quoted(text)} > {_quoted('/tmp/incoming/' + name)}" for name, text in incoming.items()]
    commands += ["tar --create --gzip --file incoming.tar.gz --directory /tmp/incoming .", "rm -r /tmp/incoming"]
    return {"arguments": [folder], "tree": tree, "commands": commands, "files": files, "incoming": incoming, "names": [folder]}


def _git(n: Names) -> Plan:
    message = f"Add the {n.word()} and the {n.word()}"
    # BEGIN STAFF
    if not n.plain:
        message = f'Fix {n.word()}\'s "$HOME" & 100 % of *'
    # END STAFF
    files = ["README.txt", f"src/{n.word()} {n.word()}.sh", f"src/{n.word()}.sh", f"{n.word()}.log.txt"]
    tree: Tree = {f"project/{name}": {"text": f"{name} {n.number(0, 10**6)}\n"} for name in (*files, "run.log", f"src/{n.word()}.log")}
    tree[".gitconfig"] = {"text": "[user]\n\tname = Student\n\temail = student@example.org\n[init]\n\tdefaultBranch = trunk\n"}
    commands = ['git init --quiet --bare --initial-branch=main "$HOME/remote.git"']
    return {"arguments": [message], "tree": tree, "commands": commands, "files": files, "names": [message]}


TASKS: dict[str, Callable[[Names], Plan]] = {
    "navigate": _navigate,
    "files": _files,
    "permissions": _permissions,
    "shebang": _shebang,
    "processes": _processes,
    "filters": _filters,
    "counting": _counting,
    "find": _find,
    "space": _space,
    "archive": _archive,
    "git": _git,
}


# ---- what a home must hold afterwards ----


class Home:
    """One run, with what every task asks of it: the plan, the script's trace, the home as it was left."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.plan: Plan = room.given("task/plan.json")
        self.task: str = room.case.given["task"]
        self.file: str = room.case.run[2]
        self.after: Mapping[str, Any] = room.tree()
        trace = "".join(room.text(f"trace{run}.txt") for run in (1, 2, 3) if room.has(f"trace{run}.txt"))
        # drive.sh wrote these files, or whatever ran beside it: what has another form isn't there
        statuses = [int(each) for each in re.findall(r"(?<!\S)[0-9]{1,3}(?!\S)", room.text("status.txt"))] if room.has("status.txt") else []
        self.statuses = statuses
        first = room.text("first.txt").removesuffix("\n") if room.has("first.txt") else "#!"
        source = room.text("script.txt") if room.has("script.txt") else ""
        self.script = Script(self.file, trace, room.stderr, statuses[-1] if statuses else None, first, source)

    def fail(self, verdict: str, en: str, ko: str, *, line: int | None = None, blame: bool = True, about: str = "") -> NoReturn:
        """Fails with this verdict, or with the cause that the trace shows, if `blame`. `about`: the name that it is about."""
        cause = self.script.cause(self.plan["names"], about) if blame else None
        fault = cause or Fault(verdict, en, ko, line)
        text = fault.en if cause is None else f"{fault.en}. So: {en}"
        korean = fault.ko if cause is None else f"{fault.ko} 그래서: {ko}"
        raise_(self.room, fault.verdict, text, korean, self.file, fault.line or line)

    def line(self, *commands: str, naming: str = "") -> int | None:
        return self.script.line(*commands, naming=naming)

    def wanted(self, path: str, text: str, *commands: str, loose: bool = False, **mistakes: str) -> None:
        """A file that the script had to write, with this text. `loose`: blanks at the beginning of lines don't matter."""
        entry = self.after.get(path)
        at = self.script.writes(path) or self.line(*commands)
        if entry is None or entry.kind != "file":
            self.fail("FILE_NOT_MADE", f"~/{path} isn't there", f"~/{path} 파일이 없습니다.", line=at or self.script.last)
        got = entry.text if entry.text is not None else ""
        trim = (lambda t: [" ".join(line.split()) for line in t.split("\n")]) if loose else (lambda t: t)
        if trim(got) == trim(text):
            return
        if len(self.statuses) > 1 and got and got == got[: len(got) // 2] * 2:
            self.fail(
                "NOT_IDEMPOTENT",
                f"after a second run ~/{path} holds everything twice",
                f"두 번째 실행 뒤 ~/{path}에 모든 것이 두 번 들어 있습니다.",
                line=at,
                blame=False,
            )
        for verdict, mistake in mistakes.items():
            if trim(got) == trim(mistake):
                self.fail(
                    verdict,
                    f"~/{path} isn't right: {_first(got, text)}",
                    f"~/{path}이(가) 맞지 않습니다: {_first(got, text, korean=True)}",
                    line=at,
                )
        self.fail(
            "WRONG_ANSWER",
            f"~/{path} isn't right: {_first(got, text)}",
            f"~/{path}이(가) 맞지 않습니다: {_first(got, text, korean=True)}",
            line=at,
        )


def raise_(room: Any, verdict: str, en: str, ko: str, file: str, line: int | None) -> NoReturn:
    room.fail(verdict, en, message_ko=ko, file=file, line=line)
    raise AssertionError("room.fail returned")


def _first(got: str, wanted: str, *, korean: bool = False) -> str:
    """Where two texts begin to differ. What is wanted isn't told."""
    have, want = got.split("\n"), wanted.split("\n")
    number = next((i for i, (a, b) in enumerate(zip(have, want, strict=False), 1) if a != b), min(len(have), len(want)))
    line = have[number - 1][:60] if number <= len(have) else ""
    if korean:
        return f"{len(have) - 1}줄이며, {number}번째 줄 {line!r}에서 달라집니다"
    return f"{len(have) - 1} lines, and it differs from line {number} on: {line!r}"


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


def _listed(home: Home) -> list[list[str]]:
    """The rows of processes.txt: what for, number, what became of it."""
    rows = [line.split() for line in home.room.text("processes.txt").split("\n")]
    return [row for row in rows if len(row) >= 3 and re.fullmatch(r"[0-9]{1,9}", row[1])]


def processes(home: Home) -> list[tuple[str, str, bool, bool]]:
    """(what for, name, alive, said goodbye) of every process that was there."""
    if "called" not in home.plan:
        return []
    found = {what: rest for what, *rest in _listed(home)}
    return [
        (what, name, found[what][1:2] == ["alive"], "said" in found[what]) for what, name in home.plan["called"].items() if what in found
    ]


def judged(room: Any) -> None:
    """The whole of one task: it ran, it did what it had to, and nothing else."""
    home = Home(room)
    ran(home)
    unharmed(home)
    RESULTS[home.task](home)


def harmless(room: Any) -> None:
    """Nothing else was touched, whether or not the task was done."""
    home = Home(room)
    ran(home)
    unharmed(home)


def _lines(texts: Any) -> str:
    return "".join(f"{text}\n" for text in texts)


def _bytewise(names: Any) -> list[str]:
    return sorted(names, key=lambda name: name.encode())


def _after_navigate(home: Home) -> None:
    plan = home.plan
    home.wanted("answers/where.txt", f"{HOME}/{plan['arguments'][0]}\n", "pwd", "echo", "printf", "cd")
    no_double = [name for name in plan["hidden"] if not name.startswith("..")]
    forgotten = {"HIDDEN_FORGOTTEN": _lines(_bytewise(no_double))} if no_double != plan["hidden"] else {}
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
    home.wanted("answers/hidden.txt", _lines(_bytewise(plan["hidden"])), "ls", "find", "grep", "printf", **forgotten)
    total = len(plan["hidden"]) + len(plan["seen"])
    home.wanted("answers/count.txt", f"{len(plan['seen'])}\n", "wc", "ls", "find", "echo", loose=True, HIDDEN_COUNTED=f"{total}\n")


def _after_files(home: Home) -> None:
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


def _after_permissions(home: Home) -> None:
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


def _after_shebang(home: Home) -> None:
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
                f"~/{path} isn't right: {_first(entry.text, text)}",
                f"~/{path}이(가) 맞지 않습니다: {_first(entry.text, text, korean=True)}",
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


def _after_processes(home: Home) -> None:
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
    pids = [row[1] for row in _listed(home) if row[0].startswith("target")]
    numeric, as_text = sorted(pids, key=int), sorted(pids)
    mistakes = {"SORTED_AS_TEXT": _lines(as_text)} if numeric != as_text else {}
    home.wanted("answers/ended.txt", _lines(numeric), "ps", "pgrep", "awk", "sort", "echo", "printf", loose=True, **mistakes)
    if "jobs/done.txt" not in home.after:
        home.fail(
            "FILE_NOT_MADE",
            "~/jobs/long.sh wasn't run, or not to its end",
            "~/jobs/long.sh가 실행되지 않았거나 끝까지 실행되지 않았습니다.",
            line=home.line("wait") or home.script.last,
        )
    home.wanted("answers/status.txt", f"{home.plan['status']}\n", "echo", "printf", "wait", STATUS_LOST="0\n")


def _text(home: Home) -> str:
    return str(home.plan["tree"][home.plan["arguments"][0]]["text"])


def _after_filters(home: Home) -> None:
    lines = _text(home).splitlines()
    rows = [line.split("\t") for line in lines]
    home.wanted("answers/head.txt", _lines(lines[:5]), "head", "sed")
    home.wanted("answers/tail.txt", _lines(lines[-3:]), "tail", "sed")
    home.wanted("answers/lines.txt", f"{len(lines)}\n", "wc", "grep", loose=True)
    home.wanted("answers/hosts.txt", _lines(row[1] for row in rows), "cut", "awk")
    errors = [(i, line) for i, (line, row) in enumerate(zip(lines, rows, strict=True), 1) if row[2].startswith("5")]
    anywhere = [(i, line) for i, line in enumerate(lines, 1) if "50" in line]
    after = [(i, line) for i, (_, line) in enumerate(errors, 1)]
    told = {
        "MATCHED_ELSEWHERE": "".join(f"{i}\t{line}\n" for i, line in anywhere),
        "NUMBERED_LATE": "".join(f"{i}\t{line}\n" for i, line in after),
    }
    home.wanted("answers/errors.txt", "".join(f"{i}\t{line}\n" for i, line in errors), "grep", "awk", "nl", loose=True, **told)
    paths = [row[3] for row in rows]
    home.wanted(
        "answers/paths.txt",
        _lines(path.replace("old", "new") for path in paths),
        "sed",
        "cut",
        "awk",
        ONLY_FIRST=_lines(path.replace("old", "new", 1) for path in paths),
    )


def _after_counting(home: Home) -> None:
    rows = [line.split() for line in _text(home).splitlines()]
    counts = Counter(host for host, _ in rows)
    ranked = sorted(counts, key=lambda host: (-counts[host], host))
    upside = sorted(counts, key=lambda host: (counts[host], host))
    home.wanted(
        "answers/top.txt",
        "".join(f"{counts[host]} {host}\n" for host in ranked[:3]),
        "uniq",
        "sort",
        "head",
        loose=True,
        SORTED_UPWARDS="".join(f"{counts[host]} {host}\n" for host in upside[:3]),
    )
    numbers = [number for _, number in rows]
    home.wanted(
        "answers/largest.txt",
        _lines(sorted(numbers, key=int, reverse=True)[:5]),
        "sort",
        "head",
        SORTED_AS_TEXT=_lines(sorted(numbers, reverse=True)[:5]),
        SORTED_UPWARDS=_lines(sorted(numbers, key=int)[:5]),
    )
    home.wanted(
        "answers/once.txt",
        _lines(sorted(host for host in counts if counts[host] == 1)),
        "uniq",
        "sort",
        "awk",
    )


def _after_find(home: Home) -> None:
    top = home.plan["arguments"][0]
    tree = {path: entry for path, entry in home.plan["tree"].items() if path.startswith(f"{top}/")}
    left = [path for path in tree if path.endswith(".tmp") and path in home.after]
    if left:
        home.fail(
            "NOT_REMOVED",
            f"~/{left[0]} is still there",
            f"~/{left[0]}이(가) 아직 있습니다.",
            line=home.line("rm", "-delete", "xargs"),
            about=left[0].rpartition("/")[2],
        )
    large = [path.removeprefix(f"{top}/") for path, entry in tree.items() if entry.get("size", 0) > 10240]
    home.wanted("answers/large.txt", _lines(_bytewise(large)), "find", "sort")
    count = sum(entry["text"].count("\n") for path, entry in tree.items() if path.endswith(".txt"))
    home.wanted("answers/lines.txt", f"{count}\n", "wc", "cat", "find", "xargs", "awk", loose=True)


def _after_space(home: Home) -> None:
    top = home.plan["arguments"][0]
    sizes: Counter[str] = Counter()
    for path, entry in home.plan["tree"].items():
        folder, _, rest = path.removeprefix(f"{top}/").partition("/")
        if rest:
            sizes[folder] += entry["size"]
    ranked = [folder for folder, _ in sizes.most_common()]
    mistakes = {
        "SORTED_UPWARDS": _lines(reversed(ranked)),
        "HIDDEN_FORGOTTEN": _lines(folder for folder in ranked if not folder.startswith(".")),
        "SORTED_AS_TEXT": _lines(sorted(ranked, key=lambda folder: str(sizes[folder] // 1024), reverse=True)),
    }
    home.wanted("answers/folders.txt", _lines(ranked), "du", "sort", "find", **mistakes)
    home.wanted("answers/mount.txt", f"{home.room.text('mount.txt').strip()}\n", "df", "awk", "tail", "cut", loose=True)


def _after_archive(home: Home) -> None:
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


def _after_git(home: Home) -> None:
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


RESULTS: dict[str, Callable[[Home], None]] = {
    "navigate": _after_navigate,
    "files": _after_files,
    "permissions": _after_permissions,
    "shebang": _after_shebang,
    "processes": _after_processes,
    "filters": _after_filters,
    "counting": _after_counting,
    "find": _after_find,
    "space": _after_space,
    "archive": _after_archive,
    "git": _after_git,
}
