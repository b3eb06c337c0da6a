import Foundation
import SwiftProtobuf

/// A model as its file states it; names are checked, and what no output needs is left out.
struct ONNXModel {
  /// What an error calls the file.
  let file: String
  /// The version of the standard operators.
  let opset: Int
  /// The nodes in order, each after what it reads.
  let nodes: [Onnx_NodeProto]
  /// What a run is given; tensors that the file holds are not among them.
  let inputs: [Onnx_ValueInfoProto]
  /// What a run gives back.
  let outputs: [Onnx_ValueInfoProto]
  /// Tensors that the file holds.
  let initializers: ONNXInitializers
  /// Free text by key.
  let metadata: [String: String]
  /// The graph's name.
  let name: String

  /// The versions of the operator set that are read.
  static let opsets = 6...28

  /// Reads the bytes of a file and checks its names.
  ///
  /// - Parameter folder: Where data outside the file may lie.
  init(decoding data: Data, file: String, folder: URL?) throws(ONNXError) {
    let proto: Onnx_ModelProto
    var options = BinaryDecodingOptions()
    // A model nests seven messages deep; each level more is a call more.
    options.messageDepthLimit = 16
    options.discardUnknownFields = true
    do throws(ONNXError.Problem) {
      try ONNXFieldCount.check(data)
      do {
        proto = try Onnx_ModelProto(serializedBytes: data, options: options)
      } catch {
        throw .malformed(reason: "\(error)")
      }
      guard proto.hasGraph else { throw .malformed(reason: "it has no graph") }
      let graph = proto.graph
      let opset = try Self.opset(of: proto)
      initializers = try ONNXInitializers(
        graph.initializer, external: ONNXExternalData(folder: folder))
      inputs = graph.input.filter { [initializers] in !initializers.has($0.name) }
      outputs = graph.output
      metadata = try Self.metadata(of: proto)
      self.opset = opset
      self.file = file
      name = graph.name
    } catch {
      throw ONNXError(file: file, problem: error)
    }
    nodes = try Self.orderedNodes(
      proto.graph, inputs: inputs, initializers: initializers, opset: opset, file: file)
  }

  private static func opset(of proto: Onnx_ModelProto) throws(ONNXError.Problem) -> Int {
    let versions = proto.opsetImport.filter { $0.isStandard }.map { Int($0.version) }
    guard versions.count <= 1 else { throw .duplicateName("ai.onnx", kind: "operator sets") }
    let version = versions.first ?? 0
    guard opsets.contains(version) else { throw .opset(version, supported: opsets) }
    return version
  }

  private static func metadata(
    of proto: Onnx_ModelProto
  ) throws(ONNXError.Problem) -> [String: String] {
    var result: [String: String] = [:]
    for entry in proto.metadataProps {
      guard result.updateValue(entry.value, forKey: entry.key) == nil else {
        throw .duplicateName(entry.key, kind: "metadata entries")
      }
    }
    return result
  }

  /// The nodes that outputs need, once it is sure that each comes after what it reads.
  private static func orderedNodes(
    _ graph: Onnx_GraphProto, inputs: [Onnx_ValueInfoProto], initializers: ONNXInitializers,
    opset: Int, file: String
  ) throws(ONNXError) -> [Onnx_NodeProto] {
    func failure(_ index: Int?, _ problem: ONNXError.Problem) -> ONNXError {
      let node = index.map { graph.node[$0].place($0, opset: opset) }
      return ONNXError(file: file, node: node, problem: problem)
    }
    /// The node that makes a value; -1 for inputs and initialisers.
    var makers: [String: Int] = [:]
    for input in inputs where makers.updateValue(-1, forKey: input.name) != nil {
      throw failure(nil, .duplicateName(input.name, kind: "inputs"))
    }
    for name in initializers.names { makers[name] = -1 }
    for (index, node) in graph.node.enumerated() {
      for output in node.output where !output.isEmpty {
        guard makers.updateValue(index, forKey: output) == nil else {
          throw failure(index, .duplicateName(output, kind: "values"))
        }
      }
    }
    var outputNames: Set<String> = []
    var needed = [Bool](repeating: false, count: graph.node.count)
    for output in graph.output {
      guard outputNames.insert(output.name).inserted else {
        throw failure(nil, .duplicateName(output.name, kind: "outputs"))
      }
      guard let maker = makers[output.name] else {
        throw failure(nil, .undefinedValue(output.name))
      }
      if maker >= 0 { needed[maker] = true }
    }
    for index in graph.node.indices.reversed() {
      for input in graph.node[index].input where !input.isEmpty {
        guard let maker = makers[input] else { throw failure(index, .undefinedValue(input)) }
        guard maker < index else { throw failure(index, .laterValue(input)) }
        if needed[index], maker >= 0 { needed[maker] = true }
      }
    }
    let nodes = zip(graph.node, needed).filter(\.1).map(\.0)
    for (index, node) in nodes.enumerated() where !["", "ai.onnx"].contains(node.domain) {
      throw ONNXError(
        file: file, node: node.place(index, opset: opset), problem: .domain(node.domain))
    }
    return nodes
  }
}

extension Onnx_OperatorSetIdProto {
  fileprivate var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }
}

extension Onnx_NodeProto {
  /// The node as errors call it, where it is the one at `index`.
  func place(_ index: Int, opset: Int) -> ONNXError.Node {
    ONNXError.Node(
      name: name.isEmpty ? "\(opType)_\(index)" : name, operatorName: opType, opset: opset)
  }
}

/// The tensors that a file holds, each turned into numbers when it is first asked for.
final class ONNXInitializers {
  private let protos: [String: Onnx_TensorProto]
  private var known: [String: ONNXTensor] = [:]
  private let external: ONNXExternalData

  init(
    _ tensors: [Onnx_TensorProto], external: ONNXExternalData
  ) throws(ONNXError.Problem) {
    var protos: [String: Onnx_TensorProto] = [:]
    for tensor in tensors {
      guard protos.updateValue(tensor, forKey: tensor.name) == nil else {
        throw .duplicateName(tensor.name, kind: "tensors")
      }
    }
    self.protos = protos
    self.external = external
  }

  var names: Dictionary<String, Onnx_TensorProto>.Keys { protos.keys }

  func has(_ name: String) -> Bool { protos[name] != nil }

  /// The tensor called `name`, or `nil` where the file holds none.
  func tensor(_ name: String) throws(ONNXError.Problem) -> ONNXTensor? {
    if let tensor = known[name] { return tensor }
    guard let proto = protos[name] else { return nil }
    let tensor = try ONNXTensor(proto, external: external)
    known[name] = tensor
    return tensor
  }

  /// Reads a tensor that stands in an attribute.
  func tensor(of attribute: Onnx_TensorProto) throws(ONNXError.Problem) -> ONNXTensor {
    try ONNXTensor(attribute, external: external)
  }
}
