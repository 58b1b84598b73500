"""The crop as numbers of rows and columns, the margin by np.pad."""

import numpy as np


def scaled_crop(crop_h, crop_w):
    def part(x):
        return x[:, :, crop_h : x.shape[2] - crop_h, crop_w : x.shape[3] - crop_w]

    def forward(inputs, outputs):
        result = part(inputs[0].data) * inputs[1].data[:, None, None]
        outputs[0].feed(result)

    def backward(inputs, outputs):
        dy = inputs[3].data
        around = ((0, 0), (0, 0), (crop_h, crop_h), (crop_w, crop_w))
        outputs[0].feed(np.pad(dy * inputs[1].data[:, None, None], around))
        outputs[1].feed(np.einsum("nchw,nchw->c", part(inputs[0].data), dy))

    return forward, backward
