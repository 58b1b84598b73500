"""What must stand in a home after the tasks that write down what they found: filters, counting, find, space on disk.

Each mistake that is known has the text that it leads to, and so its own verdict (`Home.wanted`).
"""

from __future__ import annotations

from collections import Counter

from .problem_home import Home, bytewise, one_a_line


def _text(home: Home) -> str:
    return str(home.plan["tree"][home.plan["arguments"][0]]["text"])


def after_filters(home: Home) -> None:
    lines = _text(home).splitlines()
    rows = [line.split("\t") for line in lines]
    home.wanted("answers/head.txt", one_a_line(lines[:5]), "head", "sed")
    home.wanted("answers/tail.txt", one_a_line(lines[-3:]), "tail", "sed")
    home.wanted("answers/lines.txt", f"{len(lines)}\n", "wc", "grep", loose=True)
    home.wanted("answers/hosts.txt", one_a_line(row[1] for row in rows), "cut", "awk")
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
        one_a_line(path.replace("old", "new") for path in paths),
        "sed",
        "cut",
        "awk",
        ONLY_FIRST=one_a_line(path.replace("old", "new", 1) for path in paths),
    )


def after_counting(home: Home) -> None:
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
        one_a_line(sorted(numbers, key=int, reverse=True)[:5]),
        "sort",
        "head",
        SORTED_AS_TEXT=one_a_line(sorted(numbers, reverse=True)[:5]),
        SORTED_UPWARDS=one_a_line(sorted(numbers, key=int)[:5]),
    )
    home.wanted(
        "answers/once.txt",
        one_a_line(sorted(host for host in counts if counts[host] == 1)),
        "uniq",
        "sort",
        "awk",
    )


def after_find(home: Home) -> None:
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
    home.wanted("answers/large.txt", one_a_line(bytewise(large)), "find", "sort")
    count = sum(entry["text"].count("\n") for path, entry in tree.items() if path.endswith(".txt"))
    home.wanted("answers/lines.txt", f"{count}\n", "wc", "cat", "find", "xargs", "awk", loose=True)


def after_space(home: Home) -> None:
    top = home.plan["arguments"][0]
    sizes: Counter[str] = Counter()
    for path, entry in home.plan["tree"].items():
        folder, _, rest = path.removeprefix(f"{top}/").partition("/")
        if rest:
            sizes[folder] += entry["size"]
    ranked = [folder for folder, _ in sizes.most_common()]
    mistakes = {
        "SORTED_UPWARDS": one_a_line(reversed(ranked)),
        "HIDDEN_FORGOTTEN": one_a_line(folder for folder in ranked if not folder.startswith(".")),
        "SORTED_AS_TEXT": one_a_line(sorted(ranked, key=lambda folder: str(sizes[folder] // 1024), reverse=True)),
    }
    home.wanted("answers/folders.txt", one_a_line(ranked), "du", "sort", "find", **mistakes)
    home.wanted("answers/mount.txt", f"{home.room.text('mount.txt').strip()}\n", "df", "awk", "tail", "cut", loose=True)
