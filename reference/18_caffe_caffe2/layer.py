"""layer.py: the scaled crop as a Python layer of Caffe. The contract stands in README.md."""

import json

import caffe


class ScaledCropLayer(caffe.Layer):
    def setup(self, bottom, top):
        """Once, when the net is made: parameters of the layer, and its scale, which starts as ones."""
        self.wanted = json.loads(self.param_str)  # {"crop_h": …, "crop_w": …}
        # BEGIN SOLUTION TODO: make the blob of the scale with self.blobs.add_blob(…)
        self.crop_h, self.crop_w = self.wanted["crop_h"], self.wanted["crop_w"]
        self.blobs.add_blob(bottom[0].channels)
        self.blobs[0].data[...] = 1
        # END SOLUTION

    def reshape(self, bottom, top):
        """Before each forward pass: the bottom may have another shape than last time."""
        # BEGIN SOLUTION TODO: the top's shape follows from the bottom's
        n, c, h, w = bottom[0].data.shape
        top[0].reshape(n, c, h - 2 * self.crop_h, w - 2 * self.crop_w)
        # END SOLUTION

    def forward(self, bottom, top):
        """The top's data from the bottom's."""
        # BEGIN SOLUTION TODO: write into top[0].data[...]; the bottom's data stay as they are
        top[0].data[...] = self.inside(bottom[0].data) * self.scale()
        # END SOLUTION

    def backward(self, top, propagate_down, bottom):
        """The diffs of the bottom and of the scale from the top's."""
        # BEGIN SOLUTION TODO: two diffs, with two rules: which is overwritten, which is added to, and which may nobody ask for?
        dy = top[0].diff
        self.blobs[0].diff[...] += (self.inside(bottom[0].data) * dy).sum(axis=(0, 2, 3))
        if propagate_down[0]:
            bottom[0].diff[...] = 0
            self.inside(bottom[0].diff)[...] = dy * self.scale()
        # END SOLUTION
        # BEGIN SOLUTION

    def inside(self, array):
        """The part of an array like the bottom that the margin leaves: a view."""
        h, w = array.shape[2:]
        return array[:, :, self.crop_h : h - self.crop_h, self.crop_w : w - self.crop_w]

    def scale(self):
        return self.blobs[0].data.reshape(1, -1, 1, 1)
        # END SOLUTION
