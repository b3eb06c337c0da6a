import FoveaGraph
import FoveaLayers

enum Temp { case bilinear, nearest }
func resize(_ v: SymbolicTensor, to: Extent2d, mode: Temp, alignCorners: Bool = false) throws(GraphError) -> SymbolicTensor {
  throw .noOutputs
}
extension SymbolicTensor {
  func zeroPadded(to: Extent2d) throws(GraphError) -> SymbolicTensor { throw .noOutputs }
  /// The middle of a map, `size` large.
  func centreCropped(to size: Extent2d) throws(GraphError) -> SymbolicTensor {
    let own = try extent()
    let (top, left) = ((own.height - size.height) / 2, (own.width - size.width) / 2)
    let rows = try tracer.append(Slice(axis: 2, start: top, end: top + size.height), [self])
    return try tracer.append(Slice(axis: 3, start: left, end: left + size.width), rows)[0]
  }
}
