"""Records functions of one element, and of two with broadcasting."""

import torch

from recording import Recorder

SHAPES = ((1, 1), (5, 17), (2, 3, 5, 7), ())


def record_unary(operation, function, draw):
    """`draw(recorder, shape)` gives an input from the function's domain."""
    recorder = Recorder(operation, "elementwise.py")
    for shape in SHAPES:
        recorder.case(f"shape {list(shape)}", function, {"input": draw(recorder, shape)})
    if operation == "relu":
        signs = torch.tensor([-1.0, 0.0, 1.0, -0.0, 2.0], dtype=torch.float64)
        recorder.case("the gradient at zero is zero", function, {"input": signs})
    recorder.write()


def record_binary(operation, function):
    recorder = Recorder(operation, "elementwise.py")
    whole = (2, 3, 4, 5)
    for input, other in (
        (whole, whole), (whole, (1, 3, 1, 1)), (whole, (4, 1)), (whole, (3, 1, 1)), (whole, ()),
        (whole, (5,)), ((1, 3, 1, 1), whole), ((5,), whole), ((), whole),
        ((2, 1, 4, 1), (3, 1, 5)), ((), ()),
    ):
        recorder.case(
            f"{list(input)} with {list(other)}", function,
            # Divisors stay away from zero.
            {"input": recorder.normal(*input),
             "other": recorder.uniform(0.5, 2, *other) if operation == "div"
             else recorder.normal(*other)})
    if operation in ("maximum", "minimum"):
        equal = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
        recorder.case("equal elements share the gradient", function, {"input": equal, "other": equal.clone()})
    recorder.write()


def record():
    record_unary("relu", torch.relu, lambda recorder, shape: recorder.normal(*shape))
    record_unary("exp", torch.exp, lambda recorder, shape: recorder.normal(*shape, deviation=3))
    record_unary("log", torch.log, lambda recorder, shape: recorder.uniform(0.01, 10, *shape))
    record_unary("sqrt", torch.sqrt, lambda recorder, shape: recorder.uniform(0.01, 10, *shape))
    record_unary("neg", torch.neg, lambda recorder, shape: recorder.normal(*shape))
    record_unary("tanh", torch.tanh, lambda recorder, shape: recorder.normal(*shape, deviation=2))
    record_binary("add", torch.add)
    record_binary("sub", torch.sub)
    record_binary("mul", torch.mul)
    record_binary("div", torch.div)
    record_binary("maximum", torch.maximum)
    record_binary("minimum", torch.minimum)
