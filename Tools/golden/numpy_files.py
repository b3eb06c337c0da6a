"""Records files of numpy.save in every form that is read, and what is in them."""

import numpy as np
from numpy.lib import format as npy
from safetensors.numpy import save

from recording import ROOT, with_sorted_header

FOLDER = ROOT / "Tests/FoveaFormatsTests/Golden/numpy"


def record():
    base = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 11.5
    arrays = {
        "float32": base, "fortran": np.asfortranarray(base), "fortran_double": np.asfortranarray(base * 0.1, dtype=np.float64),
        "big_endian": base.astype(">f4"), "big_endian_double": base.astype(">f8"),
        "half": base.astype(np.float16), "int32": base.astype(np.int32),
        "int64": base.astype(np.int64), "big_endian_int64": base.astype(">i8"),
        "uint8": np.arange(6, dtype=np.uint8), "bool": np.array([[True], [False]]),
        "scalar": np.array(2.5, dtype=np.float32), "empty": np.zeros((0, 3), dtype=np.float32),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, array in arrays.items():
        np.save(FOLDER / f"{name}.npy", array)
        kind = {"f": np.float32, "i": np.int32}.get(array.dtype.kind, np.uint8)
        expected[name] = np.ascontiguousarray(array.astype(kind)).reshape(array.shape)
    for version in (2, 0), (3, 0):
        name = f"version{version[0]}"
        with open(FOLDER / f"{name}.npy", "wb") as file:
            npy.write_array(file, base, version=version)
        expected[name] = base
    names = ("float32", "fortran", "int64", "scalar")
    np.savez(FOLDER / "stored.npz", **{f"net.{name}": arrays[name] for name in names})
    np.savez_compressed(FOLDER / "deflated.npz", **{f"net.{name}": arrays[name] for name in names})
    np.save(FOLDER / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    np.save(FOLDER / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    metadata = {"source": f"NumPy {np.__version__}, Tools/golden/numpy_files.py"}
    (FOLDER / "expected.safetensors").write_bytes(with_sorted_header(save(expected, metadata)))
    print(f"{FOLDER.name}: {len(expected)} arrays")
