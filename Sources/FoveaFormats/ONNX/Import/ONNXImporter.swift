import FoveaArchives
import FoveaGraph
import FoveaTensors

/// Turns the nodes of a model, one after another, into nodes of a graph.
///
/// What depends on known numbers and shapes alone is computed at once, such as the arithmetic with
/// which exporters find the target of a reshape.
struct ONNXImporter {
  /// The model that is read.
  let model: ONNXModel
  /// The graph so far.
  private(set) var builder = GraphBuilder()
  /// The tensors of the graph's variables.
  private(set) var weights = Weights()
  /// What each name stands for.
  private var operands: [String: ONNXOperand] = [:]
  /// The variables that there are.
  private var variables: [String: Value] = [:]
  /// The path of the node at work.
  private var path = ""
  /// How many elements may still be computed while the file is read.
  private var remainingElements = 1 << 24

  /// The most elements that are computed while a file is read, beside those that it holds.
  static let elementLimit = 1 << 24

  /// Reads a whole model.
  ///
  /// - Parameters:
  ///   - shapes: A shape for each of the model's inputs.
  ///   - values: Numbers of inputs that become constants.
  /// - Throws: `ONNXError` with the node that does not fit.
  static func read(
    _ model: ONNXModel, shapes: [String: Shape], values: [String: Tensor]
  ) throws(ONNXError) -> (graph: Graph, weights: Weights) {
    var importer = ONNXImporter(model: model)
    do throws(ONNXError.Problem) {
      for input in model.inputs {
        if let tensor = values[input.name] {
          importer.operands[input.name] = .constant(ONNXTensor(any: tensor), name: input.name)
        } else {
          try importer.declare(input, shapes)
        }
      }
    } catch {
      throw ONNXError(file: model.file, problem: error)
    }
    for (index, node) in model.nodes.enumerated() {
      do throws(ONNXError.Problem) {
        try importer.take(node, index)
      } catch {
        let place = node.place(index, opset: model.opset)
        throw ONNXError(file: model.file, node: place, problem: error)
      }
    }
    do throws(ONNXError.Problem) {
      for output in model.outputs { try importer.give(output.name) }
    } catch {
      throw ONNXError(file: model.file, problem: error)
    }
    return (importer.builder.graph, importer.weights)
  }

  private init(model: ONNXModel) { self.model = model }

  private mutating func declare(
    _ input: Onnx_ValueInfoProto, _ shapes: [String: Shape]
  ) throws(ONNXError.Problem) {
    let type = try ONNXElementType(number: Int(input.type.tensorType.elemType), of: input.name)
    let own: ElementType =
      switch type {
      case .float32, .float16, .bfloat16, .float64: .float32
      case .int32, .int64: .int32
      case .uint8: .uint8
      default: throw .elementType("\(type)", of: input.name)
      }
    guard let shape = shapes[input.name] else {
      throw .unknownExtent(input: input.name, axis: 0)
    }
    do {
      operands[input.name] = .value(try builder.input(input.name, shape, own))
    } catch {
      throw .graph(error)
    }
  }

  private mutating func take(
    _ proto: Onnx_NodeProto, _ index: Int
  ) throws(ONNXError.Problem) {
    var inputs: [ONNXOperand?] = []
    for name in proto.input { inputs.append(name.isEmpty ? nil : try operand(name)) }
    path = Self.path(of: proto, index)
    let node = try ONNXNode(proto, opset: model.opset, path: path, inputs: inputs)
    guard let rule = ONNXRule.all[proto.opType] else { throw .unsupportedOperator }
    try node.expectAttributes(in: rule.attributes)
    let results = try rule.apply(node, &self)
    // Results that follow are optional; what reads one that is not made is told so.
    for (name, result) in zip(proto.output, results) where !name.isEmpty {
      if case .constant(let tensor, _) = result {
        operands[name] = .constant(tensor, name: name)
      } else {
        operands[name] = result
      }
    }
  }

  /// The layer that a node belongs to: what its weight is named after, or its own name.
  private static func path(of proto: Onnx_NodeProto, _ index: Int) -> String {
    if let weight = proto.input.first(where: { $0.hasSuffix(".weight") && $0.count > 7 }) {
      return String(weight.dropLast(7))
    }
    return proto.name.isEmpty ? "\(proto.opType)_\(index)" : proto.name
  }

