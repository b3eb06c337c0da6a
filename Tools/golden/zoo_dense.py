"""Records what zoo.py does of networks that segment, make images and find boxes: further outputs, and less of each."""

from collections import OrderedDict

import torch
import torchvision
from torch import nn
from torchvision.models import detection, segmentation

import dense_modules as modules
from recording import ZOO_GOLDEN, write_json
from yolox import YOLOX
from zoo import known, known_weight, nine_digits

BATCH = 2
# About as many numbers are kept of each output.
KEPT = 48


def segmentation_model(function, **options):
    return lambda image, classes: getattr(segmentation, function)(
        weights=None, weights_backbone=None, num_classes=classes, **options)


class DetectionMaps(nn.Module):
    """Backbone and head of torchvision's SSD, without anchors and decoding."""

    def __init__(self, function, classes):
        super().__init__()
        model = getattr(detection, function)(
            weights=None, weights_backbone=None, num_classes=classes)
        self.backbone, self.head = model.backbone, model.head

    def forward(self, x):
        found = self.head(list(self.backbone(x).values()))
        return {"output": found["cls_logits"], "bbox_regression": found["bbox_regression"]}


def detection_model(function):
    return lambda image, classes: DetectionMaps(function, classes)


def yolox(width, depthwise=False):
    return lambda image, classes: YOLOX(image[0], classes, width, depthwise=depthwise)


# Each network's name here, what makes it of an image's shape and a number of classes, the image and the
# classes that it was published for, and those that outputs are recorded of.
NETWORKS = (
    ("fcn-resnet50", segmentation_model("fcn_resnet50", aux_loss=True),
     (3, 520, 520), 21, (3, 45, 37), 5),
    ("fcn-resnet101", segmentation_model("fcn_resnet101", aux_loss=True),
     (3, 520, 520), 21, (3, 45, 37), 5),
    ("deeplabv3-resnet50", segmentation_model("deeplabv3_resnet50", aux_loss=True),
     (3, 520, 520), 21, (3, 45, 37), 5),
    ("deeplabv3-resnet101", segmentation_model("deeplabv3_resnet101", aux_loss=True),
     (3, 520, 520), 21, (3, 45, 37), 5),
    ("deeplabv3-mobilenet-v3-large",
     segmentation_model("deeplabv3_mobilenet_v3_large", aux_loss=True),
     (3, 520, 520), 21, (3, 61, 45), 5),
    ("deeplabv3plus-resnet50", lambda image, classes: modules.DeepLabV3Plus(classes),
     (3, 513, 513), 21, (3, 45, 37), 5),
    ("lraspp-mobilenet-v3-large", segmentation_model("lraspp_mobilenet_v3_large"),
     (3, 520, 520), 21, (3, 61, 45), 5),
    ("unet", lambda image, classes: modules.UNet(image[0], classes),
     (3, 572, 572), 2, (3, 45, 35), 4),
    ("unet-bilinear", lambda image, classes: modules.UNet(image[0], classes, bilinear=True),
     (3, 572, 572), 2, (3, 45, 35), 4),
    ("unet-paper", lambda image, classes: modules.UNet(image[0], classes, padded=False),
     (1, 572, 572), 2, (1, 188, 204), 3),
    ("segnet", lambda image, classes: modules.SegNet(classes),
     (3, 360, 480), 11, (3, 45, 67), 4),
    ("vae", lambda image, classes: modules.VAE(image), (3, 64, 64), None, (1, 28, 37), None),
    ("dcgan-generator", lambda image, classes: modules.dcgan_generator(image[0]),
     (100, 1, 1), None, (100, 1, 2), None),
    ("dcgan-discriminator", lambda image, classes: modules.dcgan_discriminator(image[0]),
     (3, 64, 64), None, (1, 69, 77), None),
    ("yolox-nano", yolox(16, depthwise=True), (3, 416, 416), 80, (3, 96, 64), 3),
    ("yolox-tiny", yolox(24), (3, 416, 416), 80, (3, 96, 64), 3),
    ("yolox-s", yolox(32), (3, 640, 640), 80, (3, 96, 64), 3),
    ("ssdlite320-mobilenet-v3-large", detection_model("ssdlite320_mobilenet_v3_large"),
     (3, 320, 320), 91, (3, 75, 61), 4),
    ("ssd300-vgg16", detection_model("ssd300_vgg16"), (3, 300, 300), 91, (3, 270, 285), 4),
)


def named_outputs(result):
    if not isinstance(result, (dict, OrderedDict)):
        return {"output": result}
    return {"output" if key == "out" else key: value for key, value in result.items()}


def multiply_adds(model, image):
    """Multiplications of convolutions, transposed ones too, and of dense layers."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        is_transposed = isinstance(module, nn.ConvTranspose2d)
        total += (inputs[0] if is_transposed else output).numel() * module.weight[0].numel()

    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        model(torch.zeros(1, *image))
    return total


def run(model, image):
    """Each output, and the gradient by the first bias of the loss Σ outputs · upstreams, in float64."""
    model = model.double()
    model.load_state_dict({
        key: value if key.endswith("num_batches_tracked") else known_weight(key, value.shape)
        for key, value in model.state_dict().items()
    })
    outputs = named_outputs(model(known("input", (BATCH, *image), -1, 1)))
    sum(
        (value * known(f"upstream/{key}", value.shape, -1, 1)).sum()
        for key, value in outputs.items()
    ).backward()
    bias = next(key for key in model.state_dict() if key.endswith("bias"))
    kept = {}
    for key, value in outputs.items():
        step = max(1, value.numel() // KEPT) | 1
        kept[key] = {
            "shape": list(value.shape), "step": step,
            "values": nine_digits(value.flatten()[::step]),
        }
    return {
        "outputs": kept, "bias": bias, "biasGradient": nine_digits(model.get_parameter(bias).grad)
    }


def record():
    version = torchvision.__version__.split("+")[0]
    for name, build, image, classes, small, few in NETWORKS:
        model = build(image, classes).eval()
        entries = [
            f"{key} {','.join(map(str, value.shape))}"
            for key, value in model.state_dict().items() if not key.endswith("num_batches_tracked")
        ]
        write_json(
            ZOO_GOLDEN / f"{name}.json", f"torchvision {version}, Tools/golden/zoo_dense.py",
            entries, parameters=sum(value.numel() for value in model.parameters()),
            keys=len(entries), multiplyAdds=multiply_adds(model, image), input=[BATCH, *small],
            classes=few, **run(build(small, few).eval(), small))
