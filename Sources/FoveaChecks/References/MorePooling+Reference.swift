public import FoveaGraph
public import FoveaTensors

extension ReferenceTensor {
  /// The first largest of some pixels of one channel.
  fileprivate func firstLargest(
    _ image: Int, _ channel: Int, rows: some Sequence<Int>, columns: some Sequence<Int>
  ) -> (y: Int, x: Int) {
    var winner: (y: Int, x: Int)?
    for y in rows {
      for x in columns {
        guard let best = winner else {
          winner = (y, x)
          continue
        }
        if self[image, channel, y, x] > self[image, channel, best.y, best.x] { winner = (y, x) }
      }
    }
    return winner ?? (0, 0)
  }
}

extension AdaptiveMaxPool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    var output = ReferenceTensor([image.shape[0], image.shape[1], height, width])
    output.shape.forEachIndex { cell in
      let pixel = winner(of: cell, in: image)
      output[cell] = image[cell[0], cell[1], pixel.y, pixel.x]
    }
    return [output]
  }

  fileprivate func winner(of cell: [Int], in image: ReferenceTensor) -> (y: Int, x: Int) {
    func range(_ cell: Int, _ cells: Int, _ extent: Int) -> Range<Int> {
      let start = (Double(cell * extent) / Double(cells)).rounded(.down)
      let end = (Double((cell + 1) * extent) / Double(cells)).rounded(.up)
      return Int(start)..<Int(end)
    }
    return image.firstLargest(
      cell[0], cell[1], rows: range(cell[2], height, image.shape[2]),
      columns: range(cell[3], width, image.shape[3]))
  }
}

extension AdaptiveMaxPool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, gradient) = (inputs[0], inputs[1])
    var result = ReferenceTensor(image.shape)
    gradient.shape.forEachIndex { cell in
      let pixel = pooling.winner(of: cell, in: image)
      result[cell[0], cell[1], pixel.y, pixel.x] += gradient[cell]
    }
    return [result]
  }
}

extension MaxPool2dIndices: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    func pixels(_ window: Window, from start: Int, _ extent: Int) -> [Int] {
      (0..<window.kernel).map { start + $0 * window.dilation }.filter { 0..<extent ~= $0 }
    }
    let tops = pooling.rows.starts(on: image.shape[2])
    let lefts = pooling.columns.starts(on: image.shape[3])
    var output = ReferenceTensor([image.shape[0], image.shape[1], tops.count, lefts.count])
    output.shape.forEachIndex { index in
      let winner = image.firstLargest(
        index[0], index[1], rows: pixels(pooling.rows, from: tops[index[2]], image.shape[2]),
        columns: pixels(pooling.columns, from: lefts[index[3]], image.shape[3]))
      output[index] = Double(winner.y * image.shape[3] + winner.x)
    }
    return [output]
  }
}

extension MaxUnpool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (values, indices) = (inputs[0], inputs[1])
    var output = ReferenceTensor(try outputShapes(for: inputs.map(\.shape))[0])
    let width = output.shape[3]
    values.shape.forEachIndex { index in
      let place = Int(indices[index])
      output[index[0], index[1], place / width, place % width] = values[index]
    }
    return [output]
  }
}

extension MaxUnpool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (gradient, indices) = (inputs[0], inputs[1])
    var result = ReferenceTensor(indices.shape)
    let width = gradient.shape[3]
    indices.shape.forEachIndex { index in
      let place = Int(indices[index])
      result[index] = gradient[index[0], index[1], place / width, place % width]
    }
    return [result]
  }
}

extension FractionalMaxPool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var output = ReferenceTensor(try outputShapes(for: inputs.map(\.shape))[0])
    output.shape.forEachIndex { index in
      let pixel = winner(of: index, in: inputs[0], inputs[1], output.shape)
      output[index] = inputs[0][index[0], index[1], pixel.y, pixel.x]
    }
    return [output]
  }

  fileprivate func winner(
    of index: [Int], in image: ReferenceTensor, _ samples: ReferenceTensor, _ output: Shape
  ) -> (y: Int, x: Int) {
    func window(_ axis: Int, _ kernel: Int, sample: Int) -> Range<Int> {
      let (extent, count) = (image.shape[axis], output[axis])
      if index[axis] == count - 1 { return extent - kernel..<extent }
      let u = Float(samples[[index[0], index[1], sample]])
      let alpha = Float(extent - kernel) / Float(count - 1)
      let start = Int((Float(index[axis]) + u) * alpha) - Int(u * alpha)
      return start..<start + kernel
    }
    return image.firstLargest(
      index[0], index[1], rows: window(2, kernelHeight, sample: 1),
      columns: window(3, kernelWidth, sample: 0))
  }
}

extension FractionalMaxPool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, samples, gradient) = (inputs[0], inputs[1], inputs[2])
    var result = ReferenceTensor(image.shape)
    gradient.shape.forEachIndex { index in
      let pixel = pooling.winner(of: index, in: image, samples, gradient.shape)
      result[index[0], index[1], pixel.y, pixel.x] += gradient[index]
    }
    return [result]
  }
}

extension RandomUniform: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    // As dropout draws: an odd constant sets the steps' sequences apart, and places are those in memory.
    let random = RandomStream(
      seed: context.seed, stream: stream &+ context.step &* 0x9E37_79B9_7F4A_7C15)
    var output = ReferenceTensor(Shape(inputs[0].shape.dimensions.prefix(leadingAxes) + extents))
    let strides = MemoryOrder.channelsLast.strides(of: output.shape)
    output.shape.forEachIndex { index in
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
      output[index] = Double(random.uniform(at: UInt64(place)))
    }
    return [output]
  }
}

extension BlurPool2d: ReferenceResampling {
  public func terms(of place: Int, axis: Int, input: Shape, output: Shape)
    -> [(place: Int, weight: Double)]
  {
    guard axis >= 2 else { return [(place, 1)] }
    let filters: [[Double]] = [
      [1], [1, 1], [1, 2, 1], [1, 3, 3, 1], [1, 4, 6, 4, 1], [1, 5, 10, 10, 5, 1],
      [1, 6, 15, 20, 15, 6, 1],
    ]
    let filter = filters[filterSize - 1]
    let sum = filter.reduce(0, +)
    return filter.enumerated().map { tap, weight in
      var source = abs(place * stride - (filterSize - 1) / 2 + tap)
      source = min(source, 2 * (input[axis] - 1) - source)
      return (source, weight / sum)
    }
  }
}