  private func operand(_ name: String) throws(ONNXError.Problem) -> ONNXOperand {
    if let operand = operands[name] { return operand }
    if let tensor = try model.initializers.tensor(name) { return .constant(tensor, name: name) }
    // An earlier node has a result of this name, or the model would not have been taken.
    throw .attribute("output", value: ONNXError.excerpt(name), allowed: "the first results")
  }

  private mutating func give(_ name: String) throws(ONNXError.Problem) {
    path = name
    var result = try value(try operand(name))
    let operation = builder.graph.nodes[result.node].operation
    guard operation.outputElementType == .float32 else {
      throw .elementType("\(operation.outputElementType)", of: name)
    }
    if operation.isSource {
      // A run gives back what it computes, so that an input is copied.
      result = try apply(Scale(1, shift: 0), result)
    }
    do {
      try builder.output(name, result)
    } catch {
      throw .graph(error)
    }
  }

  // MARK: - For rules

  /// The shape of an operand, for the shapes that the model is read with.
  func shape(_ operand: ONNXOperand) -> Shape {
    switch operand {
    case .constant(let tensor, _): tensor.shape
    case .value(let value): builder.shape(of: value)
    }
  }

  func shape(_ value: Value) -> Shape { builder.shape(of: value) }

  /// The node of the graph that makes a value.
  func maker(of value: Value) -> Node { builder.graph.nodes[value.node] }

  /// A value with an operand's numbers; known ones become a variable.
  mutating func value(_ operand: ONNXOperand) throws(ONNXError.Problem) -> Value {
    switch operand {
    case .value(let value): value
    case .constant(let tensor, let name): try variable(name, tensor)
    }
  }

  /// The variable called `name`, or else a new one with the numbers of `tensor`.
  mutating func variable(
    _ name: String, _ tensor: @autoclosure () -> ONNXTensor
  ) throws(ONNXError.Problem) -> Value {
    if let variable = variables[name] { return variable }
    let tensor = tensor().tensor
    let isBuffer =
      !model.initializers.has(name) || name.hasSuffix("running_mean")
      || name.hasSuffix("running_var")
    do {
      let value = try builder.variable(
        name, tensor.shape, role: isBuffer ? .buffer : .parameter)
      variables[name] = value
      weights[name] = tensor
      return value
    } catch {
      throw .graph(error)
    }
  }

  /// Appends an operation with one result.
  mutating func apply(
    _ operation: some Operation, _ inputs: Value...
  ) throws(ONNXError.Problem) -> Value {
    try append(operation, inputs)[0]
  }

  /// Appends an operation.
  mutating func append(
    _ operation: some Operation, _ inputs: [Value]
  ) throws(ONNXError.Problem) -> [Value] {
    do {
      return try builder.append(operation, inputs, path: path)
    } catch {
      throw .graph(error)
    }
  }

  /// What an operation says, in the words of the graph.
  func asking<Result>(
    _ body: () throws(OperationError) -> Result
  ) throws(ONNXError.Problem) -> Result {
    do {
      return try body()
    } catch {
      throw .graph(.operation(path: "", error))
    }
  }

  /// Notes that a tensor of `shape` is to be computed while the file is read.
  mutating func expectRoom(for shape: Shape) throws(ONNXError.Problem) {
    guard shape.elementCount <= remainingElements else {
      throw .tooLarge("constants of \(shape) to be computed", limit: Self.elementLimit)
    }
    remainingElements -= shape.elementCount
  }

  /// The shape of these extents.
  func shape(
    checking dimensions: [Int], of name: String
  ) throws(ONNXError.Problem) -> Shape {
    guard let shape = Shape(checking: dimensions) else {
      throw .dimensions(dimensions, of: name)
    }
    return shape
  }
}

/// How one operator becomes nodes of the graph.
struct ONNXRule: Sendable {
  typealias Results = [ONNXOperand]

  /// The attributes that the rule minds; any other is refused.
  let attributes: Set<String>
  /// Appends the nodes.
  let apply: @Sendable (ONNXNode, inout ONNXImporter) throws(ONNXError.Problem) -> Results

  init(
    _ attributes: Set<String> = [],
    _ apply:
      @escaping @Sendable (ONNXNode, inout ONNXImporter) throws(ONNXError.Problem) -> Results
  ) {
    self.attributes = attributes
    self.apply = apply
  }

  /// Every operator that is read, by name.
  static let all: [String: ONNXRule] = [
    convolutions, poolings, normalizations, activations, arithmetic, extremaAndPowers, products,
    reductions, shapings, knownNumbers, smoothActivations, groupNormalizations, resampling,
  ].reduce(into: [:]) { all, rules in all.merge(rules) { first, _ in first } }
}
