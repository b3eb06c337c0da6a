public import FoveaGraph
public import FoveaLayers

/// Passes its input on, and gives it in training to a head whose result is a further output.
///
/// Such heads bring gradients into the middle of a deep network. In inference there is none.
///
/// - SeeAlso: C. Szegedy et al., arXiv:1409.4842, section 5.
public struct AuxiliaryHead: Layer {
  /// The name of the output, and of the head's parameters.
  public let name: String
  /// What makes the output.
  public let head: any Layer

  /// Makes a head.
  public init(_ name: String, _ head: any Layer) {
    self.name = name
    self.head = head
  }

  public var pathComponent: PathComponent { .none }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    if input.tracer.mode == .training {
      input.tracer.output(name, try head.named(name)(input))
    }
    return input
  }
}
