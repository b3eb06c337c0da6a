import Foundation
import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let extremaAndPowers: [String: ONNXRule] = [
    "Max": extremum(.maximum),
    "Min": extremum(.minimum),
    "Pow": ONNXRule { node, importer throws(ONNXError.Problem) in [try power(node, &importer)] },
  ]

  /// The largest or the smallest of all inputs, element by element.
  private static func extremum(_ function: Binary.Function) -> ONNXRule {
    let isMaximum = function == .maximum
    return ONNXRule { node, importer throws(ONNXError.Problem) in
      var result = try node.input(0)
      for index in 1..<max(1, node.inputs.count) {
        let other = try node.input(index)
        if let left = result.constant, let right = other.constant {
          result = try joinedConstants(left, right, node, &importer) {
            isMaximum ? max($0, $1) : min($0, $1)
          } floats: {
            isMaximum ? max($0, $1) : min($0, $1)
          }
        } else if let clipped = try clipped(function, result, other, &importer) {
          result = .value(clipped)
        } else {
          let (left, right) = (try importer.value(result), try importer.value(other))
          result = .value(try importer.apply(Binary(function), left, right))
        }
      }
      return [result]
    }
  }

  /// A value held to a single known number that does not change its shape.
  private static func clipped(
    _ function: Binary.Function, _ left: ONNXOperand, _ right: ONNXOperand,
    _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value? {
    let (value, bound) = left.constant == nil ? (left, right) : (right, left)
    guard case .value(let value) = value, let tensor = bound.constant, tensor.elementCount == 1,
      tensor.shape.rank <= importer.shape(value).rank
    else { return nil }
    let number = tensor.floats[0]
    return function == .maximum
      ? try importer.clipped(value, number, nil) : try importer.clipped(value, nil, number)
  }

  private static func power(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let base = try node.input(0)
    if base.constant != nil, node.optionalInput(1)?.constant != nil {
      return try joinedConstants(node, &importer) { base, exponent in
        power(base, exponent)
      } floats: {
        pow($0, $1)
      }
    }
    guard let exponent = try node.float(input: 1) else { throw .missingInput(1) }
    let value = try importer.value(base)
    guard importer.shape(try node.input(1)).rank <= importer.shape(value).rank else {
      throw .input(1, value: "of more axes than the base", allowed: "a single number")
    }
    let size = abs(exponent)
    var result: Value
    if 1...Float(ONNXImporter.largestPower) ~= size, size == size.rounded() {
      result = try importer.power(value, Int(size))
    } else if size == 0.5 {
      result = try importer.apply(Unary(.sqrt), value)
    } else if size.isFinite, size != size.rounded() {
      return .value(try importer.power(value, exponent))
    } else {
      let largest = ONNXImporter.largestPower
      throw .input(
        1, value: "\(exponent)",
        allowed: "a fraction, or a whole number of 1 to \(largest) or -\(largest) to -1")
    }
    if exponent < 0 {
      let one = try importer.apply(Constant(1, shape: .scalar))
      result = try importer.apply(Binary(.divide), one, result)
    }
    return .value(result)
  }

  /// A power of whole numbers, or `nil` where it is none or too large.
  private static func power(_ base: Int64, _ exponent: Int64) -> Int64? {
    guard 0...Int64(ONNXImporter.largestPower) ~= exponent else { return nil }
    var result: Int64? = 1
    for _ in 0..<exponent {
      result = result.flatMap { checked($0.multipliedReportingOverflow(by: base)) }
    }
    return result
  }
}
