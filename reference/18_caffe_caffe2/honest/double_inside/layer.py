"""Everything in double precision, rounded once at the end."""

import json

import caffe
import numpy as np


class ScaledCropLayer(caffe.Layer):
    def setup(self, bottom, top):
        self.crop = json.loads(self.param_str)
        self.blobs.add_blob(bottom[0].channels)
        self.blobs[0].data.fill(1)

    def reshape(self, bottom, top):
        top[0].reshape(*self._cut(bottom[0].data).shape)

    def forward(self, bottom, top):
        scale = np.array(self.blobs[0].data, dtype=np.float64)
        top[0].data[...] = np.array(self._cut(bottom[0].data), dtype=np.float64) * scale[:, np.newaxis, np.newaxis]

    def backward(self, top, propagate_down, bottom):
        dy = np.array(top[0].diff, dtype=np.float64)
        gradient = (dy * self._cut(bottom[0].data)).sum(axis=3).sum(axis=2).sum(axis=0)
        self.blobs[0].diff[...] = self.blobs[0].diff + gradient
        if not propagate_down[0]:
            return
        scaled = dy * np.array(self.blobs[0].data, dtype=np.float64)[:, np.newaxis, np.newaxis]
        h, w = self.crop["crop_h"], self.crop["crop_w"]
        bottom[0].diff[...] = np.pad(scaled, ((0, 0), (0, 0), (h, h), (w, w)), mode="constant")

    def _cut(self, array):
        h, w = self.crop["crop_h"], self.crop["crop_w"]
        return array[:, :, h : array.shape[2] - h, w : array.shape[3] - w]
