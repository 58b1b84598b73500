"""Another style: the gradient that a tape finds for the same formula, written in TensorFlow's operators."""

import os

import tensorflow as tf

here = os.path.dirname(os.path.abspath(__file__))
clipped_distance = tf.load_op_library(os.path.join(here, "..", "lib", "op.so")).clipped_distance


def gradient(op, dy):
    x, centers = op.inputs[0], op.inputs[1]
    inside = tf.stop_gradient(tf.cast(op.outputs[0] < op.get_attr("limit"), dy.dtype))
    with tf.GradientTape() as again:
        again.watch(x)
        again.watch(centers)
        squared = tf.reduce_sum(tf.math.squared_difference(tf.expand_dims(x, 1), tf.expand_dims(centers, 0)), 2)
        y = inside * squared
    both = (x, centers)
    return again.gradient(y, both, dy)


tf.RegisterGradient("ClippedDistance")(gradient)
