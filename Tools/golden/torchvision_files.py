"""Saves torchvision's networks with seeded random weights, and what they answer.

    torchvision_files.py FOLDER [NAME …]

For each network a folder with weights.pth, weights.safetensors, input.npy and its outputs 0.npy, 1.npy …;
the fovea tool is compared with them by Scripts/check-torchvision.sh. No network is downloaded.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file

SEED = 1603
BATCH = 2
# The networks of these modules take an image batch and answer with tensors.
MODULES = (torchvision.models, torchvision.models.segmentation)
# Transformers, and networks that are quantised or take videos.
LEFT_OUT = ("vit_", "swin_", "maxvit", "quantized_")
SIZES = {"inception_v3": 299}
SEGMENTATION_SIZE = 128


def names():
    return [
        name for module in MODULES for name in torchvision.models.list_models(module=module)
        if not name.startswith(LEFT_OUT)
    ]


def network(name):
    """The network with random weights that keep signals at a usual size, statistics included."""
    torch.manual_seed(SEED)
    options = {"weights": None}
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = True
    if name in torchvision.models.list_models(module=torchvision.models.segmentation):
        options["weights_backbone"] = None
        # Published weights have a second head, where the network knows one.
        if not name.startswith("lraspp"):
            options["aux_loss"] = True
    model = torchvision.models.get_model(name, **options)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.8, 1.2)
            module.weight.data.uniform_(0.8, 1.2)
            module.bias.data.normal_(0, 0.1)
    return model.eval()


def outputs(result):
    if isinstance(result, dict):
        return list(result.values())
    return list(result) if isinstance(result, (tuple, list)) else [result]


def save(folder, name):
    model = network(name)
    is_segmentation = name in torchvision.models.list_models(module=torchvision.models.segmentation)
    size = SEGMENTATION_SIZE if is_segmentation else SIZES.get(name, 224)
    image = torch.randn(BATCH, 3, size, size, generator=torch.Generator().manual_seed(SEED))
    with torch.inference_mode():
        results = outputs(model(image))
    folder.mkdir(parents=True, exist_ok=True)
    state = model.state_dict()
    torch.save(state, folder / "weights.pth")
    save_file({key: value.contiguous().clone() for key, value in state.items()}, folder / "weights.safetensors")
    np.save(folder / "input.npy", image.numpy())
    for index, result in enumerate(results):
        np.save(folder / f"{index}.npy", result.numpy())


def compare(expected, actual):
    """The largest difference of outputs, as a share of the largest magnitude; None where a file is missing."""
    worst = 0.0
    for file in sorted(Path(expected).glob("[0-9]*.npy")):
        other = Path(actual) / file.name
        if not other.exists():
            return None
        left, right = np.load(file), np.load(other)
        if left.shape != right.shape:
            return float("inf")
        worst = max(worst, float(np.abs(left - right).max() / np.abs(left).max()))
    return worst


def main():
    if sys.argv[1:2] == ["--list"]:
        print("\n".join(names()))
    elif sys.argv[1:2] == ["--compare"]:
        worst = compare(*sys.argv[2:4])
        print("missing" if worst is None else f"{worst:.1e}")
        raise SystemExit(worst is None or not worst <= float(sys.argv[4]))
    elif len(sys.argv) >= 2:
        for name in sys.argv[2:] or names():
            save(Path(sys.argv[1]) / name, name)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
