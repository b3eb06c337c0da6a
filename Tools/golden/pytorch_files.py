"""Records files of torch.save in every form that is read, and what is in them."""

import io
import os
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save

from recording import ROOT, SEED, source, with_sorted_header

FOLDER = ROOT / "Tests/FoveaFormatsTests/Golden/pytorch"


class Harmful:
    """What a pickle must never be allowed to do."""

    def __reduce__(self):
        return (os.system, ("touch harmed",))


def small(generator):
    """A state_dict as a module gives it, with the attribute that modules add."""
    module = torch.nn.Sequential(OrderedDict(
        conv=torch.nn.Conv2d(2, 3, 2), norm=torch.nn.BatchNorm2d(3), fc=torch.nn.Linear(3, 2)
    ))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return module, module.state_dict()


def element_types():
    values = torch.tensor([0, 1, 2, 100])
    return OrderedDict(
        float64=torch.tensor([0.1, -3.0], dtype=torch.float64),
        float32=torch.tensor([0.1, -3.0]),
        float16=torch.tensor([1, -0.5, 65504, 2.0**-24], dtype=torch.float16),
        bfloat16=torch.tensor([1.5, -3.0, 2.0**100], dtype=torch.bfloat16),
        int64=torch.tensor([2**31 - 1, -(2**31), -1]),
        int32=values.to(torch.int32) - 50, int16=values.to(torch.int16) - 50,
        int8=values.to(torch.int8) - 50, uint8=values.to(torch.uint8), uint16=values.to(torch.uint16),
        bool=torch.tensor([True, False]), scalar=torch.tensor(2.5), empty=torch.zeros(0, 4),
    )


def strided():
    base = torch.arange(120, dtype=torch.float32).reshape(2, 3, 4, 5)
    half = torch.arange(12, dtype=torch.float16).reshape(3, 4)
    return OrderedDict(
        whole=base, transposed=base.transpose(1, 3), offset=base[1:, 1:, ::2, 1::3],
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3), halves=half.t(), tail=base.flatten()[100:],
        channels_last=base.clone().to(memory_format=torch.channels_last),
    )


def deflated(file):
    """The same archive as a packing program would write it."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old:
        with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
            for info in old.infolist():
                entry = zipfile.ZipInfo(info.filename)
                entry.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(entry, old.read(info))
    return result.getvalue()


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def record():
    generator = torch.Generator().manual_seed(SEED)
    module, state = small(generator)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    sum(parameter.sum() for parameter in module.parameters()).backward()
    optimizer.step()
    state = module.state_dict()
    wrapped = OrderedDict((f"module.{name}", tensor) for name, tensor in state.items())
    average = OrderedDict((name, tensor * 2) for name, tensor in state.items())
    checkpoint = {
        "epoch": 3, "best": np.float64(0.75), "arch": "small", "state_dict": wrapped,
        "optimizer": optimizer.state_dict(), "ema": average, "big": 2**70, "size": torch.Size([2, 3]),
        "device": torch.device("cpu"), "kind": torch.float16, "seen": {1, 2}, "nothing": None,
        "generator": torch.get_rng_state()[:8].clone(), "flags": [True, (False, 1.5)], "raw": b"bytes",
    }
    files = {}
    expected = {}

    def add(name, file, tensors):
        files[name] = file
        for key, tensor in tensors.items():
            kind = torch.float32 if tensor.is_floating_point() else torch.int32
            if tensor.dtype in (torch.uint8, torch.bool):
                kind = torch.uint8
            expected[f"{name}/{key}"] = tensor.detach().to(kind).contiguous().clone()

    for protocol in 2, 3, 4, 5:
        add(f"protocol{protocol}", saved(state, pickle_protocol=protocol), state)
        add(
            f"legacy{protocol}",
            saved(state, pickle_protocol=protocol, _use_new_zipfile_serialization=False), state,
        )
    add("deflated", deflated(saved(state)), state)
    add("parameters", saved(dict(module.named_parameters())), dict(module.named_parameters()))
    add("element_types", saved(element_types()), element_types())
    legacy_types = element_types()
    del legacy_types["uint16"]
    add(
        "legacy_element_types",
        saved(legacy_types, _use_new_zipfile_serialization=False), legacy_types,
    )
    add("strided", saved(strided()), strided())
    add("legacy_strided", saved(strided(), _use_new_zipfile_serialization=False), strided())
    add("checkpoint", saved(checkpoint), wrapped)
    add("legacy_checkpoint", saved(checkpoint, _use_new_zipfile_serialization=False), wrapped)
    add("nested", saved({"model": {"state_dict": average}}), average)
    add("average", saved({"optimizer": optimizer.state_dict(), "model_ema": average}), average)
    add("complex", saved({"a": torch.ones(2, dtype=torch.complex64)}), {})
    add("module", saved(module), {})
    add("list", saved([state["fc.bias"]]), {})
    add("harmful", saved({"state_dict": state, "extra": Harmful()}), {})
    add("legacy_harmful", saved(Harmful(), _use_new_zipfile_serialization=False), {})

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        (FOLDER / f"{name}.pth").write_bytes(file)
    metadata = {"source": source("pytorch_files.py")}
    (FOLDER / "expected.safetensors").write_bytes(with_sorted_header(save(expected, metadata)))
    size = sum(file.stat().st_size for file in FOLDER.iterdir()) / 1024
    print(f"{FOLDER.name}: {len(files)} files, {size:.0f} KiB")
