/// Why a picture cannot be drawn.
public enum DrawingError: Error, Hashable, Sendable {
  /// An image without pixels, with too many, or with another number of samples than its size has.
  case imageSize(width: Int, height: Int, samples: Int)
  /// More of something than can be told apart.
  case tooMany(_ what: String, count: Int, limit: Int, remedy: String)
  /// A number that has no meaning.
  case setting(_ name: String, value: Int, allowed: String)
  /// A window that is larger than what it slides over.
  case windowTooLarge(reach: Int, padded: Int)
  /// A transposed convolution whose padding takes all of its result away.
  case nothingLeft(Int)
}

extension DrawingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .imageSize(let width, let height, let samples):
      "an image of \(width)×\(height) pixels with \(samples) samples cannot be drawn; "
        + "give 1 to \(PNGImage.largestExtent) pixels a side, and each pixel its samples"
    case .tooMany(let what, let count, let limit, let remedy):
      "\(count) \(what) are too many for one picture, which has room for \(limit); \(remedy)"
    case .setting(let name, let value, let allowed):
      "\(name) is \(allowed), got \(value)"
    case .windowTooLarge(let reach, let padded):
      "the kernel reaches over \(reach) pixels, the padded input has \(padded); "
        + "take a larger input, or more padding"
    case .nothingLeft(let extent):
      "the result would have \(extent) pixels; take a larger input, or less padding"
    }
  }
}
