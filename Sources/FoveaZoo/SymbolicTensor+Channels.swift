import FoveaGraph
import FoveaLayers

extension SymbolicTensor {
  /// The channels of an image.
  ///
  /// - Throws: `GraphError` where this is none.
  var channels: Int {
    get throws(GraphError) {
      guard shape.rank == 4 else {
        throw .operation(path: tracer.path, .rank("a block", expected: 4, actual: shape))
      }
      return shape[1]
    }
  }
}
