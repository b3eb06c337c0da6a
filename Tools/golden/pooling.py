"""Records maximum, average and adaptive average pooling."""

import torch.nn.functional as F

from recording import Recorder


def window(kernel, stride, padding, dilation=(1, 1), ceil_mode=False):
    """A window's arguments; PyTorch pads both sides of an axis alike."""
    return {
        "kernel": kernel, "stride": stride, "padding": padding + padding, "dilation": dilation,
        "ceilMode": ceil_mode,
    }


def record_max_pool2d():
    recorder = Recorder("max_pool2d", "pooling.py")

    def add(
        name, input, kernel, stride, padding=(0, 0), dilation=(1, 1), ceil_mode=False, values=None
    ):
        recorder.case(
            name,
            lambda input: F.max_pool2d(input, kernel, stride, padding, dilation, ceil_mode),
            {"input": recorder.normal(*input) if values is None else values},
            window(kernel, stride, padding, dilation, ceil_mode))

    add("2x2", (1, 3, 6, 8), (2, 2), (2, 2))
    add("2x2 leaves pixels unused", (5, 5, 5, 7), (2, 2), (2, 2))
    add("2x2, ceil mode", (5, 5, 5, 7), (2, 2), (2, 2), ceil_mode=True)
    add("3x3, stride 2, padding 1", (1, 8, 9, 8), (3, 3), (2, 2), (1, 1))
    add("3x3, stride 2, padding 1, ceil mode", (1, 8, 9, 8), (3, 3), (2, 2), (1, 1), (1, 1), True)
    add("3x3, stride 1, windows overlap", (1, 17, 5, 7), (3, 3), (1, 1), (1, 1))
    add("3x3, stride 3", (5, 1, 11, 6), (3, 3), (3, 3))
    add("3x2, stride 2x1, padding 1x0", (1, 3, 9, 8), (3, 2), (2, 1), (1, 0))
    add("1x3, stride 1x2, padding 0x1, ceil mode", (1, 3, 5, 8), (1, 3), (1, 2), (0, 1), (1, 1),
        True)
    add("dilation 2", (1, 3, 9, 8), (3, 3), (1, 1), (1, 1), (2, 2))
    add("dilation 2x3, stride 2", (1, 5, 11, 9), (2, 2), (2, 2), (1, 1), (2, 3))
    add("dilation 2, stride 3, ceil mode", (1, 3, 11, 9), (3, 3), (3, 3), (1, 1), (2, 2), True)
    add("stride above the kernel", (1, 3, 9, 8), (2, 2), (3, 3))
    add("stride above the kernel, ceil mode: a window in padding alone is dropped", (1, 3, 7, 7),
        (1, 1), (3, 3), ceil_mode=True)
    add("window covers the input", (5, 64, 3, 2), (3, 2), (1, 1))
    add("all values negative, padding never wins", (1, 3, 5, 7), (3, 3), (2, 2), (1, 1),
        values=recorder.uniform(-2, -1, 1, 3, 5, 7))
    add("ties go to the first in row order", (1, 3, 5, 7), (3, 3), (2, 2), (1, 1),
        values=recorder.integers(3, 1, 3, 5, 7).double())
    recorder.write()


def record_avg_pool2d():
    recorder = Recorder("avg_pool2d", "pooling.py")

    def add(input, kernel, stride, padding):
        for ceil_mode in (False, True):
            for count in (False, True):
                name = f"{kernel[0]}x{kernel[1]}, stride {stride[0]}x{stride[1]}, "
                name += f"padding {padding[0]}x{padding[1]} on {input[2]}x{input[3]}, "
                name += f"{'ceil' if ceil_mode else 'floor'}, "
                name += f"padding {'counted' if count else 'left out'}"
                recorder.case(
                    name,
                    lambda input: F.avg_pool2d(input, kernel, stride, padding, ceil_mode, count),
                    {"input": recorder.normal(*input)},
                    window(kernel, stride, padding, ceil_mode=ceil_mode)
                    | {"countIncludePad": count})

    add((1, 3, 5, 7), (2, 2), (2, 2), (0, 0))
    add((5, 5, 5, 7), (2, 2), (2, 2), (1, 1))
    add((1, 8, 9, 8), (3, 3), (2, 2), (1, 1))
    add((1, 17, 5, 7), (3, 3), (1, 1), (1, 1))
    add((1, 3, 11, 6), (3, 2), (2, 3), (1, 0))
    add((1, 1, 9, 8), (5, 4), (3, 3), (2, 2))
    recorder.write()


def record_adaptive_avg_pool2d():
    recorder = Recorder("adaptive_avg_pool2d", "pooling.py")
    for input, output in (
        ((1, 3, 5, 7), (1, 1)), ((5, 64, 3, 2), (1, 1)), ((5, 17, 1, 1), (1, 1)),
        ((1, 3, 5, 7), (5, 7)), ((1, 8, 9, 8), (3, 4)), ((5, 3, 9, 8), (4, 3)),
        ((1, 5, 11, 6), (7, 5)), ((1, 3, 5, 7), (1, 7)), ((1, 3, 5, 7), (2, 1)),
        ((1, 5, 3, 2), (7, 7)), ((1, 3, 5, 7), (6, 3)), ((1, 17, 1, 1), (3, 2)),
    ):
        recorder.case(
            f"{'x'.join(map(str, input))} to {output[0]}x{output[1]}",
            lambda input: F.adaptive_avg_pool2d(input, output),
            {"input": recorder.normal(*input)}, {"outputSize": output})
    recorder.write()


def record():
    record_max_pool2d()
    record_avg_pool2d()
    record_adaptive_avg_pool2d()
