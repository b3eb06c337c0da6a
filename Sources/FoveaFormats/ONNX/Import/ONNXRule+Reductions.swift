import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let reductions: [String: ONNXRule] = [
    "ReduceMean": reduction(.mean, axesAreInputSince: 18),
    "ReduceMax": reduction(.max, axesAreInputSince: 18),
    "ReduceSum": reduction(.sum, axesAreInputSince: 13),
    "ReduceProd": ONNXRule(["axes", "keepdims", "noop_with_empty_axes"]) {
      node, importer throws(ONNXError.Problem) in
      let input = try node.constant(0)
      guard let values = input.integers,
        try (node.axes(input: 1, sinceOpset: 18) ?? []).allSatisfy({ $0 == 0 || $0 == -1 }),
        input.shape.rank == 1
      else { throw .input(0, value: "of shape \(input.shape)", allowed: "known whole numbers") }
      var product: Int64 = 1
      for value in values {
        let (next, overflow) = product.multipliedReportingOverflow(by: value)
        guard !overflow else { throw .valueOutOfRange("a product", of: node.path) }
        product = next
      }
      let shape: Shape = try node.flag("keepdims", default: true) ? [1] : .scalar
      return [known(ONNXTensor(shape, integers: [product]), node)]
    },
  ]

  private static func reduction(
    _ function: Reduce.Function, axesAreInputSince version: Int
  ) -> ONNXRule {
    ONNXRule(["axes", "keepdims", "noop_with_empty_axes"]) {
      node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let rank = importer.shape(value).rank
      var axes = try node.axes(input: 1, sinceOpset: version) ?? []
      if axes.isEmpty {
        if try node.flag("noop_with_empty_axes") { return [.value(value)] }
        axes = Array(0..<rank)
      }
      let keepsDimensions = try node.flag("keepdims", default: true)
      return [
        .value(
          try importer.apply(
            Reduce(function, axes: axes, keepDimensions: keepsDimensions), value))
      ]
    }
  }
}
