"""What Pillow and torchvision make of a picture, an operation at a time."""

import json
import math

import numpy
import PIL
import torchvision
import torchvision.transforms.functional as F
from PIL import Image, ImageOps
from torchvision.transforms import InterpolationMode

from image_files import picture
from recording import ROOT, SEED

FOLDER = ROOT / "Tests/FoveaDataTests/Golden/transforms"
FILTERS = {
    "nearest": InterpolationMode.NEAREST,
    "bilinear": InterpolationMode.BILINEAR,
    "bicubic": InterpolationMode.BICUBIC,
}
FILL = (200, 10, 60)


def box(top, left, height, width):
    return {"top": top, "left": left, "size": {"height": height, "width": width}}


def padding(top, left, bottom, right):
    return {"top": top, "left": left, "bottom": bottom, "right": right}


def motion(degrees=0, shift=(0, 0), zoom=1, shear=(0, 0), keeps_corner=False):
    return {
        "degrees": degrees, "shiftX": shift[0], "shiftY": shift[1], "zoom": zoom,
        "shearX": shear[0], "shearY": shear[1], "keepsCorner": keeps_corner,
    }


def cases(image):
    """Names, operations as the package writes them, and results."""
    for height, width in ((13, 17), (27, 9), (40, 35), (54, 70), (5, 61)):
        for name, mode in FILTERS.items():
            size = {"height": height, "width": width}
            yield (
                f"resize {height}x{width} {name}", {"resize": {"_0": size, "filter": name}},
                F.resize(image, [height, width], mode))
    yield "crop", {"crop": {"_0": box(3, 7, 11, 20)}}, F.crop(image, 3, 7, 11, 20)
    sides = padding(3, 1, 2, 5)
    lengths = [1, 3, 5, 2]
    yield (
        "pad color", {"pad": {"_0": sides, "mode": {"color": {"_0": list(FILL)}}}},
        F.pad(image, lengths, fill=FILL))
    for mode in ("edge", "reflect"):
        yield (
            f"pad {mode}", {"pad": {"_0": sides, "mode": {mode: {}}}},
            F.pad(image, lengths, padding_mode=mode))
    yield "hflip", {"orient": {"_0": 2}}, F.hflip(image)
    yield "vflip", {"orient": {"_0": 4}}, F.vflip(image)

    for name, mode in FILTERS.items():
        end = {"filter": name, "fill": list(FILL)}
        for degrees in (17.5, -90, 200):
            yield (
                f"rotate {degrees} {name}", {"affine": {"_0": motion(degrees), **end}},
                F.rotate(image, degrees, mode, fill=FILL))
        yield (
            f"affine {name}",
            {"affine": {"_0": motion(-12.5, (3, -2), 1.3, (10, -7)), **end}},
            F.affine(image, 12.5, [3, -2], 1.3, [10, -7], mode, fill=FILL))
        lean = math.degrees(math.atan(0.4))
        yield (
            f"shear about the corner {name}",
            {"affine": {"_0": motion(shear=(lean, 0), keeps_corner=True), **end}},
            F.affine(image, 0, [0, 0], 1, [lean, 0], mode, fill=FILL, center=[0, 0]))
        corners = [[3, 2], [30, 5], [33, 24], [1, 20]]
        width, height = image.size
        ends = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        xs, ys = zip(*corners)
        yield (
            f"perspective {name}",
            {"perspective": {"_0": {"x": list(xs), "y": list(ys)}, **end}},
            F.perspective(image, ends, corners, mode, FILL))

    for factor in (0.0, 0.4, 1.0, 1.7):
        yield f"brightness {factor}", {"brightness": {"_0": factor}}, F.adjust_brightness(image, factor)
        yield f"contrast {factor}", {"contrast": {"_0": factor}}, F.adjust_contrast(image, factor)
        yield f"saturation {factor}", {"saturation": {"_0": factor}}, F.adjust_saturation(image, factor)
        yield f"sharpness {factor}", {"sharpness": {"_0": factor}}, F.adjust_sharpness(image, factor)
    for share in (-0.5, -0.13, 0.0, 0.27):
        yield f"hue {share}", {"hue": {"_0": share}}, F.adjust_hue(image, share)
    for bits in (1, 3, 8):
        yield f"posterize {bits}", {"posterize": {"bits": bits}}, F.posterize(image, bits)
    yield "solarize", {"solarize": {"threshold": 119.5}}, ImageOps.solarize(image, 119.5)
    yield "autocontrast", {"autoContrast": {}}, F.autocontrast(image)
    yield "equalize", {"equalize": {}}, F.equalize(image)
    yield "grayscale", {"grayscale": {}}, F.to_grayscale(image, 3)
    for kernel, sigma in ((3, 0.8), (9, 2.5)):
        yield (
            f"blur {kernel}", {"blur": {"kernel": kernel, "sigma": sigma}},
            F.gaussian_blur(image, kernel, sigma))


def record():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    image = Image.fromarray(picture(27, 35))
    # A range that leaves something to stretch.
    image = image.point(lambda value: 20 + value * 7 // 10)
    image.save(FOLDER / "source.pnm", "PPM")
    entries = []
    rows = []
    for name, operation, result in cases(image):
        pixels = numpy.asarray(result.convert("RGB"))
        entries.append({
            "name": name, "operation": operation, "height": pixels.shape[0],
            "width": pixels.shape[1],
        })
        rows.append(pixels.reshape(-1, 3))
    # All results one below the other, a pixel wide.
    strip = numpy.concatenate(rows)
    head = f"P6 1 {len(strip)} 255\n".encode()
    (FOLDER / "results.pnm").write_bytes(head + strip.tobytes())
    source = (
        f"Pillow {PIL.__version__} and torchvision {torchvision.__version__.split('+')[0]}, "
        f"Tools/golden/image_transforms.py, seed {SEED}")
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (FOLDER / "transforms.json").write_text(
        f'{{\n"source": {json.dumps(source)},\n"entries": [\n{lines}\n]\n}}\n')
    size = sum(file.stat().st_size for file in FOLDER.iterdir()) / 1024
    print(f"transforms: {len(entries)} operations, {size:.0f} KiB")
