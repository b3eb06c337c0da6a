"""Records 1,000 steps of each optimiser, from gradients that come round every 50 steps.

A fixed sequence of gradients keeps the comparison meaningful: with gradients of the weights themselves,
a sign that rounding flips would send two right implementations different ways.

SGD, Adam, AdamW, RMSprop and Muon are PyTorch's; Muon's Newton-Schulz steps run in float64 instead of
bfloat16, because a conversion to bfloat16 leaves a tensor as it is here. Lion, LAMB and LARS are the formulas
of their papers. All in float64.
"""

import torch
import torch.optim._muon as muon

from recording import TRAINING_GOLDEN, Recorder

STEPS, PERIOD = 1000, 50
KEPT = (1, 10, 100, 1000)


class Lion(torch.optim.Optimizer):
    """arXiv:2302.06675, algorithm 2."""

    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                beta1, beta2 = group["betas"]
                update = (beta1 * m + (1 - beta1) * p.grad).sign()
                p -= group["lr"] * (update + group["weight_decay"] * p)
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


class LAMB(torch.optim.Optimizer):
    """arXiv:1904.00962, algorithm 2, with the identity for phi; vectors are not scaled."""

    def __init__(self, parameters, lr, betas, eps, weight_decay):
        super().__init__(
            parameters, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["t"] += 1
                (beta1, beta2), t = group["betas"], state["t"]
                state["m"].mul_(beta1).add_(p.grad, alpha=1 - beta1)
                state["v"].mul_(beta2).add_(p.grad ** 2, alpha=1 - beta2)
                r = state["m"] / (1 - beta1 ** t)
                r = r / ((state["v"] / (1 - beta2 ** t)).sqrt() + group["eps"])
                r = r + group["weight_decay"] * p
                ratio = p.norm() / r.norm() if p.ndim > 1 else 1
                p -= group["lr"] * ratio * r


class LARS(torch.optim.Optimizer):
    """arXiv:1708.03888, section 4, with the rate outside of the momentum; vectors are not scaled."""

    def __init__(self, parameters, lr, momentum, trust, weight_decay):
        super().__init__(parameters, {
            "lr": lr, "momentum": momentum, "trust": trust, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                decay = group["weight_decay"]
                ratio = 1
                if p.ndim > 1:
                    ratio = group["trust"] * p.norm() / (p.grad.norm() + decay * p.norm())
                v.mul_(group["momentum"]).add_(ratio * (p.grad + decay * p))
                p -= group["lr"] * v


def in_float64(gradient, coefficients, steps, epsilon):
    """PyTorch's own Newton-Schulz function, which works in whatever `torch.bfloat16` names."""
    kept = torch.bfloat16
    torch.bfloat16 = torch.float64
    try:
        return NEWTON_SCHULZ(gradient, coefficients, steps, epsilon)
    finally:
        torch.bfloat16 = kept


NEWTON_SCHULZ = muon._zeropower_via_newtonschulz


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

    def add(name, optimizer, rate, make, shape=(4, 6), clip=None, clipping=None):
        inputs = {
            "parameter": recorder.normal(*shape), "gradients": recorder.normal(PERIOD, *shape)}
        outputs = {"parameters": trajectory(make, inputs["parameter"], inputs["gradients"], clip)}
        arguments = {"optimizer": optimizer, "learningRate": rate}
        if clipping:
            arguments["clipping"] = clipping
        recorder.add(name, arguments, inputs, outputs)

    optim = torch.optim
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
            lambda p: Lion(p, 0.001, (0.9, 0.99), decay))
        for shape in ((4, 6), (7,)):
            add(f"LAMB, {len(shape)} axes, decay {decay}",
                {"lamb": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "weightDecay": decay}},
                0.001, lambda p: LAMB(p, 0.001, (0.9, 0.999), 1e-6, decay), shape)
            add(f"LARS, {len(shape)} axes, decay {decay}",
                {"lars": {"momentum": 0.9, "nesterov": False, "trust": 0.01,
                          "weightDecay": decay}},
                0.01, lambda p: LARS(p, 0.01, 0.9, 0.01, decay), shape)
        for shape in ((4, 6), (9, 5)):
            for nesterov, adjustment, theirs in (
                (True, "original", "original"), (False, "original", "original"),
                (True, "matchRMSAdamW", "match_rms_adamw"),
            ):
                add(f"Muon, {list(shape)}, Nesterov {nesterov}, {adjustment}, decay {decay}",
                    {"muon": {"momentum": 0.95, "nesterov": nesterov, "weightDecay": decay,
                              "adjustment": adjustment, "adamWFactor": 1.0}}, 0.01,
                    lambda p: optim.Muon(
                        p, lr=0.01, weight_decay=decay, nesterov=nesterov, adjust_lr_fn=theirs),
                    shape)
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
