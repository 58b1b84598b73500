"""The home of each task as it is drawn: a plan, made by a function for each.

It says what lies there ("tree"), what the script is given ("arguments"), which bash does the rest ("commands"), which names may be to blame
for a fault ("names"), and what else the checks of the task have to know.
"""

from __future__ import annotations

from collections.abc import Callable

from .problem_names import Names, Plan, Tree, quoted


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
    commands += [f"printf %s {quoted(text)} > {quoted('/tmp/incoming/' + name)}" for name, text in incoming.items()]
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
