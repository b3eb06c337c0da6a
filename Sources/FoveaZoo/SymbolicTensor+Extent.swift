import FoveaGraph
import FoveaLayers

extension SymbolicTensor {
  /// Height and width of a batch of images.
  ///
  /// - Throws: `GraphError` where it is none.
  func extent() throws(GraphError) -> Extent2d {
    guard shape.rank == 4 else {
      throw .operation(path: tracer.path, .rank("A layer of images", expected: 4, actual: shape))
    }
    return Extent2d(shape[2], shape[3])
  }
}
