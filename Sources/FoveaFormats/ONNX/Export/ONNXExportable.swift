import FoveaGraph
import FoveaTensors

/// A node of a graph that is being written.
struct ONNXExportedNode {
  /// The names of what it reads.
  let inputs: [String]
  /// The shapes of what it reads.
  let inputShapes: [Shape]
  /// The shapes of its results.
  let outputShapes: [Shape]
}

/// An operation that ONNX has, or has the parts of.
protocol ONNXExportable: Operation {
  /// Appends the operation's nodes and returns the names of its results.
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String]
}

/// An operation that is an operator of one input without attributes.
protocol ONNXNamed: ONNXExportable {
  var onnxName: String { get }
}

extension ONNXNamed {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(onnxName, node.inputs)
  }
}
