"""Records layers that are made of several operations, in training and in inference."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm, weight_norm
from torchvision.ops import deform_conv2d

from recording import Recorder


class Channels(nn.Module):
    """CBAM's weights of channels."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

    def forward(self, input):
        pooled = (input.mean((2, 3), keepdim=True), input.amax((2, 3), keepdim=True))
        return input * torch.sigmoid(sum(self.fc2(torch.relu(self.fc1(x))) for x in pooled))


class Pixels(nn.Module):
    """CBAM's weights of pixels."""

    def __init__(self, kernel):
        super().__init__()
        self.conv = nn.Sequential()
        self.conv.conv = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)
        self.conv.bn = nn.BatchNorm2d(1)

    def forward(self, input):
        pooled = torch.cat((input.mean(1, keepdim=True), input.amax(1, keepdim=True)), 1)
        return input * torch.sigmoid(self.conv(pooled))


class CBAM(nn.Module):
    def __init__(self, channels, reduction, kernel):
        super().__init__()
        self.channel = Channels(channels, reduction)
        self.spatial = Pixels(kernel)

    def forward(self, input):
        return self.spatial(self.channel(input))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed, activation, gate):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation, self.gate = activation, gate

    def forward(self, input):
        hidden = self.activation(self.fc1(input.mean((2, 3), keepdim=True)))
        return input * self.gate(self.fc2(hidden))


class StdConv2d(nn.Conv2d):
    """timm's, by its formula."""

    def forward(self, input):
        weight = functional.batch_norm(
            self.weight.reshape(1, self.out_channels, -1), None, None, training=True, momentum=0.0,
            eps=1e-6).reshape_as(self.weight)
        return self._conv_forward(input, weight, self.bias)


