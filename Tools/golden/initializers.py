"""Records the bound or the deviation of each initialiser; random streams differ, these do not."""

import math

import torch
from torch.nn import init

from recording import RUNTIME_GOLDEN, SEED, source, write_json

SHAPES = ((10, 3), (64, 17), (8, 1, 5, 5), (64, 32, 3, 3), (16, 1, 3, 3), (128, 64, 1, 1))


def checked(name, spread, value, fill, shape):
    """An entry, once a large sample of PyTorch's own agrees with its formula.

    More output channels would change the fan out, so the sample comes from repeated draws.
    """
    torch.manual_seed(SEED)
    draws = max(1, 200_000 // math.prod(shape))
    sample = torch.stack([fill(torch.empty(shape)) for _ in range(draws)])
    measured = sample.abs().max() if spread == "bound" else sample.std()
    if abs(measured.item() - value) > 0.01 * value:
        raise ValueError(f"{name} {shape}: the formula gives {value}, PyTorch {measured}")
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(torch.empty(shape))
    return {
        "name": name, "shape": shape, "fanIn": fan_in, "fanOut": fan_out, "spread": spread,
        "value": value,
    }


def record():
    entries = []
    for shape in SHAPES:
        fan_in, fan_out = init._calculate_fan_in_and_fan_out(torch.empty(shape))
        entries += [
            # The default of Linear and Conv2d, for the weight; the bias has the same bound.
            checked("kaimingUniform, a = sqrt(5)", "bound", 1 / math.sqrt(fan_in),
                    lambda tensor: init.kaiming_uniform_(tensor, a=math.sqrt(5)), shape),
            checked("kaimingUniform, fan in, ReLU", "bound", math.sqrt(6 / fan_in),
                    lambda tensor: init.kaiming_uniform_(tensor, nonlinearity="relu"), shape),
            checked("kaimingNormal, fan in, ReLU", "deviation", math.sqrt(2 / fan_in),
                    lambda tensor: init.kaiming_normal_(tensor, nonlinearity="relu"), shape),
            checked("kaimingNormal, fan out, ReLU", "deviation", math.sqrt(2 / fan_out),
                    lambda tensor: init.kaiming_normal_(
                        tensor, mode="fan_out", nonlinearity="relu"), shape),
            checked("xavierUniform", "bound", math.sqrt(6 / (fan_in + fan_out)),
                    init.xavier_uniform_, shape),
            checked("xavierNormal", "deviation", math.sqrt(2 / (fan_in + fan_out)),
                    init.xavier_normal_, shape),
        ]
    write_json(RUNTIME_GOLDEN / "initializers.json", source("initializers.py"), entries)
