# BEGIN SOLUTION grad.py: loads the operator and tells TensorFlow its gradient. README.md has the contract.
"""Loads the operator and registers its gradient: two of them, one for each input."""

# END SOLUTION
from pathlib import Path

import tensorflow as tf

library = tf.load_op_library(str(Path(__file__).resolve().parent.parent / "lib" / "op.so"))
clipped_distance = library.clipped_distance


# BEGIN SOLUTION TODO: @tf.RegisterGradient("ClippedDistance"), and a function of (op, dy) that returns a gradient for each input.
@tf.RegisterGradient("ClippedDistance")
def clipped_distance_gradient(op: tf.Operation, dy: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """dy is what arrives from behind, of y's shape. Only pairs that weren't clipped pass it on, times 2 (x[i] - centers[j])."""
    x, centers = op.inputs
    (y,) = op.outputs
    limit = tf.cast(op.get_attr("limit"), y.dtype)
    passed = tf.where(y < limit, 2 * dy, tf.zeros_like(dy))
    dx = tf.reduce_sum(passed, axis=1)[:, tf.newaxis] * x - tf.matmul(passed, centers)
    dcenters = tf.reduce_sum(passed, axis=0)[:, tf.newaxis] * centers - tf.matmul(passed, x, transpose_a=True)
    return dx, dcenters


# END SOLUTION
