import Foundation
import SwiftProtobuf

@testable import FoveaFormats

/// Models that are written message by message, as no exporter would.
enum ONNXModels {
  static func model(
    opset: Int64 = 18, _ fill: (inout Onnx_GraphProto) -> Void
  ) throws -> Data {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    var operators = Onnx_OperatorSetIdProto()
    operators.version = opset
    if opset > 0 { model.opsetImport = [operators] }
    fill(&model.graph)
    return try model.serializedBytes()
  }

  static func info(_ name: String, _ extents: [Int64?], type: Int32 = 1) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = type
    info.type.tensorType.shape.dim = extents.map { extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if let extent { dimension.dimValue = extent } else { dimension.dimParam = "open" }
      return dimension
    }
    return info
  }

  static func tensor(_ name: String, _ extents: [Int64], _ values: [Float]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = extents
    tensor.dataType = 1
    tensor.floatData = values
    return tensor
  }

  static func integers(_ name: String, _ values: [Int64]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = [Int64(values.count)]
    tensor.dataType = 7
    tensor.int64Data = values
    return tensor
  }

  static func node(
    _ type: String, _ inputs: [String], _ outputs: [String], ints: [String: [Int64]] = [:],
    strings: [String: String] = [:]
  ) -> Onnx_NodeProto {
    var node = Onnx_NodeProto()
    node.opType = type
    node.input = inputs
    node.output = outputs
    for (name, values) in ints {
      var attribute = Onnx_AttributeProto()
      attribute.name = name
      attribute.type = values.count == 1 ? .int : .ints
      attribute.i = values[0]
      attribute.ints = values
      node.attribute.append(attribute)
    }
    for (name, text) in strings {
      var attribute = Onnx_AttributeProto()
      attribute.name = name
      attribute.type = .string
      attribute.s = Data(text.utf8)
      node.attribute.append(attribute)
    }
    return node
  }

  /// A model of one node, `x [1, 2, 4, 4]` to `y`.
  static func single(_ node: Onnx_NodeProto, opset: Int64 = 18) throws -> Data {
    try model(opset: opset) { graph in
      graph.input = [info("x", [1, 2, 4, 4])]
      graph.output = [info("y", [])]
      graph.node = [node]
    }
  }
}
