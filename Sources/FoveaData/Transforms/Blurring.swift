import Foundation

extension RasterImage {
  /// The picture blurred by a Gaussian of `kernel` pixels, mirrored at its edges, as torchvision does.
  func blurred(kernel: Int, sigma: Double) -> RasterImage {
    let reach = kernel / 2
    let exact = (0..<kernel).map { tap in
      let distance = (Double(tap) - Double(kernel - 1) / 2) / sigma
      return exp(-0.5 * distance * distance)
    }
    let sum = exact.reduce(0, +)
    let weights = exact.map { Float($0 / sum) }
    let rows = (-reach..<height + reach).map { Self.reflected($0, in: height) }
    let columns = (-reach..<width + reach).map { Self.reflected($0, in: width) }
    let rowBytes = width * channels
    return RasterImage(filling: size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        // One row at a time: the rows around it first, as numbers, then the columns around each.
        var line = [Float](repeating: 0, count: rowBytes)
        for y in 0..<height {
          for place in 0..<rowBytes { line[place] = 0 }
          for (tap, weight) in weights.enumerated() {
            let start = rows[y + tap] * rowBytes
            for place in 0..<rowBytes { line[place] += weight * Float(source[start + place]) }
          }
          for x in 0..<width {
            for channel in 0..<channels {
              var value: Float = 0
              for (tap, weight) in weights.enumerated() {
                value += weight * line[columns[x + tap] * channels + channel]
              }
              target[y * rowBytes + x * channels + channel] = UInt8(
                max(0, min(255, value.rounded(.toNearestOrEven))))
            }
          }
        }
      }
    }
  }
}
