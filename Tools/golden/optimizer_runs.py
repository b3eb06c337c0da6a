"""Records 1,000 steps of each optimiser, from gradients that come round every 50 steps.

A fixed sequence of gradients keeps the comparison meaningful: with gradients of the weights themselves,
a sign that rounding flips would send two right implementations different ways.

SGD, Adam, AdamW, RMSprop and Muon are PyTorch's; Muon's Newton-Schulz steps run in float64 instead of
bfloat16, because a conversion to bfloat16 leaves a tensor as it is here. Lion, LAMB and LARS are timm's, with the
options that make them their papers' formulas: LAMB without its clipping to a norm of 1, LARS without an epsilon, both
adapting matrices whatever their weight decay. All in float64.
"""

import timm.optim
import torch
import torch.optim._muon as muon

from recording import TRAINING_GOLDEN, Recorder

STEPS, PERIOD = 1000, 50
KEPT = (1, 10, 100, 1000)


def in_float64(gradient, coefficients, steps, epsilon):
    """PyTorch's own Newton-Schulz function, which works in whatever `torch.bfloat16` names."""
    kept = torch.bfloat16
    torch.bfloat16 = torch.float64
    try:
        return NEWTON_SCHULZ(gradient, coefficients, steps, epsilon)
    finally:
        torch.bfloat16 = kept


NEWTON_SCHULZ = muon._zeropower_via_newtonschulz


def lamb(decay):
    return {"lamb": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "weightDecay": decay}}


def lars(nesterov, decay):
    return {"lars": {
        "momentum": 0.9, "nesterov": nesterov, "trust": 0.01, "weightDecay": decay}}


def trajectory(make, start, gradients, clip=None):
    weight = torch.nn.Parameter(start.clone())
    optimizer = make([weight])
    after = []
    for step in range(STEPS):
        weight.grad = gradients[step % PERIOD].clone()
        if clip is not None:
            clip([weight])
        optimizer.step()
        if step + 1 in KEPT:
            after.append(weight.detach().clone())
    return torch.stack(after)


def record():
    muon._zeropower_via_newtonschulz = in_float64
    recorder = Recorder("optimizer_runs", "optimizer_runs.py", folder=TRAINING_GOLDEN)

    def add(name, optimizer, rate, make, shape=(4, 6), clip=None, **more):
        inputs = {
            "parameter": recorder.normal(*shape), "gradients": recorder.normal(PERIOD, *shape)}
        outputs = {"parameters": trajectory(make, inputs["parameter"], inputs["gradients"], clip)}
        arguments = {"optimizer": optimizer, "learningRate": rate} | more
        recorder.add(name, arguments, inputs, outputs)

    optim, theirs = torch.optim, timm.optim
    for decay in (0.0, 0.01):
        for nesterov in (False, True):
            add(f"SGD, Nesterov {nesterov}, decay {decay}",
                {"sgd": {"momentum": 0.9, "nesterov": nesterov, "weightDecay": decay}}, 0.01,
                lambda p: optim.SGD(
                    p, 0.01, momentum=0.9, nesterov=nesterov, weight_decay=decay))
        add(f"Adam, decay {decay}",
            {"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": decay}}, 0.001,
            lambda p: optim.Adam(p, 0.001, weight_decay=decay))
        add(f"AdamW, decay {decay}",
            {"adamW": {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weightDecay": decay}}, 0.001,
            lambda p: optim.AdamW(p, 0.001, betas=(0.9, 0.99), weight_decay=decay))
        for momentum, centered in ((0.0, False), (0.9, False), (0.0, True), (0.9, True)):
            add(f"RMSprop, momentum {momentum}, centred {centered}, decay {decay}",
                {"rmsProp": {"alpha": 0.99, "epsilon": 1e-8, "momentum": momentum,
                             "centered": centered, "weightDecay": decay}}, 0.001,
                lambda p: optim.RMSprop(
                    p, 0.001, momentum=momentum, centered=centered, weight_decay=decay))
        add(f"Lion, decay {decay}",
            {"lion": {"beta1": 0.9, "beta2": 0.99, "weightDecay": decay}}, 0.001,
            lambda p: theirs.Lion(
                p, 0.001, betas=(0.9, 0.99), weight_decay=decay, foreach=False))
        for shape in ((4, 6), (7,)):
            # timm adapts what shrinks, and what does not where it is told to.
            adapts = len(shape) > 1 or decay > 0
            add(f"LAMB, {len(shape)} axes, decay {decay}", lamb(decay), 0.001,
                lambda p: theirs.Lamb(
                    p, 0.001, weight_decay=decay, max_grad_norm=None, always_adapt=adapts,
                    foreach=False),
                shape, noBiasDecay=not adapts)
            for nesterov in (False, True):
                add(f"LARS, {len(shape)} axes, Nesterov {nesterov}, decay {decay}",
                    lars(nesterov, decay), 0.01,
                    lambda p: theirs.Lars(
                        p, 0.01, momentum=0.9, nesterov=nesterov, trust_coeff=0.01,
                        weight_decay=decay, eps=0, always_adapt=adapts, foreach=False),
                    shape, noBiasDecay=not adapts)
        for shape in ((4, 6), (9, 5)):
            for nesterov, adjustment, name in (
                (True, "original", "original"), (False, "original", "original"),
                (True, "matchRMSAdamW", "match_rms_adamw"),
            ):
                add(f"Muon, {list(shape)}, Nesterov {nesterov}, {adjustment}, decay {decay}",
                    {"muon": {"momentum": 0.95, "nesterov": nesterov, "weightDecay": decay,
                              "adjustment": adjustment, "adamWFactor": 1.0}}, 0.01,
                    lambda p: optim.Muon(
                        p, lr=0.01, weight_decay=decay, nesterov=nesterov, adjust_lr_fn=name),
                    shape)
    # Vectors that shrink by a group's own weight decay, and are not adapted.
    add("LAMB, a group's decay", lamb(0.0), 0.001,
        lambda p: optim.AdamW(p, 0.001, eps=1e-6, weight_decay=0.01), (7,), groupDecay=0.01)
    add("LARS, a group's decay", lars(False, 0.0), 0.01,
        lambda p: optim.SGD(p, 0.01, momentum=0.9, weight_decay=0.01), (7,), groupDecay=0.01)
    plain = {"sgd": {"momentum": 0.9, "nesterov": False, "weightDecay": 0.0}}

    def make_plain(p):
        return optim.SGD(p, 0.01, momentum=0.9)

    for maximum in (0.5, 5.0, 100.0):
        add(f"clipping to norm {maximum}", plain, 0.01, make_plain,
            clip=lambda p: torch.nn.utils.clip_grad_norm_(p, maximum),
            clipping={"norm": {"maximum": maximum}})
    add("clipping to value 0.5", plain, 0.01, make_plain,
        clip=lambda p: torch.nn.utils.clip_grad_value_(p, 0.5),
        clipping={"value": {"maximum": 0.5}})
    recorder.write()
