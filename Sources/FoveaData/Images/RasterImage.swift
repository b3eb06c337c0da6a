public import FoveaTensors

/// Height and width in pixels; a whole number alone is a square's side.
public struct ImageSize: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Names a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// As high as it is wide.
  public init(_ side: Int) { self.init(height: side, width: side) }

  public var description: String { "\(height)×\(width)" }
}

extension ImageSize: ExpressibleByIntegerLiteral {
  public init(integerLiteral side: Int) { self.init(side) }
}

/// A picture of bytes, as image files have it.
///
/// Rows lie from top to bottom without gaps, a pixel's channels side by side: 1 is grey; 3 are red,
/// green and blue; a fourth is alpha, 255 where nothing shines through, by which colours are not
/// multiplied.
public struct RasterImage: Hashable, Sendable {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// 1 (grey), 3 (RGB) or 4 (RGBA).
  public let channels: Int
  /// `height · width · channels` bytes.
  public let bytes: [UInt8]

  /// Height and width.
  public var size: ImageSize { ImageSize(height: height, width: width) }

  /// Takes bytes as a picture.
  ///
  /// - Throws: `RasterImageError.bytes` for a side below 1, channels other than 1, 3 and 4, or another
  ///   number of bytes.
  public init(height: Int, width: Int, channels: Int, bytes: [UInt8]) throws(RasterImageError) {
    guard height > 0, width > 0, [1, 3, 4].contains(channels),
      let shape = Shape(checking: [height, width, channels]), shape.elementCount == bytes.count
    else {
      throw .bytes(height: height, width: width, channels: channels, count: bytes.count)
    }
    self.init(checkedSize: ImageSize(height: height, width: width), channels: channels, bytes)
  }

  /// A picture of one colour: red, green, blue and alpha, as far as there are channels.
  ///
  /// - Throws: `RasterImageError.bytes` for a side below 1 or channels other than 1, 3 and 4.
  public init(height: Int, width: Int, color: [UInt8]) throws(RasterImageError) {
    guard height > 0, width > 0, let shape = Shape(checking: [height, width, color.count]) else {
      throw .bytes(height: height, width: width, channels: color.count, count: 0)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(shape.elementCount)
    for _ in 0..<height * width { bytes += color }
    try self.init(height: height, width: width, channels: color.count, bytes: bytes)
  }

  /// Takes a tensor of bytes, `[C, H, W]` or `[1, C, H, W]`, as a picture.
  ///
  /// - Throws: `RasterImageError.tensor` for another one.
  public init(_ tensor: Tensor) throws(RasterImageError) {
    let dimensions = tensor.shape.dimensions.suffix(3)
    guard tensor.elementType == .uint8, dimensions.count == 3,
      tensor.shape.rank == 3 || (tensor.shape.rank == 4 && tensor.shape[0] == 1)
    else { throw .tensor(tensor.shape, tensor.elementType) }
    let batch = tensor.shape.rank == 4 ? tensor : tensor.reshaped(Shape([1] + dimensions))
    let bytes = batch.reordered(.channelsLast).withUnsafeElements(of: UInt8.self) { Array($0) }
    do {
      try self.init(
        height: batch.shape[2], width: batch.shape[3], channels: batch.shape[1], bytes: bytes)
    } catch {
      throw .tensor(tensor.shape, tensor.elementType)
    }
  }

  /// The picture as a tensor of bytes, `[C, H, W]`.
  public var tensor: Tensor { batch.reshaped([channels, height, width]) }

  /// The picture as a batch of one, bytes `[1, C, H, W]` in channels-last memory.
  public var batch: Tensor {
    Tensor([1, channels, height, width], order: .channelsLast, filling: UInt8.self) { target in
      _ = target.update(fromContentsOf: bytes)
    }
  }

  /// A picture whose parts fit by construction.
  init(checkedSize size: ImageSize, channels: Int, _ bytes: [UInt8]) {
    height = size.height
    width = size.width
    self.channels = channels
    self.bytes = bytes
  }

  /// A picture whose bytes `fill` writes, every one of them.
  init(
    filling size: ImageSize, channels: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    let count = size.height * size.width * channels
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
    self.init(checkedSize: size, channels: channels, bytes)
  }
}

/// Why bytes or a tensor are no picture.
public enum RasterImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Sides, channels and number of bytes do not fit.
  case bytes(height: Int, width: Int, channels: Int, count: Int)
  /// A tensor that is no picture of bytes.
  case tensor(Shape, ElementType)

  public var description: String {
    switch self {
    case .bytes(let height, let width, let channels, let count):
      "\(count) bytes are no picture of \(height)×\(width) pixels and \(channels) channels; "
        + "give height · width · channels bytes, sides of 1 or more, and 1, 3 or 4 channels"
    case .tensor(let shape, let type):
      "\(shape) of \(type) is no picture; give bytes [C, H, W] with 1, 3 or 4 channels"
    }
  }
}
