import Foundation
import FoveaTensors
import Testing

/// What `Tools/golden/zoo_dense.py` wrote of a network that segments, makes images or finds boxes.
struct DenseGolden: Decodable {
  /// Part of an output: every `step`th number, in row-major order.
  struct Output: Decodable {
    let shape: [Int]
    let step: Int
    let values: [Float]
  }

  let parameters: Int
  let multiplyAdds: Int
  /// The shape of the images that the outputs are of, and the number of classes.
  let input: [Int]
  let classes: Int?
  let outputs: [String: Output]
  /// The first bias, and what the gradient by it is.
  let bias: String
  let biasGradient: [Float]
  /// The tensors of the state_dict: a name, a space, and extents with commas.
  let entries: [String]

  init(_ name: String) throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The shapes of the state_dict's tensors, by name.
  var shapes: [String: Shape] {
    get throws {
      try Dictionary(
        uniqueKeysWithValues: entries.map { entry in
          let parts = entry.split(separator: " ", omittingEmptySubsequences: false)
          try #require(parts.count == 2)
          return (String(parts[0]), Shape(parts[1].split(separator: ",").compactMap { Int($0) }))
        })
    }
  }
}
