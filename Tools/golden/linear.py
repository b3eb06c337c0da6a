"""Records the fully connected layer."""

import torch.nn.functional as F

from recording import Recorder


def record():
    recorder = Recorder("linear", "linear.py")
    sizes = (1, 3, 17, 64)
    for batch in (1, 5):
        for columns in sizes:
            for rows in sizes:
                inputs = {
                    "input": recorder.normal(batch, columns),
                    "weight": recorder.normal(rows, columns),
                }
                # One in three goes without a bias, so that each size meets both.
                biased = (batch + columns + rows) % 3 != 0
                if biased:
                    inputs["bias"] = recorder.normal(rows)
                note = "" if biased else ", no bias"
                recorder.case(f"batch {batch}, {columns} to {rows}{note}", F.linear, inputs)
    for shape in ((2, 3, 5), (2, 3, 4, 5), (2, 1, 3, 2, 5)):
        inputs = {
            "input": recorder.normal(*shape), "weight": recorder.normal(7, 5),
            "bias": recorder.normal(7),
        }
        recorder.case(f"rows of {list(shape)}", F.linear, inputs)
    recorder.write()
