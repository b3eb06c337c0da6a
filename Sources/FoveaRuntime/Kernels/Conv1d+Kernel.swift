public import FoveaGraph
import FoveaTensors

extension Conv1d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.bindAsImages(ofImages)
  }
}

extension ConvTranspose1d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.bindAsImages(ofImages)
  }
}

extension KernelBinding {
  /// Runs a convolution of signals as one of images of a single row: channels become the densest axis and go back.
  fileprivate mutating func bindAsImages(
    _ convolution: some ExecutableOperation
  ) throws(RuntimeError) {
    var images: [Operand] = []
    for signals in inputs.prefix(2) {
      let image = try image(of: signals)
      try copy(
        from: signals.floats, to: image.floats, extents: signals.shape.dimensions,
        sourceStrides: signals.shape.rowMajorStrides,
        targetStrides: Self.imageStrides(of: signals.shape))
      images.append(image)
    }
    let output = outputs[0]
    let result = try image(of: output)
    try bind(convolution, inputs: images + inputs.dropFirst(2), outputs: [result])
    try copy(
      from: result.floats, to: output.floats, extents: output.shape.dimensions,
      sourceStrides: Self.imageStrides(of: output.shape),
      targetStrides: output.shape.rowMajorStrides)
  }

  /// Workspace for `[N, C, L]` as `[N, C, 1, L]`.
  private mutating func image(of signals: Operand) throws(RuntimeError) -> Operand {
    let shape = signals.shape
    return Operand(
      memory: try floats(shape.elementCount), shape: [shape[0], shape[1], 1, shape[2]])
  }

  private static func imageStrides(of shape: Shape) -> [Int] { [shape[1] * shape[2], 1, shape[1]] }
}
