public import FoveaGraph
import FoveaTensors

/// A convolution over as many axes as it has windows, as its definition says.
private struct PlainConvolution {
  let windows: [Window]
  let groups: Int

  /// Calls `body` for every tap of every window, padding included, with indices of result, weight and input.
  func forEachTap(
    input: Shape, weight: Shape, _ body: (_ result: [Int], _ weight: [Int], _ input: [Int]) -> Void
  ) {
    let starts = zip(windows, input.dimensions.dropFirst(2)).map { $0.starts(on: $1) }
    let output = Shape([input[0], weight[0]] + starts.map(\.count))
    let taps = Shape(Array(weight.dimensions.dropFirst()))
    output.forEachIndex { result in
      let group = result[1] / (weight[0] / groups)
      taps.forEachIndex { tap in
        let place = windows.indices.map {
          starts[$0][result[$0 + 2]] + tap[$0 + 1] * windows[$0].dilation
        }
        body(result, [result[1]] + tap, [result[0], group * weight[1] + tap[0]] + place)
      }
    }
  }

  func result(
    _ inputs: [ReferenceTensor], _ output: Shape, in context: inout ReferenceContext
  ) -> ReferenceTensor {
    let (input, weight) = (inputs[0], inputs[1])
    var sums = ReferenceTensor(output)
    if inputs.count == 3 { output.forEachIndex { sums[$0] = inputs[2].values[$0[1]] } }
    forEachTap(input: input.shape, weight: weight.shape) { result, tap, place in
      context.counter.multiplyAdd(
        weight[tap], input.shape.contains(place) ? input[place] : 0, to: &sums[result])
    }
    return sums
  }

  func inputGradient(
    _ gradient: ReferenceTensor, _ weight: ReferenceTensor, _ input: Shape,
    in context: inout ReferenceContext
  ) -> ReferenceTensor {
    var sums = ReferenceTensor(input)
    var padding = 0.0
    forEachTap(input: input, weight: weight.shape) { result, tap, place in
      if input.contains(place) {
        context.counter.multiplyAdd(gradient[result], weight[tap], to: &sums[place])
      } else {
        context.counter.multiplyAdd(gradient[result], weight[tap], to: &padding)
      }
    }
    return sums
  }
}

extension Shape {
  fileprivate func contains(_ index: [Int]) -> Bool {
    zip(dimensions, index).allSatisfy { 0..<$0 ~= $1 }
  }
}

extension Conv1d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let output = try outputShapes(for: inputs.map(\.shape))[0]
    return [PlainConvolution(windows: [window], groups: groups).result(inputs, output, in: &context)]
  }
}

extension ConvTranspose1d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (signal, weight) = (inputs[0], inputs[1])
    let output = try outputShapes(for: inputs.map(\.shape))[0]
    let (channels, perGroup) = (signal.shape[1], signal.shape[1] / groups)
    var sums = ReferenceTensor(output)
    if inputs.count == 3 { output.forEachIndex { sums[$0] = inputs[2].values[$0[1]] } }
    var cut = 0.0
    for n in 0..<signal.shape[0] {
      for channel in 0..<channels {
        for x in 0..<signal.shape[2] {
          for filter in 0..<weight.shape[1] {
            for tap in 0..<window.kernel {
              let place = x * window.stride - window.padding.before + tap * window.dilation
              let index = [n, channel / perGroup * weight.shape[1] + filter, place]
              let factors = (signal[[n, channel, x]], weight[[channel, filter, tap]])
              if 0..<output[2] ~= place {
                context.counter.multiplyAdd(factors.0, factors.1, to: &sums[index])
              } else {
                context.counter.multiplyAdd(factors.0, factors.1, to: &cut)
              }
            }
          }
        }
      }
    }
    return [sums]
  }
}

extension Conv3d {
  fileprivate var plain: PlainConvolution { PlainConvolution(windows: windows, groups: groups) }
}

extension Conv3d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let output = try outputShapes(for: inputs.map(\.shape))[0]
    return [plain.result(inputs, output, in: &context)]
  }
}

extension Conv3dInputGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [
      convolution.plain.inputGradient(inputs[0], inputs[1], inputs[2].shape, in: &context)
    ]
  }
}

extension Conv3dWeightGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (volume, gradient) = (inputs[0], inputs[1])
    var sums = ReferenceTensor(inputs[2].shape)
    convolution.plain.forEachTap(input: volume.shape, weight: sums.shape) { result, tap, place in
      context.counter.multiplyAdd(
        gradient[result], volume.shape.contains(place) ? volume[place] : 0, to: &sums[tap])
    }
    return [sums]
  }
}
