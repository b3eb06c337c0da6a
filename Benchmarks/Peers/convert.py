"""Writes the files of a work into the cache: weights, input, ONNX, ncnn.

Weights are random; running statistics are measured on random images, so that no value of the
network is so small or so large that a processor handles it more slowly than a trained one's.

Run with: python convert.py CACHE KIND NETWORK
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from safetensors.torch import save_file

import networks


def measure_statistics(model, shape):
    """Sets running means and variances to those of two batches of random images."""
    normalisations = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for module in normalisations:
        module.reset_running_stats()
        module.momentum = None  # the mean over all batches
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.randn(8, *shape[1:]))


def write_onnx(model, image, path):
    torch.onnx.export(model, (image,), path, dynamo=True, external_data=False, verbose=False)


def write_ncnn(model, image, folder):
    torch.jit.trace(model, image).save(folder / "model.pt")
    shape = "[" + ",".join(str(extent) for extent in image.shape) + "]"
    pnnx = Path(sys.executable).with_name("pnnx")
    subprocess.run(
        [pnnx if pnnx.exists() else "pnnx", "model.pt", f"inputshape={shape}", "fp16=0"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for left in folder.glob("model*"):
        if left.name not in ("model.ncnn.param", "model.ncnn.bin", "model.onnx"):
            left.unlink()


def write(folder, kind, network):
    torch.manual_seed(networks.SEED)
    work = networks.WORKS[kind, network]
    model = networks.build(kind, network)
    tensors = {"images": torch.randn(work.input)}
    if kind == "train":
        tensors["labels"] = torch.randint(work.classes, work.input[:1], dtype=torch.int32)
    else:
        measure_statistics(model, work.input)
    state = {
        name: tensor.contiguous() for name, tensor in model.state_dict().items()
        if tensor.is_floating_point()}
    save_file(state, folder / "weights.safetensors")
    save_file(tensors, folder / "data.safetensors")
    if kind == "infer":
        model.eval()
        write_onnx(model, tensors["images"], folder / "model.onnx")
        write_ncnn(model, tensors["images"], folder)


def main():
    if len(sys.argv) != 4 or tuple(sys.argv[2:]) not in networks.WORKS:
        works = ", ".join(" ".join(work) for work in networks.WORKS)
        sys.exit(f"usage: python convert.py CACHE KIND NETWORK, where the last two are of: {works}")
    cache, kind, network = sys.argv[1:]
    target = networks.files(cache, kind, network).weights.parent
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # In place at once, so that an interruption leaves nothing half written.
    folder = Path(tempfile.mkdtemp(dir=target.parent))
    warnings.simplefilter("ignore")  # of an exporter that works, and is to go one day
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            write(folder, kind, network)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
