public import FoveaTensors

/// Why something about a network cannot be found.
public enum AnalysisError: Error, Hashable, Sendable {
  /// A layer that the network does not have.
  case unknownLayer(_ path: String, near: [String])
  /// A value without height and width, where a place was named.
  case noGrid(path: String, Shape)
  /// A place outside a map.
  case place(row: Int, column: Int, path: String, Shape)
  /// A map with too many pixels to look at one by one.
  case mapTooLarge(path: String, Shape)
}

extension AnalysisError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownLayer(let path, let near):
      "there is no layer \(path); "
        + (near.isEmpty
          ? "fovea summary lists them" : "near it are \(near.joined(separator: ", "))")
    case .noGrid(let path, let shape):
      "\(path) makes \(shape), which has no rows and columns; leave the place out"
    case .place(let row, let column, let path, let shape):
      "\(path) makes \(shape), which has no place \(row),\(column); "
        + "name a row of 0...\(shape.gridHeight - 1) and a column of 0...\(shape.gridWidth - 1)"
    case .mapTooLarge(let path, let shape):
      "\(path) makes \(shape), more than \(InputRegion.largestMap) pixels a map; use a smaller image"
    }
  }
}
