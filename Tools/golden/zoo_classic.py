"""Records the classic networks and those of the Inception family: names, cost, logits, a gradient.

They come from torchvision, timm and pretrainedmodels; what none of these has is written here.
"""

import math
import sys
import warnings

import pretrainedmodels.models.bninception  # noqa: F401, whose package hides the module
import timm
import torch
import torchvision
from torch import nn

from recording import ZOO_GOLDEN, write_json
from zoo import known, known_weight, multiply_adds, nine_digits

BATCH = 2
CLASSES = 12
IMAGE = (3, 224, 224)
# Smaller images, of which no extent is a multiple of 32.
SMALL = (3, 70, 61)


def version(package):
    return f"{package.__name__} {package.__version__.split('+')[0]}"


def tv(function, **options):
    """One of torchvision's networks."""
    return lambda classes: getattr(torchvision.models, function)(num_classes=classes, **options)


def tv_head(module, channels):
    """The auxiliary head of one of torchvision's networks."""
    head = sys.modules[f"torchvision.models.{module}"].InceptionAux
    return lambda classes: head(channels, classes)


def of_timm(function):
    return lambda classes: timm.create_model(function, num_classes=classes)


def bn_inception(classes):
    model = sys.modules["pretrainedmodels.models.bninception"].BNInception(classes)
    # Its own takes 7×7 pixels.
    model.global_pool = nn.AdaptiveAvgPool2d(1)
    return model


def chain(*layers):
    """Layers by name; a name of its own for each that has none."""
    model = nn.Sequential()
    for index, layer in enumerate(layers):
        name, layer = layer if isinstance(layer, tuple) else (f"layer{index}", layer)
        model.add_module(name, layer)
    return model


