public import FoveaGraph
import FoveaTensors

extension ConvTranspose2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, weight) = (inputs[0], inputs[1])
    let shape = try outputShapes(for: inputs.map(\.shape))[0]
    var result = ReferenceTensor(shape)
    if inputs.count == 3 {
      shape.forEachIndex { result[$0] = inputs[2].values[$0[1]] }
    }
    let (inGroup, outGroup) = (image.shape[1] / groups, weight.shape[1])
    var outside = 0.0
    image.shape.forEachIndex { place in
      let (n, channel) = (place[0], place[1])
      for filter in 0..<outGroup {
        for row in 0..<rows.kernel {
          for column in 0..<columns.kernel {
            let y = place[2] * rows.stride - rows.padding.before + row * rows.dilation
            let x = place[3] * columns.stride - columns.padding.before + column * columns.dilation
            let factors = (image[place], weight[channel, filter, row, column])
            if 0..<shape[2] ~= y, 0..<shape[3] ~= x {
              context.counter.multiplyAdd(
                factors.0, factors.1, to: &result[n, channel / inGroup * outGroup + filter, y, x])
            } else {
              context.counter.multiplyAdd(factors.0, factors.1, to: &outside)
            }
          }
        }
      }
    }
    return [result]
  }
}
