public import FoveaTensors

/// Why it cannot be found what a network answers to.
public enum AttributionError: Error, Hashable, Sendable {
  /// A layer whose result has no rows and columns.
  case noMap(path: String, Shape)
  /// A place outside a map.
  case place(row: Int, column: Int, path: String, Shape)
  /// An input without rows and columns.
  case noImage(_ name: String, Shape)
  /// Nothing to run the network on.
  case noSamples
  /// A layer to which no pixel matters on any of the samples.
  case noGradient(path: String, samples: Int)
  /// Gradients that are infinite, or no numbers.
  case notFinite(path: String)
}

extension AttributionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noMap(let path, let shape):
      "\(path) makes \(shape), which has no rows and columns; name a layer before it"
    case .place(let row, let column, let path, let shape):
      "\(path) makes \(shape), which has no place \(row),\(column); "
        + "name a row of 0...\(shape[2] - 1) and a column of 0...\(shape[3] - 1)"
    case .noImage(let name, let shape):
      "the input \(name) is \(shape), which is no image; give a network that takes [N, C, H, W]"
    case .noSamples: "there are no samples; give at least one"
    case .noGradient(let path, let samples):
      "\(path) has a gradient of zero at every pixel of \(samples) samples; "
        + "its activations are all cut off there, so name another place or take more samples"
    case .notFinite(let path):
      "\(path) has gradients that are not finite; the weights are damaged, use an earlier checkpoint"
    }
  }
}
