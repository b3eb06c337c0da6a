"""Writes ONNX models with inputs and outputs, as the importer's checks read them.

    cases.py backend FOLDER         the onnx package's own cases for the operators of CNNs
    cases.py torchvision FOLDER     networks of torchvision, with seeded weights, by both exporters

A case is a folder: model.onnx, test_data_set_0/input_0.pb …, output_0.pb ….
"""

import shutil
import sys
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

# What CNNs are made of; the cases of other operators are not asked for.
OPERATORS = {
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Celu", "Clip", "Concat", "Constant",
    "ConstantOfShape", "Conv", "ConvTranspose", "DepthToSpace", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp",
    "Expand", "Flatten", "Floor", "Gather", "Gelu", "Gemm", "GlobalAveragePool", "GlobalLpPool",
    "GlobalMaxPool", "GroupNormalization", "HardSigmoid", "HardSwish", "Identity",
    "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "LpPool",
    "MatMul", "Max", "MaxPool", "MaxUnpool", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu", "Pad", "Pow",
    "Range", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize", "Selu",
    "Shape", "Sigmoid", "Size", "Slice", "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt",
    "Squeeze", "Sub", "Sum", "Swish", "Tanh", "ThresholdedRelu", "Tile", "Transpose", "Unsqueeze",
    "Upsample", "Where",
}


def write(folder, model, inputs, outputs):
    """Writes one case."""
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for role, values, infos in (
        ("input", inputs, model.graph.input), ("output", outputs, model.graph.output),
    ):
        for index, (value, info) in enumerate(zip(values, infos)):
            if not isinstance(value, onnx.TensorProto):
                value = numpy_helper.from_array(numpy.asarray(value), info.name)
            (data / f"{role}_{index}.pb").write_bytes(value.SerializeToString())


def write_backend(root):
    """The node cases, which the package computes, and the ones converted from PyTorch, which it carries."""
    from onnx.backend.test.case import node
    from onnx.backend.test.loader import load_model_tests

    count = 0
    for case in node.collect_testcases(None):
        operators = {node.op_type for node in case.model.graph.node}
        tensors = [*case.model.graph.input, *case.model.graph.output]
        if not operators <= OPERATORS or not all(info.type.HasField("tensor_type") for info in tensors):
            continue
        inputs, outputs = case.data_sets[0]
        write(root / "node" / case.name, case.model, inputs, outputs)
        count += 1
    for kind in ("pytorch-converted", "pytorch-operator", "simple", "light"):
        for case in load_model_tests(kind=kind):
            source = Path(case.model_dir or "")
            if case.model_dir and (source / "model.onnx").exists():
                shutil.copytree(source, root / kind / case.name, dirs_exist_ok=True)
                count += 1
    print(f"{count} cases in {root}")


def write_torchvision(root):
    """A network of each family, exported with an open batch by TorchScript and by torch.export."""
    import torch
    import torchvision

    names = (
        "alexnet", "vgg11_bn", "resnet18", "resnext50_32x4d", "wide_resnet50_2", "googlenet", "inception_v3",
        "densenet121", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "mnasnet0_5",
        "efficientnet_b0", "efficientnet_v2_s", "regnet_y_400mf", "convnext_tiny",
    )
    for name in names:
        torch.manual_seed(5)
        model = torchvision.models.get_model(name, weights=None).eval()
        extent = 299 if name == "inception_v3" else 224
        image = torch.randn(2, 3, extent, extent)
        with torch.no_grad():
            expected = model(image)
        for kind in ("script", "export"):
            folder = root / kind / name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "exported.onnx"
            if kind == "script":
                torch.onnx.export(
                    model, (image,), path, input_names=["input"], output_names=["output"],
                    dynamic_axes={"input": {0: "N"}}, dynamo=False)
            else:
                torch.onnx.export(
                    model, (image,), path, input_names=["input"], output_names=["output"],
                    dynamic_shapes=({0: torch.export.Dim("N")},), dynamo=True)
            loaded = onnx.load(path)
            for written in folder.glob("exported.onnx*"):
                written.unlink()
            write(folder, loaded, [image.numpy()], [expected.numpy()])
            print(f"{kind}/{name}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("backend", "torchvision"):
        raise SystemExit(__doc__)
    {"backend": write_backend, "torchvision": write_torchvision}[sys.argv[1]](Path(sys.argv[2]))
