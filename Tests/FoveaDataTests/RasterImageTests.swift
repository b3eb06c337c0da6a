import FoveaData
import FoveaTensors
import Testing

@Suite struct RasterImageTests {
  static let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

  @Test func `a tensor has planes, a picture has pixels`() throws {
    let image = try RasterImage(height: 1, width: 4, channels: 3, bytes: Self.bytes)
    #expect(
      image.tensor == Tensor([3, 1, 4], [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12] as [UInt8]))
    #expect(image.batch.order == .channelsLast)
    #expect(image.batch.shape == [1, 3, 1, 4])
    for tensor in [image.tensor, image.batch, image.batch.reordered(.rowMajor)] {
      #expect(try RasterImage(tensor) == image)
    }
  }

  @Test func `what is no picture is refused`() {
    for (height, width, channels) in [
      (0, 4, 3), (4, 0, 3), (-1, -4, 3), (6, 1, 2), (1, 12, 0), (1, 4, 4), (Int.max, Int.max, 3),
    ] {
      let error = RasterImageError.bytes(
        height: height, width: width, channels: channels, count: 12)
      #expect(throws: error) {
        try RasterImage(height: height, width: width, channels: channels, bytes: Self.bytes)
      }
    }
    for tensor in [
      Tensor(zeros: [2, 3, 1, 1], of: .uint8), Tensor(zeros: [3, 1, 1]),
      Tensor(zeros: [2, 1, 1], of: .uint8), Tensor(zeros: [3, 0, 1], of: .uint8),
      Tensor(zeros: [3, 1], of: .uint8),
    ] {
      #expect(throws: RasterImageError.tensor(tensor.shape, tensor.elementType)) {
        try RasterImage(tensor)
      }
    }
    #expect(throws: RasterImageError.self) {
      try RasterImage(height: 1, width: 1, color: [1, 2])
    }
    #expect(throws: RasterImageError.self) {
      try RasterImage(height: 0, width: 1, color: [1])
    }
    #expect(
      "\(RasterImageError.bytes(height: 1, width: 2, channels: 3, count: 4))"
        == "4 bytes are no picture of 1×2 pixels and 3 channels; "
        + "give height · width · channels bytes, sides of 1 or more, and 1, 3 or 4 channels")
    #expect(
      "\(RasterImageError.tensor([2, 3], .float32))"
        == "[2, 3] of float32 is no picture; give bytes [C, H, W] with 1, 3 or 4 channels")
  }

  @Test func `channels come and go`() throws {
    let colours = try RasterImage(
      height: 1, width: 3, channels: 3, bytes: [255, 0, 0, 10, 20, 30, 255, 255, 255])
    let grey = try colours.converted(toChannels: 1)
    #expect(grey.bytes == [76, 18, 255])
    #expect(try grey.converted(toChannels: 3).bytes == [76, 76, 76, 18, 18, 18, 255, 255, 255])
    #expect(
      try grey.converted(toChannels: 4).bytes
        == [76, 76, 76, 255, 18, 18, 18, 255, 255, 255, 255, 255])
    let opaque = try colours.converted(toChannels: 4)
    #expect(opaque.bytes == [255, 0, 0, 255, 10, 20, 30, 255, 255, 255, 255, 255])
    #expect(try opaque.converted(toChannels: 3) == colours)
    let veiled = try RasterImage(height: 1, width: 1, channels: 4, bytes: [200, 100, 0, 51])
    #expect(try veiled.converted(toChannels: 3, background: [0, 0, 0]).bytes == [40, 20, 0])
    #expect(try veiled.converted(toChannels: 3, background: [100]).bytes == [120, 224, 204])
    #expect(throws: RasterImageError.self) { try colours.converted(toChannels: 2) }
  }

  @Test func `turning eight ways is undone`() throws {
    let image = try RasterImage(height: 2, width: 3, channels: 1, bytes: [1, 2, 3, 4, 5, 6])
    let turned: [ImageOrientation: [UInt8]] = [
      .upright: [1, 2, 3, 4, 5, 6], .mirrored: [3, 2, 1, 6, 5, 4],
      .upsideDown: [6, 5, 4, 3, 2, 1], .flipped: [4, 5, 6, 1, 2, 3],
      .transposed: [1, 4, 2, 5, 3, 6], .clockwise: [4, 1, 5, 2, 6, 3],
      .transversed: [6, 3, 5, 2, 4, 1], .counterclockwise: [3, 6, 2, 5, 1, 4],
    ]
    for (orientation, bytes) in turned {
      let result = image.oriented(orientation)
      #expect(result.bytes == bytes, "\(orientation)")
      #expect(result.size == (orientation.swapsAxes ? ImageSize(height: 3, width: 2) : image.size))
      let back: ImageOrientation =
        switch orientation {
        case .clockwise: .counterclockwise
        case .counterclockwise: .clockwise
        default: orientation
        }
      #expect(result.oriented(back) == image)
    }
  }
}
