"""Records learning rates and momenta of schedules, as each step uses them."""

import math
import warnings

import torch
import torch.optim.lr_scheduler as lr
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


def fastai_one_cycle(steps, rate=0.06, percent=0.25, momenta=(0.95, 0.85, 0.95)):
    """fastai's `fit_one_cycle`: two cosine segments over the share of training done, step / steps.

    The formula is that of `combined_cos` and `SchedCos` in fastai/callback/schedule.py, in float64.
    fastai itself holds the segments' borders in float32, which moves its values by about 1e-7.
    """
    divisor, final_divisor = 25.0, 1e5

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


LONG = 1000


def digits(values):
    """Ten digits of each number."""
    return [float(f"{value:.10g}") for value in values]


def followed(make, advance=None, of="lr"):
    """The learning rate of each of 1,000 steps, or another setting."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    schedule = make(optimizer)
    values = []
    for step in range(LONG):
        values.append(optimizer.param_groups[0][of])
        optimizer.step()
        # A 1cycle schedule refuses the step after the last.
        if step + 1 == LONG:
            break
        if advance is None:
            schedule.step()
        else:
            advance(schedule, step)
    return digits(values)


def thinned(values, borders):
    """Each tenth step, the last, and those around the borders between phases, by their numbers."""
    kept = set(range(0, LONG, 10)) | {LONG - 1}
    for border in borders:
        kept |= set(range(max(border - 2, 0), min(border + 3, LONG)))
    steps = sorted(kept)
    return {"steps": steps} | {name: [all[step] for step in steps] for name, all in values.items()}


def flat_cosine(flat_share, divisor):
    """fastai's `fit_flat_cos`: `combined_cos` of the share of training done, in float64."""
    def value(share):
        if share < flat_share:
            return 0.1
        part = (share - flat_share) / (1 - flat_share)
        return 0.1 / divisor + (1 + math.cos(math.pi * part)) * (0.1 - 0.1 / divisor) / 2

    return digits(value(step / LONG) for step in range(LONG))


def cycle(**settings):
    """1cycle as the product writes it in files."""
    return {"oneCycle": {"_0": {"maxLearningRate": 0.1, "initialDivisor": 25.0} | settings}}


def long_one_cycle(anneal, three_phase):
    def make(optimizer):
        return OneCycleLR(
            optimizer, 0.1, LONG, pct_start=0.3, anneal_strategy=anneal, three_phase=three_phase,
            base_momentum=0.8, max_momentum=0.9)

    values = {
        "learningRates": followed(make), "momenta": followed(make, of="momentum")}
    kind = {"cos": "cosine", "linear": "linear"}[anneal]
    return {
        "name": f"OneCycleLR, {kind}, {'three' if three_phase else 'two'} phases",
        "schedule": cycle(
            warmUpShare=0.3, finalDivisor=1e4, anneal=kind, threePhase=three_phase,
            baseMomentum=0.8, maxMomentum=0.9, convention="pytorch"),
    } | thinned(values, (299, 598) if three_phase else (299,))


def long_fastai_one_cycle(share, highest, lowest):
    recorded = fastai_one_cycle(LONG, 0.1, share, (highest, lowest, highest))
    values = {name: digits(recorded[name]) for name in ("learningRates", "momenta")}
    return {
        "name": f"fastai fit_one_cycle, {share}",
        "schedule": cycle(
            warmUpShare=share, finalDivisor=1e5, anneal="cosine", threePhase=False,
            baseMomentum=lowest, maxMomentum=highest, convention="fastai"),
    } | thinned(values, (round(share * LONG),))


