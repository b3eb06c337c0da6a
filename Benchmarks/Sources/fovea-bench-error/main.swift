// Prints how far 3×3 convolutions are from exact sums, for the shapes of VGG-16 and ResNet-50.
//
//   swift run -c release fovea-bench-error
//
// Images are normal numbers after ReLU, weights normal numbers of Kaiming's deviation, so that results
// are near 1. A figure is the largest error of a sample of results over their largest magnitude, on the
// forward pass; the exact sums are in double precision.

import CFoveaKernels

/// Normal numbers from a fixed seed.
struct NormalNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Float {
    // The sum of twelve uniform numbers has variance 1 and is near enough to normal here.
    var sum: Float = -6
    for _ in 0..<12 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      sum += Float(state >> 40) / Float(1 << 24)
    }
    return sum
  }
}

/// A 3×3 convolution of square maps, with its tensors.
final class ErrorCase {
  let extent, channels, outChannels: Int
  private let image, weight, out: UnsafeMutableBufferPointer<Float>

  init(extent: Int, channels: Int, outChannels: Int) {
    (self.extent, self.channels, self.outChannels) = (extent, channels, outChannels)
    var numbers = NormalNumbers(seed: UInt64(extent * 4096 + channels))
    image = .allocate(capacity: extent * extent * channels)
    for index in image.indices { image.initializeElement(at: index, to: max(0, numbers.next())) }
    let deviation = (2 / Float(9 * channels)).squareRoot()
    weight = .allocate(capacity: outChannels * 9 * channels)
    for index in weight.indices {
      weight.initializeElement(at: index, to: deviation * numbers.next())
    }
    out = .allocate(capacity: extent * extent * outChannels)
    out.initialize(repeating: .nan)
  }

  deinit {
    image.deallocate()
    weight.deallocate()
    out.deallocate()
  }

  /// The exact result at a pixel and channel.
  private func exact(_ y: Int, _ x: Int, _ o: Int) -> Double {
    var sum = 0.0
    for r in 0..<3 where (0..<extent).contains(y + r - 1) {
      for s in 0..<3 where (0..<extent).contains(x + s - 1) {
        let pixel = ((y + r - 1) * extent + x + s - 1) * channels
        let tap = (o * 9 + r * 3 + s) * channels
        for i in 0..<channels { sum += Double(image[pixel + i]) * Double(weight[tap + i]) }
      }
    }
    return sum
  }

  /// Some results: place and exact value.
  func sample(_ count: Int) -> [(index: Int, value: Double)] {
    (0..<count).map { number in
      let index = number * 7919 * 31 % out.count
      let (pixel, o) = (index / outChannels, index % outChannels)
      return (index, exact(pixel / extent, pixel % extent, o))
    }
  }

  func run(_ algorithm: fovea_conv2d_algorithm, _ kernels: UnsafePointer<fovea_kernel_table>) {
    var geometry = fovea_conv2d_geometry(
      batch: 1, in_height: extent, in_width: extent, in_channels: channels, out_height: extent,
      out_width: extent, out_channels: outChannels, kernel_height: 3, kernel_width: 3,
      stride_height: 1, stride_width: 1, dilation_height: 1, dilation_width: 1, pad_top: 1,
      pad_left: 1, groups: 1, algorithm: algorithm, weights_change: false)
    func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
      .allocate(byteCount: max(bytes, 1), alignment: 64)
    }
    let packed = memory(fovea_conv2d_forward_packed_bytes(kernels, &geometry))
    let workspace = memory(fovea_conv2d_forward_workspace_bytes(kernels, &geometry))
    let scratch = memory(fovea_conv2d_forward_scratch_bytes(kernels, &geometry))
    defer { for block in [packed, workspace, scratch] { block.deallocate() } }
    guard let start = image.baseAddress, let taps = weight.baseAddress, let result = out.baseAddress
    else { return }
    let arguments = fovea_conv2d_forward_arguments(
      geometry: geometry, in: start, weight: taps, weight_scale: nil, packed: packed,
      workspace: workspace, out: result, epilogue: fovea_epilogue())
    withUnsafePointer(to: arguments) { arguments in
      withUnsafeTemporaryAllocation(
        of: fovea_step.self, capacity: 2 * Int(fovea_conv2d_max_steps)
      ) { steps in
        guard let first = steps.baseAddress else { return }
        var count = fovea_conv2d_forward_pack_steps(kernels, arguments, first)
        count += fovea_conv2d_forward_steps(kernels, arguments, first + count)
        for step in steps.prefix(count) {
          for task in 0..<step.tasks { step.kernel(step.arguments, scratch, task) }
        }
      }
    }
  }

  func largestError(_ sample: [(index: Int, value: Double)]) -> Double {
    let largest = sample.map { abs($0.value) }.max() ?? 1
    return sample.map { abs(Double(out[$0.index]) - $0.value) }.reduce(0, max) / largest
  }
}

/// Extent, channels and output channels of each different layer with a 3×3 kernel and stride 1.
let layers = [
  (
    "VGG-16",
    [
      (224, 3, 64), (224, 64, 64), (112, 64, 128), (112, 128, 128), (56, 128, 256), (56, 256, 256),
      (28, 256, 512), (28, 512, 512), (14, 512, 512),
    ]
  ),
  ("ResNet-50", [(56, 64, 64), (28, 128, 128), (14, 256, 256), (7, 512, 512)]),
]
let algorithms = [
  ("direct", fovea_conv2d_direct), ("F(2×2)", fovea_conv2d_winograd_2x2),
  ("F(4×4)", fovea_conv2d_winograd_4x4),
]

func text(_ error: Double) -> String {
  var (digits, exponent) = (error, 0)
  while digits < 1 && digits > 0 { (digits, exponent) = (digits * 10, exponent - 1) }
  return "\(Double(Int(digits * 10 + 0.5)) / 10)e\(exponent)"
}

if let kernels = fovea_kernels_for(fovea_best_isa()) {
  print("\(String(cString: kernels.pointee.name)) kernels; largest error over largest result")
  for (network, shapes) in layers {
    for (extent, channels, outChannels) in shapes {
      let test = ErrorCase(extent: extent, channels: channels, outChannels: outChannels)
      let sample = test.sample(4000)
      let errors = algorithms.map { name, algorithm in
        test.run(algorithm, kernels)
        return "\(name) \(text(test.largestError(sample)))"
      }
      print(
        "\(network) \(extent)×\(extent), \(channels) to \(outChannels): "
          + errors.joined(separator: ", "))
    }
  }
}
