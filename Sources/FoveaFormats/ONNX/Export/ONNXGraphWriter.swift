import FoveaGraph
import FoveaTensors

/// Writes the nodes of a graph, one after another.
struct ONNXGraphWriter {
  private let network: PortableModel
  private let shapes: GraphShapes
  /// The shapes for a batch of one more; `nil` where the batch is to be, or must be, as it is.
  private let otherShapes: GraphShapes?
  private var writer: ONNXWriter
  private var names: [Value: String] = [:]

  init(_ network: PortableModel, _ options: ONNXExportOptions) throws(ONNXError.Problem) {
    self.network = network
    do {
      shapes = try network.graph.shapes()
    } catch {
      throw .graph(error)
    }
    let larger = network.graph.inputs.compactMap { input -> (String, Shape)? in
      guard input.shape.rank > 0 else { return nil }
      return (input.name, input.shape.replacing(0, with: input.shape[0] + 1))
    }
    otherShapes =
      options.hasDynamicBatch
      ? try? network.graph.shapes(inputs: Dictionary(larger) { first, _ in first }) : nil
    writer = ONNXWriter(opset: options.opset)
  }

  /// The graph's nodes, tensors, inputs and outputs.
  consuming func written() throws(ONNXError.Problem) -> Onnx_GraphProto {
    var result = Onnx_GraphProto()
    for node in network.graph.nodes where node.operation.isSource {
      try writer.reserve((node.operation as? Variable)?.name ?? node.operation.name)
    }
    for (index, node) in network.graph.nodes.enumerated() {
      try write(node, index)
      if let input = node.operation as? Input {
        result.input.append(
          description(
            of: input.name, Value(node: index), ONNXElementType(input.outputElementType)))
      }
    }
    var renamed: [String: String] = [:]
    for (name, value) in network.graph.outputs {
      let own = names[value, default: ""]
      writer.path = name
      if own == name {
        // An output that is an input under its own name is described alone.
      } else if network.graph.nodes[value.node].operation.isSource || renamed[own] != nil {
        let copy = writer.apply("Identity", [own])
        renamed[copy] = name
      } else {
        renamed[own] = name
      }
      result.output.append(description(of: name, value, .float32))
    }
    for name in renamed.values { try writer.reserve(name) }
    writer.rename(renamed)
    result.node = writer.nodes
    result.initializer = writer.initializers
    return result
  }

  private mutating func write(_ node: Node, _ index: Int) throws(ONNXError.Problem) {
    var results: [String] = []
    switch node.operation {
    case let input as Input: results = [input.name]
    case let variable as Variable:
      guard let tensor = network.weights[variable.name], tensor.shape == variable.shape else {
        throw .weight(variable.name)
      }
      writer.store(variable.name, tensor)
      results = [variable.name]
    case let operation as any ONNXExportable:
      writer.path = node.path.isEmpty ? operation.name : node.path
      results = try operation.write(
        ONNXExportedNode(
          inputs: node.inputs.map { names[$0, default: ""] },
          inputShapes: node.inputs.map { shapes[$0] }, outputShapes: shapes[node: index]),
        to: &writer)
    default: throw .cannotExport("\(node.operation.name) (\(node.path))")
    }
    for (output, name) in results.enumerated() {
      names[Value(node: index, output: output)] = name
    }
  }

  /// What stands in the file about an input or output.
  private func description(
    of name: String, _ value: Value, _ type: ONNXElementType
  ) -> Onnx_ValueInfoProto {
    let (shape, other) = (shapes[value], otherShapes?[value])
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = Int32(type.rawValue)
    info.type.tensorType.shape.dim = shape.dimensions.enumerated().map { axis, extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if let other, other[axis] != extent {
        // What grows by more than one image has no name, only no fixed extent.
        if axis == 0, other[axis] == extent + 1 { dimension.dimParam = "N" }
      } else {
        dimension.dimValue = Int64(extent)
      }
      return dimension
    }
    return info
  }
}
