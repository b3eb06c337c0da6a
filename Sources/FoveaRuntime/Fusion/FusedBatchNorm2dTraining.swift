internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// Batch normalisation in training with what follows it: `activation(normalise(image) + residual)`.
///
/// Inputs and results as `BatchNorm2dTraining` has them; the residual, where there is one, is last.
struct FusedBatchNorm2dTraining: FusableOperation {
  static let typeName = "FusedBatchNorm2dTraining"

  let normalisation: BatchNorm2dTraining
  private(set) var hasResidual = false
  private(set) var activation = FusedActivation.none

  init(_ normalisation: BatchNorm2dTraining) { self.normalisation = normalisation }

  var plain: any Operation { normalisation }

  var name: String {
    ([BatchNorm2dTraining.typeName] + (hasResidual ? ["Add"] : [])
      + [activation.operationName].compactMap(\.self)).joined(separator: "+")
  }

  func absorbing(
    _ next: AbsorbableNode
  ) -> (operation: FusedBatchNorm2dTraining, newInputs: [Value])? {
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

  private func own(_ inputs: [Shape]) -> [Shape] { Array(inputs.dropLast(hasResidual ? 1 : 0)) }

  func spatialReach(inputs: [Shape]) -> SpatialReach { normalisation.spatialReach(inputs: inputs) }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try normalisation.outputShapes(for: own(inputs))
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    normalisation.cost(inputs: own(inputs), outputs: outputs)
  }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    normalisation.overwritable(inputs: own(inputs), outputs: outputs)
      + (hasResidual ? [(0, inputs.count - 1)] : [])
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var epilogue = fovea_epilogue(activation)
    if hasResidual, let residual = binding.inputs.last {
      epilogue.residual = UnsafePointer(residual.floats)
    }
    try binding.normaliseInTraining(
      normalisation, isAffine: own(binding.inputs.map(\.shape)).count == 5, epilogue)
  }
}
