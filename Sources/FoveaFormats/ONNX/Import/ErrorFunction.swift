import FoveaGraph
import FoveaTensors

/// The error function, as long as a file is read: it is a part of the GELU that exporters take apart.
///
/// No graph has it in the end: `x · (1 + erf(x / √2)) / 2` becomes one operation, and any other use is refused.
struct ErrorFunction: Operation {
  static let typeName = "Erf"

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }
}

extension ONNXImporter {
  /// What a product is the GELU of: `x · gate · 1/2` in any order.
  ///
  /// - Parameters:
  ///   - left: A factor.
  ///   - right: Another one.
  ///   - scale: What the product is multiplied by.
  func argumentOfGELU(_ left: Value, _ right: Value, scale: Float) -> Value? {
    for (first, second) in [(left, right), (right, left)] {
      let (value, own) = unscaled(first)
      guard let gate = maker(of: second).operation as? Scale, gate.scale == gate.shift,
        scale * own * gate.scale == 0.5
      else { continue }
      let inner = maker(of: maker(of: second).inputs[0])
      guard inner.operation is ErrorFunction else { continue }
      let (argument, share) = unscaled(inner.inputs[0])
      if argument == value, abs(share - Float(0.5).squareRoot()) < 1e-6 { return value }
    }
    return nil
  }

  /// What a value is a multiple of, and how many times as large it is.
  private func unscaled(_ value: Value) -> (Value, Float) {
    guard let scale = maker(of: value).operation as? Scale, scale.shift == 0 else {
      return (value, 1)
    }
    return (maker(of: value).inputs[0], scale.scale)
  }
}
