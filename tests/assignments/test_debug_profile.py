"""07_debug_profile is consistent with itself: the bugs are the hand-out's, the answers' keys the same everywhere. Runs no kernel."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.verify import subjects

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "07_debug_profile"
REFERENCE = ROOT / "reference" / "07_debug_profile"
PROGRAMS = ("histogram", "prefix", "mean_square", "normalise")


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def keys(file: Path) -> list[str]:
    return list(json.loads(file.read_text(encoding="utf-8-sig")))


def test_the_keys_of_the_answers_are_the_same_everywhere() -> None:
    starter = keys(FOLDER / "starter" / "answers.json")
    assert keys(REFERENCE / "answers.json") == starter
    for solution in sorted((REFERENCE / "honest").iterdir()):
        assert sorted(keys(solution / "answers.json")) == sorted(starter)
    for name in ("README.md", "README.ko.md"):
        listed = re.findall(r"^\| `(\w+)` \|", text(name), re.MULTILINE)
        expanded = [f"{program}_{key[2:]}" for program in PROGRAMS for key in listed if key.startswith("P_")]
        assert expanded + [key for key in listed if not key.startswith("P_")] == starter
    asked = re.findall(r'^            "(\w+)": Question', text("test_hidden.py"), re.MULTILINE)
    assert asked == [key for key in starter if not key.startswith(PROGRAMS)]


def test_a_starter_is_its_reference_but_for_one_bug() -> None:
    for program in PROGRAMS:
        old, new = ((folder / f"{program}.cu").read_text(encoding="utf-8").splitlines() for folder in (FOLDER / "starter", REFERENCE))
        assert "one bug" in old[0] and "Mended" in new[0]
        changed = [part for part in difflib.SequenceMatcher(None, old[1:], new[1:]).get_opcodes() if part[0] != "equal"]
        assert changed and sum(max(b - a, d - c) for _, a, b, c, d in changed) <= 8


def test_no_answer_is_handed_out() -> None:
    right = json.loads((REFERENCE / "answers.json").read_text(encoding="utf-8"))
    assert set(json.loads(text("starter/answers.json")).values()) == {None}
    for name in ("README.md", "README.ko.md", "test_public.py", "test_hidden.py", "problem.py"):
        assert str(right["extremes_extra_wavefronts"]) not in text(name) and f"{right['extremes_extra_wavefronts']:,}" not in text(name)
        assert str(right["row_sums_unused_share"]) not in text(name)


def test_points_sum_to_a_hundred_and_are_the_hand_outs() -> None:
    points: dict[str, float] = {}
    for visibility in ("public", "hidden"):
        for marks in re.findall(r"((?:^@.*\n(?:(?:[ ].*|\))\n)*)+)^def test_", text(f"test_{visibility}.py"), re.MULTILINE):
            category = re.search(r'category\("(\w+)"\)', marks)
            worth = re.search(r"points\(([\d.]+)\)", marks)
            assert worth is not None and "korean(" in marks
            programs = "cases(" in marks or category
            key = category[1] if category else visibility if visibility == "public" or programs else "answers"
            points[key] = points.get(key, 0) + float(worth[1])
    assert points == {"public": 35, "hidden": 24, "answers": 31, "cleanliness": 10}
    parts = ("public", "hidden", "answers", "cleanliness")
    for name in ("README.md", "README.ko.md"):
        assert [float(n) for n in re.findall(r"^\| [^|]+ \| (\d+) \|", text(name), re.MULTILINE)] == [points[key] for key in parts]


def test_hand_outs_have_the_same_parts_and_their_links_lead_somewhere() -> None:
    shapes = []
    for name in ("README.md", "README.ko.md"):
        shapes.append([text(name).count(mark) for mark in ("\n## ", "\n### ", "\n| ", "\n- ", "\n```", "![")])
        for target in re.findall(r"\]\(([^)]+)\)", text(name)):
            assert (FOLDER / target).exists(), f"{name} links {target}, which isn't there"
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_original_input_is_the_one_of_main(program: str) -> None:
    assignment = load_assignment(FOLDER)
    found = re.search(rf'\{{"{program}", {program}, (\d+)\}}', text("starter/main.cu"))
    sizes = assignment.case(program).sizes
    assert found is not None and int(found[1]) == sizes.get("n", sizes.get("columns"))


def test_a_wrong_file_of_one_program_stands_among_the_references_others() -> None:
    found = {(s.kind, s.name): s for s in subjects(load_assignment(FOLDER))}
    right, blind = found["reference", "reference"].files, found["mutant", "oob_ceil"].files
    assert list(blind) == list(right)
    assert [name for name in right if blind[name] != right[name]] == ["histogram.cu"]
