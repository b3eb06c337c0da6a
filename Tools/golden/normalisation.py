"""Records normalisations within an image: over groups of channels, axes, or neighbouring channels."""

import torch
from torch.nn import functional

from recording import Recorder


def parameters(recorder, shape, names):
    """Weight around 1 and bias around 0, those that are named."""
    return {name: recorder.normal(*shape, mean=float(name == "weight")) for name in names}


def record_group_norm():
    recorder = Recorder("group_norm", "normalisation.py")
    for shape, groups, names in (
        ((2, 6, 4, 5), 3, ("weight", "bias")), ((2, 6, 4, 5), 1, ("weight", "bias")),
        ((2, 6, 4, 5), 6, ("weight", "bias")), ((1, 34, 3, 3), 2, ("weight", "bias")),
        ((2, 6, 4, 5), 2, ()), ((3, 8), 2, ("weight", "bias")), ((2, 6, 7), 3, ("weight", "bias")),
        ((2, 4, 2, 3, 2), 4, ("weight", "bias")), ((2, 4, 1, 1), 2, ("weight",)),
    ):
        def call(input, weight=None, bias=None, groups=groups):
            return functional.group_norm(input, groups, weight, bias, 1e-5)

        recorder.case(
            f"{list(shape)} in {groups} groups, {len(names)} parameters", call,
            {"input": recorder.normal(*shape, mean=0.5), **parameters(recorder, shape[1:2], names)},
            {"groups": groups, "epsilon": 1e-5})
    recorder.write()


def record_layer_norm():
    recorder = Recorder("layer_norm", "normalisation.py")
    for shape, axes, names in (
        ((4, 19), 1, ("weight", "bias")), ((4, 19), 1, ("weight",)), ((4, 19), 1, ()),
        ((2, 3, 8), 1, ("weight", "bias")), ((2, 3, 8), 2, ("weight", "bias")),
        ((2, 3, 4, 5), 3, ("weight", "bias")), ((2, 3, 4, 5), 2, ("weight", "bias")),
        ((2, 3, 4, 5), 1, ("weight", "bias")), ((2, 3, 4, 5), 3, ()), ((2, 3, 4, 5), 4, ("weight", "bias")),
        ((2, 2, 3, 2, 3), 2, ("weight", "bias")),
    ):
        def call(input, weight=None, bias=None, normalised=shape[-axes:]):
            return functional.layer_norm(input, normalised, weight, bias, 1e-5)

        recorder.case(
            f"{list(shape)} over {axes} axes, {len(names)} parameters", call,
            {"input": recorder.normal(*shape, mean=0.5),
             **parameters(recorder, shape[-axes:], names)},
            {"trailingAxes": axes, "epsilon": 1e-5})
    recorder.write()


def record_layer_norm2d():
    recorder = Recorder("layer_norm2d", "normalisation.py")
    for shape, names in (
        ((2, 6, 4, 5), ("weight", "bias")), ((1, 35, 3, 2), ("weight", "bias")), ((2, 6, 4, 5), ()),
    ):
        def call(input, weight=None, bias=None, channels=shape[1]):
            last = input.permute(0, 2, 3, 1)
            result = functional.layer_norm(last, (channels,), weight, bias, 1e-6)
            return result.permute(0, 3, 1, 2)

        recorder.case(
            f"{list(shape)}, {len(names)} parameters", call,
            {"input": recorder.normal(*shape, mean=0.5), **parameters(recorder, shape[1:2], names)},
            {"epsilon": 1e-6})
    recorder.write()


def record_local_response_norm():
    recorder = Recorder("local_response_norm", "normalisation.py")
    for shape, size, alpha, beta, k in (
        ((2, 7, 3, 4), 5, 1e-4, 0.75, 2.0), ((2, 7, 3, 4), 5, 0.5, 0.75, 1.0),
        ((1, 19, 2, 3), 4, 2.0, 1.5, 0.5), ((2, 3, 2, 2), 1, 1.0, 0.5, 1.0),
        ((2, 3, 2, 2), 9, 1.0, 0.75, 1.0), ((1, 40, 2, 2), 6, 0.25, 0.75, 1.0),
    ):
        # Golden files hold float32 settings, so PyTorch is given the same numbers.
        alpha, beta, k = (torch.tensor(value).item() for value in (alpha, beta, k))

        def call(input, size=size, alpha=alpha, beta=beta, k=k):
            return functional.local_response_norm(input, size, alpha, beta, k)

        recorder.case(
            f"{list(shape)}, size {size}, alpha {alpha:g}, beta {beta:g}, k {k:g}", call,
            {"input": recorder.normal(*shape, deviation=2)},
            {"size": size, "alpha": alpha, "beta": beta, "k": k})
    recorder.write()


def record():
    record_group_norm()
    record_layer_norm()
    record_layer_norm2d()
    record_local_response_norm()
