"""Records a file of the reference library, with every element type that we read."""

import numpy as np
from safetensors.numpy import save_file

from recording import ROOT


def record():
    save_file(
        {
            "double": np.array([0.1, -3.0]),
            "long": np.array([2**31 - 1, -(2**31), -1], dtype=np.int64),
            "float": np.arange(6, dtype=np.float32).reshape(2, 3),
            "int": np.array(7, dtype=np.int32),
            "half": np.array([1, -0.5, 65504, 2.0**-24], dtype=np.float16),
            "bytes": np.array([0, 128, 255], dtype=np.uint8),
        },
        ROOT / "Tests/FoveaFormatsTests/Golden/reference.safetensors",
        metadata={"source": "safetensors 0.8.0, Tools/golden/safetensors_file.py", "note": 'a " and ü'},
    )
