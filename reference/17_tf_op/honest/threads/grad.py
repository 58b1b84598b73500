"""Another style: all differences at once, and einsum."""

from pathlib import Path

import tensorflow as tf

tf.load_op_library(str(Path(__file__).resolve().parents[1] / "lib" / "op.so"))


@tf.RegisterGradient("ClippedDistance")
def _gradient(op, dy):
    x, centers = op.inputs
    d = tf.reduce_sum(tf.square(x[:, None, :] - centers[None, :, :]), axis=-1)
    g = dy * tf.cast(d < tf.cast(op.get_attr("limit"), x.dtype), x.dtype)
    difference = x[:, None, :] - centers[None, :, :]
    return [2 * tf.einsum("nk,nkd->nd", g, difference), -2 * tf.einsum("nk,nkd->kd", g, difference)]
