/// How far a network's probabilities are what it says: of images with a probability of 0.8, it should be
/// right about 80 %.
///
/// - SeeAlso: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, *On Calibration of Modern Neural Networks*,
///   arXiv:1706.04599.
public struct Calibration: Hashable, Codable, Sendable {
  /// The images whose likeliest class has a probability in one range.
  public struct Bin: Hashable, Codable, Sendable {
    /// Where the range begins; this number is not in it.
    public let lowerBound: Double
    /// Where the range ends; this number is in it.
    public let upperBound: Double
    /// How many images there are.
    public let images: Int
    /// Their mean probability; 0 where there is none.
    public let confidence: Double
    /// The share of them that the network is right about; 0 where there is none.
    public let accuracy: Double
  }

  /// Ranges of equal width, from 0 to 1.
  public let bins: [Bin]
  /// The mean of |accuracy − confidence| over images (ECE).
  public let expectedError: Double
  /// The largest |accuracy − confidence| of a bin (MCE).
  public let largestError: Double

  /// Sorts images into bins.
  ///
  /// - Parameters:
  ///   - confidences: The probability of each image's likeliest class.
  ///   - areRight: Whether that class is right.
  init(confidences: [Double], areRight: [Bool], bins count: Int) {
    let count = max(count, 1)
    var (images, sums, right) = (
      [Int](repeating: 0, count: count), [Double](repeating: 0, count: count),
      [Int](repeating: 0, count: count)
    )
    for (confidence, isRight) in zip(confidences, areRight) {
      let place = Int((confidence * Double(count)).rounded(.up)) - 1
      let bin = min(max(place, 0), count - 1)
      images[bin] += 1
      sums[bin] += confidence
      if isRight { right[bin] += 1 }
    }
    bins = (0..<count).map { bin in
      let divisor = Double(max(images[bin], 1))
      return Bin(
        lowerBound: Double(bin) / Double(count), upperBound: Double(bin + 1) / Double(count),
        images: images[bin], confidence: sums[bin] / divisor,
        accuracy: Double(right[bin]) / divisor)
    }
    let gaps = bins.map { ($0.accuracy - $0.confidence).magnitude }
    expectedError =
      zip(bins, gaps).reduce(0) { $0 + Double($1.0.images) * $1.1 }
      / Double(max(confidences.count, 1))
    largestError = gaps.max() ?? 0
  }
}
