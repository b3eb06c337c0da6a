import CZlib
import Foundation
import Testing

@testable import FoveaDrawing

/// A PNG file, read by the specification alone.
struct DecodedPNG {
  let width: Int
  let height: Int
  let colorType: UInt8
  /// The samples, row by row.
  private(set) var samples: [UInt8] = []

  init(_ data: Data, samplesPerPixel: Int) throws {
    let bytes = Array(data)
    try #require(bytes.prefix(8) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    var (place, chunks) = (8, [(type: String, content: [UInt8])]())
    while place < bytes.count {
      let length = Self.number(bytes[place..<place + 4])
      let body = bytes[place + 4..<place + 8 + length]
      let sum = Self.number(bytes[place + 8 + length..<place + 12 + length])
      #expect(sum == Int(Self.checksum(body)))
      chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
      place += 12 + length
    }
    try #require(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
    let header = chunks[0].content
    width = Self.number(header[0..<4])
    height = Self.number(header[4..<8])
    colorType = header[9]
    #expect(header[8] == 8 && header[10...] == [0, 0, 0] && header.count == 13)

    let rowCount = width * samplesPerPixel
    var count = uLong((rowCount + 1) * height)
    var rows = [UInt8](repeating: 0, count: Int(count))
    let packed = chunks[1].content
    try #require(uncompress(&rows, &count, packed, uLong(packed.count)) == Z_OK)
    try #require(Int(count) == rows.count)
    for row in 0..<height {
      let line = rows[row * (rowCount + 1)..<(row + 1) * (rowCount + 1)]
      try #require(line.first == 2)
      for (column, difference) in line.dropFirst().enumerated() {
        samples.append(difference &+ (row == 0 ? 0 : samples[(row - 1) * rowCount + column]))
      }
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// CRC-32 bit by bit, as the specification defines it.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    return ~sum
  }
}

@Suite struct PNGImageTests {
  @Test(
    "what is written is read again",
    arguments: [(PNGImage.Format.grey, 0), (.rgb, 2), (.rgba, 6)], [(1, 1), (7, 3), (300, 41)])
  func roundTrip(_ format: (PNGImage.Format, Int), _ size: (Int, Int)) throws {
    let (width, height) = size
    let count = width * height * format.0.rawValue
    let samples = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 3 + $0) }
    let image = try PNGImage(width: width, height: height, format: format.0, samples: samples)
    let decoded = try DecodedPNG(image.encoded(), samplesPerPixel: format.0.rawValue)
    #expect((decoded.width, decoded.height) == (width, height))
    #expect(Int(decoded.colorType) == format.1)
    #expect(decoded.samples == samples)
  }

  @Test func `a drawing takes few bytes`() throws {
    let image = try PNGImage(
      width: 1000, height: 1000, format: .rgb, samples: [UInt8](repeating: 200, count: 3_000_000))
    #expect(image.encoded().count < 10_000)
  }

  @Test func `an enlarged image has squares for pixels`() throws {
    let image = try PNGImage(width: 2, height: 1, format: .rgb, samples: [1, 2, 3, 4, 5, 6])
    let line: [UInt8] = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]
    #expect(image.enlarged(2).samples == line + line)
    #expect(image.enlarged(1) == image)
  }

  @Test func `sizes that are no image are refused`() {
    for (width, height, count) in [(0, 1, 0), (1, -1, 0), (2, 2, 3), (1 << 40, 1 << 40, 4)] {
      #expect(throws: DrawingError.imageSize(width: width, height: height, samples: count)) {
        try PNGImage(
          width: width, height: height, format: .grey, samples: Array(repeating: 0, count: count))
      }
    }
  }

  @Test func `errors say what is wrong and what to do`() {
    let cases: [(DrawingError, String)] = [
      (.imageSize(width: 2, height: 3, samples: 5), "2×3 pixels with 5 samples"),
      (.tooMany("boxes", count: 9, limit: 8, remedy: "draw fewer"), "room for 8; draw fewer"),
      (.setting("the padding", value: -1, allowed: "0 or more"), "0 or more, got -1"),
      (.windowTooLarge(reach: 7, padded: 5), "take a larger input, or more padding"),
      (.nothingLeft(-1), "would have -1 pixels"),
    ]
    for (error, words) in cases { #expect("\(error)".contains(words), "\(error)") }
  }
}
