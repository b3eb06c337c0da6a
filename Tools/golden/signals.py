"""Records convolutions of signals and volumes."""

import torch.nn.functional as F

from recording import Recorder


def convolution(function, settings):
    """`function` with a case's settings."""
    def run(input, weight, bias=None):
        return function(input, weight, bias, **settings)

    return run


def signals():
    recorder = Recorder("conv1d", "signals.py")
    for channels, filters, kernel, stride, padding, dilation, groups in (
        (3, 5, 3, 1, 1, 1, 1), (4, 6, 5, 2, 2, 1, 2), (6, 6, 3, 1, 2, 2, 6), (1, 17, 1, 1, 0, 1, 1),
        (17, 3, 4, 3, 0, 2, 1),
    ):
        inputs = {
            "input": recorder.normal(2, channels, 19),
            "weight": recorder.normal(filters, channels // groups, kernel),
        }
        if stride == 1:
            inputs["bias"] = recorder.normal(filters)
        settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        arguments = {
            "kernel": [kernel], "stride": [stride], "padding": [padding], "dilation": [dilation],
            "groups": groups,
        }
        recorder.case(
            f"{channels} to {filters}, kernel {kernel}, {settings}",
            convolution(F.conv1d, settings), inputs, arguments)
    recorder.write()


def transposed_signals():
    recorder = Recorder("conv_transpose1d", "signals.py")
    for channels, filters, kernel, stride, padding, output_padding, dilation, groups in (
        (3, 5, 3, 1, 1, 0, 1, 1), (4, 6, 5, 2, 2, 1, 1, 2), (6, 6, 3, 3, 0, 2, 2, 6),
        (9, 2, 4, 2, 1, 0, 1, 1),
    ):
        inputs = {
            "input": recorder.normal(2, channels, 7),
            "weight": recorder.normal(channels, filters // groups, kernel),
        }
        if stride < 3:
            inputs["bias"] = recorder.normal(filters)
        settings = {
            "stride": stride, "padding": padding, "output_padding": output_padding,
            "dilation": dilation, "groups": groups,
        }
        arguments = {
            "kernel": [kernel], "stride": [stride], "padding": [padding], "dilation": [dilation],
            "outputPadding": [output_padding], "groups": groups,
        }
        recorder.case(
            f"{channels} to {filters}, kernel {kernel}, {settings}",
            convolution(F.conv_transpose1d, settings), inputs, arguments)
    recorder.write()


def volumes():
    recorder = Recorder("conv3d", "signals.py")
    for channels, filters, kernel, stride, padding, dilation, groups in (
        (2, 3, (3, 3, 3), (1, 1, 1), (1, 1, 1), (1, 1, 1), 1),
        (4, 6, (2, 3, 1), (2, 1, 3), (0, 2, 0), (1, 2, 1), 2),
        (3, 3, (1, 2, 3), (1, 2, 2), (0, 1, 2), (2, 1, 2), 3),
        (1, 2, (3, 1, 1), (1, 1, 1), (2, 0, 0), (1, 1, 1), 1),
    ):
        inputs = {
            "input": recorder.normal(2, channels, 4, 5, 11),
            "weight": recorder.normal(filters, channels // groups, *kernel),
        }
        if groups < 3:
            inputs["bias"] = recorder.normal(filters)
        settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        arguments = {
            "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation,
            "groups": groups,
        }
        recorder.case(
            f"{channels} to {filters}, kernel {kernel}, {settings}",
            convolution(F.conv3d, settings), inputs, arguments)
    recorder.write()


def record():
    signals()
    transposed_signals()
    volumes()
