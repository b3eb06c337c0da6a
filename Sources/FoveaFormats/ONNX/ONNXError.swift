import FoveaArchives
public import FoveaGraph

/// Why an ONNX file cannot be read or written.
public struct ONNXError: Error, Hashable, Sendable {
  /// A node of a file, as its reader finds it again.
  public struct Node: Hashable, Sendable {
    /// The node's name, or its operator and place where it has none.
    public let name: String
    /// The operator, such as `Conv`.
    public let operatorName: String
    /// The version of the operator set that the file is written in.
    public let opset: Int
  }

  /// What is wrong.
  public enum Problem: Error, Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(reason: String)
    /// Bytes that are no ONNX model.
    case malformed(reason: String)
    /// A version of the operator set that is not known, or none (0).
    case opset(Int, supported: ClosedRange<Int>)
    /// Operators outside the standard.
    case domain(String)
    /// Two things of one name where names tell them apart.
    case duplicateName(String, kind: String)
    /// A value that nothing makes.
    case undefinedValue(String)
    /// A value that only a later node makes, or the node itself: a cycle, or nodes out of order.
    case laterValue(String)
    /// An element type without a counterpart here.
    case elementType(String, of: String)
    /// Extents that no tensor has.
    case dimensions([Int], of: String)
    /// More or fewer elements, or bytes, than the shape needs.
    case dataLength(of: String, stated: Int, needed: Int)
    /// External data that lies elsewhere than beside the file, or not at all.
    case externalData(of: String, reason: String)
    /// A number that the type in memory does not hold.
    case valueOutOfRange(String, of: String)
    /// An operator that is not known.
    case unsupportedOperator
    /// An attribute that the operator does not have, or a value of one that is not supported.
    case attribute(String, value: String, allowed: String)
    /// An input that the operator needs and does not get.
    case missingInput(Int)
    /// An input whose numbers are settled only when the network runs.
    case inputNotConstant(Int, value: String)
    /// An input whose numbers or shape do not fit.
    case input(Int, value: String, allowed: String)
    /// An extent of an input that the file leaves open.
    case unknownExtent(input: String, axis: Int)
    /// More than a reader takes.
    case tooLarge(String, limit: Int)
    /// What the graph refuses.
    case graph(GraphError)
    /// A version of the operator set that is not written.
    case exportOpset(Int, supported: ClosedRange<Int>)
    /// What only later versions of the operator set than the chosen one have, and the layer that needs it.
    case needsOpset(String, layer: String, needed: Int, chosen: Int)
    /// An operation that has no counterpart in ONNX.
    case cannotExport(String)
    /// A variable without a tensor of its shape.
    case weight(String)
  }

  /// The file's path, or what the caller calls the bytes.
  public let file: String
  /// The node that is at fault, where one is.
  public let node: Node?
  /// What is wrong with it.
  public let problem: Problem

  init(file: String, node: Node? = nil, problem: Problem) {
    self.file = file
    self.node = node
    self.problem = problem
  }
}

extension ONNXError: CustomStringConvertible {
  public var description: String {
    guard let node else { return "\(file): \(problem)" }
    let place = "\(node.operatorName) node \(Self.excerpt(node.name)) (opset \(node.opset))"
    return "\(file), \(place): \(problem)"
  }

  /// A name from a file, quoted and short enough for one line.
  static func excerpt(_ name: String) -> String {
    let start = String(name.unicodeScalars.prefix(80))
    return start.debugDescription + (start == name ? "" : "…")
  }
}

extension ONNXError.Problem: CustomStringConvertible {
  public var description: String {
    func quoted(_ name: String) -> String { ONNXError.excerpt(name) }
    return switch self {
    case .unreadable(let reason):
      "cannot be read (\(reason)); check the path"
    case .malformed(let reason):
      "is no ONNX model (\(reason)); check that it is complete, or export it again"
    case .opset(let version, let supported):
      "is written in opset \(version); export it again with one of "
        + "\(supported.lowerBound) to \(supported.upperBound)"
    case .domain(let domain):
      "uses operators of \(quoted(domain)), which are not ONNX's own; export it without them"
    case .duplicateName(let name, let kind):
      "has two \(kind) called \(quoted(name)); the file is damaged, export it again"
    case .undefinedValue(let name):
      "reads \(quoted(name)), which nothing makes; the file is damaged, export it again"
    case .laterValue(let name):
      "reads \(quoted(name)) before it is made; nodes must be in order and without cycles, "
        + "export the model again"
    case .elementType(let type, let name):
      "\(quoted(name)) has elements of type \(type); use float, or int32 or int64 for whole numbers"
    case .dimensions(let dimensions, let name):
      "\(quoted(name)) has the impossible shape \(dimensions.prefix(8)); the file is damaged"
    case .dataLength(let name, let stated, let needed):
      "\(quoted(name)) has \(stated) elements or bytes of data where its shape needs \(needed); "
        + "the file is damaged"
    case .externalData(let name, let reason):
      "the data of \(quoted(name)) lies outside the file: \(reason); put the data file beside the "
        + "model"
    case .valueOutOfRange(let value, let name):
      "\(quoted(name)) holds \(value), which does not fit; store smaller numbers"
    case .unsupportedOperator:
      "the operator is not supported; express it by others (Documentation/onnx.md lists them)"
    case .attribute(let name, let value, let allowed):
      "attribute \(quoted(name)) is \(value); only \(allowed) is supported"
    case .missingInput(let index):
      "has no input \(index), which the operator needs; export the model again"
    case .inputNotConstant(let index, let value):
      "input \(index), \(quoted(value)), must be known before the network runs; store it in the "
        + "file, or give its numbers when importing"
    case .input(let index, let value, let allowed):
      "input \(index) is \(value); only \(allowed) is supported"
    case .unknownExtent(let input, let axis):
      "leaves axis \(axis) of input \(quoted(input)) open; state the input's shape when importing"
    case .tooLarge(let what, let limit):
      "has \(what); at most \(limit) are taken"
    case .graph(let error):
      error.description
    case .exportOpset(let version, let supported):
      "cannot be written in opset \(version); choose one of \(supported.lowerBound) to "
        + "\(supported.upperBound)"
    case .needsOpset(let operation, let layer, let needed, let chosen):
      "\(operation) (layer \(quoted(layer))) is in ONNX from opset \(needed) on, and \(chosen) was chosen; "
        + "choose opset \(needed) or a later one, or replace the layer before exporting"
    case .cannotExport(let operation):
      "\(operation) has no counterpart in ONNX; leave it out, or replace it before exporting"
    case .weight(let name):
      "there is no tensor of the right shape for \(quoted(name)); pass the network's own weights"
    }
  }
}
