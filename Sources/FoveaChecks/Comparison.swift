/// Where a tensor strays most from what it should be.
struct Comparison {
  /// Says what is wrong, or `nil` where every element is within `bound` of the expected one.
  ///
  /// Another shape never passes; a NaN on either side never does, and an infinity
  /// only for the same one.
  static func problem(
    _ actual: ReferenceTensor, expected: ReferenceTensor, within bound: Double
  ) -> String? {
    guard actual.shape == expected.shape else {
      return "shape \(actual.shape), not \(expected.shape)"
    }
    var worst: (index: [Int], difference: Double) = ([], 0)
    actual.shape.forEachIndex { index in
      let difference = difference(actual[index], expected[index])
      if difference > worst.difference { worst = (index, difference) }
    }
    guard worst.difference > bound || worst.difference == .infinity else { return nil }
    return "element \(worst.index) is \(actual[worst.index]), not \(expected[worst.index]) "
      + "(off by \(worst.difference), allowed \(bound))"
  }

  private static func difference(_ actual: Double, _ expected: Double) -> Double {
    if actual == expected { return 0 }
    let difference = abs(actual - expected)
    return difference.isNaN ? .infinity : difference
  }
}