def measure(epoch):
    """A loss that falls, and stalls again and again."""
    return round(1 / (1 + epoch // 12) + 0.01 * math.sin(epoch), 6)


def record_runs():
    """The schedule of each entry is as the product writes it in files."""
    warnings.filterwarnings("ignore")
    entries = []

    def add(name, schedule, rates, borders=None, **more):
        values = {"learningRates": rates}
        kept = values if borders is None else thinned(values, borders)
        entries.append({"name": name, "schedule": schedule} | kept | more)

    def cosine(steps):
        return lambda optimizer: lr.CosineAnnealingLR(optimizer, steps)

    add("MultiStepLR", {"multiStep": {
        "learningRate": 0.1, "milestones": [100, 350, 350, 900], "factor": 0.5}},
        followed(lambda o: lr.MultiStepLR(o, [100, 350, 350, 900], 0.5)))
    add("ExponentialLR", {"exponential": {"learningRate": 0.1, "factor": 0.99}},
        followed(lambda o: lr.ExponentialLR(o, 0.99)), borders=())
    for first, multiplier, minimum in ((100, 1, 0.0), (50, 2, 0.001), (7, 3, 0.0)):
        add(f"CosineAnnealingWarmRestarts, {first} times {multiplier}, to {minimum}",
            {"cosineRestarts": {"learningRate": 0.1, "first": first, "multiplier": multiplier,
                                "final": minimum}},
            followed(lambda o: lr.CosineAnnealingWarmRestarts(o, first, multiplier, minimum)))
    for power in (1.0, 0.9, 2.0):
        add(f"PolynomialLR, {power}",
            {"polynomial": {"learningRate": 0.1, "power": power, "final": 0.0}},
            followed(lambda o: lr.PolynomialLR(o, LONG, power)), borders=())
    for share, divisor in ((0.75, 1e5), (0.5, 100.0)):
        add(f"fastai fit_flat_cos, {share}",
            {"flatCosine": {"learningRate": 0.1, "flatShare": share, "finalDivisor": divisor}},
            flat_cosine(share, divisor), borders=(round(share * LONG),))
    plain = {"cosine": {"learningRate": 0.1, "final": 0.0}}
    for shape, warm in (
        ("linear", lambda o: lr.LinearLR(o, 0.01, 1.0, 100)),
        ("constant", lambda o: lr.ConstantLR(o, 0.01, 100)),
    ):
        add(f"{shape} warm-up before a cosine",
            {"warmUp": {"over": {"steps": {"_0": 100}}, "from": 0.01, "shape": shape,
                        "then": plain}},
            followed(lambda o: lr.SequentialLR(o, [warm(o), cosine(900)(o)], [100])))
    add("SequentialLR of three",
        {"sequence": {"_0": [
            {"span": {"share": {"_0": 0.25}}, "schedule": {"constant": {"learningRate": 0.1}}},
            {"span": {"steps": {"_0": 350}}, "schedule": plain},
            {"span": {"share": {"_0": 0.4}},
             "schedule": {"exponential": {"learningRate": 0.1, "factor": 0.99}}},
        ]}},
        followed(lambda o: lr.SequentialLR(
            o, [lr.ConstantLR(o, 1.0), cosine(350)(o), lr.ExponentialLR(o, 0.99)], [250, 600])))
    for mode, threshold_mode, patience, cooldown, minimum in (
        ("min", "rel", 10, 0, 0.0), ("min", "abs", 3, 5, 0.0), ("max", "rel", 2, 1, 0.001),
    ):
        sign = 1 if mode == "min" else -1
        measures = [sign * measure(step) for step in range(LONG)]
        if mode == "max":
            measures = [2 + value for value in measures]
        add(f"ReduceLROnPlateau, {mode}, {threshold_mode}, patience {patience}",
            {"reduceOnPlateau": {"_0": {
                "learningRate": 0.1, "factor": 0.5, "patience": patience, "threshold": 1e-4,
                "isRelative": threshold_mode == "rel", "cooldown": cooldown,
                "minLearningRate": minimum,
                "measure": {"validationLoss": {}} if mode == "min"
                else {"metric": {"_0": "accuracy"}}}}},
            followed(
                lambda o: lr.ReduceLROnPlateau(
                    o, mode, 0.5, patience, 1e-4, threshold_mode, cooldown, minimum),
                lambda schedule, step: schedule.step(measures[step])),
            measures=measures)
    for size, gamma in ((100, 0.5), (7, 0.99)):
        add(f"StepLR, every {size}",
            {"step": {"learningRate": 0.1, "every": size, "factor": gamma}},
            followed(lambda o: lr.StepLR(o, size, gamma)))
    for minimum in (0.0, 1e-4):
        add(f"CosineAnnealingLR to {minimum}",
            {"cosine": {"learningRate": 0.1, "final": minimum}},
            followed(lambda o: lr.CosineAnnealingLR(o, LONG, minimum)), borders=())
    for anneal in ("cos", "linear"):
        for three_phase in (False, True):
            entries.append(long_one_cycle(anneal, three_phase))
    for share, momenta in ((0.25, (0.95, 0.85)), (0.4, (0.9, 0.7))):
        entries.append(long_fastai_one_cycle(share, *momenta))
    write_json(TRAINING_GOLDEN / "schedule_runs.json", source("schedules.py"), entries)


def record():
    record_runs()
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
