"""Records how the loss of a small MNIST network falls, step by step, from recorded weights."""

import gzip
import os
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from recording import TRAINING_GOLDEN, ROOT, SEED, Recorder

BATCH = 64
MEAN, DEVIATION = 0.1307, 0.3081
# Steps count as comparable as long as PyTorch's float32 stays this close to its float64.
COMPARABLE = 2e-5
NUMBERS = (
    "Weights and images are exact float32 values: (pixel / 255 - 0.1307) / 0.3081 in float64, "
    "rounded to float32. Batch k holds the training images 64k to 64k + 63 in the file's order. "
    "losses_float32 comes from PyTorch in float32; every other result from float64, rounded to "
    "float32 once, at the end."
)


def block(inputs, outputs, kernel):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2), nn.ReLU(), nn.BatchNorm2d(outputs))


def simple_cnn():
    return nn.Sequential(
        block(1, 8, 5), block(8, 16, 3), block(16, 32, 3), block(32, 64, 3),
        nn.Sequential(nn.Conv2d(64, 10, 3, 2, 1), nn.BatchNorm2d(10)), nn.Flatten())


def data_folder():
    """Where MNIST's four .gz files lie: `mnist` in $FOVEA_DATA or in ../shared/data."""
    data = Path(os.environ.get("FOVEA_DATA", ROOT.parent / "shared/data"))
    folder = data / "mnist"
    if not folder.is_dir():
        raise SystemExit(f"{folder} does not exist; set FOVEA_DATA to the folder that has mnist/")
    return folder


def batches(count):
    """The first `count` batches: images [count, 64, 1, 28, 28] as float32, labels [count, 64]."""
    folder = data_folder()

    def read(name, header):
        with gzip.open(folder / name) as file:
            return numpy.frombuffer(file.read(), numpy.uint8, offset=header)

    pixels = read("train-images-idx3-ubyte.gz", 16)[:count * BATCH * 784].astype(numpy.float64)
    labels = read("train-labels-idx1-ubyte.gz", 8)[:count * BATCH].astype(numpy.int64)
    images = ((pixels / 255 - MEAN) / DEVIATION).astype(numpy.float32)
    return (
        torch.from_numpy(images).reshape(count, BATCH, 1, 28, 28),
        torch.from_numpy(labels).reshape(count, BATCH))


def state(model):
    """Weights and running values; the count of batches is an integer that nothing computes with."""
    return {
        name: value.clone() for name, value in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def train(initial, make_optimizer, steps, kind):
    """The loss before each update, the first step's gradients and the state after the last."""
    model = simple_cnn()
    model.load_state_dict(initial, strict=False)
    model.to(kind).train()
    optimizer = make_optimizer(model.parameters())
    losses, gradients = [], None
    for images, labels in zip(*batches(steps)):
        loss = F.cross_entropy(model(images.to(kind)), labels)
        optimizer.zero_grad()
        loss.backward()
        if gradients is None:
            gradients = {
                name: parameter.grad.clone() for name, parameter in model.named_parameters()}
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), gradients, state(model)


def record_curve(name, arguments, make_optimizer):
    steps = arguments["steps"]
    recorder = Recorder(name, "simple_cnn.py", NUMBERS, TRAINING_GOLDEN)
    torch.manual_seed(SEED)
    initial = state(simple_cnn())
    single, _, _ = train(initial, make_optimizer, steps, torch.float32)
    double, gradients, final = train(initial, make_optimizer, steps, torch.float64)
    apart = (single.double() - double).abs()
    comparable = int((apart <= COMPARABLE).long().cumprod(0).sum())
    outputs = {"losses_float32": single, "losses_float64": double}
    outputs |= {f"final.{key}": value for key, value in final.items() if "running" in key}
    # Without a prefix the weights keep PyTorch's names, so that the file loads as a state_dict.
    recorder.add(
        name,
        arguments | {
            "batchSize": BATCH, "mean": MEAN, "deviation": DEVIATION, "comparableSteps": comparable
        },
        initial, outputs, gradients=gradients, prefix="")
    recorder.write()
    print(
        f"  loss {double[0]:.4f} to {double[-1]:.4f}; PyTorch's float32 strays "
        f"{apart.max():.1e} from its float64, {comparable} of {steps} steps comparable")


def record():
    record_curve(
        "simple_cnn_curve",
        {"optimizer": "sgd", "steps": 50, "learningRate": 0.01, "momentum": 0.9,
         "weightDecay": 0.0},
        lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9))
    record_curve(
        "simple_cnn_curve_plain",
        {"optimizer": "sgd", "steps": 50, "learningRate": 0.01, "momentum": 0.0,
         "weightDecay": 0.0},
        lambda parameters: torch.optim.SGD(parameters, lr=0.01))
    record_curve(
        "simple_cnn_curve_adamw",
        {"optimizer": "adamw", "steps": 20, "learningRate": 1e-3, "betas": (0.9, 0.999),
         "epsilon": 1e-8, "weightDecay": 0.01},
        lambda parameters: torch.optim.AdamW(parameters, lr=1e-3))
