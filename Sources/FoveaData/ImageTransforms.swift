public import FoveaTensors

/// Changes of images of bytes, `[N, C, H, W]`.
public enum ImageTransforms {
  /// Grey images as three equal channels, colour images as one.
  ///
  /// Grey is Rec. 601's luma: 0.299 red + 0.587 green + 0.114 blue.
  ///
  /// - Throws: `DatasetError.channels` where there is no such change.
  public static func converted(_ images: Tensor, toChannels channels: Int)
    throws(DatasetError) -> Tensor
  {
    guard images.shape.rank == 4, images.elementType == .uint8 else {
      throw .notImages(images.shape, images.elementType)
    }
    if images.shape[1] == channels { return images }
    guard [1, 3].contains(images.shape[1]), [1, 3].contains(channels) else {
      throw .channels(expected: channels, actual: images.shape)
    }
    let shape = images.shape.replacing(1, with: channels)
    return Tensor(shape, order: .channelsLast, filling: UInt8.self) { target in
      images.reordered(.channelsLast).withUnsafeElements(of: UInt8.self) { source in
        if channels == 3 {
          for index in target.indices { target[index] = source[index / 3] }
        } else {
          for index in target.indices {
            target[index] = Luma.of(
              source[3 * index], source[3 * index + 1], source[3 * index + 2])
          }
        }
      }
    }
  }

  /// Images of another size.
  ///
  /// Bilinear, with a filter as wide as the step where an axis shrinks (antialiased), as Pillow's
  /// BILINEAR has it.
  ///
  /// Asks for the new images, and a row of numbers as wide as the old ones.
  ///
  /// - Throws: `DatasetError.notImages` for another tensor, or images without a pixel;
  ///   `DatasetError.size` for a size below 1 or past any memory.
  public static func resized(_ images: Tensor, height: Int, width: Int)
    throws(DatasetError) -> Tensor
  {
    guard images.shape.rank == 4, images.elementType == .uint8, images.elementCount > 0
    else { throw .notImages(images.shape, images.elementType) }
    let (count, channels) = (images.shape[0], images.shape[1])
    guard height > 0, width > 0, let newShape = Shape(checking: [count, channels, height, width])
    else { throw .size(height: height, width: width) }
    let (oldHeight, oldWidth) = (images.shape[2], images.shape[3])
    if (height, width) == (oldHeight, oldWidth) { return images }
    let (rows, columns) = (taps(from: oldHeight, to: height), taps(from: oldWidth, to: width))
    let rowCount = oldWidth * channels
    return Tensor(newShape, order: .channelsLast, filling: UInt8.self) { target in
      images.reordered(.channelsLast).withUnsafeElements(of: UInt8.self) { source in
        // One new row at a time: the old rows that it is made of, as numbers, then their columns.
        var row = [Float](repeating: 0, count: rowCount)
        for image in 0..<count {
          for (y, tap) in rows.enumerated() {
            for place in 0..<rowCount { row[place] = 0 }
            for (offset, weight) in tap.weights.enumerated() {
              let start = (image * oldHeight + tap.start + offset) * rowCount
              for place in 0..<rowCount { row[place] += weight * Float(source[start + place]) }
            }
            let start = (image * height + y) * width * channels
            for (x, tap) in columns.enumerated() {
              for channel in 0..<channels {
                var sum: Float = 0
                for (offset, weight) in tap.weights.enumerated() {
                  sum += weight * row[(tap.start + offset) * channels + channel]
                }
                target[start + x * channels + channel] = UInt8(max(0, min(255, sum.rounded())))
              }
            }
          }
        }
      }
    }
  }

  /// The pixels that a pixel of the new axis is made of.
  private struct Tap {
    let start: Int
    let weights: [Float]
  }

  private static func taps(from old: Int, to new: Int) -> [Tap] {
    let scale = Double(old) / Double(new)
    let support = max(scale, 1)
    return (0..<new).map { position in
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int((center - support + 0.5).rounded(.down)))
      let end = min(old, max(start + 1, Int((center + support + 0.5).rounded(.down))))
      let weights = (start..<end).map { pixel in
        max(0, 1 - abs((Double(pixel) + 0.5 - center) / support))
      }
      let sum = weights.reduce(0, +)
      return Tap(
        start: start,
        weights: weights.map { Float(sum > 0 ? $0 / sum : 1 / Double(weights.count)) })
    }
  }
}
