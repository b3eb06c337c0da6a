internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Reshape: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool {
    KernelBinding.isReshapeView(inputs[0], outputs[0])
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) { try binding.reshape() }
}

extension Flatten: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool {
    KernelBinding.isReshapeView(inputs[0], outputs[0])
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) { try binding.reshape() }
}

extension Unsqueeze: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool {
    KernelBinding.isReshapeView(inputs[0], outputs[0])
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) { try binding.reshape() }
}

extension Concat: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let output = binding.outputs[0]
    try binding.expectRank(output.shape, self)
    var start = 0
    for input in binding.inputs where input.elementCount > 0 {
      try binding.copyPart(
        part: input, from: input.floats, wholeShape: output.shape, axis: axis, start: start,
        to: output.floats, partIsSource: true)
      start += input.shape[input.shape.fromFirst(axis)]
    }
  }
}

extension Split: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let input = binding.inputs[0]
    try binding.expectRank(input.shape, self)
    var start = 0
    for output in binding.outputs where output.elementCount > 0 {
      try binding.copyPart(
        part: output, from: input.floats, wholeShape: input.shape, axis: axis, start: start,
        to: output.floats, partIsSource: false)
      start += output.shape[output.shape.fromFirst(axis)]
    }
  }
}

extension Slice: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    try binding.expectRank(input.shape, self)
    try binding.copyPart(
      part: output, from: input.floats, wholeShape: input.shape, axis: axis, start: start,
      to: output.floats, partIsSource: false)
  }
}

extension SliceGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (gradient, output) = (binding.inputs[0], binding.outputs[0])
    try binding.expectRank(output.shape, self)
    let zero = binding.keep(Float(0))
    try binding.copy(
      from: zero, to: output.floats, extents: [output.elementCount], sourceStrides: [0],
      targetStrides: [1])
    try binding.copyPart(
      part: gradient, from: gradient.floats, wholeShape: output.shape, axis: slice.axis,
      start: slice.start, to: output.floats, partIsSource: true)
  }
}

extension KernelBinding {
  /// Whether memory need not change for a shape to become another in row-major order.
  static func isReshapeView(_ input: Shape, _ output: Shape) -> Bool {
    input == output
      || (MemoryOrder.coincide(for: input) && MemoryOrder.coincide(for: output))
  }

  /// Copies the first input into the first result in row-major order of both.
  fileprivate mutating func reshape() throws(RuntimeError) {
    var source = inputs[0].floats
    let (input, output) = (inputs[0].shape, outputs[0].shape)
    if !MemoryOrder.coincide(for: input) {
      let isLast = MemoryOrder.coincide(for: output)
      let target =
        isLast
        ? outputs[0].floats
        : try workspace(bytes: input.elementCount * MemoryLayout<Float>.stride)
          .assumingMemoryBound(to: Float.self)
      try copy(
        from: source, to: target, extents: input.dimensions,
        sourceStrides: MemoryOrder.channelsLast.strides(of: input),
        targetStrides: input.rowMajorStrides)
      if isLast { return }
      source = target
    }
    try copy(
      from: source, to: outputs[0].floats, extents: output.dimensions,
      sourceStrides: output.rowMajorStrides,
      targetStrides: MemoryOrder.channelsLast.strides(of: output))
  }

  /// Copies between a tensor and its place along an axis of a larger one.
  fileprivate mutating func copyPart(
    part: Operand, from source: UnsafeMutablePointer<Float>, wholeShape: Shape, axis: Int,
    start: Int, to target: UnsafeMutablePointer<Float>, partIsSource: Bool
  ) throws(RuntimeError) {
    let axes = MemoryAxes(rank: wholeShape.rank)
    let whole = MemoryOrder.channelsLast.strides(of: wholeShape)
    let own = MemoryOrder.channelsLast.strides(of: part.shape)
    let offset = start * whole[wholeShape.fromFirst(axis)]
    let wholeStrides = axes.order.map { whole[$0] }
    let ownStrides = axes.order.map { own[$0] }
    try copy(
      from: partIsSource ? source : source + offset, to: partIsSource ? target + offset : target,
      extents: axes.extents(of: part.shape),
      sourceStrides: partIsSource ? ownStrides : wholeStrides,
      targetStrides: partIsSource ? wholeStrides : ownStrides)
  }
}
