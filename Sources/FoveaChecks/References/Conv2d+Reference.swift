public import FoveaGraph
import FoveaTensors

extension Conv2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, weight) = (inputs[0], inputs[1])
    var output = ReferenceTensor(resultShape(image: image.shape, weight: weight.shape))
    if inputs.count == 3 {
      output.shape.forEachIndex { output[$0] = inputs[2].values[$0[1]] }
    }
    forEachTap(image: image.shape, weight: weight.shape) { tap in
      context.counter.multiplyAdd(
        weight[tap.filter, tap.weightChannel, tap.row, tap.column],
        image.padded(tap.image, tap.imageChannel, tap.y, tap.x),
        to: &output[tap.image, tap.filter, tap.outputY, tap.outputX])
    }
    return [output]
  }

  fileprivate func resultShape(image: Shape, weight: Shape) -> Shape {
    [image[0], weight[0], rows.starts(on: image[2]).count, columns.starts(on: image[3]).count]
  }

  /// One product of a convolution: a weight, a pixel that may lie in padding, and the sum.
  fileprivate struct Tap {
    var image = 0
    var filter = 0
    var weightChannel = 0
    var imageChannel = 0
    var row = 0
    var column = 0
    var y = 0
    var x = 0
    var outputY = 0
    var outputX = 0

    func isInside(_ image: Shape) -> Bool { 0..<image[2] ~= y && 0..<image[3] ~= x }
  }

  /// Calls `body` for every tap of every window, padding included.
  fileprivate func forEachTap(image: Shape, weight: Shape, _ body: (Tap) -> Void) {
    let filtersPerGroup = weight[0] / groups
    var tap = Tap()
    for n in 0..<image[0] {
      tap.image = n
      for filter in 0..<weight[0] {
        tap.filter = filter
        for (outputY, top) in rows.starts(on: image[2]).enumerated() {
          tap.outputY = outputY
          for (outputX, left) in columns.starts(on: image[3]).enumerated() {
            tap.outputX = outputX
            for channel in 0..<weight[1] {
              tap.weightChannel = channel
              tap.imageChannel = filter / filtersPerGroup * weight[1] + channel
              for row in 0..<rows.kernel {
                for column in 0..<columns.kernel {
                  (tap.row, tap.column) = (row, column)
                  tap.y = top + row * rows.dilation
                  tap.x = left + column * columns.dilation
                  body(tap)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension Conv2dInputGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (gradient, weight, shape) = (inputs[0], inputs[1], inputs[2].shape)
    var result = ReferenceTensor(shape)
    var padding = 0.0
    convolution.forEachTap(image: shape, weight: weight.shape) { tap in
      let factors = (
        gradient[tap.image, tap.filter, tap.outputY, tap.outputX],
        weight[tap.filter, tap.weightChannel, tap.row, tap.column]
      )
      if tap.isInside(shape) {
        context.counter.multiplyAdd(
          factors.0, factors.1, to: &result[tap.image, tap.imageChannel, tap.y, tap.x])
      } else {
        context.counter.multiplyAdd(factors.0, factors.1, to: &padding)
      }
    }
    return [result]
  }
}

extension Conv2dWeightGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, gradient) = (inputs[0], inputs[1])
    var result = ReferenceTensor(inputs[2].shape)
    convolution.forEachTap(image: image.shape, weight: result.shape) { tap in
      context.counter.multiplyAdd(
        gradient[tap.image, tap.filter, tap.outputY, tap.outputX],
        image.padded(tap.image, tap.imageChannel, tap.y, tap.x),
        to: &result[tap.filter, tap.weightChannel, tap.row, tap.column])
    }
    return [result]
  }
}
