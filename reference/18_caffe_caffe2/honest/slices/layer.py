"""Slices kept as a tuple that reshape makes anew; gradients by einsum; the margin cleared side by side."""

import json

import caffe
import numpy as np


class ScaledCropLayer(caffe.Layer):
    def setup(self, bottom, top):
        p = json.loads(self.param_str)
        self.ch, self.cw = int(p["crop_h"]), int(p["crop_w"])
        self.blobs.add_blob(bottom[0].data.shape[1])
        self.blobs[0].data[:] = 1.0

    def reshape(self, bottom, top):
        h, w = bottom[0].data.shape[2:]
        self.part = (slice(None), slice(None), slice(self.ch, h - self.ch), slice(self.cw, w - self.cw))
        top[0].reshape(*bottom[0].data[self.part].shape)

    def forward(self, bottom, top):
        np.multiply(bottom[0].data[self.part], self.blobs[0].data[None, :, None, None], out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        x, dy = bottom[0].data[self.part], top[0].diff
        self.blobs[0].diff[:] += np.einsum("nchw,nchw->c", x.astype(np.float64), dy).astype(np.float32)
        if propagate_down[0]:
            dx = np.zeros_like(bottom[0].data)
            dx[self.part] = dy * self.blobs[0].data[None, :, None, None]
            bottom[0].diff[...] = dx
