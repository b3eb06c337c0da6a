"""Records the residual and the mobile networks: names, cost, logits, a gradient.

They come from torchvision, timm and efficientnet_lite_pytorch; what none of these has is written here.
"""

import warnings

import efficientnet_lite_pytorch
import timm
from torch import nn
from torch.nn import functional as F
from torchvision.models.efficientnet import FusedMBConvConfig, MBConvConfig

from recording import ZOO_GOLDEN, write_json
from zoo import multiply_adds
from zoo_classic import (
    CIFAR, CLASSES, IMAGE, PAPER, SMALL, SMALL_CIFAR, TIMM, TV, layers, run, tv, version)

LITE = version(efficientnet_lite_pytorch)


def of_timm(function, **options):
    return lambda classes: timm.create_model(function, num_classes=classes, **options)


def lite(number, extent):
    """Its padding is made for one size of images."""
    return lambda classes: efficientnet_lite_pytorch.EfficientNet.from_name(
        f"efficientnet-lite{number}", num_classes=classes, image_size=extent)


def fused_blocks(classes):
    """Blocks of EfficientNetV2 in a short chain: float32 follows the whole network by 3e-4 alone."""
    def norm(channels):
        return nn.BatchNorm2d(channels, eps=1e-3)
    configurations = (
        FusedMBConvConfig(1, 3, 1, 24, 24, 1), FusedMBConvConfig(4, 3, 2, 24, 48, 1),
        MBConvConfig(4, 3, 2, 48, 64, 1), MBConvConfig(6, 3, 1, 64, 64, 1))
    blocks = [configuration.block(configuration, 0, norm) for configuration in configurations]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


class CIFARBlock(nn.Module):
    """K. He et al., arXiv:1512.03385, §4.2, option A."""

    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride = stride

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = x[:, :, ::self.stride, ::self.stride]
            x = F.pad(x, (0, 0, 0, 0, 0, x.shape[1]))
        return F.relu(x + y)


class CIFARResNet(nn.Module):
    def __init__(self, depth, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        inputs = 16
        for stage, channels in enumerate((16, 32, 64)):
            blocks = []
            for place in range((depth - 2) // 6):
                blocks.append(
                    CIFARBlock(inputs, channels, 2 if place == 0 and stage > 0 else 1))
                inputs = channels
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


class WideBlock(nn.Module):
    """S. Zagoruyko, N. Komodakis, arXiv:1605.07146, figure 1(c), without dropout."""

    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        if inputs != channels:
            self.convShortcut = nn.Conv2d(inputs, channels, 1, stride, bias=False)

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(activated))))
        return y + (self.convShortcut(activated) if hasattr(self, "convShortcut") else x)


class WideStage(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.layer = nn.Sequential(*blocks)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        inputs = 16
        for stage in range(3):
            channels = 16 * width << stage
            blocks = []
            for place in range((depth - 4) // 6):
                blocks.append(WideBlock(inputs, channels, 2 if place == 0 and stage > 0 else 1))
                inputs = channels
            self.add_module(f"block{stage + 1}", WideStage(blocks))
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


# As in zoo_classic: each network's name here, how to build it for some classes, where it comes from, the
# image that costs are counted on, and the image of the recorded logits, where there are some.
NETWORKS = (
    *((name.replace("_", "-"), tv(name), TV, IMAGE, small) for name, small in (
        ("resnet101", None), ("resnet152", None), ("resnext50_32x4d", SMALL),
        ("resnext101_32x8d", None), ("resnext101_64x4d", None), ("wide_resnet50_2", None),
        ("wide_resnet101_2", None), ("regnet_x_400mf", SMALL), ("regnet_y_400mf", SMALL),
        ("convnext_tiny", SMALL), ("convnext_small", None), ("convnext_base", None),
        ("convnext_large", None), ("mobilenet_v3_large", SMALL), ("mobilenet_v3_small", SMALL),
        ("mnasnet0_5", SMALL), ("mnasnet0_75", None), ("mnasnet1_0", SMALL), ("mnasnet1_3", None))),
    *((f"efficientnet-b{number}", tv(f"efficientnet_b{number}"), TV, (3, extent, extent),
       SMALL if number == 1 else None)
      for number, extent in enumerate((224, 240, 260, 300, 380, 456, 528, 600)) if number > 0),
    ("efficientnet-v2-s", tv("efficientnet_v2_s"), TV, (3, 384, 384), None),
    ("fused-blocks", fused_blocks, TV, None, (24, 21, 18)),
    *((name.replace("_", "-"), of_timm(name), TIMM, IMAGE, small) for name, small in (
        ("resnet50_gn", SMALL), ("resnetv2_50", SMALL), ("resnetv2_50x1_bit", SMALL),
        ("seresnet50", SMALL), ("mobilenetv1_100", SMALL), ("ghostnet_100", SMALL))),
    ("ghostnet-100-x1.3", of_timm("ghostnet_130"), TIMM, IMAGE, None),
    ("resnet50-c", of_timm("resnet50c"), TIMM, IMAGE, None),
    ("resnet50-d", of_timm("resnet50d"), TIMM, IMAGE, SMALL),
    *((f"resnet{depth}-cifar", lambda classes, depth=depth: CIFARResNet(depth, classes), PAPER,
       CIFAR, SMALL_CIFAR if depth in (20, 56) else None) for depth in (20, 32, 44, 56, 110)),
    ("wide-resnet28-10", lambda classes: WideResNet(28, 10, classes), PAPER, CIFAR, None),
    ("wide-resnet28-1", lambda classes: WideResNet(28, 1, classes), PAPER, CIFAR, SMALL_CIFAR),
    *((f"efficientnet-lite{number}", lite(number, extent), LITE, (3, extent, extent), None)
      for number, extent in enumerate((224, 240, 260, 280, 300))),
    ("efficientnet-lite0-small", lite(0, SMALL[1:]), LITE, None, SMALL),
    ("mobilenet-v2-x1.4", tv("mobilenet_v2", width_mult=1.4), TV, IMAGE, None),
    ("mobilenet-v2-x0.35", tv("mobilenet_v2", width_mult=0.35), TV, IMAGE, SMALL),
    # Strides that became dilations.
    ("resnet50-stride8", tv("resnet50", replace_stride_with_dilation=[False, True, True]), TV,
     IMAGE, SMALL),
    ("resnet50-stride16", tv("resnet50", replace_stride_with_dilation=[False, False, True]), TV,
     IMAGE, None),
    ("resnet34-stride8",
     of_timm("resnet34", output_stride=8), TIMM, IMAGE, SMALL),
    ("resnet50-d-stride8",
     of_timm("resnet50d", output_stride=8), TIMM, IMAGE, SMALL),
    ("mobilenet-v3-large-dilated", tv("mobilenet_v3_large", dilated=True), TV, IMAGE, None),
    ("mobilenet-v3-small-dilated",
     tv("mobilenet_v3_small", dilated=True, reduced_tail=True), TV, IMAGE, SMALL),
)


def record():
    warnings.simplefilter("ignore")
    for name, build, source, image, small in NETWORKS:
        model = build(10 if image == CIFAR else 1000).eval()
        more = {"parameters": sum(value.numel() for value in model.parameters())}
        if image is not None:
            more["multiplyAdds"] = multiply_adds(model, image)
        if small is not None:
            more |= run(build(CLASSES).eval(), small)
        write_json(
            ZOO_GOLDEN / f"{name}.json", f"{source}, Tools/golden/zoo_residual.py", layers(model),
            **more)
