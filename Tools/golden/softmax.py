"""Records softmax and its logarithm."""

import torch

from recording import Recorder


def record():
    for operation in ("softmax", "log_softmax"):
        recorder = Recorder(operation, "softmax.py")
        function = getattr(torch, operation)

        def add(name, shape, axis, deviation=2.0, mean=0.0):
            recorder.case(
                name, lambda input: function(input, axis),
                {"input": recorder.normal(*shape, deviation=deviation, mean=mean)}, {"axis": axis})

        add("rank 2, axis 1", (5, 10), 1)
        add("rank 2, axis 1, one class", (5, 1), 1)
        add("rank 2, batch 1, 64 classes", (1, 64), 1)
        add("rank 2, last axis", (5, 17), -1)
        add("rank 2, axis 0", (5, 17), 0)
        add("rank 4, axis 1", (2, 5, 5, 7), 1)
        add("rank 4, last axis", (2, 3, 5, 7), -1)
        add("rank 4, axis 2", (1, 3, 8, 5), 2)
        add("inputs too large for exp alone", (5, 10), 1, deviation=30, mean=200)
        add("inputs too small for exp alone", (5, 10), 1, deviation=30, mean=-200)
        recorder.write()
