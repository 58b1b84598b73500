"""20_nb_dl_basics, the judge's side: what the rooms are given, and how what comes out of them is compared.

Students have it, and the modules it imports, without their STAFF parts: `grader check` needs them at home. What the public cases ask and
what is right there are numbers, written by reference/20_nb_dl_basics/public_values.py; hidden questions are drawn for each hand-in and
answered by the oracles in this folder. What is random (weights, masks, splits, a trained network) is judged by its statistics.

problem_answers.py  topics and their cells, the form of answers, bounds
problem_exact.py    answers that are right or wrong: comparison, and what known slips give
problem_values.py   the public cases' questions and answers
problem_chance.py   what is random: seeds, statistics and their bounds
problem_terms.py    words, and the table's errors
problem_digits.py   digits to learn, and the network that learned them
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case

from .problem_chance import chance, check_dropout, check_init, check_minibatches, check_split
from .problem_digits import check_training, digits
from .problem_exact import check_idx, compare
from .problem_terms import check_terms_form
from .problem_values import PUBLIC

__all__ = [
    "check_dropout",
    "check_idx",
    "check_init",
    "check_minibatches",
    "check_split",
    "check_terms_form",
    "check_training",
    "compare",
    "room",
]
# BEGIN STAFF
from .problem_terms import check_errors_of_the_table, check_terms
from .questions import draw

__all__ += ["check_errors_of_the_table", "check_terms"]
# END STAFF


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """Questions as JSON, idx files in the home, seeds for what is random, and digits to learn."""
    questions = {name: known["questions"] for name, known in PUBLIC.items()}
    # BEGIN STAFF
    if case.visibility == "hidden":
        questions = draw(rng, hidden=True)
    # END STAFF
    made: dict[str, Any] = {f"home/{each['path']}": bytes.fromhex(each["hex"]) for each in questions["read_idx"]}
    bare = [{"path": each["path"]} for each in questions["read_idx"]]
    made["task/questions.json"] = {**questions, "read_idx": bare}
    made["task/chance.json"] = chance(rng)
    made["task/dropout_x.npy"] = np.asarray(rng.choice([-1.0, 1.0], (80, 250)) * rng.uniform(0.5, 2.0, (80, 250)))
    made["task/digits.npy"], made["task/labels.npy"] = digits(1500, rng)
    return made
