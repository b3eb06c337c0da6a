"""Records sum, mean and maximum over axes."""

import torch

from recording import Recorder

CASES = (
    ((5,), (0,)), ((5, 17), (0,)), ((5, 17), (1,)), ((5, 17), (0, 1)), ((2, 3, 5, 7), (0, 2, 3)),
    ((2, 3, 5, 7), (2, 3)), ((2, 3, 5, 7), (1,)), ((2, 3, 5, 7), (-1,)), ((2, 3, 5, 7), (0, 2)),
    ((2, 3, 5, 7), (0, 1, 2, 3)), ((1, 64, 1, 1), (2, 3)),
)


def record():
    for operation in ("sum", "mean", "amax"):
        recorder = Recorder(operation, "reductions.py")
        function = getattr(torch, operation)
        for shape, axes in CASES:
            for keep in (True, False):
                recorder.case(
                    f"{list(shape)} over {list(axes)}, {'kept' if keep else 'dropped'}",
                    lambda input: function(input, axes, keepdim=keep),
                    {"input": recorder.normal(*shape)}, {"axes": axes, "keepDimensions": keep})
        if operation == "amax":
            recorder.case(
                "ties share the gradient evenly", lambda input: function(input, (1,), keepdim=True),
                {"input": recorder.integers(3, 5, 17).double()},
                {"axes": (1,), "keepDimensions": True})
        recorder.write()
