"""Records batch normalisation in training and in inference."""

import torch.nn.functional as F

from recording import Recorder


def normalisation(training, momentum, epsilon):
    def function(input, running_mean, running_var, weight=None, bias=None):
        # PyTorch updates the running values in place; the recorded inputs must stay.
        mean, variance = running_mean.clone(), running_var.clone()
        output = F.batch_norm(input, mean, variance, weight, bias, training, momentum, epsilon)
        if not training:
            return output
        return {"output": output, "new_running_mean": mean, "new_running_var": variance}

    return function


def record():
    recorder = Recorder("batch_norm2d", "batch_norm2d.py")

    def add(name, shape, training, affine, momentum=0.1, epsilon=1e-5, mean=0.0, deviation=1.0):
        channels = shape[1]
        inputs = {
            "input": recorder.normal(*shape, mean=mean, deviation=deviation),
            "running_mean": recorder.normal(channels),
            "running_var": recorder.uniform(0.5, 2, channels),
        }
        if affine:
            inputs["weight"] = recorder.normal(channels)
            inputs["bias"] = recorder.normal(channels)
        arguments = {
            "training": training, "affine": affine, "momentum": momentum, "epsilon": epsilon
        }
        recorder.case(
            name, normalisation(training, momentum, epsilon), inputs, arguments,
            ("running_mean", "running_var"), ("new_running_mean", "new_running_var"))

    for training in (True, False):
        mode = "training" if training else "inference"
        for affine in (True, False):
            note = "" if affine else ", not affine"
            add(f"{mode}{note}", (5, 3, 5, 7), training, affine)
            add(f"{mode}, momentum 0.3, epsilon 1e-3{note}", (5, 5, 3, 4), training, affine, 0.3,
                1e-3)
            add(f"{mode}, batch 1{note}", (1, 17, 5, 3), training, affine)
        add(f"{mode}, 1x1 map", (5, 64, 1, 1), training, True)
        add(f"{mode}, 1 channel", (5, 1, 9, 8), training, True)
        add(f"{mode}, mean far from zero", (5, 8, 5, 4), training, True, mean=100.0)
        add(f"{mode}, variance below epsilon", (5, 3, 4, 5), training, True, deviation=1e-3)
    recorder.write()
