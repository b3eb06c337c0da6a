import FoveaGraph
import FoveaTensors

/// What a node reads: a number that is known while the file is read, or one that a run computes.
enum ONNXOperand {
  /// Known numbers, and the name of the value that has them.
  case constant(ONNXTensor, name: String)
  /// A value of the graph.
  case value(Value)

  /// The known numbers.
  var constant: ONNXTensor? {
    switch self {
    case .constant(let tensor, _): tensor
    case .value: nil
    }
  }
}

/// A node with what it reads, and its attributes by type.
struct ONNXNode {
  let proto: Onnx_NodeProto
  let opset: Int
  /// The path of the graph's nodes that come of it.
  let path: String
  /// What it reads; `nil` where an optional input is left out.
  let inputs: [ONNXOperand?]
  private let attributes: [String: Onnx_AttributeProto]

  init(
    _ proto: Onnx_NodeProto, opset: Int, path: String, inputs: [ONNXOperand?]
  ) throws(ONNXError.Problem) {
    var attributes: [String: Onnx_AttributeProto] = [:]
    for attribute in proto.attribute {
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw .duplicateName(attribute.name, kind: "attributes")
      }
      guard attribute.refAttrName.isEmpty else {
        throw .attribute(
          attribute.name, value: "a function's argument", allowed: "a value of its own")
      }
    }
    self.proto = proto
    self.opset = opset
    self.path = path
    self.inputs = inputs
    self.attributes = attributes
  }

  var outputCount: Int { proto.output.count }

  /// Throws where the node has an attribute that is not among `known`: it would be passed over.
  func expectAttributes(in known: Set<String>) throws(ONNXError.Problem) {
    guard let strange = attributes.keys.sorted().first(where: { !known.contains($0) }) else {
      return
    }
    throw .attribute(
      strange, value: "given",
      allowed: known.isEmpty ? "no attribute" : known.sorted().joined(separator: ", "))
  }

  // MARK: - Attributes

  private func attribute(
    _ name: String, _ type: Onnx_AttributeProto.AttributeType
  ) throws(ONNXError.Problem) -> Onnx_AttributeProto? {
    guard let attribute = attributes[name] else { return nil }
    // Files of the oldest versions state no type.
    guard !attribute.hasType || attribute.type == type else {
      throw .attribute(name, value: "of type \(attribute.type)", allowed: "type \(type)")
    }
    return attribute
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func integer(_ name: String) throws(ONNXError.Problem) -> Int? {
    try attribute(name, .int).map { Int($0.i) }
  }

  func integer(_ name: String, default value: Int) throws(ONNXError.Problem) -> Int {
    try integer(name) ?? value
  }

  func flag(_ name: String, default value: Bool = false) throws(ONNXError.Problem) -> Bool {
    try integer(name, default: value ? 1 : 0) != 0
  }

  func integers(_ name: String) throws(ONNXError.Problem) -> [Int]? {
    try attribute(name, .ints).map { $0.ints.map(Int.init) }
  }

  func float(_ name: String, default value: Float) throws(ONNXError.Problem) -> Float {
    try attribute(name, .float).map(\.f) ?? value
  }

  func floats(_ name: String) throws(ONNXError.Problem) -> [Float]? {
    try attribute(name, .floats).map(\.floats)
  }

  func string(_ name: String, default value: String) throws(ONNXError.Problem) -> String {
    try attribute(name, .string).map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func tensor(_ name: String) throws(ONNXError.Problem) -> Onnx_TensorProto? {
    try attribute(name, .tensor).map(\.t)
  }

  // MARK: - Inputs

  func has(input index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  func input(_ index: Int) throws(ONNXError.Problem) -> ONNXOperand {
    guard index < inputs.count, let input = inputs[index] else { throw .missingInput(index) }
    return input
  }

  func optionalInput(_ index: Int) -> ONNXOperand? { index < inputs.count ? inputs[index] : nil }

  /// The numbers of an input that must be known.
  func constant(_ index: Int) throws(ONNXError.Problem) -> ONNXTensor {
    guard let tensor = try input(index).constant else { throw notConstant(index) }
    return tensor
  }

  /// Says that an input is not known.
  func notConstant(_ index: Int) -> ONNXError.Problem {
    .inputNotConstant(index, value: proto.input[index])
  }

  /// The whole numbers of an input that must be known; `nil` where it is left out.
  func integers(input index: Int) throws(ONNXError.Problem) -> [Int]? {
    guard has(input: index) else { return nil }
    guard let values = try constant(index).integers else {
      throw .input(index, value: "a tensor of floats", allowed: "whole numbers")
    }
    return values.map(Int.init)
  }

  /// The single number of an input that must be known; `nil` where it is left out.
  func float(input index: Int) throws(ONNXError.Problem) -> Float? {
    guard has(input: index) else { return nil }
    let tensor = try constant(index)
    guard tensor.elementCount == 1 else {
      throw .input(index, value: "of shape \(tensor.shape)", allowed: "a single number")
    }
    return tensor.floats[0]
  }

  /// The axes that an attribute states up to some version, and an input from then on.
  func axes(input index: Int, sinceOpset: Int) throws(ONNXError.Problem) -> [Int]? {
    opset >= sinceOpset ? try integers(input: index) : try integers("axes")
  }
}