def nin(classes):
    """M. Lin et al., arXiv:1312.4400, as in the authors' cifar10_nin for Caffe."""
    def mlp(number, inputs, channels, kernel):
        names = [f"conv{number}", f"cccp{2 * number - 1}", f"cccp{2 * number}"]
        layers = []
        for name, output, kernel in zip(names, channels, (kernel, 1, 1)):
            layers += [(name, nn.Conv2d(inputs, output, kernel, padding=kernel // 2)), nn.ReLU()]
            inputs = output
        return layers
    return chain(
        *mlp(1, 3, (192, 160, 96), 5), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(),
        *mlp(2, 96, (192, 192, 192), 5), nn.AvgPool2d(3, 2, ceil_mode=True), nn.Dropout(),
        *mlp(3, 192, (192, 192, classes), 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def all_cnn(*kernels):
    """J. Springenberg et al., arXiv:1412.6806: the kernels of each of the two stages."""
    def build(classes):
        layers, inputs = [nn.Dropout(0.2)], 3
        for channels in (96, 192):
            for kernel in kernels:
                layers += [nn.Conv2d(inputs, channels, kernel, padding=kernel // 2), nn.ReLU()]
                inputs = channels
            layers += [nn.Conv2d(inputs, channels, 3, 2, 1), nn.ReLU(), nn.Dropout()]
        for channels, kernel in ((192, 3), (192, 1), (classes, 1)):
            layers += [nn.Conv2d(inputs, channels, kernel), nn.ReLU()]
            inputs = channels
        return chain(
            ("features", nn.Sequential(*layers)), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return build


def convolution(number, inputs, outputs, kernel, **options):
    return (
        (f"conv{number}", nn.Conv2d(inputs, outputs, kernel, **options)),
        (f"relu{number}", nn.ReLU()))


def dense_layers(classes):
    """The end of the first networks for ImageNet, for maps of any size."""
    return (
        nn.Flatten(), ("fc6", nn.LazyLinear(4096)), nn.ReLU(), nn.Dropout(),
        ("fc7", nn.Linear(4096, 4096)), nn.ReLU(), nn.Dropout(), ("fc8", nn.Linear(4096, classes)))


def alexnet_norm():
    """Its alpha is 5 times the paper's, because PyTorch divides by the size."""
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)


def alexnet_paper(classes):
    """A. Krizhevsky et al., NIPS 2012, section 3."""
    return chain(
        *convolution(1, 3, 96, 11, stride=4), alexnet_norm(), nn.MaxPool2d(3, 2),
        *convolution(2, 96, 256, 5, padding=2, groups=2), alexnet_norm(), nn.MaxPool2d(3, 2),
        *convolution(3, 256, 384, 3, padding=1),
        *convolution(4, 384, 384, 3, padding=1, groups=2),
        *convolution(5, 384, 256, 3, padding=1, groups=2), nn.MaxPool2d(3, 2),
        *dense_layers(classes))


def zfnet(classes):
    """M. Zeiler and R. Fergus, arXiv:1311.2901, figure 3, with AlexNet's normalisation."""
    return chain(
        *convolution(1, 3, 96, 7, stride=2, padding=1), nn.MaxPool2d(3, 2, ceil_mode=True),
        alexnet_norm(),
        *convolution(2, 96, 256, 5, stride=2), nn.MaxPool2d(3, 2, ceil_mode=True),
        alexnet_norm(),
        *convolution(3, 256, 384, 3, padding=1), *convolution(4, 384, 384, 3, padding=1),
        *convolution(5, 384, 256, 3, padding=1), nn.MaxPool2d(3, 2),
        *dense_layers(classes))


class BiasedConv2d(nn.Module):
    """A convolution with bias and ReLU, in place of torchvision's BasicConv2d."""

    def __init__(self, inputs, outputs, **options):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, **options)

    def forward(self, x):
        return self.conv(x).relu()


def googlenet_paper(classes):
    """Torchvision's class with what C. Szegedy et al., arXiv:1409.4842, have in place of its own."""
    module = sys.modules["torchvision.models.googlenet"]

    def block(inputs, *channels):
        inception = module.Inception(inputs, *channels, conv_block=BiasedConv2d)
        inception.branch3[1] = BiasedConv2d(channels[3], channels[4], kernel_size=5, padding=2)
        return inception

    model = module.GoogLeNet(
        classes, aux_logits=False, init_weights=False,
        blocks=[BiasedConv2d, block, module.InceptionAux])
    model.maxpool1 = nn.Sequential(model.maxpool1, nn.LocalResponseNorm(5))
    model.maxpool2 = nn.Sequential(nn.LocalResponseNorm(5), model.maxpool2)
    model.maxpool4 = nn.MaxPool2d(3, 2, ceil_mode=True)
    return model


def dense_net_bc(classes):
    """Torchvision's class with the first layers for CIFAR."""
    model = torchvision.models.DenseNet(
        growth_rate=12, block_config=(16, 16, 16), num_init_features=24, num_classes=classes)
    model.features.conv0 = nn.Conv2d(3, 24, 3, padding=1, bias=False)
    for name in ("norm0", "relu0", "pool0"):
        delattr(model.features, name)
    return model


# Each network's name here, how to build it for some classes, where it comes from, the image that costs
# are counted on, and the image of the recorded logits, where there are some.
TV, TIMM, PAPER = version(torchvision), version(timm), "written from its paper"
CIFAR, SMALL_CIFAR = (3, 32, 32), (3, 35, 29)
LARGE, SMALL_LARGE = (3, 299, 299), (3, 107, 91)
NETWORKS = (
    ("alexnet", tv("alexnet"), TV, IMAGE, (3, 102, 91)),
    ("alexnet-paper", alexnet_paper, PAPER, (3, 227, 227), (3, 103, 91)),
    ("zfnet", zfnet, PAPER, IMAGE, (3, 90, 83)),
    *((f"vgg{depth}{suffix.replace('_', '-')}", tv(f"vgg{depth}{suffix}"), TV, IMAGE, None)
      for suffix in ("", "_bn") for depth in (11, 13, 16, 19) if f"{depth}{suffix}" != "16"),
    ("nin-cifar", nin, PAPER, CIFAR, SMALL_CIFAR),
    ("all-cnn-a", all_cnn(5), PAPER, CIFAR, SMALL_CIFAR),
    ("all-cnn-b", all_cnn(5, 1), PAPER, CIFAR, SMALL_CIFAR),
    ("all-cnn-c", all_cnn(3, 3), PAPER, CIFAR, SMALL_CIFAR),
    ("googlenet", tv("googlenet", aux_logits=False, init_weights=False), TV, IMAGE, SMALL),
    ("googlenet-aux", tv("googlenet", init_weights=False), TV, IMAGE, None),
    ("googlenet-head", tv_head("googlenet", 512), TV, None, (512, 11, 9)),
    ("googlenet-paper", googlenet_paper, PAPER, IMAGE, SMALL),
    ("inception-v2", bn_inception, version(pretrainedmodels), IMAGE, (3, 70, 65)),
    ("inception-v3", tv("inception_v3", aux_logits=False, init_weights=False), TV, LARGE, SMALL_LARGE),
    ("inception-v3-aux", tv("inception_v3", init_weights=False), TV, LARGE, None),
    ("inception-v3-head", tv_head("inception", 768), TV, None, (768, 18, 20)),
    ("inception-v4", of_timm("inception_v4"), TIMM, LARGE, SMALL_LARGE),
    ("inception-resnet-v2", of_timm("inception_resnet_v2"), TIMM, LARGE, SMALL_LARGE),
    ("xception", of_timm("legacy_xception"), TIMM, LARGE, SMALL),
    ("squeezenet1-0", tv("squeezenet1_0"), TV, IMAGE, SMALL),
    ("squeezenet1-1", tv("squeezenet1_1"), TV, IMAGE, SMALL),
    ("densenet121", tv("densenet121"), TV, IMAGE, SMALL),
    ("densenet161", tv("densenet161"), TV, IMAGE, SMALL),
    ("densenet169", tv("densenet169"), TV, IMAGE, None),
    ("densenet201", tv("densenet201"), TV, IMAGE, None),
    ("densenet-bc-100-12", dense_net_bc, PAPER, CIFAR, SMALL_CIFAR),
    *((f"shufflenet-v2-x{width.replace('_', '-')}", tv(f"shufflenet_v2_x{width}"), TV, IMAGE, SMALL)
      for width in ("0_5", "1_0", "1_5", "2_0")),
)


def built(build, classes, image):
    """The network; a first image gives its dense layers their sizes."""
    model = build(classes).eval()
    with torch.no_grad():
        model(torch.zeros(1, *image))
    return model


def layers(model):
    """A line for each layer with its tensors: "bn1 weight 64 bias 64 running_mean 64 running_var 64"."""
    lines = {}
    for key, value in model.state_dict().items():
        path, _, name = key.rpartition(".")
        if name != "num_batches_tracked":
            extents = ",".join(map(str, value.shape))
            lines.setdefault(path, [path]).append(f"{name} {extents}")
    return [" ".join(line) for line in lines.values()]


def run(model, image):
    """Logits, and the gradient by the first bias of the loss Σ logits · upstream, in float64."""
    model = model.double()
    weights = model.state_dict()
    for key, value in weights.items():
        if not key.endswith("num_batches_tracked"):
            weights[key] = known_weight(key, value.shape)
    model.load_state_dict(weights)
    logits = model(known("input", (BATCH, *image), -1, 1))
    (logits * known("upstream", logits.shape, -1, 1)).sum().backward()
    bias = next(key for key in model.state_dict() if key.endswith("bias"))
    return {
        "input": [BATCH, *image], "classes": CLASSES, "logits": nine_digits(logits), "bias": bias,
        "biasGradient": nine_digits(model.get_parameter(bias).grad),
    }


def record():
    warnings.simplefilter("ignore")
    for name, build, source, image, small in NETWORKS:
        model = built(build, 10 if image == CIFAR else 1000, image or small)
        more = {"parameters": sum(math.prod(value.shape) for value in model.parameters())}
        if image is not None:
            more["multiplyAdds"] = multiply_adds(model, image)
        if small is not None:
            more |= run(built(build, CLASSES, small), small)
        write_json(
            ZOO_GOLDEN / f"{name}.json", f"{source}, Tools/golden/zoo_classic.py", layers(model),
            **more)
