public import FoveaTensors

extension Weights {
  /// These weights with one 3×3 convolution in place of the branches of each RepVGG block.
  ///
  /// Each normalisation `(x − mean) · s + bias`, with `s = weight / √(variance + epsilon)`, scales its branch's filters
  /// by s; the 1×1 filters and the identity are 3×3 filters with zeros around. Tensors of other layers stay.
  ///
  /// - Parameter epsilon: What the blocks add to the variance.
  /// - Throws: `RepVGGError` where a tensor of a block lacks or has another shape.
  public func reparameterizingRepVGG(epsilon: Float = 1e-5) throws(RepVGGError) -> Weights {
    var result = Weights()
    for (name, tensor) in tensors {
      let parts = name.split(separator: ".")
      let branch = parts.firstIndex { RepVGGBranches.names.contains(String($0)) }
      guard let branch else {
        result[name] = tensor
        continue
      }
      let path = parts[..<branch].map { $0 + "." }.joined()
      guard result[path + "rbr_reparam.weight"] == nil else { continue }
      let branches = try RepVGGBranches(weights: self, path: path, epsilon: Double(epsilon))
      let (weight, bias) = try branches.joined()
      result[path + "rbr_reparam.weight"] = weight
      result[path + "rbr_reparam.bias"] = bias
    }
    return result
  }
}

/// Why the branches of a RepVGG block are not joined.
public enum RepVGGError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A block lacks a tensor.
  case missing(_ name: String)
  /// A tensor has not the shape that the block's first convolution asks for, or is not of float32.
  case shape(_ name: String, expected: String, actual: Shape)

  public var description: String {
    switch self {
    case .missing(let name):
      "the RepVGG block has no \(name); give the weights of all its branches, as it was trained"
    case .shape(let name, let expected, let actual):
      "\(name) is \(actual), not float32 of \(expected); give the weights as the block was trained"
    }
  }
}

/// The branches of one block.
private struct RepVGGBranches {
  static let names: Set = ["rbr_dense", "rbr_1x1", "rbr_identity"]

  let weights: Weights
  let path: String
  let epsilon: Double
  /// The channels that go out, and those of a group that come in.
  let channels: Int
  let groupWidth: Int

  init(weights: Weights, path: String, epsilon: Double) throws(RepVGGError) {
    let name = path + "rbr_dense.conv.weight"
    guard let shape = weights[name]?.shape else { throw .missing(name) }
    guard shape.rank == 4, shape[2] == 3, shape[3] == 3 else {
      throw .shape(name, expected: "[channels, channels of a group, 3, 3]", actual: shape)
    }
    (channels, groupWidth) = (shape[0], shape[1])
    self.weights = weights
    self.path = path
    self.epsilon = epsilon
  }

  func joined() throws(RepVGGError) -> (weight: Tensor, bias: Tensor) {
    var filters = [Double](repeating: 0, count: channels * groupWidth * 9)
    var biases = [Double](repeating: 0, count: channels)
    for (branch, normalization, taps) in [
      ("rbr_dense", "rbr_dense.bn", 9), ("rbr_1x1", "rbr_1x1.bn", 1),
      ("rbr_identity", "rbr_identity", 0),
    ] {
      if taps == 0, weights[path + "\(normalization).weight"] == nil { continue }
      let weight = try vector("\(normalization).weight")
      let bias = try vector("\(normalization).bias")
      let mean = try vector("\(normalization).running_mean")
      let variance = try vector("\(normalization).running_var")
      let extent = taps == 9 ? 3 : 1
      let kernel =
        taps > 0
        ? try floats("\(branch).conv.weight", [channels, groupWidth, extent, extent]) : []
      for channel in 0..<channels {
        let scale = weight[channel] / (variance[channel] + epsilon).squareRoot()
        biases[channel] += bias[channel] - mean[channel] * scale
        for input in 0..<groupWidth {
          let place = channel * groupWidth + input
          switch taps {
          case 9: for tap in 0..<9 { filters[place * 9 + tap] += scale * kernel[place * 9 + tap] }
          case 1: filters[place * 9 + 4] += scale * kernel[place]
          // The identity takes each channel from itself, wherever its group begins.
          default: if input == channel % groupWidth { filters[place * 9 + 4] += scale }
          }
        }
      }
    }
    return (
      Tensor([channels, groupWidth, 3, 3], filters.map(Float.init)),
      Tensor([channels], biases.map(Float.init))
    )
  }

  private func vector(_ name: String) throws(RepVGGError) -> [Double] {
    try floats(name, [channels])
  }

  private func floats(_ name: String, _ extents: [Int]) throws(RepVGGError) -> [Double] {
    guard let tensor = weights[path + name] else { throw .missing(path + name) }
    guard tensor.shape.dimensions == extents, tensor.elementType == .float32 else {
      throw .shape(path + name, expected: "\(extents)", actual: tensor.shape)
    }
    return tensor.floats.map(Double.init)
  }
}
