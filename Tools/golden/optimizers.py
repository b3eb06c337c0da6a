"""Records ten steps of each optimiser from recorded gradients."""

import torch

from recording import Recorder

STEPS = 10


def trajectory(optimizer, parameter, gradients):
    """The parameter after each step."""
    weight = torch.nn.Parameter(parameter.clone())
    update = optimizer([weight])
    after = []
    for gradient in gradients:
        weight.grad = gradient.clone()
        update.step()
        after.append(weight.detach().clone())
    return torch.stack(after)


def record_optimizer(name, make, settings):
    """`settings`: from a case's name to the product's arguments and PyTorch's."""
    recorder = Recorder(name, "optimizers.py")
    for case, (arguments, keywords) in settings.items():
        inputs = {
            "parameter": recorder.normal(5, 7), "gradients": recorder.normal(STEPS, 5, 7)
        }
        outputs = {
            "parameters": trajectory(
                lambda parameters: make(parameters, **keywords), inputs["parameter"],
                inputs["gradients"])
        }
        recorder.add(case, arguments, inputs, outputs)
    recorder.write()


def record_sgd():
    settings = {}
    for momentum, nesterov, decay in (
        (0.0, False, 0.0), (0.0, False, 0.01), (0.9, False, 0.0), (0.9, False, 0.01),
        (0.9, True, 0.0), (0.9, True, 0.01),
    ):
        name = f"{'Nesterov ' if nesterov else ''}momentum {momentum}, weight decay {decay}"
        settings[name] = (
            {"learningRate": 0.1, "momentum": momentum, "nesterov": nesterov,
             "weightDecay": decay},
            {"lr": 0.1, "momentum": momentum, "nesterov": nesterov, "weight_decay": decay})
    record_optimizer("sgd", torch.optim.SGD, settings)


def record_adam(name, make):
    settings = {}
    for rate, betas, epsilon, decay in (
        (1e-3, (0.9, 0.999), 1e-8, 0.0), (1e-3, (0.9, 0.999), 1e-8, 0.01),
        (0.1, (0.8, 0.99), 1e-5, 0.1),
    ):
        settings[f"rate {rate}, betas {betas}, epsilon {epsilon}, weight decay {decay}"] = (
            {"learningRate": rate, "betas": betas, "epsilon": epsilon, "weightDecay": decay},
            {"lr": rate, "betas": betas, "eps": epsilon, "weight_decay": decay})
    record_optimizer(name, make, settings)


def record():
    record_sgd()
    record_adam("adam", torch.optim.Adam)
    record_adam("adamw", torch.optim.AdamW)
