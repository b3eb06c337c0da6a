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
  /// Asks for the new images, and for one with the old height and the new width.
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
    let resampler = Resampler(
      from: ImageSize(height: oldHeight, width: oldWidth),
      to: ImageSize(height: height, width: width), channels: channels, filter: .bilinear)
    let (oldCount, newCount) = (oldHeight * oldWidth * channels, height * width * channels)
    return Tensor(newShape, order: .channelsLast, filling: UInt8.self) { target in
      images.reordered(.channelsLast).withUnsafeElements(of: UInt8.self) { source in
        for image in 0..<count {
          resampler.resample(
            UnsafeBufferPointer(rebasing: source[image * oldCount..<(image + 1) * oldCount]),
            to: UnsafeMutableBufferPointer(
              rebasing: target[image * newCount..<(image + 1) * newCount]))
        }
      }
    }
  }
}
