"""Loops over images and channels, as one would write it in C++."""

import json

import caffe


class ScaledCropLayer(caffe.Layer):
    def setup(self, bottom, top):
        if len(bottom) != 1 or len(top) != 1:
            raise Exception("one bottom and one top")
        self.blobs.add_blob(bottom[0].channels)
        for c in range(bottom[0].channels):
            self.blobs[0].data[c] = 1

    def reshape(self, bottom, top):
        params = json.loads(self.param_str)
        self.top, self.left = params["crop_h"], params["crop_w"]
        self.height = bottom[0].height - 2 * self.top
        self.width = bottom[0].width - 2 * self.left
        top[0].reshape(bottom[0].num, bottom[0].channels, self.height, self.width)

    def forward(self, bottom, top):
        for n in range(bottom[0].num):
            for c in range(bottom[0].channels):
                part = bottom[0].data[n, c, self.top : self.top + self.height, self.left : self.left + self.width]
                top[0].data[n, c] = self.blobs[0].data[c] * part

    def backward(self, top, propagate_down, bottom):
        for n in range(bottom[0].num):
            for c in range(bottom[0].channels):
                dy = top[0].diff[n, c]
                part = bottom[0].data[n, c, self.top : self.top + self.height, self.left : self.left + self.width]
                self.blobs[0].diff[c] += (part * dy).sum()
                if propagate_down[0]:
                    bottom[0].diff[n, c] = 0
                    bottom[0].diff[n, c, self.top : self.top + self.height, self.left : self.left + self.width] = self.blobs[0].data[c] * dy
