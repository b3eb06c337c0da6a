"""Records all golden files, or those of the scripts that are named: record.py conv2d pooling."""

import importlib
import sys

import torch

SCRIPTS = (
    "conv2d", "conv_transpose2d", "linear", "matmul", "pooling", "batch_norm2d", "elementwise",
    "activations", "normalisation", "layers", "reductions", "softmax", "cross_entropy", "shaping",
    "optimizers", "schedules", "initializers", "simple_cnn", "zoo", "safetensors_file", "signals",
    "sequences", "pytorch_files", "zoo_classic", "moving", "more_pooling", "zoo_dense", "zoo_residual",
    "deformable", "numpy_files", "onnx_files", "losses", "optimizer_runs", "image_files",
    "image_transforms", "classification",
)


def main():
    names = sys.argv[1:] or SCRIPTS
    for name in names:
        if name not in SCRIPTS:
            raise SystemExit(f"There is no script {name}; choose from: {', '.join(SCRIPTS)}")
    # One thread and fixed algorithms: the same machine records the same bytes again.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in names:
        importlib.import_module(name).record()


if __name__ == "__main__":
    main()
