"""YOLOX (Z. Ge et al., arXiv:2107.08430), written plainly with the names of Megvii-BaseDetection/YOLOX."""

import torch
from torch import nn
from torch.nn import functional as F


class BaseConv(nn.Module):
    def __init__(self, before, after, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(
            before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return F.silu(self.bn(self.conv(x)))


class DWConv(nn.Module):
    def __init__(self, before, after, kernel, stride=1):
        super().__init__()
        self.dconv = BaseConv(before, before, kernel, stride, groups=before)
        self.pconv = BaseConv(before, after, 1)

    def forward(self, x):
        return self.pconv(self.dconv(x))


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut, convolution):
        super().__init__()
        self.conv1 = BaseConv(channels, channels, 1)
        self.conv2 = convolution(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.conv2(self.conv1(x))
        return x + y if self.shortcut else y


class CSPLayer(nn.Module):
    def __init__(self, before, after, depth, convolution, shortcut=True):
        super().__init__()
        half = after // 2
        self.conv1 = BaseConv(before, half, 1)
        self.conv2 = BaseConv(before, half, 1)
        self.conv3 = BaseConv(2 * half, after, 1)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut, convolution) for _ in range(depth)))

    def forward(self, x):
        return self.conv3(torch.cat([self.m(self.conv1(x)), self.conv2(x)], dim=1))


class SPPBottleneck(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = BaseConv(channels, channels // 2, 1)
        self.conv2 = BaseConv(2 * channels, channels, 1)

    def forward(self, x):
        x = self.conv1(x)
        pooled = [F.max_pool2d(x, kernel, 1, kernel // 2) for kernel in (5, 9, 13)]
        return self.conv2(torch.cat([x] + pooled, dim=1))


class Focus(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv = BaseConv(4 * before, after, 3)

    def forward(self, x):
        return self.conv(torch.cat(
            [x[..., row::2, column::2] for column in (0, 1) for row in (0, 1)], dim=1))


class CSPDarknet(nn.Module):
    def __init__(self, channels, width, depth, convolution):
        super().__init__()
        self.stem = Focus(channels, width)
        for index, repeats in enumerate((depth, 3 * depth, 3 * depth, depth)):
            before, after = width << index, width << index + 1
            last = index == 3
            self.add_module(f"dark{index + 2}", nn.Sequential(
                convolution(before, after, 3, 2), *([SPPBottleneck(after)] if last else []),
                CSPLayer(after, after, repeats, convolution, shortcut=not last)))

    def forward(self, x):
        maps = [self.dark2(self.stem(x))]
        for name in ("dark3", "dark4", "dark5"):
            maps.append(getattr(self, name)(maps[-1]))
        return maps[1:]


class PAFPN(nn.Module):
    def __init__(self, channels, width, depth, convolution):
        super().__init__()
        small, middle, large = 4 * width, 8 * width, 16 * width
        self.backbone = CSPDarknet(channels, width, depth, convolution)
        self.lateral_conv0 = BaseConv(large, middle, 1)
        self.C3_p4 = CSPLayer(2 * middle, middle, depth, convolution, shortcut=False)
        self.reduce_conv1 = BaseConv(middle, small, 1)
        self.C3_p3 = CSPLayer(2 * small, small, depth, convolution, shortcut=False)
        self.bu_conv2 = convolution(small, small, 3, 2)
        self.C3_n3 = CSPLayer(2 * small, middle, depth, convolution, shortcut=False)
        self.bu_conv1 = convolution(middle, middle, 3, 2)
        self.C3_n4 = CSPLayer(2 * middle, large, depth, convolution, shortcut=False)

    def forward(self, x):
        fine, middle, coarse = self.backbone(x)
        lateral0 = self.lateral_conv0(coarse)
        x = self.C3_p4(torch.cat([F.interpolate(lateral0, scale_factor=2), middle], dim=1))
        lateral1 = self.reduce_conv1(x)
        out8 = self.C3_p3(torch.cat([F.interpolate(lateral1, scale_factor=2), fine], dim=1))
        out16 = self.C3_n3(torch.cat([self.bu_conv2(out8), lateral1], dim=1))
        out32 = self.C3_n4(torch.cat([self.bu_conv1(out16), lateral0], dim=1))
        return out8, out16, out32


class Head(nn.Module):
    def __init__(self, classes, width, convolution):
        super().__init__()
        inner = 4 * width
        scales = range(3)

        def branches():
            return nn.ModuleList(
                nn.Sequential(convolution(inner, inner, 3), convolution(inner, inner, 3))
                for _ in scales)

        def predictions(channels):
            return nn.ModuleList(nn.Conv2d(inner, channels, 1) for _ in scales)

        self.cls_convs, self.reg_convs = branches(), branches()
        self.cls_preds, self.reg_preds = predictions(classes), predictions(4)
        self.obj_preds = predictions(1)
        self.stems = nn.ModuleList(BaseConv(inner << scale, inner, 1) for scale in scales)

    def forward(self, maps):
        outputs = []
        for scale, x in enumerate(maps):
            x = self.stems[scale](x)
            classes, boxes = self.cls_convs[scale](x), self.reg_convs[scale](x)
            outputs.append(torch.cat(
                [self.reg_preds[scale](boxes), self.obj_preds[scale](boxes),
                 self.cls_preds[scale](classes)], dim=1))
        return outputs


class YOLOX(nn.Module):
    """Boxes, objectness and classes of each cell, as they are before the logistic function and decoding."""

    def __init__(self, channels, classes, width, depth=1, depthwise=False):
        super().__init__()
        convolution = DWConv if depthwise else BaseConv
        self.backbone = PAFPN(channels, width, depth, convolution)
        self.head = Head(classes, width, convolution)

    def forward(self, x):
        fine, middle, coarse = self.head(self.backbone(x))
        return {"output": fine, "stride16": middle, "stride32": coarse}
