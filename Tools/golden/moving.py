"""Records the operations that move elements: permutations, shuffles, padding, interpolation."""

import torch
import torch.nn.functional as F

from recording import Recorder


def record_permute():
    recorder = Recorder("permute", "moving.py")
    for shape, axes in (
        ((2, 3, 5, 7), (0, 2, 3, 1)), ((2, 5, 7, 3), (0, 3, 1, 2)), ((2, 3, 5, 7), (3, 2, 1, 0)),
        ((5, 17), (1, 0)), ((2, 3, 4, 5, 6), (0, 2, 1, 4, 3)),
        ((2, 3, 2, 2, 4, 3), (0, 1, 4, 2, 5, 3)), ((4, 3, 2), (-1, 0, 1)), ((2, 3, 5, 7), (0, 1, 2, 3)),
    ):
        recorder.case(
            f"{list(shape)} by {list(axes)}", lambda input: input.permute(axes),
            {"input": recorder.normal(*shape)}, {"axes": axes})
    recorder.write()


def record_shuffles():
    recorder = Recorder("pixel_shuffle", "moving.py")
    for shape, factor in (((2, 8, 3, 5), 2), ((1, 27, 2, 4), 3), ((2, 3, 4, 5), 1)):
        recorder.case(
            f"{list(shape)}, factor {factor}", lambda input: F.pixel_shuffle(input, factor),
            {"input": recorder.normal(*shape)}, {"factor": factor})
    recorder.write()
    recorder = Recorder("pixel_unshuffle", "moving.py")
    for shape, factor in (((2, 3, 4, 6), 2), ((1, 2, 9, 3), 3), ((1, 17, 2, 2), 2)):
        recorder.case(
            f"{list(shape)}, factor {factor}", lambda input: F.pixel_unshuffle(input, factor),
            {"input": recorder.normal(*shape)}, {"factor": factor})
    recorder.write()
    recorder = Recorder("channel_shuffle", "moving.py")
    for shape, groups in (((2, 6, 4, 3), 2), ((2, 6, 4, 3), 3), ((1, 20, 2, 3), 4), ((2, 6, 5), 2)):
        # PyTorch's own has no gradient; this is its definition.
        def shuffle(input):
            parts = input.reshape(shape[0], groups, shape[1] // groups, *shape[2:])
            result = parts.transpose(1, 2).reshape(shape)
            assert torch.equal(result.detach(), F.channel_shuffle(input.detach(), groups))
            return result
        recorder.case(
            f"{list(shape)}, {groups} groups", shuffle, {"input": recorder.normal(*shape)},
            {"groups": groups})
    recorder.write()


def record_pad():
    recorder = Recorder("pad", "moving.py")
    for shape, pad, mode, value in (
        ((2, 3, 5, 7), (1, 2, 3, 4), "constant", 0), ((1, 17, 4, 3), (2, 0, 0, 1), "constant", 1.5),
        ((2, 3, 5, 7), (-1, 2, 1, -2), "constant", -2), ((2, 3, 5, 7), (-1, -2, -2, -1), "constant", 0),
        ((3, 8), (2, 3), "constant", 0.5), ((2, 3, 4, 5), (1, 1, 1, 1, 1, 2), "constant", 3),
        ((2, 3, 5, 7), (1, 2, 3, 4), "reflect", 0), ((1, 17, 2, 3), (2, 2, 1, 1), "reflect", 0),
        ((2, 3, 5, 7), (-1, 2, 1, -2), "reflect", 0), ((2, 3, 8), (3, 7), "reflect", 0),
        ((2, 3, 5, 7), (1, 2, 3, 4), "replicate", 0), ((1, 8, 1, 2), (5, 3, 2, 2), "replicate", 0),
        ((2, 3, 5, 7), (-1, 2, 1, -2), "replicate", 0), ((1, 2, 3, 4, 3), (1, 2, 2, 1, 0, 3), "replicate", 0),
        ((2, 3, 5, 7), (1, 2, 3, 4), "circular", 0), ((1, 17, 2, 3), (3, 2, 1, 2), "circular", 0),
        ((2, 3, 5, 7), (-1, 2, 1, -2), "circular", 0), ((2, 3, 5, 7), (0, 3, -2, 0), "circular", 0),
    ):
        recorder.case(
            f"{list(shape)}, {mode} {value}, {list(pad)}",
            lambda input: F.pad(input, pad, mode, value if mode == "constant" else None),
            {"input": recorder.normal(*shape)}, {"pad": pad, "mode": mode, "value": value})
    recorder.write()


def record_interpolate():
    recorder = Recorder("interpolate", "moving.py")

    def add(shape, mode, size=None, scales=None, align_corners=False, antialias=False):
        smooth = mode in ("linear", "bilinear", "bicubic", "trilinear")

        def resize(input):
            def run(values):
                return F.interpolate(
                    values, size, scales, mode, align_corners if smooth else None, antialias=antialias)
            if not smooth:
                # Nearest pixels depend on rounding: these cases do not.
                single = run(input.detach().float())
                assert torch.equal(single.double(), run(input.detach()))
            return run(input)

        target = f"to {list(size)}" if size else f"by {list(scales)}"
        extra = (", corners aligned" if align_corners else "") + (", antialias" if antialias else "")
        recorder.case(
            f"{list(shape)} {mode} {target}{extra}", resize, {"input": recorder.normal(*shape)},
            {"interpolation": mode, "alignCorners": align_corners, "antialias": antialias}
            | ({"size": size} if size else {"scales": scales}))

    for mode in ("nearest", "nearest-exact"):
        add((2, 3, 3, 4), mode, (6, 8))
        add((1, 17, 5, 7), mode, (3, 11))
        add((2, 3, 6, 9), mode, (2, 3))
        add((1, 3, 5, 4), mode, scales=(2.3, 1.7))
        add((1, 3, 7, 6), mode, scales=(0.6, 0.45))
        add((2, 3, 5), mode, (12,))
        add((1, 2, 2, 3, 4), mode, (3, 5, 2))
    for mode in ("bilinear", "bicubic"):
        for align_corners in (False, True):
            add((2, 3, 3, 4), mode, (6, 8), align_corners=align_corners)
            add((1, 17, 5, 7), mode, (3, 11), align_corners=align_corners)
            add((1, 3, 5, 4), mode, (1, 4), align_corners=align_corners)
            add((1, 3, 1, 2), mode, (5, 6), align_corners=align_corners)
            add((1, 3, 5, 4), mode, scales=(2.3, 1.7), align_corners=align_corners)
            add((1, 3, 7, 6), mode, scales=(0.6, 0.45), align_corners=align_corners)
            add((2, 3, 5, 4), mode, (8, 9), align_corners=align_corners, antialias=True)
            add((1, 8, 11, 9), mode, (3, 4), align_corners=align_corners, antialias=True)
            add((1, 3, 9, 7), mode, (1, 5), align_corners=align_corners, antialias=True)
            add((1, 3, 9, 10), mode, scales=(0.35, 0.7), align_corners=align_corners, antialias=True)
    add((2, 3, 5), "linear", (9,))
    add((1, 2, 2, 3, 4), "trilinear", (3, 5, 2))
    recorder.write()


def record():
    record_permute()
    record_shuffles()
    record_pad()
    record_interpolate()
