internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// A pass over strided tensors: extents and strides of each, outermost first.
struct StridedPass {
  private(set) var extents: [Int]
  /// Strides of the left operand, the right one and the result.
  private(set) var strides: [[Int]]

  /// Joins neighbouring axes that all operands step through as if they were one.
  init(extents: [Int], strides: [[Int]]) {
    self.extents = []
    self.strides = Array(repeating: [], count: strides.count)
    for axis in extents.indices where extents[axis] != 1 {
      let own = strides.map { $0[axis] }
      let last = self.extents.count - 1
      let joins =
        last >= 0
        && zip(self.strides, own).allSatisfy { $0[last] == $1 * extents[axis] }
      if joins {
        self.extents[last] *= extents[axis]
        for operand in own.indices { self.strides[operand][last] = own[operand] }
      } else {
        self.extents.append(extents[axis])
        for operand in own.indices { self.strides[operand].append(own[operand]) }
      }
    }
    if self.extents.isEmpty {
      self.extents = [1]
      self.strides = self.strides.map { _ in [0] }
    }
  }

  func arguments(
    left: UnsafePointer<Float>, right: UnsafePointer<Float>?, result: UnsafeMutablePointer<Float>,
    scale: Float
  ) -> fovea_strided_arguments {
    var arguments = fovea_strided_arguments()
    arguments.rank = extents.count
    arguments.a = left
    arguments.b = right
    arguments.out = result
    arguments.scale = scale
    Self.fill(&arguments.extents, extents)
    Self.fill(&arguments.a_strides, strides[0])
    Self.fill(&arguments.b_strides, strides[1])
    Self.fill(&arguments.out_strides, strides[2])
    return arguments
  }

  /// Writes values into a C array, which Swift sees as a tuple.
  static func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
    withUnsafeMutableBytes(of: &tuple) { bytes in
      let target = bytes.assumingMemoryBound(to: Int.self)
      for (index, value) in values.enumerated() { target[index] = value }
    }
  }
}

extension KernelBinding {
  /// Throws unless the kernels take as many axes as `shape` has.
  func expectRank(_ shape: Shape, _ operation: any Operation) throws(RuntimeError) {
    guard shape.rank <= MemoryAxes.largestRank else {
      throw .rank(operation.name, path: path, shape, largest: MemoryAxes.largestRank)
    }
  }

  /// Copies the elements that both sides' strides name, times `scale`.
  mutating func copy(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, extents: [Int],
    sourceStrides: [Int], targetStrides: [Int], scale: Float = 1
  ) throws(RuntimeError) {
    let pass = StridedPass(
      extents: extents,
      strides: [sourceStrides, sourceStrides.map { _ in 0 }, targetStrides])
    let arguments = keep(
      pass.arguments(left: source, right: nil, result: target, scale: scale))
    try run(
      kernels.pointee.strided_copy, arguments, tasks: fovea_strided_tasks(arguments))
  }
}

/// The copy of whole buffers, for updates that are not computed in place.
enum CopyKernel {
  static func step(
    from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int,
    kernels: UnsafePointer<fovea_kernel_table>, arguments: ArgumentMemory
  ) -> fovea_step {
    let pass = StridedPass(extents: [count], strides: [[1], [0], [1]])
    let kept = arguments.keep(
      pass.arguments(
        left: source.assumingMemoryBound(to: Float.self), right: nil,
        result: target.assumingMemoryBound(to: Float.self), scale: 1))
    return fovea_step(
      kernel: kernels.pointee.strided_copy, arguments: kept, tasks: fovea_strided_tasks(kept))
  }
}
