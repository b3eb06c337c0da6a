import CFoveaKernels
import Testing

@Suite struct Conv2dTests {
  @Test(arguments: Conv2dCase.all)
  func `agrees with plain loops, with the same bits for any number of threads`(
    _ test: Conv2dCase
  ) throws {
    let data = Conv2dData(test)
    for kernels in kernelTables {
      try expectAgreement(test, data, kernels)
    }
  }

  @Test(arguments: Conv2dCase.filtered, [false, true])
  func `minimal filtering agrees with plain loops`(
    _ test: Conv2dCase, weightsChange: Bool
  ) throws {
    let data = Conv2dData(test)
    for (algorithm, factor) in [(fovea_conv2d_winograd_2x2, 10.0), (fovea_conv2d_winograd_4x4, 16)]
    {
      var test = test
      #expect(fovea_conv2d_supports(&test.geometry, algorithm))
      test.geometry.algorithm = algorithm
      test.geometry.weights_change = weightsChange
      for kernels in kernelTables {
        try expectAgreement(test, data, kernels, factor: factor)
      }
    }
  }

  @Test func `minimal filtering is for kernels of three, without stride, dilation or groups`() {
    for test in Conv2dCase.all {
      var geometry = test.geometry
      let isPlain =
        geometry.stride_height * geometry.stride_width == 1
        && geometry.dilation_height * geometry.dilation_width == 1 && geometry.groups == 1
      let isSupported =
        isPlain && geometry.kernel_height == 3 && geometry.kernel_width == 3
      #expect(fovea_conv2d_supports(&geometry, fovea_conv2d_winograd_4x4) == isSupported)
      #expect(fovea_conv2d_supports(&geometry, fovea_conv2d_direct))
    }
  }

  private func expectAgreement(
    _ test: Conv2dCase, _ data: Conv2dData, _ kernels: UnsafePointer<fovea_kernel_table>,
    factor: Double? = nil
  ) throws {
    var recorded: [[UInt32]]?
    for threads in 1...3 {
      let pool = try KernelPool(threads: threads)
      let results = [
        forward(test, data, kernels, pool), inputGradient(test, data, kernels, pool),
        weightGradient(test, data, kernels, pool),
      ]
      let name = String(cString: kernels.pointee.name)
      data.out.expectClose(results[0], "\(name) forward", factor: factor)
      data.inGradient.expectClose(results[1], "\(name) input gradient", factor: factor)
      data.weightGradient.expectClose(results[2], "\(name) weight gradient", factor: factor)
      let bits = results.map(\.bits)
      #expect(bits == recorded ?? bits, "\(name), \(threads) threads")
      recorded = bits
    }
  }

  @Test func `sizes that do not fit are said not to fit`() {
    let huge = 1 << 40
    var geometry = Conv2dCase(
      batch: 1, AxisCase(extent: 3), AxisCase(extent: 3), channels: 4, to: 4
    ).geometry
    geometry.dilation_height = huge
    geometry.dilation_width = huge
    geometry.pad_top = huge
    geometry.pad_left = huge
    for kernels in kernelTables {
      #expect(fovea_conv2d_forward_scratch_bytes(kernels, &geometry) == Int.max)
      #expect(fovea_conv2d_weight_gradient_scratch_bytes(kernels, &geometry) == Int.max)
    }
  }

  private func forward(
    _ test: Conv2dCase, _ data: Conv2dData, _ kernels: UnsafePointer<fovea_kernel_table>,
    _ pool: KernelPool
  ) -> KernelBuffer {
    var geometry = test.geometry
    let out = KernelBuffer(count: data.outGradient.count)
    let packed = KernelBuffer(bytes: fovea_conv2d_forward_packed_bytes(kernels, &geometry))
    let workspace = KernelBuffer(bytes: fovea_conv2d_forward_workspace_bytes(kernels, &geometry))
    var epilogue = fovea_epilogue()
    if test.hasBias { epilogue.bias = UnsafePointer(data.bias.start) }
    let arguments = fovea_conv2d_forward_arguments(
      geometry: geometry, in: data.input.start, weight: data.weight.start,
      weight_scale: nil, packed: packed.start, workspace: workspace.start, out: out.start,
      epilogue: epilogue)
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_conv2d_forward_pack_steps(kernels, arguments, $0) }
          + kernelSteps { fovea_conv2d_forward_steps(kernels, arguments, $0) },
        scratchBytes: fovea_conv2d_forward_scratch_bytes(kernels, &geometry))
    }
    #expect(packed.marginIsIntact && workspace.marginIsIntact)
    return out
  }

  private func inputGradient(
    _ test: Conv2dCase, _ data: Conv2dData, _ kernels: UnsafePointer<fovea_kernel_table>,
    _ pool: KernelPool
  ) -> KernelBuffer {
    var geometry = test.geometry
    let inGradient = KernelBuffer(count: data.input.count)
    let packed = KernelBuffer(bytes: fovea_conv2d_input_gradient_packed_bytes(kernels, &geometry))
    let workspace = KernelBuffer(
      bytes: fovea_conv2d_input_gradient_workspace_bytes(kernels, &geometry))
    let arguments = fovea_conv2d_input_gradient_arguments(
      geometry: geometry, out_gradient: data.outGradient.start, weight: data.weight.start,
      packed: packed.start, workspace: workspace.start, in_gradient: inGradient.start,
      epilogue: fovea_epilogue())
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_conv2d_input_gradient_pack_steps(kernels, arguments, $0) }
          + kernelSteps { fovea_conv2d_input_gradient_steps(kernels, arguments, $0) },
        scratchBytes: fovea_conv2d_input_gradient_scratch_bytes(kernels, &geometry))
    }
    #expect(packed.marginIsIntact && workspace.marginIsIntact)
    return inGradient
  }

  private func weightGradient(
    _ test: Conv2dCase, _ data: Conv2dData, _ kernels: UnsafePointer<fovea_kernel_table>,
    _ pool: KernelPool
  ) -> KernelBuffer {
    var geometry = test.geometry
    let weightGradient = KernelBuffer(count: data.weight.count)
    let workspace = KernelBuffer(
      bytes: fovea_conv2d_weight_gradient_workspace_bytes(kernels, &geometry))
    let arguments = fovea_conv2d_weight_gradient_arguments(
      geometry: geometry, in: data.input.start, out_gradient: data.outGradient.start,
      workspace: workspace.start, weight_gradient: weightGradient.start)
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_conv2d_weight_gradient_steps(kernels, arguments, $0) },
        scratchBytes: fovea_conv2d_weight_gradient_scratch_bytes(kernels, &geometry))
    }
    #expect(workspace.marginIsIntact)
    return weightGradient
  }
}
