import FoveaGraph
import FoveaLayers

enum Temp { case bilinear, nearest }
func interpolate(_ v: SymbolicTensor, size: Extent2d, mode: Temp, alignCorners: Bool = false)
  throws(GraphError) -> SymbolicTensor
{
  throw .noOutputs
}
func interpolate(
  _ v: SymbolicTensor, scaleFactor: Double, mode: Temp = .nearest, alignCorners: Bool = false
) throws(GraphError) -> SymbolicTensor {
  throw .noOutputs
}
func permute(_ v: SymbolicTensor, axes: [Int]) throws(GraphError) -> SymbolicTensor {
  throw .noOutputs
}
func reshape(_ v: SymbolicTensor, _ s: [Int]) throws(GraphError) -> SymbolicTensor {
  throw .noOutputs
}
func pad(_ v: SymbolicTensor, left: Int, right: Int, top: Int, bottom: Int) throws(GraphError)
  -> SymbolicTensor
{
  let rows = try v.tracer.append(Slice(axis: 2, start: -top, end: v.shape[2] + bottom), [v])
  return try v.tracer.append(Slice(axis: 3, start: -left, end: v.shape[3] + right), rows)[0]
}
