import CFoveaKernels

/// Steps to time, the memory that they work on, and the work that they stand for.
final class Workload {
  let name: String
  let multiplyAdds: Double
  let steps: [fovea_step]
  let scratchBytes: Int
  private let memory: [UnsafeMutableRawPointer]

  init(
    name: String, multiplyAdds: Double, steps: [fovea_step], scratchBytes: Int,
    memory: [UnsafeMutableRawPointer]
  ) {
    self.name = name
    self.multiplyAdds = multiplyAdds
    self.steps = steps
    self.scratchBytes = scratchBytes
    self.memory = memory
  }

  deinit { for block in memory { block.deallocate() } }
}

/// Memory for one workload, kept until the workload owns it.
struct Memory {
  private(set) var blocks: [UnsafeMutableRawPointer] = []

  /// `count` floats that are neither zero nor large.
  mutating func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let block = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    blocks.append(block)
    let floats = block.bindMemory(to: Float.self, capacity: max(count, 1))
    for index in 0..<count { floats[index] = Float(index % 17) * 0.01 - 0.075 }
    return floats
  }

  mutating func bytes(_ count: Int) -> UnsafeMutablePointer<Float> { floats((count + 3) / 4) }

  /// One value at an address of its own.
  mutating func pointer<Value>(to value: Value) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    blocks.append(UnsafeMutableRawPointer(pointer))
    return UnsafePointer(pointer)
  }
}

/// The steps that `fill` writes.
func kernelSteps(_ fill: (UnsafeMutablePointer<fovea_step>) -> Int) -> [fovea_step] {
  withUnsafeTemporaryAllocation(of: fovea_step.self, capacity: Int(fovea_conv2d_max_steps)) {
    guard let start = $0.baseAddress else { return [] }
    return Array($0.prefix(fill(start)))
  }
}

typealias Kernels = UnsafePointer<fovea_kernel_table>

/// A square convolution.
struct Convolution {
  var name: String
  let batch, extent, channels, outChannels, kernel, stride, padding: Int
  var groups = 1
  var algorithm = fovea_conv2d_direct