class DeformConv2d(nn.Module):
    """mmcv's packs of torchvision's function: a convolution finds offsets and masks."""

    def __init__(self, channels, out, kernel, offset_groups, modulated, groups=1, **window):
        super().__init__()
        self.taps, self.window = offset_groups * kernel[0] * kernel[1], window
        self.weight = nn.Parameter(torch.empty(out, channels // groups, *kernel))
        self.bias = nn.Parameter(torch.empty(out))
        self.conv_offset = nn.Conv2d(
            channels, self.taps * (3 if modulated else 2), kernel, **window)

    def forward(self, input):
        found = self.conv_offset(input)
        offset, mask = found[:, :2 * self.taps], found[:, 2 * self.taps:]
        return deform_conv2d(
            input, offset, self.weight, self.bias, **self.window,
            mask=torch.sigmoid(mask) if mask.shape[1] else None)


def record_layer(recorder, name, module, shape, training=True):
    module = module.double().train(training)
    state = {}
    for role, value in (*module.named_parameters(), *module.named_buffers()):
        if not value.is_floating_point():
            continue
        with torch.no_grad():
            if role.endswith(("_u", "_v")) and not value.requires_grad:
                value.copy_(value.float().double())
            elif role.endswith("var"):
                value.copy_(recorder.uniform(0.5, 2, *value.shape))
            else:
                value.copy_(recorder.normal(*value.shape, deviation=0.5))
        state[role] = value.detach().clone()
    input = recorder.normal(*shape)
    leaf = input.clone().requires_grad_()
    output = module(leaf)
    upstream = recorder.normal(*output.shape)
    output.backward(upstream)
    gradients = {"input": leaf.grad, **{role: x.grad for role, x in module.named_parameters()}}
    buffers = {
        "new." + role: x for role, x in module.named_buffers() if training and role in state
    }
    recorder.add(
        name, {"training": training}, {"input": input, **state}, {"output": output, **buffers},
        {"output": upstream}, gradients)


def record():
    recorder = Recorder("layers", "layers.py")
    record_layer(recorder, "SELU", nn.SELU(), (2, 3, 4, 5))
    for affine in (False, True):
        suffix = ", affine" if affine else ""
        record_layer(
            recorder, "InstanceNorm1d" + suffix, nn.InstanceNorm1d(3, affine=affine), (2, 3, 7))
        record_layer(
            recorder, "InstanceNorm2d" + suffix, nn.InstanceNorm2d(5, affine=affine), (2, 5, 4, 3))
        record_layer(
            recorder, "InstanceNorm3d" + suffix, nn.InstanceNorm3d(2, affine=affine),
            (2, 2, 3, 2, 4))
    epsilon = torch.finfo(torch.float32).eps
    record_layer(recorder, "RMSNorm", nn.RMSNorm(9, eps=epsilon), (2, 3, 9))
    record_layer(recorder, "RMSNorm of images", nn.RMSNorm((3, 4, 5), eps=1e-3), (2, 3, 4, 5))
    for training in (True, False):
        batch, mode = (2, "training") if training else (1, "inference")
        record_layer(
            recorder, f"BatchNorm1d of features, {mode}", nn.BatchNorm1d(6), (batch, 6), training)
        record_layer(
            recorder, f"BatchNorm1d of signals, {mode}", nn.BatchNorm1d(3), (batch, 3, 8), training)
        record_layer(
            recorder, f"BatchNorm3d, {mode}", nn.BatchNorm3d(3), (batch, 3, 2, 4, 3), training)
        record_layer(
            recorder, f"spectral norm of Conv2d, {mode}", spectral_norm(nn.Conv2d(3, 4, 3)),
            (batch, 3, 5, 6), training)
        record_layer(
            recorder, f"spectral norm of Linear, {mode}", spectral_norm(nn.Linear(5, 7)),
            (batch, 5), training)
        record_layer(recorder, f"CBAM, {mode}", CBAM(8, 4, 3), (batch, 8, 5, 6), training)
    record_layer(
        recorder, "StdConv2d", StdConv2d(4, 6, 3, padding=1, groups=2, bias=True), (2, 4, 5, 6))
    record_layer(recorder, "weight norm of Conv2d", weight_norm(nn.Conv2d(3, 4, 3)), (2, 3, 5, 6))
    record_layer(recorder, "weight norm of Linear", weight_norm(nn.Linear(5, 7)), (2, 5))
    record_layer(
        recorder, "SqueezeExcitation", SqueezeExcitation(8, 2, torch.relu, torch.sigmoid),
        (2, 8, 4, 3))
    record_layer(
        recorder, "SqueezeExcitation, SiLU and hard sigmoid",
        SqueezeExcitation(8, 3, functional.silu, functional.hardsigmoid), (2, 8, 4, 3))
    for mode in ("reflect", "replicate", "circular"):
        record_layer(
            recorder, f"Conv2d, padding mode {mode}",
            nn.Conv2d(3, 4, (3, 5), stride=(2, 1), padding=(1, 2), padding_mode=mode),
            (2, 3, 5, 6))
        record_layer(
            recorder, f"Conv1d, padding mode {mode}",
            nn.Conv1d(4, 6, 4, padding="same", groups=2, padding_mode=mode), (2, 4, 7))
    record_layer(
        recorder, "Conv2d, same padding",
        nn.Conv2d(3, 4, (4, 3), padding="same", dilation=(1, 2)), (2, 3, 5, 6))
    record_layer(recorder, "Conv1d, same padding", nn.Conv1d(3, 4, 4, padding="same"), (2, 3, 7))
    record_layer(
        recorder, "DeformConv2d",
        DeformConv2d(4, 6, (3, 2), 2, True, groups=2, stride=(2, 1), padding=(1, 0)), (2, 4, 6, 5))
    record_layer(
        recorder, "DeformConv2d, version 1",
        DeformConv2d(3, 4, (3, 3), 1, False, padding=(2, 2), dilation=(1, 2)), (2, 3, 4, 5))
    recorder.write()
