"""op.py: the scaled crop as a Python operator of Caffe2. The contract stands in README.md."""


def scaled_crop(crop_h, crop_w):
    """-> (forward, backward), for Net.Python(forward, backward)([X, scale], [Y]). Each takes lists of Caffe2's tensors: `.data` is a
    NumPy array, and an output has `.reshape(shape)`, which comes before anything is written into its data."""

    def forward(inputs, outputs):
        """inputs: X, scale. outputs: Y."""
        # BEGIN SOLUTION TODO
        x, scale = inputs[0].data, inputs[1].data
        part = inside(x)
        outputs[0].reshape(part.shape)
        outputs[0].data[...] = part * scale.reshape(1, -1, 1, 1)
        # END SOLUTION

    def backward(inputs, outputs):
        """inputs: X, scale, Y, and the gradient of Y. outputs: the gradients of X and of scale."""
        # BEGIN SOLUTION TODO: both gradients are overwritten
        x, scale, dy = inputs[0].data, inputs[1].data, inputs[3].data
        outputs[0].reshape(x.shape)
        outputs[0].data[...] = 0
        inside(outputs[0].data)[...] = dy * scale.reshape(1, -1, 1, 1)
        outputs[1].reshape(scale.shape)
        outputs[1].data[...] = (inside(x) * dy).sum(axis=(0, 2, 3))
        # END SOLUTION

    # BEGIN SOLUTION
    def inside(array):
        """What the margin leaves: a view."""
        h, w = array.shape[2:]
        return array[:, :, crop_h : h - crop_h, crop_w : w - crop_w]

    # END SOLUTION
    return forward, backward
