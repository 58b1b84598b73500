# grad.py: loads the operator and tells TensorFlow its gradient. README.md has the contract.
from pathlib import Path

import tensorflow as tf

library = tf.load_op_library(str(Path(__file__).resolve().parent.parent / "lib" / "op.so"))
clipped_distance = library.clipped_distance


# TODO: @tf.RegisterGradient("ClippedDistance"), and a function of (op, dy) that returns a gradient for each input.
