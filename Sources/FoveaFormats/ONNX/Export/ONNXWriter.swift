import FoveaGraph
import FoveaTensors
import Foundation

/// The value of an attribute.
enum ONNXAttribute {
  case integer(Int)
  case integers([Int])
  case float(Float)
  case string(String)
}

/// Gathers the nodes and tensors of a model that is being written.
struct ONNXWriter {
  /// The version of the standard operators.
  let opset: Int
  private(set) var nodes: [Onnx_NodeProto] = []
  private(set) var initializers: [Onnx_TensorProto] = []
  /// The layer that is being written.
  var path = ""
  private var values: Set<String> = []
  private var nodeNames: Set<String> = []
  /// For values that say where a max-pooling took its results from, the height and width of what was pooled.
  private var planes: [String: [Int]] = [:]

  init(opset: Int) { self.opset = opset }

  /// Appends a node and returns the names of its results.
  mutating func append(
    _ operatorName: String, _ inputs: [String],
    _ attributes: KeyValuePairs<String, ONNXAttribute> = [:], outputs: Int = 1
  ) -> [String] {
    append(operatorName, inputs, Array(attributes), outputs: outputs)
  }

  /// Appends a node whose attributes have been gathered before.
  mutating func append(
    _ operatorName: String, _ inputs: [String],
    _ attributes: [(key: String, value: ONNXAttribute)], outputs: Int
  ) -> [String] {
    var node = Onnx_NodeProto()
    node.opType = operatorName
    node.name = Self.unused(path, in: &nodeNames)
    node.input = inputs
    node.output = (0..<outputs).map { _ in Self.unused(path + ".output", in: &values) }
    node.attribute = attributes.map(Self.proto)
    nodes.append(node)
    return node.output
  }

  /// Appends a node with one result.
  mutating func apply(
    _ operatorName: String, _ inputs: [String],
    _ attributes: KeyValuePairs<String, ONNXAttribute> = [:]
  ) -> String {
    append(operatorName, inputs, attributes)[0]
  }

  /// Throws where the chosen opset is older than `needed`.
  func expectOpset(_ needed: Int, for feature: String) throws(ONNXError.Problem) {
    guard opset >= needed else {
      throw .needsOpset(feature, layer: path, needed: needed, chosen: opset)
    }
  }

  /// Notes that a value holds places in an image.
  mutating func noteIndices(_ value: String, into image: Shape) {
    planes[value] = Array(image.dimensions[2...])
  }

  /// The height and width of the image that a value holds places in.
  func plane(ofIndices value: String) -> [Int]? { planes[value] }

  /// Takes a name for a value that no node makes.
  mutating func reserve(_ name: String) throws(ONNXError.Problem) {
    guard values.insert(name).inserted else { throw .duplicateName(name, kind: "values") }
  }

  /// Stores a tensor under its name, which has been taken before.
  mutating func store(_ name: String, _ tensor: Tensor) {
    var proto = Onnx_TensorProto()
    proto.name = name
    proto.dims = tensor.shape.dimensions.map(Int64.init)
    proto.dataType = Int32(ONNXElementType(tensor.elementType).rawValue)
    proto.rawData = tensor.reordered(.rowMajor).withUnsafeBytes { Data($0) }
    initializers.append(proto)
  }

  /// A tensor of whole numbers in one row.
  mutating func integers(_ numbers: [Int]) -> String {
    let name = Self.unused(path + ".constant", in: &values)
    var proto = Onnx_TensorProto()
    proto.name = name
    proto.dims = [Int64(numbers.count)]
    proto.dataType = Int32(ONNXElementType.int64.rawValue)
    proto.int64Data = numbers.map(Int64.init)
    initializers.append(proto)
    return name
  }

  /// A tensor of floats.
  mutating func floats(_ shape: Shape, _ numbers: [Float]) -> String {
    let name = Self.unused(path + ".constant", in: &values)
    store(name, Tensor(shape, numbers))
    return name
  }

  /// A single number.
  mutating func number(_ number: Float) -> String { floats(.scalar, [number]) }

  /// Gives values other names, in all nodes.
  mutating func rename(_ names: [String: String]) {
    for index in nodes.indices {
      nodes[index].input = nodes[index].input.map { names[$0] ?? $0 }
      nodes[index].output = nodes[index].output.map { names[$0] ?? $0 }
    }
  }

  private static func unused(_ name: String, in taken: inout Set<String>) -> String {
    var result = name
    var count = 1
    while !taken.insert(result).inserted {
      count += 1
      result = "\(name)_\(count)"
    }
    return result
  }

  private static func proto(_ name: String, _ value: ONNXAttribute) -> Onnx_AttributeProto {
    var proto = Onnx_AttributeProto()
    proto.name = name
    switch value {
    case .integer(let number):
      proto.type = .int
      proto.i = Int64(number)
    case .integers(let numbers):
      proto.type = .ints
      proto.ints = numbers.map(Int64.init)
    case .float(let number):
      proto.type = .float
      proto.f = number
    case .string(let text):
      proto.type = .string
      proto.s = Data(text.utf8)
    }
    return proto
  }
}

extension ONNXElementType {
  /// The type that stands for one of ours.
  init(_ elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .int32: self = .int32
    case .uint8: self = .uint8
    }
  }
}
