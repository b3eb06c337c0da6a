"""Records the 2-D transposed convolution: strides, paddings, output paddings, dilations, groups."""

import torch.nn.functional as F

from recording import Recorder


def transposed(stride, padding, output_padding, dilation, groups):
    def function(input, weight, bias=None):
        return F.conv_transpose2d(
            input, weight, bias, stride, padding, output_padding, groups, dilation)

    return function


def record():
    recorder = Recorder("conv_transpose2d", "conv_transpose2d.py")

    def add(
        name, input, out, kernel, stride=(1, 1), padding=(0, 0), output_padding=(0, 0),
        dilation=(1, 1), groups=1, bias=True,
    ):
        """Pairs are rows, columns."""
        inputs = {
            "input": recorder.normal(*input),
            "weight": recorder.normal(input[1], out // groups, *kernel),
        }
        if bias:
            inputs["bias"] = recorder.normal(out)
        arguments = {
            "kernel": kernel, "stride": stride,
            "padding": (padding[0], padding[1], padding[0], padding[1]), "dilation": dilation,
            "groups": groups, "outputPadding": output_padding,
        }
        function = transposed(stride, padding, output_padding, dilation, groups)
        recorder.case(name, function, inputs, arguments)

    add("1x1 kernel", (1, 3, 4, 5), 5, (1, 1))
    add("2x2 kernel, stride 2", (2, 3, 4, 5), 8, (2, 2), (2, 2))
    add("3x3 kernel, same size", (1, 5, 5, 7), 8, (3, 3), padding=(1, 1))
    add("3x3 kernel, 64 to 17 channels", (1, 64, 4, 3), 17, (3, 3), padding=(1, 1))
    add("3x3 kernel, stride 2, output padding 1", (2, 8, 4, 5), 5, (3, 3), (2, 2), (1, 1), (1, 1))
    add("4x4 kernel, stride 2, doubles", (1, 16, 5, 4), 8, (4, 4), (2, 2), (1, 1), bias=False)
    add("3x2 kernel, stride 3x2", (2, 3, 3, 4), 4, (3, 2), (3, 2), (1, 0))
    add("5x5 kernel, stride 3, output padding 2x1", (1, 3, 3, 4), 5, (5, 5), (3, 3), (2, 2), (2, 1))
    add("stride above the kernel", (1, 3, 3, 4), 5, (2, 2), (3, 3))
    add("output padding without padding", (1, 3, 3, 4), 5, (3, 3), (2, 2), (0, 0), (1, 1))
    add("output padding beyond the stride", (1, 3, 3, 4), 5, (3, 3), (1, 1), (0, 0), (2, 1), (3, 2))
    add("dilation 2", (1, 3, 5, 4), 5, (3, 3), padding=(2, 2), dilation=(2, 2))
    add("dilation 2x3, stride 2", (2, 4, 4, 5), 3, (2, 3), (2, 2), (1, 1), (1, 0), (2, 3))
    add("2 groups", (2, 4, 4, 5), 6, (3, 3), (2, 2), (1, 1), groups=2)
    add("depthwise", (1, 8, 5, 4), 8, (3, 3), (2, 2), (1, 1), (1, 1), groups=8, bias=False)
    add("depthwise, multiplier 2", (1, 4, 5, 4), 8, (3, 3), padding=(1, 1), groups=4)
    add("1 to 1 channel", (1, 1, 5, 4), 1, (3, 3), (2, 2))
    recorder.write()
