"""op.py: the scaled crop as a Python operator of Caffe2. The contract stands in README.md."""


def scaled_crop(crop_h, crop_w):
    """-> (forward, backward), for Net.Python(forward, backward)([X, scale], [Y]). Each takes lists of Caffe2's tensors: `.data` is a
    NumPy array, and an output has `.reshape(shape)`, which comes before anything is written into its data."""

    def forward(inputs, outputs):
        """inputs: X, scale. outputs: Y."""
        # TODO

    def backward(inputs, outputs):
        """inputs: X, scale, Y, and the gradient of Y. outputs: the gradients of X and of scale."""
        # TODO: both gradients are overwritten

    return forward, backward
