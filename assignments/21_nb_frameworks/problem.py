"""21_nb_frameworks: what each function of the notebook must leave, and what the checks say of what it left.

Students have these modules without their STAFF parts: `grader check` needs them at home. The judge imports neither PyTorch nor TensorFlow.

- problem_inputs: what a room is given
- problem_networks: the two networks and their gradients, in float64
- problem_results: each section's right results, and those of well-known mistakes
- problem_findings: how a finding is made
- problem_pytorch, problem_loaders, problem_tensorflow: the judgements, `judge_…`; problem_loaders also has virtual time
"""

from __future__ import annotations

from .problem_inputs import room
from .problem_loaders import (
    judge_files,
    judge_greed,
    judge_loader,
    judge_overlap,
    judge_prefetch,
    judge_prefetch_closed,
    judge_prefetch_failing,
)
from .problem_pytorch import (
    judge_block,
    judge_by_hand,
    judge_checkpoint,
    judge_epoch,
    judge_evaluate,
    judge_fine_tune,
    judge_no_graph,
    judge_standardise,
)
from .problem_tensorflow import (
    judge_dynamic,
    judge_graph,
    judge_graph_grows,
    judge_keras,
    judge_saliency,
    judge_static,
    judge_static_traces,
    judge_step,
    judge_step_traces,
    judge_tape,
)

__all__ = [
    "judge_block",
    "judge_by_hand",
    "judge_checkpoint",
    "judge_dynamic",
    "judge_epoch",
    "judge_evaluate",
    "judge_files",
    "judge_fine_tune",
    "judge_graph",
    "judge_graph_grows",
    "judge_greed",
    "judge_keras",
    "judge_loader",
    "judge_no_graph",
    "judge_overlap",
    "judge_prefetch",
    "judge_prefetch_closed",
    "judge_prefetch_failing",
    "judge_saliency",
    "judge_standardise",
    "judge_static",
    "judge_static_traces",
    "judge_step",
    "judge_step_traces",
    "judge_tape",
    "room",
]
