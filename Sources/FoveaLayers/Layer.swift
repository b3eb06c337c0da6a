public import FoveaGraph

/// Part of a network, as a value: what it does is said by what it appends to a graph.
///
/// Call a layer with a value to append it: `let y = try relu(x + block(x))`.
public protocol Layer: Sendable {
  /// Appends the layer's operations to the graph that `input` belongs to.
  ///
  /// - Throws: `GraphError` with the layer's path, where the input's shape does not fit.
  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor

  /// How the layer is named in the paths of its parameters; its number where it says nothing else.
  var pathComponent: PathComponent { get }
}

extension Layer {
  public var pathComponent: PathComponent { .number }

  /// Appends the layer under its name, or the next number of the container that is being built.
  public func callAsFunction(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.tracer.scoped(pathComponent) { () throws(GraphError) in try forward(input) }
  }

  /// This layer under a name of its own: `Conv2d(64, kernel: 7).named("conv1")`.
  public func named(_ name: String) -> some Layer {
    Renamed(base: self, pathComponent: .name(name))
  }

  /// This container without a name: its layers belong to the container around it.
  public func inlined() -> some Layer { Renamed(base: self, pathComponent: .none) }

  /// This layer with the parameters of `path`, which every layer of that path shares.
  public func shared(as path: String) -> some Layer {
    Renamed(base: self, pathComponent: .shared(path))
  }
}

/// A layer under another name.
struct Renamed<Base: Layer>: Layer {
  let base: Base
  let pathComponent: PathComponent

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try base.forward(input)
  }
}

/// A layer that is made of layers, in `body`.
///
/// ```swift
/// struct ConvBlock: CompositeLayer {
///   let channels: Int
///   var body: some Layer {
///     Conv2d(channels, kernel: 3, stride: 2, padding: 1, bias: false)
///     BatchNorm2d()
///     ReLU()
///   }
/// }
/// ```
public protocol CompositeLayer: Layer {
  /// What `body` is.
  associatedtype Body: Layer
  /// The layers, one after another.
  @LayerBuilder var body: Body { get }
}

extension CompositeLayer {
  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try body.forward(input)
  }
}

/// Gathers the layers of a block into a `Sequential`.
@resultBuilder
public enum LayerBuilder {
  /// Takes one layer.
  public static func buildExpression(_ layer: some Layer) -> [any Layer] { [layer] }
  /// Takes a list of layers.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Joins what comes after another.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// Takes an `if` without `else`.
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  /// Takes the first branch of an `if` or `switch`.
  public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
  /// Takes the other branch.
  public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
  /// Takes a `for` loop.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
  /// Makes the container.
  public static func buildFinalResult(_ layers: [any Layer]) -> Sequential { Sequential(layers) }
}
