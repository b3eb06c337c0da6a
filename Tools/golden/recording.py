"""Runs cases in PyTorch and writes them as golden files; README.md has the format."""

import json
import struct
from pathlib import Path

import torch
from safetensors.torch import save

SEED = 1603
ROOT = Path(__file__).resolve().parents[2]
RUNTIME_GOLDEN = ROOT / "Tests/FoveaRuntimeTests/Golden"
TRAINING_GOLDEN = ROOT / "Tests/FoveaTrainingTests/Golden"
ZOO_GOLDEN = ROOT / "Tests/FoveaZooTests/Golden"
NUMBERS = (
    "Inputs and upstream gradients are exact float32 values. Results are computed in float64 and "
    "rounded to float32 once, at the end."
)


def source(script):
    """What a golden file says about its origin."""
    return f"PyTorch {torch.__version__.split('+')[0]}, Tools/golden/{script}, seed {SEED}"


class Recorder:
    """Collects the cases of one operation, then writes them as one safetensors file."""

    def __init__(self, operation, script, numbers=NUMBERS, folder=RUNTIME_GOLDEN):
        self.path = folder / f"{operation}.safetensors"
        self.source = source(script)
        self.numbers = numbers
        self.cases = []
        self.tensors = {}
        self.generator = torch.Generator().manual_seed(SEED)

    def normal(self, *shape, mean=0.0, deviation=1.0):
        """Normal numbers, rounded to float32, held as float64."""
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return (values * deviation + mean).float().double()

    def uniform(self, low, high, *shape):
        """Numbers from `low` to `high`, rounded to float32, held as float64."""
        values = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        return (values * (high - low) + low).float().double()

    def integers(self, bound, *shape):
        """Whole numbers from 0 up to `bound`, without it; written as I32."""
        return torch.randint(bound, shape, generator=self.generator)

    def case(self, name, function, inputs, arguments=None, constants=(), statistics=()):
        """Records `function(**inputs)` and its gradients under a random upstream gradient.

        `function` returns a tensor, the role `output`, or a dictionary of tensors by role.
        `constants` are inputs without a gradient; `statistics` are outputs without an upstream one.
        """
        if any(case["name"] == name for case in self.cases):
            raise ValueError(f"{self.path.name}: two cases are called {name}; rename one")
        leaves = {
            role: value.clone().requires_grad_(role not in constants and value.is_floating_point())
            for role, value in inputs.items()
        }
        outputs = function(**leaves)
        if not isinstance(outputs, dict):
            outputs = {"output": outputs}
        upstream = {
            role: self.normal(*value.shape)
            for role, value in outputs.items() if role not in statistics
        }
        torch.autograd.backward([outputs[role] for role in upstream], list(upstream.values()))
        gradients = {role: leaf.grad for role, leaf in leaves.items() if leaf.requires_grad}
        self.add(name, arguments or {}, inputs, outputs, upstream, gradients)

    def add(
        self, name, arguments, inputs, outputs, upstream=None, gradients=None, prefix=None
    ):
        """Adds a case whose tensors are known already; `prefix` opens their names."""
        if prefix is None:
            prefix = f"case{len(self.cases)}."
        self.cases.append({
            "name": name,
            "arguments": arguments,
            "inputs": self._store(prefix, inputs),
            "outputs": self._store(prefix, outputs),
            "outputGradients": self._store(prefix, upstream or {}, ".gradient"),
            "gradients": self._store(prefix, gradients or {}, ".gradient"),
        })

    def _store(self, prefix, tensors, suffix=""):
        names = {}
        for role, value in tensors.items():
            name = f"{prefix}{role}{suffix}"
            if name in self.tensors:
                raise ValueError(f"{self.path.name}: two tensors are called {name}")
            kind = torch.float32 if value.is_floating_point() else torch.int32
            stored = value.detach().to(kind).contiguous().clone()
            if not torch.isfinite(stored).all():
                raise ValueError(f"{self.path.name}: {name} is not finite")
            self.tensors[name] = stored
            names[role] = name
        return names

    def write(self):
        """Writes the file; equal cases give equal bytes."""
        metadata = {
            "source": self.source, "numbers": self.numbers, "cases": json.dumps(self.cases)
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(with_sorted_header(save(self.tensors, metadata)))
        size = self.path.stat().st_size / 1024
        print(f"{self.path.name}: {len(self.cases)} cases, {size:.0f} KiB")


def with_sorted_header(file):
    """Puts the keys of a safetensors header in order, because the package's order varies."""
    length, = struct.unpack_from("<Q", file)
    header = json.dumps(json.loads(file[8:8 + length]), sort_keys=True, separators=(",", ":"))
    encoded = header.encode()
    encoded += b" " * (-len(encoded) % 8)
    return struct.pack("<Q", len(encoded)) + encoded + file[8 + length:]


def write_json(path, source, entries, **more):
    """Writes `source`, the values `more` and the list `entries`, one entry a line."""
    head = "".join(f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in more.items())
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    text = f'{{\n"source": {json.dumps(source)},\n{head}"entries": [\n{lines}\n]\n}}\n'
    json.loads(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"{path.name}: {len(entries)} entries, {path.stat().st_size / 1024:.0f} KiB")
