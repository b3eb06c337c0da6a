public import FoveaRuntime

/// Which gradients an operation is expected to have.
public enum CheckedGradients: Hashable, Sendable {
  /// Those of all results, with respect to every float input whose elements are read.
  case ofAllResults
  /// Those of some results; a loss that depends on another one must be refused.
  case ofResults([Int])
  /// None: a loss that depends on the operation must be refused.
  case none
  /// None on purpose: differentiation must not find a way through the operation.
  case stopped
}

/// Holds an operation to every `Law`, for inputs of one kind, and returns what it breaks.
///
/// For operations of this package and of yours alike; it needs no test framework:
/// ```swift
/// #expect(checkOperation(Swish(beta: 1.5), inputs: [[2, 3, 5, 4]]) == [])
/// ```
/// - `shape`: the reference's results have the shapes of `outputShapes`.
/// - `cost`: as many multiply-adds are stated as the reference did, taps over padding included.
/// - `coding`: the graph that is read from JSON equals the one that was written.
/// - `kernel`: results are within `(16 + 4n) · 2⁻²⁴` of the scale, with `n` terms a sum; the scale is
///   the largest magnitude of inputs and result. Inputs are given to a run, then held as constants.
/// - `threads`: 1, 2 and 3 threads give the same bits.
/// - `gradient`: references are within 1e-6 of the gradient's scale plus 1e-8 of central finite
///   differences in double precision, by 128 elements an input at most; kernels are within 1e-4 of the
///   references' scale plus 1e-6.
///
/// - Parameters:
///   - operation: The operation, with the settings to be checked.
///   - inputs: One for each input; images are `[N, C, H, W]`.
///   - gradients: Which gradients the operation is expected to have.
///   - laws: The laws that are checked; the gradient's takes most of the time on large inputs. That
///     inputs and results fit is checked in any case.
///   - seed: Settles all random numbers.
/// - Returns: Nothing where the operation obeys.
public func checkOperation(
  _ operation: some ReferenceOperation & ExecutableOperation, inputs: [CheckedInput],
  gradients: CheckedGradients = .ofAllResults, laws: Set<Law> = Set(Law.allCases),
  seed: UInt64 = 0
) -> [Finding] {
  var check = OperationCheck(
    operation, inputs: inputs, gradients: gradients, laws: laws, seed: seed)
  return check.findings()
}
