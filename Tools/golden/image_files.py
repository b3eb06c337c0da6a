"""Image files of every kind that is read, and what Pillow makes of them."""

import io
import json
import struct
import zlib

import numpy
import PIL
from PIL import Image, ImageOps, features

from recording import ROOT, SEED

FOLDER = ROOT / "Tests/FoveaDataTests/Golden/images"
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def picture(height, width):
    """Smooth colours with an edge and some noise: [height, width, 3] bytes."""
    generator = numpy.random.default_rng(SEED)
    y, x = numpy.mgrid[0:height, 0:width]
    colours = numpy.stack([
        255 * x / max(width - 1, 1),
        255 * y / max(height - 1, 1),
        127 + 120 * numpy.sin((x + 2 * y) / 5),
    ], axis=2)
    colours[(x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2] = (230, 40, 60)
    return (colours + generator.normal(0, 4, colours.shape)).clip(0, 255).astype(numpy.uint8)


# PNG, of which Pillow writes few kinds.

def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def packed(samples, bits):
    """Rows of samples as bytes, each row after the filter type 0."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            line = row.astype(">u2").tobytes()
        else:
            ones = (row[:, None].astype(numpy.uint8) >> numpy.arange(bits - 1, -1, -1)) & 1
            line = numpy.packbits(ones.astype(numpy.uint8).reshape(-1)).tobytes()
        rows += b"\0" + line
    return rows


ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def png(samples, bits, kind, palette=None, transparency=None, interlaced=False, extra=b""):
    """A PNG file of samples [height, width, channels]."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    if interlaced:
        passes = [samples[y::down, x::along] for y, x, down, along in ADAM7]
        data = b"".join(packed(part, bits) for part in passes if part.size)
    else:
        data = packed(samples, bits)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
    if palette is not None:
        file += chunk(b"PLTE", palette.astype(numpy.uint8).tobytes())
    if transparency is not None:
        file += chunk(b"tRNS", transparency)
    return file + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def png_files():
    colour = picture(11, 19)
    grey = colour[:, :, 1:2]
    alpha = colour[:, :, 2:3]
    generator = numpy.random.default_rng(SEED)
    fine = {n: generator.integers(0, 65536, (7, 9, n)) for n in (1, 2, 3, 4)}
    for interlaced in (False, True):
        end = "-interlaced" if interlaced else ""
        for bits in (1, 2, 4):
            yield f"grey{bits}{end}", png(grey >> (8 - bits), bits, 0, interlaced=interlaced)
        yield f"grey8{end}", png(grey, 8, 0, interlaced=interlaced)
        yield f"rgb8{end}", png(colour, 8, 2, interlaced=interlaced)
        yield f"grey-alpha8{end}", png(
            numpy.concatenate([grey, alpha], 2), 8, 4, interlaced=interlaced)
        yield f"rgba8{end}", png(
            numpy.concatenate([colour, alpha], 2), 8, 6, interlaced=interlaced)
        for bits in (1, 2, 4, 8):
            count = min(1 << bits, 200)
            palette = generator.integers(0, 256, (count, 3))
            indices = generator.integers(0, count, (11, 19, 1))
            yield f"palette{bits}{end}", png(indices, bits, 3, palette, interlaced=interlaced)
            levels = bytes(generator.integers(0, 256, (count + 1) // 2, dtype=numpy.uint8))
            yield f"palette{bits}-alpha{end}", png(
                indices, bits, 3, palette, levels, interlaced=interlaced)
    for channels, kind in ((1, 0), (2, 4), (3, 2), (4, 6)):
        yield f"sixteen{channels}", png(fine[channels], 16, kind)
        yield f"sixteen{channels}-interlaced", png(fine[channels], 16, kind, interlaced=True)
    yield "grey8-key", png(grey, 8, 0, transparency=struct.pack(">H", int(grey[5, 5, 0])))
    yield "rgb8-key", png(
        colour, 8, 2, transparency=struct.pack(">HHH", *(int(v) for v in colour[5, 5])))
    yield "one-pixel", png(colour[:1, :1], 8, 2)
    for orientation in (3, 6):
        yield f"orientation{orientation}", png(
            colour, 8, 2, extra=chunk(b"eXIf", exif(orientation)[6:]))


def exif(orientation):
    data = Image.Exif()
    data[274] = orientation
    return data.tobytes()


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def jpeg_files():
    image = Image.fromarray(picture(37, 45))
    yield "grey", saved(image.convert("L"), "JPEG", quality=90)
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        yield f"rgb-{name}", saved(image, "JPEG", quality=85, subsampling=subsampling)
    yield "progressive", saved(image, "JPEG", quality=70, progressive=True)
    yield "coarse", saved(image, "JPEG", quality=15)
    yield "keeps-rgb", saved(image, "JPEG", quality=85, keep_rgb=True)
    yield "restarts", saved(image, "JPEG", quality=85, restart_marker_blocks=2)
    yield "cmyk", saved(image.convert("CMYK"), "JPEG", quality=90)
    yield "one-pixel", saved(image.crop((0, 0, 1, 1)), "JPEG")
    small = image.crop((8, 4, 29, 17))
    for orientation in range(1, 9):
        yield f"orientation{orientation}", saved(
            small, "JPEG", quality=95, exif=exif(orientation))


def webp_files():
    image = Image.fromarray(picture(23, 29))
    veiled = image.copy()
    veiled.putalpha(image.getchannel(1))
    yield "lossy", saved(image, "WEBP", quality=75)
    yield "lossless", saved(image, "WEBP", lossless=True)
    yield "lossy-alpha", saved(veiled, "WEBP", quality=75)
    yield "lossless-alpha", saved(veiled, "WEBP", lossless=True, exact=True)
    yield "orientation8", saved(image, "WEBP", lossless=True, exif=exif(8))


def stored_channels(image):
    """1, 3 or 4: the channels that hold all that a file says."""
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        return 4
    return 1 if image.mode in ("1", "L", "I;16") else 3


def write_pixels(name, image, channels):
    """The pixels as PGM or PPM, which need no decoder to be trusted; alpha in a file of its own."""
    pixels = numpy.asarray(image)
    if image.mode == "I;16":
        # Pillow has no 8-bit reading of its own for this one: the upper byte, as for colours.
        pixels = (pixels >> 8).astype(numpy.uint8)
    else:
        pixels = numpy.asarray(image.convert(MODES[channels]))
    height, width = pixels.shape[:2]
    kind = 5 if channels == 1 else 6
    colours = pixels[:, :, :3] if channels > 1 else pixels
    head = f"P{kind} {width} {height} 255\n".encode()
    (FOLDER / f"{name}.pnm").write_bytes(head + colours.tobytes())
    if channels == 4:
        head = f"P5 {width} {height} 255\n".encode()
        (FOLDER / f"{name}.alpha.pnm").write_bytes(head + pixels[:, :, 3].tobytes())


def record():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    entries = []
    for extension, files in (("jpg", jpeg_files()), ("png", png_files()), ("webp", webp_files())):
        for name, data in files:
            (FOLDER / f"{name}.{extension}").write_bytes(data)
            image = Image.open(io.BytesIO(data))
            channels = stored_channels(image)
            write_pixels(f"{name}.{extension}", ImageOps.exif_transpose(image), channels)
            entries.append({"file": f"{name}.{extension}", "channels": channels})
    large = Image.fromarray(picture(91, 123))
    (FOLDER / "scaled.jpg").write_bytes(saved(large, "JPEG", quality=90))
    for denominator in (2, 4, 8):
        image = Image.open(FOLDER / "scaled.jpg")
        # The largest reduction that stays at least this large.
        image.draft("RGB", (123 // denominator, 91 // denominator))
        write_pixels(f"scaled.jpg.{denominator}", image, 3)
    image = Image.open(FOLDER / "scaled.jpg")
    image.draft("L", image.size)
    write_pixels("scaled.jpg.luma", image, 1)
    source = (
        f"Pillow {PIL.__version__} with libjpeg-turbo {features.version('libjpeg_turbo')} and "
        f"libwebp {features.version('webp')}, Tools/golden/image_files.py, seed {SEED}")
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (FOLDER / "images.json").write_text(
        f'{{\n"source": {json.dumps(source)},\n"entries": [\n{lines}\n]\n}}\n')
    size = sum(file.stat().st_size for file in FOLDER.iterdir()) / 1024
    print(f"images: {len(entries)} files, {size:.0f} KiB")
