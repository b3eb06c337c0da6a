"""Records small networks as PyTorch exports them to ONNX, with an input and what PyTorch answers."""

import io

import onnx
import torch
from safetensors.torch import save
from torch import nn

from recording import ROOT, SEED, source, with_sorted_header

FOLDER = ROOT / "Tests/FoveaFormatsTests/Golden/onnx"


class Classifier(nn.Module):
    """Convolutions with batch normalisation, a residual sum, pooling and a linear layer."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.body = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4), nn.BatchNorm2d(8), nn.SiLU())
        self.pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.head = nn.Linear(8 * 4 * 4, 10)

    def forward(self, x):
        x = self.stem(x)
        x = self.pool(x + self.body(x))
        return torch.log_softmax(self.head(x.view(x.size(0), -1)), 1)


class Shuffle(nn.Module):
    """Channels cut in two, and put together again."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        left, right = x.chunk(2, 1)
        x = torch.cat([right, self.conv(x), left[:, :, ::2].mean(2, keepdim=True).expand_as(left)], 1)
        n, c, h, w = x.shape
        return x.view(n, c // 2, 2, h, w).mean(2)


class Upconv(nn.Module):
    """Transposed convolutions."""

    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
        self.norm = nn.BatchNorm2d(6)
        self.out = nn.ConvTranspose2d(6, 3, 2, stride=2, bias=False)

    def forward(self, x):
        return torch.tanh(self.out(nn.functional.leaky_relu(self.norm(self.up(x)), 0.2)))


class Gates(nn.Module):
    """Squeeze and excitation, hard activations, and arithmetic with numbers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, (1, 3), padding=(0, 1))
        self.squeeze = nn.Conv2d(8, 2, 1)
        self.excite = nn.Conv2d(2, 8, 1)

    def forward(self, x):
        x = nn.functional.hardswish(self.conv(x))
        gate = nn.functional.adaptive_avg_pool2d(x, 1)
        gate = nn.functional.hardsigmoid(self.excite(torch.relu(self.squeeze(gate))))
        x = x * gate / 3 + 0.5
        return (x ** 2 + 1).sqrt().mean((2, 3)) - x.amax((2, 3)).clamp(-0.5, 0.5)


def record_network(name, network, shape, opset, is_open=True):
    torch.manual_seed(SEED)
    network = network().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    image = torch.randn(3, *shape)
    with torch.no_grad():
        expected = network.double()(image.double()).float()
    network.float()
    buffer = io.BytesIO()
    torch.onnx.export(
        network, (image if not is_open else image[:2],), buffer, input_names=["input"],
        output_names=["output"], dynamic_axes={"input": {0: "N"}} if is_open else None,
        opset_version=opset, dynamo=False, do_constant_folding=is_open)
    model = onnx.load_from_string(buffer.getvalue())
    model.producer_name = source("onnx_files.py")
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    tensors = {"input": image, "output": expected}
    (FOLDER / f"{name}.safetensors").write_bytes(
        with_sorted_header(save(tensors, {"source": source("onnx_files.py")})))
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


def record():
    record_network("classifier", Classifier, (3, 13, 14), 18)
    record_network("classifier-static", Classifier, (3, 13, 14), 13, is_open=False)
    record_network("old", Classifier, (3, 13, 14), 9)
    record_network("shuffle", Shuffle, (4, 6, 5), 17)
    record_network("upconv", Upconv, (4, 5, 6), 17)
    record_network("gates", Gates, (4, 5, 6), 20)
