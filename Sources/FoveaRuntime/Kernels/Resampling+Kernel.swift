internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension Resize: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.resample(tables(for: binding.inputs[0].shape), empty: emptyValue)
  }
}

extension Pad: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.resample(tables(for: binding.inputs[0].shape), empty: emptyValue)
  }
}

extension BlurPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.resample(tables(for: binding.inputs[0].shape), empty: emptyValue)
  }
}

extension ResamplingGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let tables = operation.tables(for: binding.outputs[0].shape)
    try binding.resample(tables.map { ($0.axis, $0.table.transposed()) }, empty: 0)
  }
}

extension KernelBinding {
  /// Resamples the first input along one axis after another, into the first result.
  ///
  /// An axis that shrinks most comes first, so that the others have less to do.
  fileprivate mutating func resample(
    _ tables: [(axis: Int, table: ResamplingTable)], empty: Float
  ) throws(RuntimeError) {
    let passes = tables.filter { !$0.table.isIdentity }.sorted {
      $0.table.outputExtent * $1.table.inputExtent < $1.table.outputExtent * $0.table.inputExtent
    }
    var shape = inputs[0].shape
    var source = UnsafePointer(inputs[0].floats)
    guard let last = passes.indices.last else {
      return try copy(
        from: source, to: outputs[0].floats, extents: [shape.elementCount], sourceStrides: [1],
        targetStrides: [1])
    }
    for (index, pass) in passes.enumerated() {
      let made = shape.replacing(pass.axis, with: pass.table.outputExtent)
      let target =
        index == last
        ? outputs[0].floats
        : try workspace(bytes: made.elementCount * MemoryLayout<Float>.stride)
          .assumingMemoryBound(to: Float.self)
      try resample(pass.table, axis: pass.axis, of: shape, source, to: target, empty: empty)
      (shape, source) = (made, UnsafePointer(target))
    }
  }

  private mutating func resample(
    _ table: ResamplingTable, axis: Int, of shape: Shape, _ source: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, empty: Float
  ) throws(RuntimeError) {
    let axes = MemoryAxes(rank: shape.rank)
    let place = axes.order.firstIndex(of: axis) ?? 0
    let extents = axes.extents(of: shape)
    let inner = extents[(place + 1)...].reduce(1, *)
    let arguments = keep(
      fovea_resample_arguments(
        outer: extents[..<place].reduce(1, *), in_extent: table.inputExtent,
        out_extent: table.outputExtent, inner: inner, starts: keep(table.starts),
        indices: keep(table.indices), weights: keep(table.weights), in: source, out: target,
        empty: empty))
    var narrowed = self
    narrowed.fitVectors(toChannels: inner)
    try run(
      narrowed.kernels.pointee.resample, arguments, tasks: fovea_resample_tasks(arguments))
  }
}
