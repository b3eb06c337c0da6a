"""Records learning rates and momenta of schedules, as each step uses them."""

import math
import warnings

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from recording import TRAINING_GOLDEN, source, write_json

STEPS = 40


def values(make, rate=0.1, cycle_momentum=False):
    """What a PyTorch schedule sets before each of the steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate, momentum=0.9)
    schedule = make(optimizer)
    rates, momenta = [], []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        # The step after the last has no value in a 1cycle schedule; PyTorch refuses it.
        if len(rates) < STEPS:
            schedule.step()
    result = {"learningRates": rates}
    return result | ({"momenta": momenta} if cycle_momentum else {})


def one_cycle(anneal, three_phase, percent):
    arguments = {
        "maxLearningRate": 0.1, "steps": STEPS, "warmUpShare": percent,
        "anneal": {"cos": "cosine", "linear": "linear"}[anneal], "threePhase": three_phase,
        "initialDivisor": 25.0, "finalDivisor": 1e4, "baseMomentum": 0.85, "maxMomentum": 0.95,
    }
    recorded = values(
        lambda optimizer: OneCycleLR(
            optimizer, max_lr=0.1, total_steps=STEPS, pct_start=percent, anneal_strategy=anneal,
            three_phase=three_phase),
        cycle_momentum=True)
    phases = "three phases" if three_phase else "two phases"
    name = f"OneCycleLR, {arguments['anneal']}, {phases}, warm-up {percent}"
    return {"name": name, "kind": "oneCycle", "arguments": arguments} | recorded


def fastai_one_cycle(steps):
    """fastai's `fit_one_cycle`: two cosine segments over the share of training done, step / steps.

    The formula is that of `combined_cos` and `SchedCos` in fastai/callback/schedule.py, in float64.
    fastai itself holds the segments' borders in float32, which moves its values by about 1e-7.
    """
    rate, divisor, final_divisor, percent = 0.06, 25.0, 1e5, 0.25
    momenta = (0.95, 0.85, 0.95)

    def cosine(start, end, share):
        return start + (1 + math.cos(math.pi * (1 - share))) * (end - start) / 2

    def combined(start, middle, end, share):
        if share < percent:
            return cosine(start, middle, share / percent)
        return cosine(middle, end, (share - percent) / (1 - percent))

    shares = [step / steps for step in range(steps)]
    return {
        "name": f"fastai fit_one_cycle, {steps} steps", "kind": "fastaiOneCycle",
        "arguments": {
            "maxLearningRate": rate, "steps": steps, "warmUpShare": percent,
            "initialDivisor": divisor, "finalDivisor": final_divisor, "momenta": momenta,
        },
        "learningRates": [
            combined(rate / divisor, rate, rate / final_divisor, share) for share in shares],
        "momenta": [combined(*momenta, share) for share in shares],
    }


def record():
    warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
    entries = [
        one_cycle(anneal, three_phase, percent)
        for anneal in ("cos", "linear") for three_phase in (False, True) for percent in (0.3, 0.25)
    ]
    for minimum in (0.0, 1e-4):
        entries.append({
            "name": f"CosineAnnealingLR to {minimum}", "kind": "cosineAnnealing",
            "arguments": {"learningRate": 0.1, "steps": STEPS, "minLearningRate": minimum},
        } | values(lambda optimizer: CosineAnnealingLR(optimizer, STEPS, minimum)))
    for size, gamma in ((10, 0.1), (7, 0.5)):
        entries.append({
            "name": f"StepLR every {size} by {gamma}", "kind": "step",
            "arguments": {"learningRate": 0.1, "stepSize": size, "gamma": gamma},
        } | values(lambda optimizer: StepLR(optimizer, size, gamma)))
    entries += [fastai_one_cycle(STEPS), fastai_one_cycle(37)]
    write_json(TRAINING_GOLDEN / "schedules.json", source("schedules.py"), entries)
