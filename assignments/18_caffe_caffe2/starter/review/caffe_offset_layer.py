# Written for this course in the manner of Caffe's Python layers: adds a learnt number to each channel, N x C x H x W.
import caffe


class OffsetLayer(caffe.Layer):
    def setup(self, bottom, top):
        if len(bottom) != 1 or len(top) != 1:
            raise ValueError("one bottom, one top")
        self.blobs.add_blob(bottom[0].channels)
        self.blobs[0].data[...] = 0

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        offset = self.blobs[0].data.reshape(1, -1, 1, 1)
        top[0].data[...] = bottom[0].data + offset

    def backward(self, top, propagate_down, bottom):
        grad = top[0].diff
        self.blobs[0].diff[...] = grad.sum(axis=(0, 2, 3))
        if propagate_down[0]:
            bottom[0].diff[...] = grad
