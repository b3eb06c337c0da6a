"""Records the weights' names of torchvision's networks, their cost, and what known weights give."""

import math

import numpy as np
import torch
import torchvision

from recording import ZOO_GOLDEN, write_json

# Each network's name here, its function in torchvision, the image that costs are counted on, and
# the image and classes of the recorded logits, where there are some. No extent is a multiple of 32.
NETWORKS = (
    ("resnet18", "resnet18", (3, 224, 224), (3, 70, 61)),
    ("resnet34", "resnet34", (3, 224, 224), (3, 70, 61)),
    ("resnet50", "resnet50", (3, 224, 224), (3, 70, 61)),
    ("mobilenet-v2", "mobilenet_v2", (3, 224, 224), (3, 70, 61)),
    ("efficientnet-b0", "efficientnet_b0", (3, 224, 224), (3, 70, 61)),
    ("resnet18-cifar", "resnet18", (3, 32, 32), (3, 35, 29)),
    ("vgg16", "vgg16", (3, 224, 224), None),
)
BATCH = 2
CLASSES = 12


def build(name, function, classes):
    model = getattr(torchvision.models, function)(num_classes=classes).eval()
    if name == "resnet18-cifar":
        model.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        model.maxpool = torch.nn.Identity()
    return model


def multiply_adds(model, image):
    """Multiplications of convolutions and dense layers, counted on their outputs."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += output.numel() * module.weight[0].numel()

    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        model(torch.zeros(1, *image))
    return total


def known(name, shape, low, high):
    """Numbers from `low` to `high` that follow from the name: SplitMix64, seeded with its FNV-1a."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = math.prod(shape)
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    share = (z >> np.uint64(40)).astype(np.float64) * 2.0**-24
    numbers = (low + (high - low) * share).astype(np.float32).astype(np.float64)
    return torch.from_numpy(numbers.reshape(shape))


def known_weight(name, shape):
    if name.endswith("running_var"):
        return known(name, shape, 0.5, 1.5)
    if name.endswith(("running_mean", "bias")):
        return known(name, shape, -0.25, 0.25)
    if len(shape) == 1:
        return known(name, shape, 0.5, 1.5)
    bound = math.sqrt(6 / math.prod(shape[1:]))
    return known(name, shape, -bound, bound)


def run(name, function, image):
    """Logits, and the gradient by the first bias of the loss Σ logits · upstream, in float64.

    Every weight and input is known by name; batch normalisation is in inference.
    """
    model = build(name, function, CLASSES).double()
    model.load_state_dict({
        key: value if key.endswith("num_batches_tracked") else known_weight(key, value.shape)
        for key, value in model.state_dict().items()
    })
    logits = model(known("input", (BATCH, *image), -1, 1))
    (logits * known("upstream", logits.shape, -1, 1)).sum().backward()
    bias = next(key for key in model.state_dict() if key.endswith("bias"))
    return {
        "logits": nine_digits(logits), "bias": bias,
        "biasGradient": nine_digits(model.get_parameter(bias).grad),
    }


def nine_digits(values):
    return [float(f"{value:.9g}") for value in values.flatten().tolist()]


def record():
    for name, function, image, small in NETWORKS:
        classes = 10 if name == "resnet18-cifar" else 1000
        model = build(name, function, classes)
        parameters = dict(model.named_parameters())
        entries = [
            {"name": key, "shape": list(value.shape),
             "kind": "parameter" if key in parameters else "buffer"}
            for key, value in model.state_dict().items()
        ]
        more = {
            "parameters": sum(value.numel() for value in parameters.values()),
            "keys": len(entries), "multiplyAdds": multiply_adds(model, image),
        }
        if small is not None:
            more |= {
                "input": [BATCH, *small], "classes": CLASSES, **run(name, function, small)
            }
        version = torchvision.__version__.split("+")[0]
        write_json(
            ZOO_GOLDEN / f"{name}.json", f"torchvision {version}, Tools/golden/zoo.py", entries,
            **more)
