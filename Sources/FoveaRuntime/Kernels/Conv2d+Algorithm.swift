internal import CFoveaKernels

/// How exact arithmetic has to be.
public enum Precision: String, Hashable, Codable, Sendable, CaseIterable {
  /// 32-bit floats; 3×3 convolutions may run as minimal filtering (Winograd), whose error is about ten
  /// times that of a plain sum, near 1e-5 of the largest result.
  case float32
  /// 32-bit floats; every convolution is a plain sum of products.
  case exactConvolution
}

/// The passes of a convolution.
enum ConvolutionPass {
  case forward, inputGradient, weightGradient
}

extension KernelBinding {
  /// The fastest algorithm for a pass, by a model of its work.
  ///
  /// From shapes alone, so that a program gives the same bits on every run.
  func algorithm(
    _ pass: ConvolutionPass, _ geometry: fovea_conv2d_geometry
  ) -> fovea_conv2d_algorithm {
    guard precision == .float32 else { return fovea_conv2d_direct }
    let candidates = [
      fovea_conv2d_direct, fovea_conv2d_winograd_2x2, fovea_conv2d_winograd_4x4,
    ].filter { candidate in
      withUnsafePointer(to: geometry) { fovea_conv2d_supports($0, candidate) }
    }
    let costs = candidates.map {
      ($0, geometry.cost(of: $0, pass))
    }
    return costs.min { $0.1 < $1.1 }?.0 ?? fovea_conv2d_direct
  }
}

extension fovea_conv2d_geometry {
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
