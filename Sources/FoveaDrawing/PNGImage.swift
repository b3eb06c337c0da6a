internal import CZlib
public import Foundation

/// An image of 8-bit samples, and its PNG file.
///
/// - SeeAlso: *Portable Network Graphics (PNG) Specification*, https://www.w3.org/TR/png-3/
public struct PNGImage: Hashable, Sendable {
  /// What the samples of a pixel are.
  public enum Format: Int, Hashable, Sendable {
    /// One sample of brightness.
    case grey = 1
    /// Red, green and blue.
    case rgb = 3
    /// Red, green, blue and opacity.
    case rgba = 4

    fileprivate var colorType: UInt8 {
      switch self {
      case .grey: 0
      case .rgb: 2
      case .rgba: 6
      }
    }
  }

  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What the samples of a pixel are.
  public let format: Format
  /// The samples, row by row, those of a pixel together.
  public internal(set) var samples: [UInt8]

  /// The most pixels along an axis.
  public static let largestExtent = 1 << 15

  /// Gathers samples.
  ///
  /// - Throws: `DrawingError.imageSize` for an image without pixels, one that is larger than `largestExtent`, or
  ///   another number of samples.
  public init(width: Int, height: Int, format: Format, samples: [UInt8]) throws(DrawingError) {
    guard 1...Self.largestExtent ~= width, 1...Self.largestExtent ~= height,
      samples.count == width * height * format.rawValue
    else { throw .imageSize(width: width, height: height, samples: samples.count) }
    self.init(width: width, height: height, format, samples)
  }

  /// An image that is known to be good.
  init(width: Int, height: Int, _ format: Format, _ samples: [UInt8]) {
    self.width = width
    self.height = height
    self.format = format
    self.samples = samples
  }

  /// The same image, each pixel a square of `factor` times `factor` pixels.
  func enlarged(_ factor: Int) -> PNGImage {
    guard factor > 1 else { return self }
    let count = format.rawValue
    var result: [UInt8] = []
    result.reserveCapacity(samples.count * factor * factor)
    for row in 0..<height {
      let start = row * width * count
      let line = (0..<width).flatMap { column in
        repeatElement(samples[start + column * count..<start + (column + 1) * count], count: factor)
          .joined()
      }
      for _ in 0..<factor { result += line }
    }
    return PNGImage(width: width * factor, height: height * factor, format, result)
  }

  /// The file's bytes.
  public func encoded() -> Data {
    var header = Self.bigEndian(width) + Self.bigEndian(height)
    // 8 bits a sample; deflate, five filters, no interlacing.
    header += [8, format.colorType, 0, 0, 0]
    return Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      + Self.chunk("IHDR", header) + Self.chunk("IDAT", packedRows()) + Self.chunk("IEND", [])
  }

  /// Each row after the number of its filter, deflated.
  ///
  /// Every row is written as what it differs by from the one above (filter 2): most of a drawing repeats.
  private func packedRows() -> [UInt8] {
    let count = width * format.rawValue
    var rows: [UInt8] = []
    rows.reserveCapacity((count + 1) * height)
    for row in 0..<height {
      rows.append(2)
      for index in row * count..<(row + 1) * count {
        rows.append(row == 0 ? samples[index] : samples[index] &- samples[index - count])
      }
    }
    var packedCount = compressBound(uLong(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(packedCount))
    let status = compress2(
      &packed, &packedCount, rows, uLong(rows.count), Z_DEFAULT_COMPRESSION)
    precondition(status == Z_OK, "compressBound says how much room there must be")
    return Array(packed.prefix(Int(packedCount)))
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> Data {
    let body = Array(type.utf8) + content
    return Data(bigEndian(content.count) + body + bigEndian(Int(crc32(0, body, uInt(body.count)))))
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
