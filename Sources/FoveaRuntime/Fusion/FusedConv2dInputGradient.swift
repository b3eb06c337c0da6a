internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// The gradient of a convolution with respect to its image, plus another gradient, where ReLU let the
/// image through.
///
/// Inputs: output gradient, weight, the image for its shape; the other gradient; ReLU's result; the
/// last two where there are such.
struct FusedConv2dInputGradient: FusableOperation {
  static let typeName = "FusedConv2dInputGradient"

  let gradient: Conv2dInputGradient
  private(set) var hasResidual = false
  private(set) var hasMask = false

  init(_ gradient: Conv2dInputGradient) { self.gradient = gradient }

  var plain: any Operation { gradient }

  var name: String {
    ([Conv2dInputGradient.typeName] + (hasResidual ? ["Add"] : [])
      + (hasMask ? [ReLUGradient.typeName] : [])).joined(separator: "+")
  }

  func absorbing(
    _ next: AbsorbableNode
  ) -> (operation: FusedConv2dInputGradient, newInputs: [Value])? {
    var joined = self
    guard !hasMask else { return nil }
    if let addend = next.addend {
      guard !hasResidual else { return nil }
      joined.hasResidual = true
      return (joined, [addend])
    }
    guard next.operation is ReLUGradient, next.position == 0 else { return nil }
    joined.hasMask = true
    return (joined, [next.inputs[1]])
  }

  private var residualPosition: Int? { hasResidual ? 3 : nil }
  private var maskPosition: Int? { hasMask ? (hasResidual ? 4 : 3) : nil }

  func readsElements(ofInput index: Int) -> Bool { gradient.readsElements(ofInput: index) }
  func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradient.outputShapes(for: Array(inputs.prefix(3)))
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    gradient.cost(inputs: Array(inputs.prefix(3)), outputs: outputs)
  }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    // Not the mask's memory: it is read after partial sums have been written.
    residualPosition.map { [(0, $0)] } ?? []
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var epilogue = fovea_epilogue()
    epilogue.residual = residualPosition.map { UnsafePointer(binding.inputs[$0].floats) }
    epilogue.mask = maskPosition.map { UnsafePointer(binding.inputs[$0].floats) }
    try binding.runInputGradient(of: gradient.convolution, epilogue)
  }
}
