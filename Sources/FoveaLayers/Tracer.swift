public import FoveaGraph
public import FoveaTensors

/// Whether a network learns or answers: batch statistics and dropout are for learning alone.
public enum Mode: String, Hashable, Codable, Sendable {
  /// Batch statistics, dropout, running statistics updated.
  case training
  /// Running statistics, no dropout.
  case inference
}

/// The graph that layers append to while a network is built, and the path of the layer at work.
///
/// Lives only while a model is built. Layers reach it through the values that they are given.
public final class Tracer {
  /// Whether layers append what training needs.
  public let mode: Mode

  var builder = GraphBuilder()
  private(set) var parameters: [ParameterDeclaration] = []
  private(set) var furtherOutputs: [(name: String, value: SymbolicTensor)] = []
  private var scopes: [Scope] = [Scope(path: "", children: 0, isShared: false)]

  private struct Scope {
    let path: String
    var children: Int
    let isShared: Bool
    var parametrization: (any WeightParametrization)?
  }

  init(mode: Mode) { self.mode = mode }

  /// The path of the layer that is being built, such as `layer1.0.conv1`.
  public var path: String { scopes[scopes.count - 1].path }

  /// Names below the current path.
  private func child(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Runs `body` below the current path, under a name or the next free number.
  public func scoped<Result>(_ component: PathComponent, _ body: () throws(GraphError) -> Result)
    throws(GraphError) -> Result
  {
    let current = scopes.count - 1
    let isShared = scopes[current].isShared
    switch component {
    case .none: return try body()
    case .number:
      scopes.append(
        Scope(path: child(String(scopes[current].children)), children: 0, isShared: isShared))
    case .name(let name): scopes.append(Scope(path: child(name), children: 0, isShared: isShared))
    case .shared(let path): scopes.append(Scope(path: path, children: 0, isShared: true))
    }
    scopes[current].children += 1
    defer { scopes.removeLast() }
    return try body()
  }

  /// Runs `body` with a rule by which the layer of the current path makes its weight, or without one.
  func parametrized<Result>(
    by rule: (any WeightParametrization)?, _ body: () throws(GraphError) -> Result
  ) throws(GraphError) -> Result {
    let current = scopes.count - 1
    let outer = scopes[current].parametrization
    scopes[current].parametrization = rule
    defer { scopes[current].parametrization = outer }
    return try body()
  }

  /// Appends an operation under the current path, and returns its results.
  ///
  /// - Throws: `GraphError.operation` with the path where the inputs do not fit.
  public func append(_ operation: some Operation, _ inputs: [SymbolicTensor])
    throws(GraphError) -> [SymbolicTensor]
  {
    guard inputs.allSatisfy({ $0.tracer === self }) else { throw .differentGraphs(path: path) }
    return try builder.append(operation, inputs.map(\.value), path: path)
      .map { SymbolicTensor(tracer: self, value: $0) }
  }

  /// Declares a parameter or buffer of the layer that is being built.
  ///
  /// - Parameters:
  ///   - name: The last part of its name, such as `weight`.
  ///   - extents: Its shape.
  ///   - initializer: How it starts.
  /// - Throws: `GraphError.nameUsedTwice`, `tooLarge` past the largest shape; in a shared layer `sharedShape` where shapes differ.
  public func parameter(
    _ name: String, _ extents: [Int], _ initializer: Initializer, role: Variable.Role = .parameter
  ) throws(GraphError) -> SymbolicTensor {
    if name == "weight", let rule = scopes[scopes.count - 1].parametrization {
      // What the rule declares is itself.
      return try parametrized(by: nil) { () throws(GraphError) in
        try rule.weight(extents, initializer, self)
      }
    }
    let fullName = child(name)
    guard let shape = Shape(checking: extents) else {
      throw .operation(path: fullName, .tooLarge("a parameter \(extents)"))
    }
    if scopes[scopes.count - 1].isShared, let existing = builder.graph.source(named: fullName) {
      guard builder.shape(of: existing) == shape else {
        throw .sharedShape(fullName, builder.shape(of: existing), shape)
      }
      return SymbolicTensor(tracer: self, value: existing)
    }
    let value = try builder.variable(fullName, shape, role: role)
    parameters.append(ParameterDeclaration(name: fullName, shape: shape, initializer: initializer))
    return SymbolicTensor(tracer: self, value: value)
  }

  /// Names `value` as a further output of the network, beside the one that the last layer makes.
  ///
  /// Auxiliary heads and the maps of several scales are such outputs.
  public func output(_ name: String, _ value: SymbolicTensor) {
    furtherOutputs.append((name, value))
  }

  /// Has each run write `value` back into the buffer called `name` of the layer that is being built.
  public func update(_ name: String, with value: SymbolicTensor) throws(GraphError) {
    try builder.update(child(name), with: value.value)
  }
}

/// A tensor that a network's variable starts from.
public struct ParameterDeclaration: Hashable, Codable, Sendable {
  /// The name in a `state_dict`.
  public let name: String
  /// The shape.
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer
}

/// How a layer is named in the paths of its parameters.
public enum PathComponent: Hashable, Sendable {
  /// Its number among the layers of its container, as in PyTorch's `Sequential`.
  case number
  /// A name of its own.
  case name(String)
  /// Not at all: its layers belong to the container around it.
  case none
  /// A path of its own, from the root, whose parameters all layers of that path share.
  case shared(String)
}

/// A value of the network that is being built: it has a shape, but no numbers yet.
public struct SymbolicTensor {
  /// What it belongs to.
  public let tracer: Tracer
  /// Its place in the graph.
  public let value: Value

  /// The shape, for the input shape that the model is built with; the batch is the first axis.
  public var shape: Shape { tracer.builder.shape(of: value) }
}
