internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension Linear: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let bias = binding.inputs.count == 3 ? binding.inputs[2].floats : nil
    try binding.multiply(transposeLeft: false, transposeRight: true, bias: bias)
  }
}

extension MatMul: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.expectRank(binding.outputs[0].shape, self)
    try binding.multiply(transposeLeft: transposeLeft, transposeRight: transposeRight, bias: nil)
  }
}

extension KernelBinding {
  /// The products of the first two inputs' matrices, either of which may be taken transposed.
  fileprivate mutating func multiply(
    transposeLeft: Bool, transposeRight: Bool, bias: UnsafeMutablePointer<Float>?
  ) throws(RuntimeError) {
    let (left, right) = (inputs[0], inputs[1])
    let (a, b) = (try rowMajor(left), try rowMajor(right))
    let (aMatrix, bMatrix) = (left.shape.dimensions.suffix(2), right.shape.dimensions.suffix(2))
    let (aWidth, bWidth) = (aMatrix[aMatrix.endIndex - 1], bMatrix[bMatrix.endIndex - 1])
    let output = outputs[0].shape.dimensions
    var product = fovea_matmul_arguments(
      rows: output[output.count - 2], inner: transposeLeft ? aMatrix[aMatrix.startIndex] : aWidth,
      columns: output[output.count - 1], a: a, a_row_stride: transposeLeft ? 1 : aWidth,
      a_column_stride: transposeLeft ? aWidth : 1, b: b, b_row_stride: transposeRight ? 1 : bWidth,
      b_column_stride: transposeRight ? bWidth : 1, bias: bias, out: outputs[0].floats)
    // One right matrix for all: the left ones are the rows of a single product.
    let isSingle =
      !transposeLeft && right.elementCount == bMatrix.reduce(1, *)
      && left.elementCount == outputs[0].elementCount / product.columns * product.inner
    let batch = isSingle ? [] : Array(output.dropLast(2))
    if isSingle { product.rows = left.elementCount / product.inner }
    let pass = StridedPass(
      extents: batch,
      strides: [left, right].map { operand in
        // As if the matrices were its elements, broadcast to the batch.
        let size = operand.shape.dimensions.suffix(2).reduce(1, *)
        let extents = operand.shape.dimensions.dropLast(2)
        let own = Shape(Array(extents)).rowMajorStrides
        let missing = batch.count - own.count
        return batch.indices.map {
          $0 < missing || extents[$0 - missing] == 1 ? 0 : own[$0 - missing] * size
        }
      })
    try writeRowMajor(outputs[0]) { (binding, out) throws(RuntimeError) in
      product.out = out
      try binding.multiply(product, pass)
    }
  }

  private mutating func multiply(
    _ product: fovea_matmul_arguments, _ batch: StridedPass
  ) throws(RuntimeError) {
    var arguments = fovea_batched_matmul_arguments()
    arguments.product = product
    arguments.rank = batch.extents.count
    StridedPass.fill(&arguments.extents, batch.extents)
    StridedPass.fill(&arguments.a_strides, batch.strides[0])
    StridedPass.fill(&arguments.b_strides, batch.strides[1])
    let kernels = kernels
    let kept = keep(arguments)
    let scratchBytes = withUnsafePointer(to: product) {
      fovea_matmul_scratch_bytes(kernels, $0)
    }
    try run(capacity: fovea_matmul_max_steps, scratchBytes: scratchBytes) {
      fovea_batched_matmul_steps(kernels, kept, $0)
    }
  }
}
