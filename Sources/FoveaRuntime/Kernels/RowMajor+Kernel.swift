import FoveaGraph
import FoveaTensors

extension KernelBinding {
  /// The elements of an input in row-major order: where they lie, or a copy where they lie otherwise.
  mutating func rowMajor(_ operand: Operand) throws(RuntimeError) -> UnsafeMutablePointer<Float> {
    guard !MemoryOrder.coincide(for: operand.shape) else { return operand.floats }
    let copied = try floats(operand.elementCount)
    try copy(
      from: operand.floats, to: copied, extents: operand.shape.dimensions,
      sourceStrides: MemoryOrder.channelsLast.strides(of: operand.shape),
      targetStrides: operand.shape.rowMajorStrides)
    return copied
  }

  /// Has `body` name the steps that compute a result in row-major order, and brings it into its own order.
  mutating func writeRowMajor(
    _ operand: Operand,
    _ body: (inout KernelBinding, UnsafeMutablePointer<Float>) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    guard !MemoryOrder.coincide(for: operand.shape) else { return try body(&self, operand.floats) }
    let computed = try floats(operand.elementCount)
    try body(&self, computed)
    try copy(
      from: computed, to: operand.floats, extents: operand.shape.dimensions,
      sourceStrides: operand.shape.rowMajorStrides,
      targetStrides: MemoryOrder.channelsLast.strides(of: operand.shape))
  }

  /// Workspace for so many floats.
  mutating func floats(_ count: Int) throws(RuntimeError) -> UnsafeMutablePointer<Float> {
    try workspace(bytes: count * MemoryLayout<Float>.stride)
      .assumingMemoryBound(to: Float.self)
  }
}
