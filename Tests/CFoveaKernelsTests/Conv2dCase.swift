import CFoveaKernels
import FoveaTensors
import Testing

/// One axis of a convolution with unequal padding.
struct AxisCase {
  var extent: Int
  var kernel = 3
  var stride = 1
  var dilation = 1
  var before = 1
  var after = 1

  var out: Int { (extent + before + after - dilation * (kernel - 1) - 1) / stride + 1 }
}

/// A convolution, its tensors, and what plain loops in double precision make of them.
struct Conv2dCase: CustomTestStringConvertible {
  var geometry: fovea_conv2d_geometry
  let hasBias: Bool

  init(
    batch: Int, _ height: AxisCase, _ width: AxisCase, channels: Int, to outChannels: Int,
    groups: Int = 1, hasBias: Bool = true
  ) {
    geometry = fovea_conv2d_geometry(
      batch: batch, in_height: height.extent, in_width: width.extent, in_channels: channels,
      out_height: height.out, out_width: width.out, out_channels: outChannels,
      kernel_height: height.kernel, kernel_width: width.kernel, stride_height: height.stride,
      stride_width: width.stride, dilation_height: height.dilation,
      dilation_width: width.dilation, pad_top: height.before, pad_left: width.before,
      groups: groups, algorithm: fovea_conv2d_direct, weights_change: false)
    self.hasBias = hasBias
  }

  var testDescription: String {
    let g = geometry
    return """
      \(g.batch)×\(g.in_height)×\(g.in_width)×\(g.in_channels) to \(g.out_height)×\(g.out_width)\
      ×\(g.out_channels), kernel \(g.kernel_height)×\(g.kernel_width), stride \
      \(g.stride_height)×\(g.stride_width), dilation \(g.dilation_height)×\(g.dilation_width), \
      padding \(g.pad_top) and \(g.pad_left), \(g.groups) groups
      """
  }

  /// Every stride and dilation with every pair of channels, then groups, then blocks that do not
  /// fit one task or one pass.
  static let all: [Conv2dCase] = {
    var cases: [Conv2dCase] = []
    for stride in 1...3 {
      for dilation in 1...3 {
        let height = AxisCase(
          extent: 11, stride: stride, dilation: dilation, before: 2, after: 1)
        let width = AxisCase(
          extent: 9, kernel: 2, stride: 4 - stride, dilation: dilation, before: 0, after: 3)
        for (index, pair) in [(1, 8), (3, 5), (5, 17), (8, 64), (17, 3), (64, 17)].enumerated() {
          cases.append(
            Conv2dCase(
              batch: index % 2 == 0 ? 1 : 5, height, width, channels: pair.0, to: pair.1,
              hasBias: index % 3 != 0))
        }
        for (channels, out, groups) in [(6, 10, 2), (34, 16, 2), (3, 6, 3), (17, 17, 17)] {
          cases.append(
            Conv2dCase(batch: 2, height, width, channels: channels, to: out, groups: groups))
        }
        for channels in [3, 5, 64] {
          cases.append(
            Conv2dCase(
              batch: 1, height, width, channels: channels, to: channels, groups: channels,
              hasBias: false))
        }
      }
    }
    let same = AxisCase(extent: 30)
    let point = AxisCase(extent: 23, kernel: 1, before: 0, after: 0)
    let pixel = AxisCase(extent: 1)
    let small = AxisCase(extent: 7)
    let first = AxisCase(extent: 28, kernel: 5, stride: 2, before: 2, after: 2)
    let skipping = AxisCase(extent: 13, kernel: 1, stride: 3, before: 0, after: 0)
    let unread = AxisCase(extent: 10, kernel: 2, stride: 3, before: 0, after: -3)
    let beyond = AxisCase(extent: 4, kernel: 2, stride: 2, before: 5, after: 6)
    return cases + [
      Conv2dCase(batch: 2, same, same, channels: 40, to: 72),
      Conv2dCase(batch: 1, small, small, channels: 130, to: 70),
      Conv2dCase(batch: 3, point, point, channels: 33, to: 40),
      Conv2dCase(batch: 1, pixel, pixel, channels: 8, to: 17),
      Conv2dCase(batch: 64, first, first, channels: 1, to: 8),
      Conv2dCase(batch: 1, AxisCase(extent: 6), AxisCase(extent: 700), channels: 3, to: 4),
      Conv2dCase(batch: 2, skipping, skipping, channels: 9, to: 12),
      Conv2dCase(batch: 2, skipping, skipping, channels: 9, to: 9, groups: 9),
      Conv2dCase(batch: 1, unread, unread, channels: 5, to: 8),
      Conv2dCase(batch: 2, beyond, beyond, channels: 3, to: 4),
      Conv2dCase(batch: 2, beyond, beyond, channels: 20, to: 20, groups: 20),
      Conv2dCase(batch: 40, small, small, channels: 24, to: 24, groups: 24),
    ]
  }()
}

