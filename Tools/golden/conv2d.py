"""Records 2-D convolution: strides, paddings, dilations, groups, kernels, channels, batches."""

import torch.nn.functional as F

from recording import Recorder


def convolution(stride, padding, dilation, groups):
    top, left, bottom, right = padding

    def function(input, weight, bias=None):
        padded = F.pad(input, (left, right, top, bottom))
        return F.conv2d(padded, weight, bias, stride, 0, dilation, groups)

    return function


def record():
    recorder = Recorder("conv2d", "conv2d.py")

    def add(
        name, input, out, kernel, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1), groups=1,
        bias=True,
    ):
        """`padding` is top, left, bottom, right; the other pairs are rows, columns."""
        inputs = {
            "input": recorder.normal(*input),
            "weight": recorder.normal(out, input[1] // groups, *kernel),
        }
        if bias:
            inputs["bias"] = recorder.normal(out)
        arguments = {
            "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation,
            "groups": groups,
        }
        recorder.case(name, convolution(stride, padding, dilation, groups), inputs, arguments)

    # Kernels and channels
    add("1x1 kernel", (1, 3, 5, 7), 5, (1, 1))
    add("1x1 kernel, stride 2", (5, 8, 5, 7), 17, (1, 1), (2, 2), bias=False)
    add("1x1 kernel, 64 to 64 channels", (1, 64, 3, 3), 64, (1, 1))
    add("2x2 kernel", (1, 3, 5, 7), 8, (2, 2))
    add("2x2 kernel, stride 2, even padding", (5, 1, 9, 8), 3, (2, 2), (2, 2), (1, 1, 1, 1))
    add("3x3 kernel, 1 to 1 channel", (1, 1, 5, 7), 1, (3, 3))
    add("3x3 kernel, same size", (1, 3, 9, 8), 8, (3, 3), padding=(1, 1, 1, 1))
    add("3x3 kernel, batch 5", (5, 5, 5, 7), 3, (3, 3), padding=(1, 1, 1, 1), bias=False)
    add("3x3 kernel, 17 to 5 channels", (1, 17, 5, 7), 5, (3, 3), padding=(1, 1, 1, 1))
    add("3x3 kernel, 5 to 17 channels", (5, 5, 3, 4), 17, (3, 3), padding=(1, 1, 1, 1))
    add("3x3 kernel, 64 to 8 channels", (1, 64, 3, 4), 8, (3, 3), padding=(1, 1, 1, 1))
    add("3x3 kernel, 3 to 64 channels", (1, 3, 4, 3), 64, (3, 3), padding=(1, 1, 1, 1), bias=False)
    add("3x3 kernel, 17 to 17 channels, batch 5", (5, 17, 3, 3), 17, (3, 3), padding=(1, 1, 1, 1))
    add("3x3 kernel covers the input", (5, 8, 3, 3), 5, (3, 3))
    add("1x3 kernel", (1, 3, 5, 7), 5, (1, 3), padding=(0, 1, 0, 1))
    add("3x1 kernel", (1, 5, 7, 5), 3, (3, 1), padding=(1, 0, 1, 0), bias=False)
    add("5x5 kernel, stride 2", (1, 1, 11, 9), 8, (5, 5), (2, 2), (2, 2, 2, 2))
    add("5x5 kernel, 8 to 3 channels", (1, 8, 7, 6), 3, (5, 5), padding=(2, 2, 2, 2), bias=False)
    add("7x7 kernel, stride 2", (1, 3, 11, 9), 8, (7, 7), (2, 2), (3, 3, 3, 3))

    # Strides
    add("stride 2", (1, 3, 9, 8), 5, (3, 3), (2, 2), (1, 1, 1, 1))
    add("stride 2, batch 5, 8 to 17 channels", (5, 8, 5, 4), 17, (3, 3), (2, 2), (1, 1, 1, 1))
    add("stride 3", (1, 3, 11, 6), 5, (3, 3), (3, 3))
    add("stride 3 leaves pixels unused", (1, 5, 7, 6), 3, (2, 2), (3, 3), bias=False)
    add("stride 2x1", (1, 3, 11, 6), 5, (3, 3), (2, 1), (1, 1, 1, 1))
    add("stride 1x3", (5, 1, 5, 7), 3, (3, 3), (1, 3), (1, 1, 1, 1))

    # Paddings
    add("padding 2", (1, 3, 5, 7), 5, (3, 3), padding=(2, 2, 2, 2))
    add("padding 3 on 2x1 kernel", (1, 1, 5, 7), 3, (2, 1), padding=(3, 3, 3, 3))
    add("padding differs by axis", (1, 3, 5, 7), 5, (3, 3), (1, 2), (2, 0, 2, 0))
    add("asymmetric padding", (1, 3, 9, 8), 5, (3, 3), (2, 1), (1, 0, 2, 1))
    add("asymmetric padding, stride 2, batch 5", (5, 3, 6, 6), 8, (3, 3), (2, 2), (0, 0, 1, 1))
    add("padding 3 on one side", (1, 5, 5, 7), 3, (3, 3), padding=(3, 0, 0, 3), bias=False)

    # Dilations
    add("dilation 2", (1, 3, 9, 8), 5, (3, 3), padding=(2, 2, 2, 2), dilation=(2, 2))
    add("dilation 3, stride 2", (1, 3, 11, 9), 5, (3, 3), (2, 2), (3, 3, 3, 3), (3, 3))
    add("dilation 1x3", (5, 1, 5, 7), 3, (3, 3), padding=(1, 0, 1, 0), dilation=(1, 3))
    add("dilation 3x2, asymmetric padding", (1, 8, 9, 8), 5, (2, 3), (1, 1), (0, 2, 3, 1), (3, 2))

    # Groups
    add("2 groups", (1, 8, 5, 7), 6, (3, 3), padding=(1, 1, 1, 1), groups=2)
    add("2 groups, stride 2, batch 5", (5, 6, 5, 4), 34, (3, 3), (2, 2), (1, 1, 1, 1), groups=2)
    add("2 groups, dilation 2", (1, 4, 9, 8), 8, (3, 3), (1, 1), (2, 2, 2, 2), (2, 2), 2, False)
    add("2 groups, 1x1 kernel", (1, 64, 2, 3), 8, (1, 1), groups=2)
    add("depthwise", (1, 8, 5, 7), 8, (3, 3), padding=(1, 1, 1, 1), groups=8)
    add("depthwise, batch 5, 17 channels", (5, 17, 4, 3), 17, (3, 3), (1, 1), (1, 1, 1, 1),
        groups=17, bias=False)
    add("depthwise, stride 2, 64 channels", (1, 64, 4, 5), 64, (3, 3), (2, 2), (1, 1, 1, 1),
        groups=64)
    add("depthwise, stride 3x2, dilation 2", (1, 5, 11, 9), 5, (3, 3), (3, 2), (2, 2, 2, 2), (2, 2),
        5)
    add("depthwise, 5x5 kernel, asymmetric padding", (1, 3, 9, 8), 3, (5, 5), (2, 2), (1, 2, 2, 1),
        groups=3)
    add("depthwise, multiplier 2", (1, 5, 5, 7), 10, (3, 3), padding=(1, 1, 1, 1), groups=5)
    add("depthwise, multiplier 2, stride 2, batch 5", (5, 8, 5, 4), 16, (3, 3), (2, 2),
        (1, 1, 1, 1), groups=8, bias=False)
    recorder.write()
