import FoveaGraph
import FoveaTensors

/// Products of matrices.
extension ONNXRule {
  static let products: [String: ONNXRule] = [
    "Gemm": ONNXRule(["alpha", "beta", "transA", "transB", "broadcast"]) {
      node, importer throws(ONNXError.Problem) in [.value(try gemm(node, &importer))]
    },
    "MatMul": ONNXRule { node, importer throws(ONNXError.Problem) in
      [.value(try matrixProduct(node, &importer))]
    },
  ]

  /// A product as NumPy has it: a row or a column stands for a matrix of one.
  private static func matrixProduct(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value {
    var left = try importer.value(try node.input(0))
    let right = try node.input(1)
    let isRow = importer.shape(left).rank == 1
    if isRow { left = try importer.apply(Unsqueeze(axes: [0]), left) }
    if case .constant(let tensor, let name) = right, tensor.shape.rank == 2, !isRow,
      importer.shape(left).rank > 1
    {
      return try importer.apply(
        Linear(), left, try importer.transposedVariable(name, tensor))
    }
    var second = try importer.value(right)
    let isColumn = importer.shape(second).rank == 1
    if isColumn { second = try importer.apply(Unsqueeze(axes: [1]), second) }
    let product = try importer.apply(MatMul(), left, second)
    var extents = importer.shape(product).dimensions
    if isColumn { extents.removeLast() }
    if isRow { extents.remove(at: extents.count - (isColumn ? 1 : 2)) }
    return try importer.reshape(product, to: extents)
  }

  /// Makes `alpha · A · B + beta · C`.
  private static func gemm(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value {
    let left = try importer.value(try node.input(0))
    let right = try node.input(1)
    let isTransposed = (try node.flag("transA"), try node.flag("transB"))
    let (alpha, beta) = (
      try node.float("alpha", default: 1), try node.float("beta", default: 1)
    )
    let addend = beta == 0 ? nil : node.optionalInput(2)
    var product: Value
    if case .constant(let tensor, let name) = right, tensor.shape.rank == 2, !isTransposed.0 {
      let weight =
        isTransposed.1
        ? try importer.variable(name, tensor) : try importer.transposedVariable(name, tensor)
      let features = tensor.shape[isTransposed.1 ? 0 : 1]
      if alpha == 1, beta == 1, let addend, importer.shape(addend) == [features] {
        return try importer.apply(Linear(), left, weight, try importer.value(addend))
      }
      product = try importer.apply(Linear(), left, weight)
    } else {
      product = try importer.apply(
        MatMul(transposeLeft: isTransposed.0, transposeRight: isTransposed.1), left,
        try importer.value(right))
    }
    if alpha != 1 { product = try importer.apply(Scale(alpha, shift: 0), product) }
    guard let addend else { return product }
    var shift = try importer.value(addend)
    if beta != 1 { shift = try importer.apply(Scale(beta, shift: 0), shift) }
    return try importer.apply(Binary(.add), product, shift)
  }
}

extension ONNXImporter {
  /// A variable of a known matrix with rows and columns exchanged, as linear layers have it.
  mutating func transposedVariable(
    _ name: String, _ tensor: ONNXTensor
  ) throws(ONNXError.Problem) -> Value {
    try variable(name + ".transposed", tensor.transposed([1, 0]))
  }
}
