public import FoveaGraph
import FoveaTensors

/// Where a tap reads, and what multiplies it.
private struct ReferenceTap {
  let (y, x): (Double, Double)
  let mask: Double
  /// The channel of the mask; the offset has twice as many.
  let channel: Int

  /// The pixels around the place inside the image, their parts, and the slopes of these down and to the right.
  func neighbours(_ image: Shape) -> [(y: Int, x: Int, part: Double, down: Double, right: Double)] {
    guard y > -1, x > -1, y < Double(image[2]), x < Double(image[3]) else { return [] }
    let (top, left) = (y.rounded(.down), x.rounded(.down))
    var result: [(y: Int, x: Int, part: Double, down: Double, right: Double)] = []
    for (row, height, down) in [(top, top + 1 - y, -1.0), (top + 1, y - top, 1.0)] {
      for (column, width, right) in [(left, left + 1 - x, -1.0), (left + 1, x - left, 1.0)] {
        let (y, x) = (Int(row), Int(column))
        guard 0..<image[2] ~= y, 0..<image[3] ~= x else { continue }
        result.append((y, x, height * width, down * width, height * right))
      }
    }
    return result
  }
}

extension DeformableSampling {
  /// Calls `body` with each index of the result and the tap that it is read by.
  fileprivate func forEachTap(
    _ image: Shape, _ offsets: [ReferenceTensor], _ results: Shape,
    _ body: (_ index: [Int], _ channel: Int, ReferenceTap) -> Void
  ) {
    let taps = rows.kernel * columns.kernel
    results.forEachIndex { index in
      let (channel, tap) = (index[1] / taps, index[1] % taps)
      let moved = channel / (image[1] / offsetGroups) * taps + tap
      let offset = offsets[0]
      let (down, right) = (
        offset[index[0], 2 * moved, index[2], index[3]],
        offset[index[0], 2 * moved + 1, index[2], index[3]]
      )
      let y =
        index[2] * rows.stride - rows.padding.before + tap / columns.kernel * rows.dilation
      let x =
        index[3] * columns.stride - columns.padding.before
        + tap % columns.kernel * columns.dilation
      let mask = offsets.count > 1 ? offsets[1][index[0], moved, index[2], index[3]] : 1
      body(
        index, channel,
        ReferenceTap(y: Double(y) + down, x: Double(x) + right, mask: mask, channel: moved))
    }
  }
}

extension DeformableSampling: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    var output = ReferenceTensor(try outputShapes(for: inputs.map(\.shape))[0])
    forEachTap(image.shape, Array(inputs.dropFirst()), output.shape) { index, channel, tap in
      let value = tap.neighbours(image.shape).reduce(0) {
        $0 + $1.part * image[index[0], channel, $1.y, $1.x]
      }
      output[index] = tap.mask * value
    }
    return [output]
  }
}

extension DeformableSamplingInputGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let gradient = inputs[0]
    var result = ReferenceTensor(inputs[1].shape)
    sampling.forEachTap(result.shape, Array(inputs.dropFirst(2)), gradient.shape) {
      index, channel, tap in
      for pixel in tap.neighbours(result.shape) {
        result[index[0], channel, pixel.y, pixel.x] += gradient[index] * tap.mask * pixel.part
      }
    }
    return [result]
  }
}

extension DeformableSamplingOffsetGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (gradient, image) = (inputs[0], inputs[1])
    var results = inputs.dropFirst(2).map { ReferenceTensor($0.shape) }
    sampling.forEachTap(image.shape, Array(inputs.dropFirst(2)), gradient.shape) {
      index, channel, tap in
      for pixel in tap.neighbours(image.shape) {
        let product = gradient[index] * image[index[0], channel, pixel.y, pixel.x]
        results[0][index[0], 2 * tap.channel, index[2], index[3]] +=
          product * tap.mask * pixel.down
        results[0][index[0], 2 * tap.channel + 1, index[2], index[3]] +=
          product * tap.mask * pixel.right
        if results.count > 1 {
          results[1][index[0], tap.channel, index[2], index[3]] += product * pixel.part
        }
      }
    }
    return results
  }
}
