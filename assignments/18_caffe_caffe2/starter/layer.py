"""layer.py: the scaled crop as a Python layer of Caffe. The contract stands in README.md."""

import json

import caffe


class ScaledCropLayer(caffe.Layer):
    def setup(self, bottom, top):
        """Once, when the net is made: parameters of the layer, and its scale, which starts as ones."""
        self.wanted = json.loads(self.param_str)  # {"crop_h": …, "crop_w": …}
        # TODO: make the blob of the scale with self.blobs.add_blob(…)

    def reshape(self, bottom, top):
        """Before each forward pass: the bottom may have another shape than last time."""
        # TODO: the top's shape follows from the bottom's

    def forward(self, bottom, top):
        """The top's data from the bottom's."""
        # TODO: write into top[0].data[...]; the bottom's data stay as they are

    def backward(self, top, propagate_down, bottom):
        """The diffs of the bottom and of the scale from the top's."""
        # TODO: two diffs, with two rules: which is overwritten, which is added to, and which may nobody ask for?
