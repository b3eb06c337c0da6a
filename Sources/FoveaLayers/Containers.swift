public import FoveaGraph

/// Layers one after another; they are numbered from 0 in the names of their parameters.
public struct Sequential: Layer {
  /// The layers, in order.
  public let layers: [any Layer]

  /// Chains a list of layers.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// Chains the layers of a block.
  public init(@LayerBuilder _ layers: () -> Sequential) { self = layers() }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    var value = input
    for layer in layers { value = try layer(value) }
    return value
  }
}

/// Adds what a branch computes to what goes past it: `y = shortcut(x) + branch(x)`.
///
/// The layers of the branch belong to the residual's own path; the shortcut's lie under its name there.
///
/// - SeeAlso: K. He et al., arXiv:1512.03385.
public struct Residual: Layer {
  /// What is added to; the input itself where there is none.
  public let shortcut: (any Layer)?
  /// The name under which the shortcut's parameters lie.
  public let shortcutName: String
  /// What is learnt on top of it.
  public let branch: Sequential

  /// Makes a residual.
  ///
  /// - Parameters:
  ///   - shortcut: A projection, where the branch changes the shape.
  ///   - shortcutName: Its name; torchvision's by default.
  public init(
    shortcut: (any Layer)? = nil, shortcutName: String = "downsample",
    @LayerBuilder _ branch: () -> Sequential
  ) {
    self.shortcut = shortcut
    self.shortcutName = shortcutName
    self.branch = branch()
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let learnt = try branch.forward(input)
    guard let shortcut else { return try add(learnt, input) }
    let tracer = input.tracer
    let past = try tracer.scoped(.name(shortcutName)) { () throws(GraphError) in
      try shortcut.forward(input)
    }
    return try add(learnt, past)
  }
}

/// Gives the input to each branch and puts the results one after another along the channels.
///
/// - SeeAlso: C. Szegedy et al., arXiv:1409.4842; G. Huang et al., arXiv:1608.06993.
public struct Concatenate: Layer {
  /// The branches, in the order of their channels.
  public let branches: [any Layer]
  /// The axis; 1 is the channels.
  public let axis: Int

  /// Makes a container whose every layer is a branch of its own.
  public init(axis: Int = 1, @LayerBuilder _ branches: () -> Sequential) {
    self.axis = axis
    self.branches = branches().layers
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    var results: [SymbolicTensor] = []
    for branch in branches { results.append(try branch(input)) }
    return try concatenate(results, axis: axis)
  }
}

/// Passes its input on: an empty branch or shortcut.
public struct Identity: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor { input }
}
