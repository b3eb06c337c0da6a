import CFoveaKernels
import FoveaTensors
import Testing

@Suite struct QuantizedConv2dTests {
  static var tables: [UnsafePointer<fovea_kernel_table>] {
    kernelTables + [fovea_isa_avx512vnni].compactMap { fovea_kernels_for($0) }
  }

  static let cases = (Conv2dCase.all + Conv2dCase.filtered).filter { $0.geometry.groups == 1 }

  @Test(arguments: cases)
  func `has the bits of plain loops, for every instruction set and number of threads`(
    _ test: Conv2dCase
  ) throws {
    for zeroPoint in [0, 100, 255] {
      let data = QuantizedConv2dData(test, zeroPoint: Int32(zeroPoint))
      for kernels in Self.tables {
        for threads in [1, 3] {
          let out = data.run(test, kernels, try KernelPool(threads: threads))
          let name = String(cString: kernels.pointee.name)
          OperationKernelSupport.expectSame(
            out, data.expected, "\(name), \(threads) threads, zero point \(zeroPoint)")
          #expect(out.marginIsIntact)
        }
      }
    }
  }

  @Test func `the largest sums stay within 32 bits`() throws {
    let test = Conv2dCase(
      batch: 1, AxisCase(extent: 16, kernel: 16, before: 0, after: 0),
      AxisCase(extent: 16, kernel: 16, before: 0, after: 0), channels: 256, to: 3, hasBias: false)
    for zeroPoint: Int32 in [0, 255] {
      let data = QuantizedConv2dData(test, zeroPoint: zeroPoint) { _ in
        (image: zeroPoint == 0 ? 1000 : -1000, weight: 1)
      }
      let sum = Float(65536 * 255 * 127) * (zeroPoint == 0 ? 1 : -1)
      #expect(data.expected[0] == sum * (data.inputScale * (Float(1) / 127) * data.scale.start[0]))
      for kernels in Self.tables {
        OperationKernelSupport.expectSame(
          data.run(test, kernels, try KernelPool(threads: 1)), data.expected)
      }
    }
  }

  @Test func `numbers that are none, and weights that vanish, do no harm`() throws {
    let test = Conv2dCase(
      batch: 1, AxisCase(extent: 5), AxisCase(extent: 6), channels: 3, to: 4, hasBias: false)
    let wild: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, 1e38, -1e38, 0x1p-140]
    for kernels in Self.tables {
      let data = QuantizedConv2dData(test, zeroPoint: 7) { index in
        (image: wild[index % wild.count], weight: index / 27 == 1 ? 0x1p-130 : 0.25)
      }
      let out = data.run(test, kernels, try KernelPool(threads: 2))
      OperationKernelSupport.expectSame(out, data.expected)
      #expect(out.values.allSatisfy { $0.isFinite })
      #expect(stride(from: 1, to: out.count, by: 4).allSatisfy { out.start[$0] == 0 })
      let broken = QuantizedConv2dData(test, zeroPoint: 7) { index in
        (image: 1, weight: index == 30 ? .nan : index == 60 ? .infinity : 1)
      }
      let results = broken.run(test, kernels, try KernelPool(threads: 1))
      for (index, value) in results.values.enumerated() {
        #expect(value.isNaN == (1...2 ~= index % 4), "\(index): \(value)")
      }
    }
  }

  @Test func `groups and sums that 32 bits do not hold are not supported`() {
    for test in Conv2dCase.all {
      var geometry = test.geometry
      #expect(fovea_quantized_conv2d_supports(&geometry) == (geometry.groups == 1))
    }
    var geometry = Self.cases[0].geometry
    geometry.kernel_height = 3
    geometry.kernel_width = 3
    geometry.in_channels = 65536 / 9
    #expect(fovea_quantized_conv2d_supports(&geometry))
    geometry.in_channels += 1
    #expect(!fovea_quantized_conv2d_supports(&geometry))
    geometry.kernel_height = Int.max
    #expect(!fovea_quantized_conv2d_supports(&geometry))
  }

  @Test func `sizes that do not fit are said not to fit`() {
    var geometry = Self.cases[0].geometry
    geometry.dilation_height = 1 << 40
    geometry.dilation_width = 1 << 40
    for kernels in Self.tables {
      #expect(fovea_quantized_conv2d_workspace_bytes(kernels, &geometry) == Int.max)
    }
  }
}

/// The tensors of a case, and what plain loops over integers make of them.
struct QuantizedConv2dData {
  let input, weight, bias, scale, residual: KernelBuffer
  let inputScale: Float = 0.01
  let zeroPoint: Int32
  private(set) var expected: [Float]

