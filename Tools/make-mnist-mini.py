"""Cuts the first images of MNIST into the dataset that comes with the library.

python3 Tools/make-mnist-mini.py FOLDER, where FOLDER holds MNIST's four .gz files.
"""

import gzip
import struct
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "Sources/FoveaData/Resources/mnist-mini"
COUNTS = {"train": 12_000, "t10k": 2_000}

source = Path(sys.argv[1])
TARGET.mkdir(parents=True, exist_ok=True)
for prefix, count in COUNTS.items():
    for suffix, rank in (("images-idx3-ubyte", 3), ("labels-idx1-ubyte", 1)):
        name = f"{prefix}-{suffix}.gz"
        data = gzip.decompress((source / name).read_bytes())
        magic, _, *extents = struct.unpack_from(f">{rank + 1}I", data)
        size = count
        for extent in extents:
            size *= extent
        header = struct.pack(f">{rank + 1}I", magic, count, *extents)
        start = len(header)
        # No time stamp, so that the same digits give the same file.
        (TARGET / name).write_bytes(gzip.compress(header + data[start:start + size], 9, mtime=0))