extension Conv2dCase {
  /// Kernels of three: maps that tiles do not divide, unequal padding, few tiles and many, channels
  /// that vectors and blocks do not divide.
  static let filtered: [Conv2dCase] = {
    func axis(_ extent: Int, _ before: Int = 1, _ after: Int = 1) -> AxisCase {
      AxisCase(extent: extent, before: before, after: after)
    }
    return [
      Conv2dCase(batch: 1, axis(1), axis(1), channels: 1, to: 1),
      Conv2dCase(batch: 2, axis(7), axis(9), channels: 5, to: 3),
      Conv2dCase(batch: 1, axis(3, 0, 0), axis(12, 2, 0), channels: 8, to: 17),
      Conv2dCase(batch: 3, axis(4, 3, 2), axis(5, 0, 4), channels: 33, to: 16, hasBias: false),
      Conv2dCase(batch: 1, axis(6, 0, -1), axis(8, -1, 1), channels: 4, to: 4),
      Conv2dCase(batch: 1, axis(14), axis(14), channels: 140, to: 70),
      Conv2dCase(batch: 5, axis(30), axis(31), channels: 3, to: 40),
      Conv2dCase(batch: 2, axis(52), axis(49), channels: 20, to: 12),
      Conv2dCase(batch: 40, axis(7), axis(6), channels: 24, to: 36),
    ]
  }()
}

/// The tensors of a case, and its exact results.
struct Conv2dData {
  let input, weight, bias, outGradient: KernelBuffer
  private(set) var out, inGradient, weightGradient: ExactSums

  init(_ test: Conv2dCase) {
    let g = test.geometry
    let groupIn = g.in_channels / g.groups
    let groupOut = g.out_channels / g.groups
    let inCount = g.batch * g.in_height * g.in_width * g.in_channels
    let outCount = g.batch * g.out_height * g.out_width * g.out_channels
    let weightCount = g.out_channels * g.kernel_height * g.kernel_width * groupIn
    input = KernelBuffer(random: inCount, RandomStream(seed: 7, stream: 1))
    weight = KernelBuffer(random: weightCount, RandomStream(seed: 7, stream: 2))
    bias = KernelBuffer(random: g.out_channels, RandomStream(seed: 7, stream: 3))
    outGradient = KernelBuffer(random: outCount, RandomStream(seed: 7, stream: 4))
    out = ExactSums(count: outCount)
    inGradient = ExactSums(count: inCount)
    weightGradient = ExactSums(count: weightCount)

    for outIndex in 0..<outCount {
      let o = outIndex % g.out_channels
      let x = outIndex / g.out_channels % g.out_width
      let y = outIndex / g.out_channels / g.out_width % g.out_height
      let image = outIndex / g.out_channels / g.out_width / g.out_height
      if test.hasBias { out.add(bias.start[o], 1, at: outIndex) }
      for r in 0..<g.kernel_height {
        let inY = y * g.stride_height + r * g.dilation_height - g.pad_top
        guard (0..<g.in_height).contains(inY) else { continue }
        for s in 0..<g.kernel_width {
          let inX = x * g.stride_width + s * g.dilation_width - g.pad_left
          guard (0..<g.in_width).contains(inX) else { continue }
          let inPixel = ((image * g.in_height + inY) * g.in_width + inX) * g.in_channels
          let tap = ((o * g.kernel_height + r) * g.kernel_width + s) * groupIn
          for i in 0..<groupIn {
            let inIndex = inPixel + o / groupOut * groupIn + i
            out.add(input.start[inIndex], weight.start[tap + i], at: outIndex)
            inGradient.add(outGradient.start[outIndex], weight.start[tap + i], at: inIndex)
            weightGradient.add(outGradient.start[outIndex], input.start[inIndex], at: tap + i)
          }
        }
      }
    }
  }
}
