import tensorflow as tf

tf.load_op_library("/task/lib/op.so")


@tf.RegisterGradient("ClippedDistance")
def gradient(op, dy):
    x, c = op.inputs
    n, k = tf.shape(x)[0], tf.shape(c)[0]
    g = tf.where(op.outputs[0] < tf.constant(op.get_attr("limit"), dy.dtype), dy, 0)
    dx = 2 * (x * tf.matmul(g, tf.ones([k, 1], g.dtype)) - g @ c)
    dc = 2 * (c * tf.matmul(tf.ones([1, n], g.dtype), g)[0][:, None] - tf.transpose(g) @ x)
    return dx, dc
