"""The networks that are compared, and what goes into them; all peers and Fovea read the same files.

A work is a kind, `infer` or `train`, and a network by Fovea's name for it. `files(cache, ...)` has the
paths; convert.py writes them.
"""

from pathlib import Path
from typing import NamedTuple

SEED = 0
LEARNING_RATE = 1e-4  # small, so that a network stays what it is through any number of steps
MOMENTUM = 0.9


class Work(NamedTuple):
    """What is measured, without the numbers."""

    input: tuple
    classes: int
    torchvision: str | None = None


WORKS = {
    ("infer", "vgg16"): Work((1, 3, 224, 224), 1000, "vgg16"),
    ("infer", "resnet18"): Work((1, 3, 224, 224), 1000, "resnet18"),
    ("infer", "resnet50"): Work((1, 3, 224, 224), 1000, "resnet50"),
    ("infer", "mobilenet-v2"): Work((1, 3, 224, 224), 1000, "mobilenet_v2"),
    ("infer", "efficientnet-b0"): Work((1, 3, 224, 224), 1000, "efficientnet_b0"),
    ("train", "resnet18-cifar"): Work((64, 3, 32, 32), 10),
    ("train", "resnet18"): Work((16, 3, 224, 224), 1000, "resnet18"),
    ("train", "simple-cnn"): Work((64, 1, 28, 28), 10),
}


class Files(NamedTuple):
    weights: Path
    data: Path
    onnx: Path
    ncnn_param: Path
    ncnn_bin: Path


def files(cache, kind, network):
    folder = Path(cache) / f"{kind}-{network}"
    return Files(
        folder / "weights.safetensors", folder / "data.safetensors", folder / "model.onnx",
        folder / "model.ncnn.param", folder / "model.ncnn.bin")


def simple_cnn():
    from torch import nn

    def block(inputs, outputs, kernel):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2), nn.ReLU(), nn.BatchNorm2d(outputs))

    return nn.Sequential(
        block(1, 8, 5), block(8, 16, 3), block(16, 32, 3), block(32, 64, 3),
        nn.Sequential(nn.Conv2d(64, 10, 3, 2, 1), nn.BatchNorm2d(10)), nn.Flatten())


def resnet18_cifar():
    """ResNet-18 with a 3x3 stem of stride 1 and no max-pooling, for 32x32 images."""
    import torchvision
    from torch import nn

    model = torchvision.models.resnet18(num_classes=10)
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()
    return model


def build(kind, network):
    """The untrained PyTorch network of a work."""
    import torchvision

    work = WORKS[kind, network]
    if work.torchvision:
        return torchvision.models.get_model(work.torchvision, weights=None)
    return {"simple-cnn": simple_cnn, "resnet18-cifar": resnet18_cifar}[network]()


def load(cache, kind, network):
    """The PyTorch network of a work with its stored weights, and its stored tensors."""
    from safetensors.torch import load_file

    paths = files(cache, kind, network)
    model = build(kind, network)
    missing, unexpected = model.load_state_dict(load_file(paths.weights), strict=False)
    # Counters of batches are integers that no inference and no fixed momentum reads.
    wrong = [name for name in missing if not name.endswith("num_batches_tracked")] + unexpected
    if wrong:
        raise ValueError(f"{paths.weights} does not fit the network at {wrong[0]}; delete {cache}")
    return model, load_file(paths.data)
