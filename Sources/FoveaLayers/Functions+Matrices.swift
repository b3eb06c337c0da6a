public import FoveaGraph

/// The products of matrices, which lie along the last two axes; the axes before them are broadcast.
///
/// `[…, m, k] · […, k, n] → […, m, n]`.
///
/// - Parameters:
///   - left: The left matrices; `[…, k, m]` where they are taken transposed.
///   - right: The right matrices; `[…, n, k]` where they are taken transposed.
///   - transposeLeft: Whether the left matrices are taken transposed.
///   - transposeRight: Whether the right matrices are taken transposed.
public func matmul(
  _ left: SymbolicTensor, _ right: SymbolicTensor, transposeLeft: Bool = false,
  transposeRight: Bool = false
) throws(GraphError) -> SymbolicTensor {
  try left.tracer.append(
    MatMul(transposeLeft: transposeLeft, transposeRight: transposeRight), [left, right])[0]
}
