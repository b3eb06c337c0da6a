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
      ($0, geometry.cost(of: $0, pass, vectorWidth: Double(kernels.pointee.vector_width)))
    }
    return costs.min { $0.1 < $1.1 }?.0 ?? fovea_conv2d_direct
  }
}

extension fovea_conv2d_geometry {
  /// The time of a pass in multiply-adds of vectors.
  ///
  /// A transformation costs what its loads and stores do; the factors were fitted to measurements.
  fileprivate func cost(
    of algorithm: fovea_conv2d_algorithm, _ pass: ConvolutionPass, vectorWidth: Double
  ) -> Double {
    let channels = Double(in_channels) * Double(out_channels)
    guard algorithm != fovea_conv2d_direct else {
      let pixels = Double(batch) * Double(out_height) * Double(out_width)
      return pixels * 9 * channels / vectorWidth
    }
    let extent = algorithm == fovea_conv2d_winograd_4x4 ? 4 : 2
    let products = Double((extent + 2) * (extent + 2))
    let (height, width) =
      pass == .inputGradient ? (in_height, in_width) : (out_height, out_width)
    let tiles =
      Double(batch) * Double((height + extent - 1) / extent)
      * Double((width + extent - 1) / extent)
    let weights = weights_change || pass == .weightGradient ? 2 * channels : 0
    let transformed = tiles * Double(in_channels + out_channels) + weights
    // What is read or written just once, from memory that no cache holds.
    let streamed = (weights_change ? 0 : products * channels) * 4
    return (products * tiles * channels + 5 * products * transformed + streamed) / vectorWidth
  }
}
