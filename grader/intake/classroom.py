"""GitHub Classroom: `gh classroom clone student-repos` -> hand-ins. Folders <assignment>-submissions/<assignment>-<user>/, each a clone.

The time is the last commit's, as the committer's own clock had it: who cares about the difference gives times of pushes with `--times`.
Source: cli.github.com/manual, github/gh-classroom (cmd/gh-classroom/clone/student-repos).
"""

from __future__ import annotations

from pathlib import Path

from grader.intake.commits import last_commit
from grader.intake.record import Found, Intake, Part, Scene, Skipped, visible

ORIGIN = "github"
_PARENT = "-submissions"


def marks(folder: Path, scene: Scene) -> bool:
    """Most folders are clones, named for an assignment and a user. Who handed in a folder with a .git in it is no GitHub user by that."""
    folders = [path for path in visible(folder) if path.is_dir()]
    clones = [path.name for path in folders if _is_clone(path)]
    return 2 * len(clones) > len(folders) and bool(prefix_of(clones, folder.resolve().name, scene))


def _is_clone(path: Path) -> bool:
    return (path / ".git").is_dir()


def read(folder: Path, scene: Scene) -> Found:
    entries = visible(folder)
    clones = [path for path in entries if path.is_dir()]
    prefix = prefix_of([path.name for path in clones if _is_clone(path)], folder.resolve().name, scene)
    slug = scene.slug_of(prefix.rstrip("-")) or scene.slug_of(folder.resolve().name)
    intakes = []
    skipped = [Skipped(path=path, reason="a file among the clones") for path in entries if path not in clones]
    for path in clones:
        at = last_commit(path)
        if at is None:
            skipped.append(Skipped(path=path, reason="no commit to be read there, and so no time; give it with --times"))
        user = path.name.removeprefix(prefix) or path.name
        intakes.append(
            Intake(
                who=user,
                ids={"github": user},
                own=f"github_{user}",
                assignment=slug,
                parts=(Part(path=path, name=""),),
                received_at=at,
                origin=ORIGIN,
                label=path.name,
            )
        )
    return Found(layout="github", intakes=tuple(intakes), skipped=tuple(skipped))


def prefix_of(names: list[str], parent: str, scene: Scene) -> str:
    """What stands before the user in each clone's name: the parent folder's name says it, else an assignment's name, else what all have in
    common up to a "-"."""
    if parent.endswith(_PARENT):
        named = parent.removesuffix(_PARENT) + "-"
        if all(name.startswith(named) and len(name) > len(named) for name in names):
            return named
    if not names:
        return ""
    first, last = min(names), max(names)  # what these two have in common, all between them have
    length = next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))
    common = first[:length]
    cuts = [common[: place + 1] for place, letter in enumerate(common) if letter == "-"]
    known = [cut for cut in cuts if scene.slug_of(cut[:-1])]
    if known:
        return known[-1]
    # one clone alone has nothing in common with others: a user's name may hold a "-", too
    return cuts[-1] if cuts and len(names) > 1 else ""
