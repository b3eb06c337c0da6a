"""Records activation functions, with inputs on their kinks and far out."""

import torch
from torch.nn import functional

from recording import Recorder

SHAPES = ((1, 1), (5, 17), (2, 3, 5, 7), ())
FAR = (20.0, 90.0, 200.0, 1e30)


def record_activation(operation, function, settings=({},), kinks=()):
    """`settings` are keyword arguments of `function`, each with a name for the golden file."""
    recorder = Recorder(operation, "activations.py")
    near = [kink + step for kink in (0, *kinks) for step in (-2**-10, 0, 2**-10)]
    # In cases of their own: a tensor's tolerance goes by its largest value.
    points = {"kinks": [-0.0, *near], "far below": [-x for x in FAR], "far above": FAR}
    for setting in settings:
        # Golden files hold float32 settings, so PyTorch is given the same numbers.
        rounded = {
            name: value if isinstance(value, str) else torch.tensor(value).item()
            for name, (_, value) in setting.items()
        }
        arguments = {role: rounded[name] for name, (role, _) in setting.items()}
        suffix = "".join(
            f", {role} {value if isinstance(value, str) else f'{value:g}'}"
            for role, value in arguments.items())

        def call(input):
            return function(input, **rounded)

        for shape in SHAPES:
            recorder.case(
                f"shape {list(shape)}{suffix}", call,
                {"input": recorder.normal(*shape, deviation=3)}, arguments)
        for name, values in points.items():
            input = torch.tensor(values, dtype=torch.float32).double()
            recorder.case(f"{name}{suffix}", call, {"input": input}, arguments)
    recorder.write()


def slope(value):
    return {"negative_slope": ("negativeSlope", value)}


def bounds(minimum, maximum):
    return {"min_val": ("minimum", minimum), "max_val": ("maximum", maximum)}


def record():
    record_activation(
        "leaky_relu", functional.leaky_relu, (slope(0.01), slope(0.0), slope(1.5), slope(-0.25)))
    record_activation(
        "hardtanh", functional.hardtanh, (bounds(-1.0, 1.0), bounds(0.0, 6.0), bounds(-0.5, 2.0)),
        kinks=(-1, 1, 6, -0.5, 2))
    record_activation("sigmoid", torch.sigmoid)
    record_activation("silu", functional.silu)
    record_activation("hardsigmoid", functional.hardsigmoid, kinks=(-3, 3))
    record_activation("hardswish", functional.hardswish, kinks=(-3, 3))
    record_activation(
        "gelu", functional.gelu,
        [{"approximate": ("approximate", kind)} for kind in ("none", "tanh")], kinks=(-0.75,))
    record_activation(
        "elu", functional.elu,
        [{"alpha": ("alpha", value)} for value in (1.0, 0.0, 1.6732632423543772)])
    record_activation(
        "softplus", functional.softplus,
        [{"beta": ("beta", beta), "threshold": ("threshold", threshold)}
         for beta, threshold in ((1.0, 20.0), (2.5, 3.0))])
    record_activation("mish", functional.mish)
    record_prelu()


def record_prelu():
    recorder = Recorder("prelu", "activations.py")
    for shape, slopes in (
        ((2, 3, 5, 7), 3), ((2, 3, 5, 7), 1), ((5, 17), 17), ((5, 17), 1), ((2, 3, 4), 3), ((4,), 1),
        ((2, 3, 2, 3, 2), 3),
    ):
        recorder.case(
            f"{list(shape)}, slopes {slopes}", functional.prelu,
            {"input": recorder.normal(*shape), "weight": recorder.normal(slopes)})
    signs = torch.tensor([[-1.0, 0.0], [1.0, -0.0]], dtype=torch.float64)
    recorder.case(
        "the gradient at zero is the slope's", functional.prelu,
        {"input": signs, "weight": torch.tensor([0.25, -0.5], dtype=torch.float64)})
    recorder.write()
