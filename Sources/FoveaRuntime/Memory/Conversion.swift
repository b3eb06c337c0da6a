internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// A format of floating-point numbers in 16 bits.
enum NarrowFormat: Hashable, Codable, Sendable {
  /// The upper half of a float32: all of its range, 8 bits of precision.
  case bfloat16
  /// IEEE 754 binary16: up to 65,504, 11 bits of precision.
  case float16

  static let byteCount = 2
}

extension Precision {
  /// How activations wait for the backward pass; `nil` where they keep all bits.
  var storage: NarrowFormat? {
    switch self {
    case .float32, .exactConvolution: nil
    case .bfloat16: .bfloat16
    case .float16: .float16
    }
  }
}

/// Float32 numbers rounded to 16 bits, to the nearest, as bytes.
struct Narrowed: ExecutableOperation {
  static let typeName = "Narrowed"

  let format: NarrowFormat

  var outputElementType: ElementType { .uint8 }
  func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return [[NarrowFormat.byteCount * inputs[0].elementCount]]
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: inputs[0].elementCount)
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let table = binding.kernels.pointee
    try binding.convert(
      format == .float16 ? table.narrow_float16 : table.narrow_bfloat16,
      count: binding.inputs[0].elementCount)
  }
}

/// What was narrowed, as float32 numbers again.
///
/// Inputs: the bytes, and the value that they were made from, for its shape.
struct Widened: ExecutableOperation {
  static let typeName = "Widened"

  let format: NarrowFormat

  func elementType(ofInput index: Int) -> ElementType { index == 0 ? .uint8 : .float32 }
  func readsElements(ofInput index: Int) -> Bool { index == 0 }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let bytes = Shape([NarrowFormat.byteCount * inputs[1].elementCount])
    guard inputs[0] == bytes else {
      throw .shape(name, input: "the bytes", expected: bytes, actual: inputs[0])
    }
    return [inputs[1]]
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let table = binding.kernels.pointee
    try binding.convert(
      format == .float16 ? table.widen_float16 : table.widen_bfloat16,
      count: binding.outputs[0].elementCount)
  }
}

extension KernelBinding {
  fileprivate mutating func convert(
    _ kernel: @escaping fovea_kernel, count: Int
  ) throws(RuntimeError) {
    let arguments = keep(
      fovea_convert_arguments(count: count, in: inputs[0].memory, out: outputs[0].memory))
    try run(kernel, arguments, tasks: fovea_elementwise_tasks(count))
  }
}
