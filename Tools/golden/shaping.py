"""Records the operations that move elements and change none."""

import torch

from recording import Recorder


def record_concat():
    recorder = Recorder("concat", "shaping.py")
    for axis, shapes in (
        (0, ((1, 3, 5, 7), (5, 3, 5, 7))),
        (1, ((2, 3, 5, 7), (2, 5, 5, 7))),
        (1, ((1, 8, 3, 4), (1, 1, 3, 4), (1, 17, 3, 4))),
        (1, ((5, 3), (5, 17))),
        (2, ((2, 3, 5, 7), (2, 3, 1, 7))),
        (-1, ((2, 3, 5, 7), (2, 3, 5, 4))),
        (1, ((2, 3, 5, 7),)),
    ):
        recorder.case(
            f"axis {axis}: {' and '.join(str(list(shape)) for shape in shapes)}",
            lambda **inputs: torch.cat(list(inputs.values()), axis),
            {f"input{index}": recorder.normal(*shape) for index, shape in enumerate(shapes)},
            {"axis": axis})
    recorder.write()


def record_slice():
    recorder = Recorder("slice", "shaping.py")
    for shape, axis, start, end in (
        ((5, 3, 5, 7), 0, 1, 4), ((2, 8, 5, 7), 1, 0, 3), ((2, 8, 5, 7), 1, 5, 8),
        ((2, 3, 9, 8), 2, 2, 7), ((2, 3, 9, 8), 3, 7, 8), ((5, 17), 1, 3, 11), ((5, 3), 0, 0, 5),
    ):
        recorder.case(
            f"{list(shape)}, axis {axis}, {start} up to {end}",
            lambda input: input.narrow(axis, start, end - start),
            {"input": recorder.normal(*shape)}, {"axis": axis, "start": start, "end": end})
    recorder.write()


def record_flatten():
    recorder = Recorder("flatten", "shaping.py")
    for shape, start, end in (
        ((5, 3, 5, 7), 1, -1), ((1, 17, 1, 1), 1, -1), ((5, 8, 3, 2), 0, -1), ((2, 3, 5, 7), 2, -1),
        ((2, 3, 5, 7), 0, 1), ((2, 3, 5, 7), 1, 2), ((5, 17), 1, -1),
    ):
        recorder.case(
            f"{list(shape)}, axes {start} to {end}", lambda input: input.flatten(start, end),
            {"input": recorder.normal(*shape)}, {"startAxis": start, "endAxis": end})
    recorder.write()


def record_reshape():
    recorder = Recorder("reshape", "shaping.py")
    for shape, target in (
        ((5, 105), (5, 3, 5, 7)), ((2, 3, 5, 7), (6, 35)), ((2, 3, 5, 7), (2, 7, 5, 3)),
        ((2, 6, 3, 4), (2, 2, 3, 3, 4)), ((5, 17), (1, 85)), ((1, 1), ()), ((5,), (5, 1, 1)),
    ):
        recorder.case(
            f"{list(shape)} to {list(target)}", lambda input: input.reshape(target),
            {"input": recorder.normal(*shape)}, {"shape": target})
    recorder.write()


def record():
    record_concat()
    record_slice()
    record_flatten()
    record_reshape()
