"""Checks networks that we exported with onnx and ONNX Runtime: exports.py FOLDER

For each NAME.onnx there is NAME.safetensors with `input` and our `output`, for a batch that is not the file's.
"""

import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-4


def check(path):
    """The largest difference as a share of the largest output."""
    onnx.checker.check_model(path, full_check=True)
    tensors = load_file(path.with_suffix(".safetensors"))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    output, = session.run(["output"], {name: tensors["input"]})
    expected = tensors["output"]
    if output.shape != expected.shape:
        raise SystemExit(f"{path.name}: shape {output.shape}, not {expected.shape}")
    return float(numpy.abs(output - expected).max() / numpy.abs(expected).max())


def main():
    paths = sorted(Path(sys.argv[1]).glob("*.onnx"))
    worst = 0
    for path in paths:
        difference = check(path)
        worst = max(worst, difference)
        print(f"{path.stem:40} {difference:.1e}")
    print(f"{len(paths)} networks, largest relative difference {worst:.1e}")
    if not paths or not worst <= TOLERANCE:
        raise SystemExit(f"a difference above {TOLERANCE}")


if __name__ == "__main__":
    main()