  /// Random tensors whose image passes what bytes hold, or what `value` says of an index.
  init(
    _ test: Conv2dCase, zeroPoint: Int32,
    value: ((Int) -> (image: Float, weight: Float))? = nil
  ) {
    let g = test.geometry
    self.zeroPoint = zeroPoint
    func random(_ count: Int, _ stream: UInt64, scale: Float = 1) -> KernelBuffer {
      let numbers = RandomStream(seed: 11, stream: stream)
      return KernelBuffer(count: count) {
        (2 * numbers.uniform(at: UInt64($0)) - 1) * scale
      }
    }
    let inCount = g.batch * g.in_height * g.in_width * g.in_channels
    let weightCount = g.out_channels * g.kernel_height * g.kernel_width * g.in_channels
    let outCount = g.batch * g.out_height * g.out_width * g.out_channels
    if let value {
      input = KernelBuffer(count: inCount) { value($0).image }
      weight = KernelBuffer(count: weightCount) { value($0).weight }
    } else {
      input = random(inCount, 1, scale: 2)
      weight = random(weightCount, 2)
    }
    bias = random(g.out_channels, 3)
    scale = random(g.out_channels, 4)
    residual = random(outCount, 5)
    expected = []
    expected = plainResults(test)
  }

  private func plainResults(_ test: Conv2dCase) -> [Float] {
    let g = test.geometry
    let inverse = 1 / inputScale
    let image = input.values.map { x in
      let product = x * inverse
      let clamped = max(Float(-zeroPoint), min(Float(255 - zeroPoint), product))
      return product.isNaN ? -Int(zeroPoint) : Int(clamped.rounded(.toNearestOrEven))
    }
    let window = g.kernel_height * g.kernel_width * g.in_channels
    var weights: [Int] = []
    var factors: [Float] = []
    for o in 0..<g.out_channels {
      let own = weight.values[(o * window)..<((o + 1) * window)]
      let isFinite = own.allSatisfy(\.isFinite)
      let largest = own.map(abs).max() ?? 0
      let vanishes = largest < 0x1p-120
      let inverse = vanishes ? 0 : 127 / largest
      weights += own.map { isFinite ? Int(($0 * inverse).rounded(.toNearestOrEven)) : 0 }
      factors.append(
        isFinite ? (vanishes ? 0 : inputScale * (largest / 127)) * scale.start[o] : .nan)
    }
    return residual.values.indices.map { outIndex in
      let o = outIndex % g.out_channels
      let x = outIndex / g.out_channels % g.out_width
      let y = outIndex / g.out_channels / g.out_width % g.out_height
      let number = outIndex / g.out_channels / g.out_width / g.out_height
      var sum = 0
      for r in 0..<g.kernel_height {
        let inY = y * g.stride_height + r * g.dilation_height - g.pad_top
        guard (0..<g.in_height).contains(inY) else { continue }
        for s in 0..<g.kernel_width {
          let inX = x * g.stride_width + s * g.dilation_width - g.pad_left
          guard (0..<g.in_width).contains(inX) else { continue }
          let pixel = ((number * g.in_height + inY) * g.in_width + inX) * g.in_channels
          let tap = ((o * g.kernel_height + r) * g.kernel_width + s) * g.in_channels
          for i in 0..<g.in_channels { sum += image[pixel + i] * weights[tap + i] }
        }
      }
      var result = Float(sum) * factors[o]
      if test.hasBias {
        result += bias.start[o]
        result += residual.start[outIndex]
        result = result < -1 ? -1 : result > 2 ? 2 : result
      }
      return result
    }
  }

  /// Cases with a bias have a residual and bounds as well.
  func run(
    _ test: Conv2dCase, _ kernels: UnsafePointer<fovea_kernel_table>, _ pool: KernelPool
  ) -> KernelBuffer {
    var geometry = test.geometry
    let out = KernelBuffer(count: residual.count)
    let packed = KernelBuffer(bytes: fovea_quantized_conv2d_packed_bytes(kernels, &geometry))
    let workspace = KernelBuffer(
      bytes: fovea_quantized_conv2d_workspace_bytes(kernels, &geometry))
    var epilogue = fovea_epilogue()
    if test.hasBias {
      epilogue.bias = UnsafePointer(bias.start)
      epilogue.residual = UnsafePointer(residual.start)
      epilogue.activation = fovea_activation_clamp
      epilogue.parameters = (-1, 2)
    }
    let arguments = fovea_quantized_conv2d_arguments(
      geometry: geometry, in: input.start, input_scale: inputScale, zero_point: zeroPoint,
      weight: weight.start, weight_scale: scale.start, packed: packed.start,
      workspace: workspace.start, out: out.start, epilogue: epilogue)
    withArguments(arguments) { arguments in
      pool.run(
        kernelSteps { fovea_quantized_conv2d_pack_steps(kernels, arguments, $0) }
          + kernelSteps { fovea_quantized_conv2d_steps(kernels, arguments, $0) })
    }
    #expect(packed.marginIsIntact && workspace.marginIsIntact)
    return out
  }
}
