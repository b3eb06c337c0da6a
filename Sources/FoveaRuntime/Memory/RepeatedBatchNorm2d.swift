internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// The result of a batch normalisation in training once more, from the statistics that it found:
/// `activation(normalise(image) + residual)`.
///
/// Inputs: image, batch mean, inverse deviation; weight and bias where it is affine; residual where
/// there is one.
struct RepeatedBatchNorm2d: FusableOperation {
  static let typeName = "RepeatedBatchNorm2d"

  let normalisation: BatchNorm2dTraining
  private(set) var hasResidual = false
  private(set) var activation = FusedActivation.none

  /// What computes the normalised image of `node` anew; `nil` for its other results.
  static func repetition(
    of node: Node, _ value: Value
  ) -> (operation: any FoveaGraph.Operation, inputs: [Value])? {
    typealias Output = BatchNorm2dTraining.Output
    guard let normalisation = node.operation as? BatchNorm2dTraining,
      value.output == Output.output.rawValue
    else { return nil }
    let statistics = [Output.mean, .inverseDeviation]
      .map { Value(node: value.node, output: $0.rawValue) }
    return (
      RepeatedBatchNorm2d(normalisation: normalisation),
      [node.inputs[0]] + statistics + node.inputs.dropFirst(3)
    )
  }

  var plain: any FoveaGraph.Operation { RepeatedBatchNorm2d(normalisation: normalisation) }

  var name: String {
    ([Self.typeName] + (hasResidual ? ["Add"] : []) + [activation.operationName].compactMap(\.self))
      .joined(separator: "+")
  }

  func absorbing(
    _ next: AbsorbableNode
  ) -> (operation: RepeatedBatchNorm2d, newInputs: [Value])? {
    var joined = self
    guard activation == .none else { return nil }
    if let addend = next.addend {
      guard !hasResidual else { return nil }
      joined.hasResidual = true
      return (joined, [addend])
    }
    guard let activation = FusedActivation(next.operation) else { return nil }
    joined.activation = activation
    return (joined, [])
  }

  private func isAffine(inputCount: Int) -> Bool { inputCount - (hasResidual ? 1 : 0) == 5 }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    let own = Array(inputs.dropLast(hasResidual ? 1 : 0))
    return [try normalisation.outputShapes(for: own)[0]]
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 2 * outputs[0].elementCount)
  }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)] + (hasResidual ? [(0, inputs.count - 1)] : [])
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var epilogue = fovea_epilogue(activation)
    if hasResidual, let residual = binding.inputs.last {
      epilogue.residual = UnsafePointer(residual.floats)
    }
    try binding.repeatNormalisation(
      isAffine: isAffine(inputCount: binding.inputs.count), epilogue)
  }
}
