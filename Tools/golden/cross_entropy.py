"""Records cross-entropy with class indices and with probabilities as targets."""

import torch
import torch.nn.functional as F

from recording import Recorder

DEFAULT_IGNORED = -100


def record():
    recorder = Recorder("cross_entropy", "cross_entropy.py")

    def add(name, shape, target, smoothing, reduction, ignored=None):
        """`ignored`: the class that counts for nothing; a third of the targets gets it."""
        index = DEFAULT_IGNORED if ignored is None else ignored
        places = shape[:1] + shape[2:]
        if target == "probabilities":
            targets = torch.softmax(recorder.normal(*shape), 1).float().double()
        else:
            targets = recorder.integers(shape[1], *places)
            if ignored is not None:
                targets = targets.masked_fill(recorder.uniform(0, 1, *places) < 1 / 3, ignored)
        recorder.case(
            name,
            lambda input, target: F.cross_entropy(
                input, target, ignore_index=index, reduction=reduction, label_smoothing=smoothing),
            {"input": recorder.normal(*shape, deviation=2), "target": targets},
            {"target": target, "labelSmoothing": smoothing, "ignoreIndex": index,
             "reduction": reduction},
            constants=("target",))

    for rank, shape in (("rank 2", (5, 10)), ("rank 4", (2, 5, 5, 7))):
        for smoothing in (0.0, 0.1):
            for reduction in ("mean", "sum"):
                settings = f"{rank}, smoothing {smoothing}, {reduction}"
                add(f"classes, {settings}", shape, "classIndices", smoothing, reduction)
                add(f"classes, one ignored, {settings}", shape, "classIndices", smoothing,
                    reduction, 2)
                add(f"probabilities, {settings}", shape, "probabilities", smoothing, reduction)
    add("classes, -100 ignored, rank 2", (17, 3), "classIndices", 0.0, "mean", DEFAULT_IGNORED)
    add("classes, 255 ignored, rank 4", (1, 3, 5, 7), "classIndices", 0.0, "mean", 255)
    add("classes, batch 1", (1, 10), "classIndices", 0.0, "mean")
    recorder.write()
