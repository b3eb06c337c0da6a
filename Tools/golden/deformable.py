"""Records what the taps of a deformable convolution read."""

import torch
from torchvision.ops import deform_conv2d

from recording import Recorder


def sampling(stride, padding, dilation, kernel):
    """torchvision's convolution with a one for each tap of each channel."""
    def run(input, offset, mask=None):
        size = input.shape[1] * kernel[0] * kernel[1]
        weight = torch.eye(size, dtype=input.dtype).reshape(size, input.shape[1], *kernel)
        return deform_conv2d(
            input, offset, weight, None, stride, padding, dilation, mask)

    return run


def record():
    recorder = Recorder("deformable_sampling", "deformable.py")

    def add(name, input, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, mask=True,
            reach=1.0):
        taps = kernel[0] * kernel[1]
        extents = [
            (extent + 2 * before - step * (taps - 1) - 1) // jump + 1
            for extent, before, step, taps, jump in zip(
                input[2:], padding, dilation, kernel, stride)
        ]
        inputs = {
            "input": recorder.normal(*input),
            "offset": recorder.normal(input[0], 2 * groups * taps, *extents, deviation=reach),
        }
        if mask:
            inputs["mask"] = recorder.uniform(0, 1, input[0], groups * taps, *extents)
        arguments = {
            "kernel": kernel, "stride": stride, "padding": (*padding, *padding),
            "dilation": dilation, "groups": groups,
        }
        recorder.case(name, sampling(stride, padding, dilation, kernel), inputs, arguments)

    add("1x1 kernel, without a mask", (1, 3, 5, 4), (1, 1), mask=False)
    add("3x3 kernel, same size", (2, 3, 5, 4), (3, 3), padding=(1, 1))
    add("3x3 kernel, same size, without a mask", (2, 3, 5, 4), (3, 3), padding=(1, 1), mask=False)
    add("offsets past the image", (1, 2, 4, 5), (3, 3), padding=(1, 1), reach=6.0)
    add("stride and dilation", (2, 2, 9, 7), (2, 3), (2, 1), (1, 2), (2, 2))
    add("two groups of offsets", (1, 4, 4, 3), (2, 2), groups=2)
    add("a group of offsets for each channel", (1, 17, 3, 3), (1, 2), groups=17)
    recorder.write()
