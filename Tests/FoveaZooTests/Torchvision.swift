import FoveaTensors
import Foundation
import Testing

/// What `Tools/golden/zoo.py` wrote of one of torchvision's networks.
struct Torchvision: Decodable {
  struct Entry: Decodable {
    let name: String
    let shape: [Int]
  }

  static let names = [
    "resnet18", "resnet34", "resnet50", "mobilenet-v2", "efficientnet-b0", "resnet18-cifar",
    "vgg16",
  ]

  let parameters: Int
  let multiplyAdds: Int
  /// The shape of the images that the logits are of, and the number of classes.
  let input: [Int]?
  let classes: Int?
  let logits: [Float]?
  /// The first bias, and what the gradient by it is.
  let bias: String?
  let biasGradient: [Float]?
  /// The tensors of the state_dict.
  let entries: [Entry]

  init(_ name: String) throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

/// Numbers in a range that follow from a name: SplitMix64, seeded with the name's FNV-1a.
func known(_ name: String, _ shape: Shape, in range: ClosedRange<Double>) -> Tensor {
  let seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01b3
  }
  let width = range.upperBound - range.lowerBound
  return Tensor(
    shape,
    (1...UInt64(max(shape.elementCount, 1))).map { place in
      var bits = seed &+ place &* 0x9e37_79b9_7f4a_7c15
      bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
      bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
      bits ^= bits >> 31
      return Float(range.lowerBound + width * (Double(bits >> 40) * 0x1p-24))
    })
}

/// A weight or buffer that keeps the size of what passes through a network.
func knownWeight(_ name: String, _ shape: Shape) -> Tensor {
  if name.hasSuffix("running_var") { return known(name, shape, in: 0.5...1.5) }
  if name.hasSuffix("running_mean") || name.hasSuffix("bias") {
    return known(name, shape, in: -0.25...0.25)
  }
  if shape.rank == 1 { return known(name, shape, in: 0.5...1.5) }
  let bound = (6 / Double(shape.elementCount / shape[0])).squareRoot()
  return known(name, shape, in: -bound...bound)
}
