"""Records the names and shapes of the weights of torchvision's networks, and their number."""

import torchvision

from recording import ZOO_GOLDEN, write_json


def record():
    for name in ("resnet18", "vgg16"):
        model = getattr(torchvision.models, name)()
        parameters = dict(model.named_parameters())
        entries = [
            {"name": key, "shape": list(value.shape),
             "kind": "parameter" if key in parameters else "buffer"}
            for key, value in model.state_dict().items()
        ]
        version = torchvision.__version__.split("+")[0]
        write_json(
            ZOO_GOLDEN / f"{name}.json", f"torchvision {version}, Tools/golden/zoo.py", entries,
            parameters=sum(value.numel() for value in parameters.values()), keys=len(entries))