  init(
    _ name: String, batch: Int, _ extent: Int, _ channels: Int, to outChannels: Int, kernel: Int,
    stride: Int = 1, padding: Int, groups: Int = 1
  ) {
    self.name = name
    self.batch = batch
    self.extent = extent
    self.channels = channels
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  private var out: Int { (extent + 2 * padding - kernel) / stride + 1 }
  private var inCount: Int { batch * extent * extent * channels }
  private var outCount: Int { batch * out * out * outChannels }
  private var weightCount: Int { outChannels * kernel * kernel * channels / groups }
  private var multiplyAdds: Double { Double(outCount * kernel * kernel * (channels / groups)) }

  private var geometry: fovea_conv2d_geometry {
    fovea_conv2d_geometry(
      batch: batch, in_height: extent, in_width: extent, in_channels: channels, out_height: out,
      out_width: out, out_channels: outChannels, kernel_height: kernel, kernel_width: kernel,
      stride_height: stride, stride_width: stride, dilation_height: 1, dilation_width: 1,
      pad_top: padding, pad_left: padding, groups: groups, algorithm: algorithm,
      weights_change: true)
  }

  /// The three passes, each with the packing of its weight, as in training, by each algorithm.
  func workloads(_ kernels: Kernels) -> [Workload] {
    var geometry = geometry
    let algorithms = [
      (fovea_conv2d_direct, ""), (fovea_conv2d_winograd_2x2, ", 2×2"),
      (fovea_conv2d_winograd_4x4, ", 4×4"),
    ]
    return algorithms.filter { fovea_conv2d_supports(&geometry, $0.0) }.flatMap {
      algorithm, suffix in
      var convolution = self
      convolution.algorithm = algorithm
      convolution.name += suffix
      return [
        convolution.forward(kernels), convolution.inputGradient(kernels),
        convolution.weightGradient(kernels),
      ]
    }
  }

  private func forward(_ kernels: Kernels) -> Workload {
    var (geometry, memory) = (geometry, Memory())
    let arguments = memory.pointer(
      to: fovea_conv2d_forward_arguments(
        geometry: geometry, in: memory.floats(inCount), weight: memory.floats(weightCount),
        weight_scale: nil,
        packed: memory.bytes(fovea_conv2d_forward_packed_bytes(kernels, &geometry)),
        workspace: memory.bytes(fovea_conv2d_forward_workspace_bytes(kernels, &geometry)),
        out: memory.floats(outCount), epilogue: fovea_epilogue()))
    return Workload(
      name: "\(name) forward", multiplyAdds: multiplyAdds,
      steps: kernelSteps { fovea_conv2d_forward_pack_steps(kernels, arguments, $0) }
        + kernelSteps { fovea_conv2d_forward_steps(kernels, arguments, $0) },
      scratchBytes: fovea_conv2d_forward_scratch_bytes(kernels, &geometry), memory: memory.blocks)
  }

  private func inputGradient(_ kernels: Kernels) -> Workload {
    var (geometry, memory) = (geometry, Memory())
    let arguments = memory.pointer(
      to: fovea_conv2d_input_gradient_arguments(
        geometry: geometry, out_gradient: memory.floats(outCount),
        weight: memory.floats(weightCount),
        packed: memory.bytes(fovea_conv2d_input_gradient_packed_bytes(kernels, &geometry)),
        workspace: memory.bytes(fovea_conv2d_input_gradient_workspace_bytes(kernels, &geometry)),
        in_gradient: memory.floats(inCount), epilogue: fovea_epilogue()))
    return Workload(
      name: "\(name) input gradient", multiplyAdds: multiplyAdds,
      steps: kernelSteps { fovea_conv2d_input_gradient_pack_steps(kernels, arguments, $0) }
        + kernelSteps { fovea_conv2d_input_gradient_steps(kernels, arguments, $0) },
      scratchBytes: fovea_conv2d_input_gradient_scratch_bytes(kernels, &geometry),
      memory: memory.blocks)
  }

  private func weightGradient(_ kernels: Kernels) -> Workload {
    var (geometry, memory) = (geometry, Memory())
    let workspace = fovea_conv2d_weight_gradient_workspace_bytes(kernels, &geometry)
    let arguments = memory.pointer(
      to: fovea_conv2d_weight_gradient_arguments(
        geometry: geometry, in: memory.floats(inCount), out_gradient: memory.floats(outCount),
        workspace: memory.bytes(workspace), weight_gradient: memory.floats(weightCount)))
    return Workload(
      name: "\(name) weight gradient", multiplyAdds: multiplyAdds,
      steps: kernelSteps { fovea_conv2d_weight_gradient_steps(kernels, arguments, $0) },
      scratchBytes: fovea_conv2d_weight_gradient_scratch_bytes(kernels, &geometry),
      memory: memory.blocks)
  }
}

/// A linear layer.
struct Linear {
  let batch, inFeatures, outFeatures: Int

  var name: String { "linear \(inFeatures) to \(outFeatures), batch \(batch)" }

  func workloads(_ kernels: Kernels) -> [Workload] {
    let (batch, i, o) = (batch, inFeatures, outFeatures)
    return [
      product("\(name) forward", kernels, batch, i, o, a: (i, 1), b: (1, i)),
      product("\(name) input gradient", kernels, batch, o, i, a: (o, 1), b: (i, 1)),
      product("\(name) weight gradient", kernels, o, batch, i, a: (1, o), b: (i, 1)),
    ]
  }

  private func product(
    _ name: String, _ kernels: Kernels, _ rows: Int, _ inner: Int, _ columns: Int, a: (Int, Int),
    b: (Int, Int)
  ) -> Workload {
    var memory = Memory()
    let arguments = memory.pointer(
      to: fovea_matmul_arguments(
        rows: rows, inner: inner, columns: columns, a: memory.floats(rows * inner),
        a_row_stride: a.0, a_column_stride: a.1, b: memory.floats(inner * columns),
        b_row_stride: b.0, b_column_stride: b.1, bias: nil, out: memory.floats(rows * columns)))
    return Workload(
      name: name, multiplyAdds: Double(rows * inner * columns),
      steps: kernelSteps { fovea_matmul_steps(kernels, arguments, $0) },
      scratchBytes: fovea_matmul_scratch_bytes(kernels, arguments), memory: memory.blocks)
  }
}
