internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// The gradients of batch normalisation in training; that of the image where ReLU let it through.
///
/// Inputs and results as `BatchNorm2dGradient` has them; ReLU's result is last.
struct FusedBatchNorm2dGradient: FusableOperation {
  static let typeName = "FusedBatchNorm2dGradient"

  let gradient: BatchNorm2dGradient
  private(set) var hasMask = false

  init(_ gradient: BatchNorm2dGradient) { self.gradient = gradient }

  var plain: any Operation { gradient }

  var name: String {
    ([BatchNorm2dGradient.typeName] + (hasMask ? [ReLUGradient.typeName] : []))
      .joined(separator: "+")
  }

  func absorbing(
    _ next: AbsorbableNode
  ) -> (operation: FusedBatchNorm2dGradient, newInputs: [Value])? {
    guard !hasMask, next.operation is ReLUGradient, next.position == 0 else { return nil }
    var joined = self
    joined.hasMask = true
    return (joined, [next.inputs[1]])
  }

  private func own(_ inputs: [Shape]) -> [Shape] { Array(inputs.dropLast(hasMask ? 1 : 0)) }

  func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradient.outputShapes(for: own(inputs))
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    gradient.cost(inputs: own(inputs), outputs: outputs)
  }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    gradient.overwritable(inputs: own(inputs), outputs: outputs)
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var epilogue = fovea_epilogue()
    if hasMask, let mask = binding.inputs.last { epilogue.mask = UnsafePointer(mask.floats) }
    try binding.normalisationGradient(
      isAffine: own(binding.inputs.map(\.shape)).count == 5, epilogue)
  }
}
