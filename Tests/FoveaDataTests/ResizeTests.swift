import FoveaData
import Testing

@Suite struct ResizeTests {
  static func resized(
    _ bytes: [UInt8], _ size: ImageSize, channels: Int = 1, to other: ImageSize
  ) throws -> [UInt8] {
    let image = try RasterImage(
      height: size.height, width: size.width, channels: channels, bytes: bytes)
    let result = try ImageOperation.resize(other, filter: .bilinear).applied(to: image)
    #expect(result.size == other)
    return result.bytes
  }

  @Test(arguments: [1, 2, 3, 5, 28, 40], [1, 2, 7, 28, 31])
  func `an even image stays even`(height: Int, width: Int) throws {
    let bytes = [UInt8](repeating: 201, count: 3 * 13 * 17)
    let resized = try Self.resized(
      bytes, ImageSize(height: 13, width: 17), channels: 3,
      to: ImageSize(height: height, width: width))
    #expect(resized == [UInt8](repeating: 201, count: 3 * height * width))
  }

  @Test func `known sizes have known values`() throws {
    let four: [UInt8] = [0, 100, 200, 40]
    let row = ImageSize(height: 1, width: 4)
    // Twice as wide: samples at quarter pixels, the ends repeated.
    let wide = try Self.resized(four, row, to: ImageSize(height: 1, width: 8))
    #expect(wide == [0, 25, 75, 125, 175, 160, 80, 40])
    // Half as wide: a triangle over four pixels, 1:3:3:1, cut and rescaled at the ends.
    let narrow = try Self.resized(four, row, to: ImageSize(height: 1, width: 2))
    #expect(narrow == [71, 117])
    let column = ImageSize(height: 4, width: 1)
    let low = try Self.resized(four, column, to: ImageSize(height: 2, width: 1))
    #expect(low == [71, 117])
  }

  @Test func `channels do not mix`() throws {
    let (size, other) = (ImageSize(height: 4, width: 6), ImageSize(height: 3, width: 9))
    let bytes = (0..<72).map { UInt8($0 * 37 % 256) }
    let resized = try Self.resized(bytes, size, channels: 3, to: other)
    for channel in 0..<3 {
      let plane = stride(from: channel, to: 72, by: 3).map { bytes[$0] }
      let alone = try Self.resized(plane, size, to: other)
      #expect(stride(from: channel, to: 81, by: 3).map { resized[$0] } == alone)
    }
  }
}
