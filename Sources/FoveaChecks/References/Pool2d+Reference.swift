public import FoveaGraph
import FoveaTensors

/// One position of a pooling window: where its result stands, and the pixels under it.
private struct PoolPosition {
  var image = 0
  var channel = 0
  var outputY = 0
  var outputX = 0
  /// The pixels of the image under the window, in row order.
  var pixels: [(y: Int, x: Int)] = []
  /// The taps of the window, over the image and the padding around it.
  var paddedPixelCount = 0
}

/// Calls `body` for every position of a window over an image batch.
private func forEachPosition(
  _ rows: Window, _ columns: Window, image: Shape, _ body: (PoolPosition) -> Void
) {
  var position = PoolPosition()
  for n in 0..<image[0] {
    for channel in 0..<image[1] {
      for (outputY, top) in rows.starts(on: image[2]).enumerated() {
        for (outputX, left) in columns.starts(on: image[3]).enumerated() {
          (position.image, position.channel) = (n, channel)
          (position.outputY, position.outputX) = (outputY, outputX)
          position.pixels = []
          position.paddedPixelCount = 0
          for row in 0..<rows.kernel {
            for column in 0..<columns.kernel {
              let y = top + row * rows.dilation
              let x = left + column * columns.dilation
              // What hangs over the padding in ceil mode counts nowhere.
              guard y < image[2] + rows.padding.after, x < image[3] + columns.padding.after
              else { continue }
              position.paddedPixelCount += 1
              if 0..<image[2] ~= y, 0..<image[3] ~= x { position.pixels.append((y, x)) }
            }
          }
          body(position)
        }
      }
    }
  }
}

private func pooledShape(_ rows: Window, _ columns: Window, image: Shape) -> Shape {
  [image[0], image[1], rows.starts(on: image[2]).count, columns.starts(on: image[3]).count]
}

extension MaxPool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    var output = ReferenceTensor(pooledShape(rows, columns, image: image.shape))
    forEachPosition(rows, columns, image: image.shape) { position in
      let values = position.pixels.map { image[position.image, position.channel, $0.y, $0.x] }
      output[position.image, position.channel, position.outputY, position.outputX] =
        values.max() ?? -.infinity
    }
    return [output]
  }
}

extension MaxPool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, gradient) = (inputs[0], inputs[1])
    var result = ReferenceTensor(image.shape)
    forEachPosition(pooling.rows, pooling.columns, image: image.shape) { position in
      let (n, channel) = (position.image, position.channel)
      var winner = position.pixels.first
      for pixel in position.pixels {
        if let best = winner,
          image[n, channel, pixel.y, pixel.x] > image[n, channel, best.y, best.x]
        {
          winner = pixel
        }
      }
      guard let winner else { return }
      result[n, channel, winner.y, winner.x] +=
        gradient[n, channel, position.outputY, position.outputX]
    }
    return [result]
  }
}

extension AvgPool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    var output = ReferenceTensor(pooledShape(rows, columns, image: image.shape))
    forEachPosition(rows, columns, image: image.shape) { position in
      let sum = position.pixels.reduce(0) {
        $0 + image[position.image, position.channel, $1.y, $1.x]
      }
      output[position.image, position.channel, position.outputY, position.outputX] =
        sum / divisor(position)
    }
    return [output]
  }

  fileprivate func divisor(_ position: PoolPosition) -> Double {
    Double(countIncludePad ? position.paddedPixelCount : position.pixels.count)
  }
}

extension AvgPool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let gradient = inputs[0]
    var result = ReferenceTensor(inputs[1].shape)
    forEachPosition(pooling.rows, pooling.columns, image: result.shape) { position in
      let (n, channel) = (position.image, position.channel)
      for pixel in position.pixels {
        result[n, channel, pixel.y, pixel.x] +=
          gradient[n, channel, position.outputY, position.outputX] / pooling.divisor(position)
      }
    }
    return [result]
  }
}

extension AdaptiveAvgPool2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    var output = ReferenceTensor([image.shape[0], image.shape[1], height, width])
    forEachPixel(of: image.shape) { index, cell, share in
      output[cell] += image[index] * share
    }
    return [output]
  }

  /// Calls `body` for each pixel of each cell, with the cell and one over its number of pixels.
  fileprivate func forEachPixel(
    of image: Shape, _ body: (_ pixel: [Int], _ cell: [Int], _ share: Double) -> Void
  ) {
    let cells: Shape = [image[0], image[1], height, width]
    cells.forEachIndex { cell in
      let rows = Self.range(ofCell: cell[2], of: height, extent: image[2])
      let columns = Self.range(ofCell: cell[3], of: width, extent: image[3])
      for y in rows {
        for x in columns {
          body([cell[0], cell[1], y, x], cell, 1 / Double(rows.count * columns.count))
        }
      }
    }
  }

  private static func range(ofCell cell: Int, of cells: Int, extent: Int) -> Range<Int> {
    let start = (Double(cell * extent) / Double(cells)).rounded(.down)
    let end = (Double((cell + 1) * extent) / Double(cells)).rounded(.up)
    return Int(start)..<Int(end)
  }
}

extension AdaptiveAvgPool2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let gradient = inputs[0]
    var result = ReferenceTensor(inputs[1].shape)
    pooling.forEachPixel(of: result.shape) { index, cell, share in
      result[index] += gradient[cell] * share
    }
    return [result]
  }
}
