internal import CFoveaKernels
public import FoveaGraph

extension Linear: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let bias = binding.inputs.count == 3 ? binding.inputs[2].floats : nil
    try binding.multiply(transposeLeft: false, transposeRight: true, bias: bias)
  }
}

extension MatMul: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.multiply(transposeLeft: transposeLeft, transposeRight: transposeRight, bias: nil)
  }
}

extension KernelBinding {
  /// The product of the first two inputs, either of which may be taken transposed.
  fileprivate mutating func multiply(
    transposeLeft: Bool, transposeRight: Bool, bias: UnsafeMutablePointer<Float>?
  ) throws(RuntimeError) {
    let (left, right) = (inputs[0], inputs[1])
    let kernels = kernels
    let arguments = keep(
      fovea_matmul_arguments(
        rows: outputs[0].shape[0], inner: left.shape[transposeLeft ? 0 : 1],
        columns: outputs[0].shape[1],
        a: left.floats, a_row_stride: transposeLeft ? 1 : left.shape[1],
        a_column_stride: transposeLeft ? left.shape[1] : 1,
        b: right.floats, b_row_stride: transposeRight ? 1 : right.shape[1],
        b_column_stride: transposeRight ? right.shape[1] : 1,
        bias: bias, out: outputs[0].floats))
    try run(
      capacity: fovea_matmul_max_steps,
      scratchBytes: fovea_matmul_scratch_bytes(kernels, arguments)
    ) { fovea_matmul_steps(kernels, arguments, $0) }
  }
}
