public import FoveaGraph

/// An operation that can be computed straight from its definition, in double precision.
///
/// Plain loops, which know nothing of the kernels, of layout in memory or of `cost`: what they compute
/// and count is what `checkOperation` holds everything else to.
public protocol ReferenceOperation: Operation {
  /// Computes the results.
  ///
  /// - Parameters:
  ///   - inputs: Tensors that `outputShapes` accepts; NaN throughout where `readsElements` says no.
  ///   - context: Counts the multiply-adds, and knows seed and step.
  /// - Throws: What only the elements can get wrong, such as a label that is no class.
  func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
}

/// What an evaluation is told beside its inputs, and what it reports beside its results.
public struct ReferenceContext: Sendable {
  /// The seed of random operations.
  public let seed: UInt64
  /// The number of the run.
  public let step: UInt64
  /// The work that was really done.
  public var counter = OperationCounter()

  /// Starts counting at zero.
  public init(seed: UInt64 = 0, step: UInt64 = 0) {
    self.seed = seed
    self.step = step
  }
}

/// Counts multiply-adds while they are done.
public struct OperationCounter: Hashable, Sendable {
  /// Multiplications that were followed by an addition into a sum.
  public private(set) var multiplyAdds = 0

  /// Adds `a · b` to `sum`.
  ///
  /// A tap over padding counts like any other: the convention is the window's taps times the output
  /// positions.
  public mutating func multiplyAdd(_ a: Double, _ b: Double, to sum: inout Double) {
    sum += a * b
    multiplyAdds += 1
  }
}
