internal import CFoveaKernels

/// How exact arithmetic has to be.
public enum Precision: String, Hashable, Codable, Sendable, CaseIterable {
  /// 32-bit floats; 3×3 convolutions may run as minimal filtering (Winograd), whose error is about twice
  /// that of a plain sum: 4e-6 of the largest result at most in the layers of VGG-16 and ResNet-50.
  case float32
  /// 32-bit floats; every convolution is a plain sum of products.
  case exactConvolution
  /// As `float32`, save that activations wait for the backward pass of a training as 16-bit numbers with
  /// the range of a float32 and 8 bits of precision.
  case bfloat16
  /// As `bfloat16`, with 11 bits of precision and a range up to 65,504.
  case float16
}

/// The passes of a convolution.
enum ConvolutionPass: String {
  case forward, inputGradient, weightGradient
}

extension KernelBinding {
  /// The fastest algorithm for a pass, by a model of its work; where that leaves a choice and there is a
  /// tuner, by time.
  ///
  /// The model knows shapes alone, so that a program gives the same bits on every run.
  func algorithm(
    _ pass: ConvolutionPass, _ geometry: fovea_conv2d_geometry
  ) throws(RuntimeError) -> fovea_conv2d_algorithm {
    guard precision != .exactConvolution else { return fovea_conv2d_direct }
    let candidates = fovea_conv2d_algorithm.allCases.filter { candidate in
      withUnsafePointer(to: geometry) { fovea_conv2d_supports($0, candidate) }
    }.map { (algorithm: $0, cost: geometry.cost(of: $0, pass)) }.sorted { $0.cost < $1.cost }
    let close = candidates.filter { $0.cost < Self.closeCosts * candidates[0].cost }
    guard let tuner, close.count > 1 else { return candidates[0].algorithm }
    let key = geometry.key(pass, kernels)
    if let known = tuner.choice(for: key),
      let choice = close.first(where: { $0.algorithm.name == known })
    {
      return choice.algorithm
    }
    let timer = ConvolutionTimer(kernels: kernels, pool: pool)
    var best = (algorithm: candidates[0].algorithm, seconds: Double.infinity)
    for candidate in close {
      var geometry = geometry
      geometry.algorithm = candidate.algorithm
      let seconds = try timer.seconds(pass, geometry)
      if seconds < best.seconds { best = (candidate.algorithm, seconds) }
    }
    tuner.record(best.algorithm.name, for: key)
    return best.algorithm
  }

  /// Costs whose ratio is below this are compared by time.
  private static var closeCosts: Double { 1.6 }
}

extension fovea_conv2d_algorithm {
  fileprivate static var allCases: [fovea_conv2d_algorithm] {
    [fovea_conv2d_direct, fovea_conv2d_winograd_2x2, fovea_conv2d_winograd_4x4]
  }

  /// The name in files.
  fileprivate var name: String {
    switch self {
    case fovea_conv2d_winograd_2x2: "winograd2x2"
    case fovea_conv2d_winograd_4x4: "winograd4x4"
    default: "direct"
    }
  }
}

extension fovea_conv2d_geometry {
  /// What tells a pass from others, for a tuner's file.
  fileprivate func key(
    _ pass: ConvolutionPass, _ kernels: UnsafePointer<fovea_kernel_table>
  ) -> String {
    let image = [batch, in_height, in_width, in_channels].map(String.init).joined(separator: "x")
    let padding = "\(pad_top),\(pad_left)"
    return
      "\(String(cString: kernels.pointee.name)) \(pass.rawValue) \(image) to \(out_height)x\(out_width)"
      + "x\(out_channels) padding \(padding)\(weights_change ? " changing" : "")"
  }

  /// The time of a pass in multiply-adds of single numbers.
  ///
  /// Weights that are packed once are read from memory that no cache holds, at a number in the time of
  /// sixteen multiply-adds: what two cores of a server leave each other. Packing and transforming cost
  /// what their loads and stores do; the factors were fitted to measurements.
  fileprivate func cost(of algorithm: fovea_conv2d_algorithm, _ pass: ConvolutionPass) -> Double {
    let channels = Double(in_channels) * Double(out_channels)
    let isPackedOnce = !weights_change && pass != .weightGradient
    guard algorithm != fovea_conv2d_direct else {
      let taps = Double(kernel_height * kernel_width)
      let pixels = Double(batch) * Double(out_height) * Double(out_width)
      return taps * channels * max(pixels, isPackedOnce ? 16 : 0)
    }
    let extent = algorithm == fovea_conv2d_winograd_4x4 ? 4 : 2
    let products = Double((extent + 2) * (extent + 2))
    let (height, width) =
      pass == .inputGradient ? (in_height, in_width) : (out_height, out_width)
    let tiles =
      Double(batch) * Double((height + extent - 1) / extent)
      * Double((width + extent - 1) / extent)
    let transformed =
      tiles * Double(in_channels + out_channels) + (isPackedOnce ? 0 : 2 * channels)
    return products * (channels * max(tiles, isPackedOnce ? 16 : 0) + 5 * transformed)
  }
}
