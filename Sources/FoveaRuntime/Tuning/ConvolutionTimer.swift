internal import CFoveaKernels

/// Times a pass of a convolution by one algorithm or another, over memory of its own.
struct ConvolutionTimer {
  let kernels: UnsafePointer<fovea_kernel_table>
  let pool: ThreadPool

  /// Memory that is walked through before each run, so that weights come from where they would in a
  /// network whose other layers have run meanwhile.
  private static let flushedFloats = 12 << 20
  private static let runs = 3

  /// The seconds of the fastest of a few runs.
  func seconds(
    _ pass: ConvolutionPass, _ geometry: fovea_conv2d_geometry
  ) throws(RuntimeError) -> Double {
    var geometry = geometry
    let memory = ArgumentMemory()
    var blocks: [AlignedMemory] = []
    func floats(_ count: Int) throws(RuntimeError) -> UnsafeMutablePointer<Float> {
      let block = try AlignedMemory(byteCount: count * MemoryLayout<Float>.stride)
      blocks.append(block)
      let start = block.base.bindMemory(to: Float.self, capacity: count)
      start.initialize(repeating: 0.5, count: count)
      return start
    }
    func bytes(_ count: Int) throws(RuntimeError) -> UnsafeMutableRawPointer {
      let block = try AlignedMemory(byteCount: count)
      blocks.append(block)
      return block.base
    }
    func steps(_ fill: (UnsafeMutablePointer<fovea_step>) -> Int) -> [fovea_step] {
      withUnsafeTemporaryAllocation(
        of: fovea_step.self, capacity: Int(fovea_conv2d_max_steps)
      ) { buffer in
        guard let base = buffer.baseAddress else { return [] }
        return Array(buffer.prefix(fill(base)))
      }
    }
    let image = try floats(
      geometry.batch * geometry.in_height * geometry.in_width * geometry.in_channels)
    let result = try floats(
      geometry.batch * geometry.out_height * geometry.out_width * geometry.out_channels)
    let weight = try floats(
      geometry.out_channels * geometry.kernel_height * geometry.kernel_width
        * geometry.in_channels / geometry.groups)
    var (packing, running): ([fovea_step], [fovea_step])
    let scratchBytes: Int
    switch pass {
    case .forward:
      let arguments = memory.keep(
        fovea_conv2d_forward_arguments(
          geometry: geometry, in: image, weight: weight, weight_scale: nil,
          packed: try bytes(fovea_conv2d_forward_packed_bytes(kernels, &geometry)),
          workspace: try bytes(fovea_conv2d_forward_workspace_bytes(kernels, &geometry)),
          out: result, epilogue: fovea_epilogue()))
      packing = steps { fovea_conv2d_forward_pack_steps(kernels, arguments, $0) }
      running = steps { fovea_conv2d_forward_steps(kernels, arguments, $0) }
      scratchBytes = fovea_conv2d_forward_scratch_bytes(kernels, &geometry)
    case .inputGradient:
      let arguments = memory.keep(
        fovea_conv2d_input_gradient_arguments(
          geometry: geometry, out_gradient: result, weight: weight,
          packed: try bytes(fovea_conv2d_input_gradient_packed_bytes(kernels, &geometry)),
          workspace: try bytes(fovea_conv2d_input_gradient_workspace_bytes(kernels, &geometry)),
          in_gradient: image, epilogue: fovea_epilogue()))
      packing = steps { fovea_conv2d_input_gradient_pack_steps(kernels, arguments, $0) }
      running = steps { fovea_conv2d_input_gradient_steps(kernels, arguments, $0) }
      scratchBytes = fovea_conv2d_input_gradient_scratch_bytes(kernels, &geometry)
    case .weightGradient:
      let workspace = try bytes(fovea_conv2d_weight_gradient_workspace_bytes(kernels, &geometry))
      let arguments = memory.keep(
        fovea_conv2d_weight_gradient_arguments(
          geometry: geometry, in: image, out_gradient: result, workspace: workspace,
          weight_gradient: weight))
      packing = []
      running = steps { fovea_conv2d_weight_gradient_steps(kernels, arguments, $0) }
      scratchBytes = fovea_conv2d_weight_gradient_scratch_bytes(kernels, &geometry)
    }
    let scratchStride = AlignedMemory.rounded(scratchBytes)
    let scratch = try bytes(scratchStride * pool.threadCount)
    func run(_ steps: [fovea_step]) {
      fovea_pool_run(pool.pool, steps, steps.count, scratch, scratchStride)
    }
    run(packing)
    let timed = geometry.weights_change ? packing + running : running
    let flushed = try floats(Self.flushedFloats)
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<Self.runs {
      for index in stride(from: 0, to: Self.flushedFloats, by: 16) { flushed[index] += 1 }
      let time = clock.measure { run(timed) }
      best = min(best, time / .seconds(1))
    }
    return withExtendedLifetime((memory, blocks)) { best }
  }
}
