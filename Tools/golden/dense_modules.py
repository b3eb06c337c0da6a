"""Networks that torchvision has not, written plainly from their papers and with their sources' weight names."""

import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.segmentation.deeplabv3 import ASPP


def double_convolution(before, after, between=None, padded=True):
    """Two 3×3 convolutions; batch normalisation where they are padded, as later networks have it."""
    between = between or after
    layers = []
    for a, b in ((before, between), (between, after)):
        layers.append(nn.Conv2d(a, b, 3, padding=int(padded), bias=not padded))
        layers += [nn.BatchNorm2d(b)] if padded else []
        layers.append(nn.ReLU())
    block = nn.Module()
    block.double_conv = nn.Sequential(*layers)
    block.forward = lambda x: block.double_conv(x)
    return block


class UNet(nn.Module):
    """O. Ronneberger et al., arXiv:1505.04597; the names are those of milesial/Pytorch-UNet."""

    def __init__(self, channels, classes, bilinear=False, padded=True):
        super().__init__()
        self.padded = padded
        half = 2 if bilinear else 1
        widths = [64, 128, 256, 512, 1024 // half]
        self.inc = double_convolution(channels, 64, padded=padded)
        for index, (before, after) in enumerate(zip(widths, widths[1:]), 1):
            down = nn.Module()
            down.maxpool_conv = nn.Sequential(
                nn.MaxPool2d(2), double_convolution(before, after, padded=padded))
            self.add_module(f"down{index}", down)
        for index, width in enumerate((1024, 512, 256, 128), 1):
            up = nn.Module()
            if bilinear:
                up.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
                after = width // 4 if index < 4 else 64
                up.conv = double_convolution(width, after, width // 2)
            else:
                up.up = nn.ConvTranspose2d(width, width // 2, 2, stride=2)
                up.conv = double_convolution(width, width // 2, padded=padded)
            self.add_module(f"up{index}", up)
        self.outc = nn.Module()
        self.outc.conv = nn.Conv2d(64, classes, 1)

    def forward(self, x):
        maps = [self.inc(x)]
        for index in range(1, 5):
            maps.append(getattr(self, f"down{index}").maxpool_conv(maps[-1]))
        x = maps.pop()
        for index in range(1, 5):
            up, skip = getattr(self, f"up{index}"), maps.pop()
            x = up.up(x)
            rows, columns = (skip.shape[axis] - x.shape[axis] for axis in (2, 3))
            if self.padded:
                x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
            else:
                skip = skip[:, :, rows // 2:, columns // 2:][:, :, :x.shape[2], :x.shape[3]]
            x = up.conv(torch.cat([skip, x], dim=1))
        return self.outc.conv(x)


class SegNet(nn.Module):
    """V. Badrinarayanan et al., arXiv:1511.00561; the encoder has the names of torchvision's vgg16_bn."""

    def __init__(self, classes):
        super().__init__()
        self.features = torchvision.models.vgg16_bn(weights=None).features
        stages = [
            (512, 512, 512, 512), (512, 512, 512, 256), (256, 256, 256, 128), (128, 128, 64),
            (64, 64, classes),
        ]
        self.decoder = nn.ModuleList()
        for stage in stages:
            layers = []
            for before, after in zip(stage, stage[1:]):
                layers += [
                    nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
            self.decoder.append(nn.Sequential(*layers[:-2] if stage is stages[-1] else layers))

    def forward(self, x):
        kept = []
        for layer in self.features:
            if isinstance(layer, nn.MaxPool2d):
                size = x.shape
                x, places = F.max_pool2d(x, 2, return_indices=True)
                kept.append((places, size))
            else:
                x = layer(x)
        for stage in self.decoder:
            places, size = kept.pop()
            # max_unpool2d, which PyTorch calls not deterministic.
            full = x.new_zeros(*x.shape[:2], size[2] * size[3])
            x = stage(full.scatter(2, places.flatten(2), x.flatten(2)).reshape(size))
        return x


class DeepLabV3Plus(nn.Module):
    """L.-C. Chen et al., arXiv:1802.02611; the names are those of VainF/DeepLabV3Plus-Pytorch."""

    def __init__(self, classes):
        super().__init__()
        backbone = torchvision.models.resnet50(
            weights=None, replace_stride_with_dilation=[False, False, True])
        self.backbone = IntermediateLayerGetter(backbone, {"layer4": "out", "layer1": "low_level"})
        self.classifier = nn.Module()
        self.classifier.project = nn.Sequential(
            nn.Conv2d(256, 48, 1, bias=False), nn.BatchNorm2d(48), nn.ReLU())
        self.classifier.aspp = ASPP(2048, (6, 12, 18))
        self.classifier.classifier = nn.Sequential(
            nn.Conv2d(304, 256, 3, padding=1, bias=False), nn.BatchNorm2d(256), nn.ReLU(),
            nn.Conv2d(256, classes, 1))

    def forward(self, x):
        maps = self.backbone(x)
        low = self.classifier.project(maps["low_level"])
        high = F.interpolate(
            self.classifier.aspp(maps["out"]), low.shape[2:], mode="bilinear", align_corners=False)
        out = self.classifier.classifier(torch.cat([low, high], dim=1))
        return F.interpolate(out, x.shape[2:], mode="bilinear", align_corners=False)


class VAE(nn.Module):
    """D. Kingma and M. Welling, arXiv:1312.6114, with convolutions; in inference, z is the mean."""

    def __init__(self, image, latent=128, widths=(32, 64, 128, 256)):
        super().__init__()
        channels, *size = image
        self.sizes = [size]
        for _ in widths:
            self.sizes.append([extent // 2 for extent in self.sizes[-1]])
        self.encoder = nn.Sequential()
        for before, after in zip((channels, *widths), widths):
            self.encoder.extend([nn.Conv2d(before, after, 4, 2, 1), nn.ReLU()])
        self.grid = (widths[-1], *self.sizes[-1])
        features = self.grid[0] * self.grid[1] * self.grid[2]
        self.mean = nn.Linear(features, latent)
        self.log_variance = nn.Linear(features, latent)
        self.decoder_input = nn.Linear(latent, features)
        self.decoder = nn.Sequential()
        after = (*reversed(widths[:-1]), channels)
        for index, (a, b) in enumerate(zip(reversed(widths), after)):
            small, large = self.sizes[-1 - index], self.sizes[-2 - index]
            more = tuple(y - 2 * x for x, y in zip(small, large))
            self.decoder.extend([nn.ConvTranspose2d(a, b, 4, 2, 1, more), nn.ReLU()])
        self.decoder[-1] = nn.Sigmoid()

    def forward(self, x):
        x = self.encoder(x).flatten(1)
        mean, log_variance = self.mean(x), self.log_variance(x)
        z = self.decoder_input(mean).unflatten(1, self.grid)
        return {"output": self.decoder(z), "mean": mean, "log_variance": log_variance}


def dcgan_generator(latent, width=64, channels=3):
    """A. Radford et al., arXiv:1511.06434; the names are those of PyTorch's example."""
    model = nn.Module()
    layers = []
    widths = (latent, 8 * width, 4 * width, 2 * width, width)
    for index, (before, after) in enumerate(zip(widths, widths[1:])):
        stride, padding = (1, 0) if index == 0 else (2, 1)
        layers += [
            nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False),
            nn.BatchNorm2d(after), nn.ReLU()]
    layers += [nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh()]
    model.main = nn.Sequential(*layers)
    model.forward = lambda x: model.main(x)
    return model


def dcgan_discriminator(channels, width=64):
    """A. Radford et al., arXiv:1511.06434; the names are those of PyTorch's example."""
    model = nn.Module()
    layers = [nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for before in (width, 2 * width, 4 * width):
        layers += [
            nn.Conv2d(before, 2 * before, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * before),
            nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(8 * width, 1, 4, 1, 0, bias=False), nn.Sigmoid()]
    model.main = nn.Sequential(*layers)
    model.forward = lambda x: model.main(x)
    return model
