import CFoveaKernels
import Testing

@Suite struct Conv2dTests {
  @Test(arguments: Conv2dCase.all)
  func `agrees with plain loops, with the same bits for any number of threads`(
    _ test: Conv2dCase
  ) throws {
    let data = Conv2dData(test)
    for kernels in kernelTables {
      var recorded: [[UInt32]]?
      for threads in 1...3 {
        let pool = try KernelPool(threads: threads)
        let results = [
          forward(test, data, kernels, pool), inputGradient(test, data, kernels, pool),
          weightGradient(test, data, kernels, pool),
        ]
        let name = String(cString: kernels.pointee.name)
        data.out.expectClose(results[0], "\(name) forward")
        data.inGradient.expectClose(results[1], "\(name) input gradient")
        data.weightGradient.expectClose(results[2], "\(name) weight gradient")
        let bits = results.map(\.bits)
        #expect(bits == recorded ?? bits, "\(name), \(threads) threads")
        recorded = bits
      }
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
    let arguments = fovea_conv2d_forward_arguments(
      geometry: geometry, in: data.input.start, weight: data.weight.start,
      bias: test.hasBias ? UnsafePointer(data.bias.start) : nil, packed: packed.start,
      out: out.start)
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_conv2d_forward_pack_steps(kernels, arguments, $0) }
          + kernelSteps { fovea_conv2d_forward_steps(kernels, arguments, $0) },
        scratchBytes: fovea_conv2d_forward_scratch_bytes(kernels, &geometry))
    }
    #expect(packed.marginIsIntact)
    return out
  }

  private func inputGradient(
    _ test: Conv2dCase, _ data: Conv2dData, _ kernels: UnsafePointer<fovea_kernel_table>,
    _ pool: KernelPool
  ) -> KernelBuffer {
    var geometry = test.geometry
    let inGradient = KernelBuffer(count: data.input.count)
    let packed = KernelBuffer(bytes: fovea_conv2d_input_gradient_packed_bytes(kernels, &geometry))
    let arguments = fovea_conv2d_input_gradient_arguments(
      geometry: geometry, out_gradient: data.outGradient.start, weight: data.weight.start,
      packed: packed.start, in_gradient: inGradient.start)
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_conv2d_input_gradient_pack_steps(kernels, arguments, $0) }
          + kernelSteps { fovea_conv2d_input_gradient_steps(kernels, arguments, $0) },
        scratchBytes: fovea_conv2d_input_gradient_scratch_bytes(kernels, &geometry))
    }
    #expect(packed.marginIsIntact)
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
