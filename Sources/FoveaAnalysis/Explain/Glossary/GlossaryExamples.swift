import Foundation
import FoveaGraph

/// Small computations that examples share.
enum Example {
  /// A convolution of a map, worked out.
  static func convolution(
    _ height: Int, _ width: Int, _ channels: Int, filters: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) throws(ExplainError) -> ConvolutionWork {
    try ConvolutionWork(
      ConvolutionQuestion(
        input: MapExtents(height: height, width: width, channels: channels), filters: filters,
        window: SlidingWindow(kernel, stride: stride, padding: padding, dilation: dilation),
        groups: groups))
  }

  /// The parameters of a fully connected layer.
  static func linearParameters(_ inputs: Int, _ outputs: Int) throws(ExplainError) -> Int {
    let question = LinearQuestion(
      input: MapExtents(height: 1, width: 1, channels: inputs), outputs: outputs)
    guard case .count(let count) = try question.working().results["parameters"] else { return 0 }
    return count
  }

  /// What a chain of windows sees, each with kernel, stride and dilation.
  static func field(_ layers: [(kernel: Int, stride: Int, dilation: Int)]) throws(ExplainError)
    -> AxisField
  {
    var field = AxisField.identity
    for layer in layers {
      field = field.through(try checkedWindow(layer.kernel, layer.stride, layer.dilation))
    }
    return field
  }

  /// Sums of products at each place where the kernel fits: what networks call convolution.
  static func correlation(_ signal: [Double], _ kernel: [Double]) -> [Double] {
    guard kernel.count <= signal.count else { return [] }
    return (0...signal.count - kernel.count).map { start in
      zip(signal[start...], kernel).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// The chance of each class.
  static func softmax(_ scores: [Double]) -> [Double] {
    let powers = scores.map { exp($0) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Intersection over union of two boxes: left, top, right, bottom.
  static func intersectionOverUnion(_ one: [Double], _ other: [Double]) -> Double {
    func area(_ box: [Double]) -> Double { max(0, box[2] - box[0]) * max(0, box[3] - box[1]) }
    let shared = area([
      max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]),
    ])
    return shared / (area(one) + area(other) - shared)
  }
}

/// A number with at most three decimals.
func decimal(_ number: Double) -> String {
  let rounded = (number * 1000).rounded() / 1000
  return rounded == rounded.rounded() && rounded.magnitude < 1e15
    ? grouped(Int(rounded)) : "\(rounded)"
}

/// Numbers in brackets.
func list(_ numbers: [Double]) -> String {
  "[" + numbers.map(decimal).joined(separator: ", ") + "]"
}
