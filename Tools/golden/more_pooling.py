"""Records adaptive, fractional, Lp and blurred pooling, indices and un-pooling, and pooling of lines and volumes."""

import torch
import torch.nn.functional as F

from recording import Recorder


def record_adaptive_max_pool2d():
    recorder = Recorder("adaptive_max_pool2d", "more_pooling.py")
    for input, output in (
        ((1, 3, 5, 7), (1, 1)), ((5, 17, 1, 1), (1, 1)), ((1, 3, 5, 7), (5, 7)),
        ((1, 8, 9, 8), (3, 4)), ((1, 5, 11, 6), (7, 5)), ((1, 5, 3, 2), (7, 7)),
    ):
        recorder.case(
            f"{'x'.join(map(str, input))} to {output[0]}x{output[1]}",
            lambda input: F.adaptive_max_pool2d(input, output),
            {"input": recorder.normal(*input)}, {"outputSize": output})
    recorder.case(
        "ties go to the first in row order", lambda input: F.adaptive_max_pool2d(input, (2, 3)),
        {"input": recorder.integers(3, 1, 3, 5, 7).double()}, {"outputSize": (2, 3)})
    recorder.write()


def record_unpool():
    indices_recorder = Recorder("max_pool2d_indices", "more_pooling.py")
    recorder = Recorder("max_unpool2d", "more_pooling.py")
    # PyTorch calls un-pooling undefined where windows share an index; here none do in a way that matters.
    torch.use_deterministic_algorithms(False)
    for input, kernel, stride, padding in (
        ((2, 3, 6, 8), 2, 2, 0), ((1, 17, 5, 7), 2, 2, 0), ((2, 3, 7, 7), 3, 3, 1),
        ((1, 2, 7, 9), 2, 3, 0),
    ):
        arguments = {
            "kernel": (kernel, kernel), "stride": (stride, stride), "padding": (padding,) * 4,
            "dilation": (1, 1), "ceilMode": False,
        }
        image = indices_recorder.normal(*input)
        values, indices = F.max_pool2d(image, kernel, stride, padding, return_indices=True)
        name = f"{list(input)}, kernel {kernel}, stride {stride}, padding {padding}"
        indices_recorder.add(name, arguments, {"input": image}, {"output": indices})
        given = recorder.normal(*values.shape)
        # Without a size, what no window saw at the end is missing, and a place means another pixel.
        smallest = tuple((extent - 1) * stride + kernel - 2 * padding for extent in values.shape[2:])
        for like in (True, False) if smallest == input[2:] else (True,):

            def unpool(input, indices, like=None):
                size = None if like is None else like.shape[2:]
                return F.max_unpool2d(input, indices, kernel, stride, padding, size)

            inputs = {"input": given, "indices": indices} | ({"like": image} if like else {})
            recorder.case(
                name + (", to a size" if like else ""), unpool, inputs, arguments,
                constants=("indices", "like"))
    torch.use_deterministic_algorithms(True)
    indices_recorder.write()
    recorder.write()


def record_fractional():
    recorder = Recorder("fractional_max_pool2d", "more_pooling.py")
    for input, kernel, output in (
        ((2, 3, 7, 9), (2, 2), (4, 5)), ((1, 17, 10, 8), (3, 2), (6, 1)), ((1, 2, 9, 9), (2, 3), (8, 7)),
        ((1, 5, 6, 5), (1, 1), (4, 5)),
    ):
        recorder.case(
            f"{list(input)}, kernel {list(kernel)}, to {list(output)}",
            lambda input, samples: F.fractional_max_pool2d(input, kernel, output, _random_samples=samples),
            {"input": recorder.normal(*input), "samples": recorder.uniform(0, 1, *input[:2], 2)},
            {"kernel": kernel, "outputSize": output}, constants=("samples",))
    recorder.write()


def record_blur():
    recorder = Recorder("blur_pool2d", "more_pooling.py")
    filters = {1: [1], 2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1],
               6: [1, 5, 10, 10, 5, 1], 7: [1, 6, 15, 20, 15, 6, 1]}
    for size, weights in filters.items():
        for shape, stride in (((2, 3, 8, 9), 2), ((1, 17, 7, 6), 1), ((1, 2, 7, 10), 3)):
            row = torch.tensor(weights, dtype=torch.float64)
            kernel = torch.outer(row, row) / row.sum() ** 2
            before, after = (size - 1) // 2, -(-(size - 1) // 2)

            def blur(input):
                padded = F.pad(input, (before, after, before, after), "reflect")
                return F.conv2d(
                    padded, kernel.expand(shape[1], 1, size, size), stride=stride, groups=shape[1])
            recorder.case(
                f"filter {size}, stride {stride} on {list(shape)}", blur,
                {"input": recorder.normal(*shape)}, {"size": (size,), "stride": (stride, stride)})
    recorder.write()


def record_layers():
    """What layers make of several operations; the test builds the layer from the case's mode."""
    recorder = Recorder("pooling_layers", "more_pooling.py")

    def add(mode, shape, function, draw=recorder.normal):
        recorder.case(mode, function, {"input": draw(*shape)}, {"mode": mode})

    add("LpPool2d(1)", (2, 3, 5, 7), lambda input: F.lp_pool2d(input, 1, 2),
        lambda *shape: recorder.uniform(0.1, 1, *shape))
    add("LpPool2d(2)", (2, 3, 6, 7), lambda input: F.lp_pool2d(input, 2, (3, 2), 2))
    add("LpPool2d(3)", (2, 3, 6, 7), lambda input: F.lp_pool2d(input, 3, 3, 2, True),
        lambda *shape: recorder.uniform(0.1, 1, *shape))
    add("MaxPool1d", (2, 5, 11), lambda input: F.max_pool1d(input, 3, 2, 1, 2))
    add("AvgPool1d", (2, 5, 11), lambda input: F.avg_pool1d(input, 3, 2, 1, True, False))
    add("AdaptiveAvgPool1d", (2, 5, 11), lambda input: F.adaptive_avg_pool1d(input, 4))
    add("MaxPool3d", (2, 3, 5, 6, 7), lambda input: F.max_pool3d(input, 3, 2, 1, 1, True))
    add("AvgPool3d", (2, 3, 5, 6, 7), lambda input: F.avg_pool3d(input, 2, 2, 1, True, False))
    add("AvgPool3d, padding counted", (1, 3, 5, 6, 7), lambda input: F.avg_pool3d(input, 3, 2, 1))
    recorder.write()


def record():
    record_adaptive_max_pool2d()
    record_unpool()
    record_fractional()
    record_blur()
    record_layers()
