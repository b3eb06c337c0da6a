import Foundation
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaData

@Suite struct NetpbmTests {
  static let grey = Tensor([1, 1, 2, 3], [0, 1, 2, 253, 254, 255] as [UInt8])
  static let colour = Tensor(
    [1, 3, 1, 2], [10, 20, 30, 40, 50, 60] as [UInt8])

  static let files: [(what: String, bytes: [UInt8], image: Tensor)] = [
    ("P5", Array("P5\n3 2\n255\n".utf8) + [0, 1, 2, 253, 254, 255], grey),
    ("P2", Array("P2 3 2 255 0 1 2 253 254 255".utf8), grey),
    (
      "P2 with comments and blanks",
      Array("P2\n# grey\n#\n 3\t2 # size\r\n255\n0 1\n#x\n2 253 254\u{0b}255\n".utf8), grey
    ),
    // A colour file has a pixel's three samples side by side.
    ("P6", Array("P6 2 1 255\n".utf8) + [10, 30, 50, 20, 40, 60], colour),
    ("P3", Array("P3 2 1 255\n10 30 50 20 40 60".utf8), colour),
    (
      "P5 with samples to 510, two bytes each",
      Array("P5 3 2 510 ".utf8) + [0, 0, 0, 2, 0, 4, 1, 0xfa, 1, 0xfc, 1, 0xfe], grey
    ),
    (
      "P2 with samples to 1, rounded to the ends", Array("P2 2 1 1 0 1".utf8),
      Tensor([1, 1, 1, 2], [0, 255] as [UInt8])
    ),
    (
      "P2 with samples to 65535", Array("P2 3 1 65535 0 32768 65535".utf8),
      Tensor([1, 1, 1, 3], [0, 128, 255] as [UInt8])
    ),
    (
      "a second image behind the first",
      Array("P5 1 1 255\n".utf8) + [7] + Array("P5 1 1 255\n8".utf8),
      Tensor([1, 1, 1, 1], [7] as [UInt8])
    ),
  ]

  @Test(arguments: files.indices)
  func `every format is read`(index: Int) throws {
    let file = Self.files[index]
    let image = try Netpbm.read(Data(file.bytes))
    #expect(image == file.image, "\(file.what)")
    #expect(image.order == .channelsLast)
    #expect(try Netpbm.read((Data([1]) + Data(file.bytes)).dropFirst()) == file.image)
  }

  @Test func `what is written is read again`() throws {
    for image in [Self.grey, Self.colour, Self.colour.reordered(.channelsLast)] {
      #expect(try Netpbm.read(Netpbm.encoded(image)) == image)
    }
    #expect(
      try Netpbm.encoded(Self.colour) == Data("P6\n2 1\n255\n".utf8) + [10, 30, 50, 20, 40, 60])
    #expect(throws: NetpbmError(file: "the image", problem: .notAnImage([1, 2, 1, 1]))) {
      try Netpbm.encoded(Tensor(zeros: [1, 2, 1, 1], of: .uint8))
    }
    #expect(throws: NetpbmError(file: "the image", problem: .notAnImage([1, 1, 1, 1]))) {
      try Netpbm.encoded(Tensor(zeros: [1, 1, 1, 1]))
    }
  }

  static let refused: [(text: String, problem: NetpbmError.Problem)] = [
    ("", .format), ("P", .format), ("P4 1 1 1", .format), ("P7\n", .format), ("GIF89a", .format),
    ("P5", .header), ("P512 1 255 x", .header), ("P5 1 1", .header), ("P5 -1 1 255 x", .header),
    ("P5 1 1 255xy", .header), ("P5 1 1 255#y", .header), ("P5#\n1 1 255 x", .header),
    ("P5 1 1 255", .truncated(expected: 1, actual: 0)),
    ("P2 99999999999999999999999999 1 255 0", .header),
    ("P5 1 1 0 x", .maximum(0)), ("P5 1 1 65536 xx", .maximum(65536)),
    ("P5 0 1 255 ", .size(width: 0, height: 1)), ("P2 1 0 255 ", .size(width: 1, height: 0)),
    ("P6 1000000 1000000 255 x", .size(width: 1_000_000, height: 1_000_000)),
    (
      "P5 999999999999 999999999999 255 x",
      .size(width: 999_999_999_999, height: 999_999_999_999)
    ),
    ("P5 2 2 255 abc", .truncated(expected: 4, actual: 3)),
    ("P5 2 2 65535 abcdefg", .truncated(expected: 4, actual: 3)),
    ("P6 1 1 255 ab", .truncated(expected: 3, actual: 2)),
    ("P2 10000 10000 255 1 2 3", .truncated(expected: 100_000_000, actual: 3)),
    ("P2 2 1 255 1", .truncated(expected: 2, actual: 1)),
    ("P2 2 1 255 1 x 1", .truncated(expected: 2, actual: 1)),
    ("P2 1 1 100 101", .sample(101, maximum: 100)),
    ("P5 1 1 64 a", .sample(97, maximum: 64)),
  ]

  @Test(arguments: refused.indices)
  func `damaged files are refused`(index: Int) {
    let example = Self.refused[index]
    #expect(throws: NetpbmError(file: "image", problem: example.problem), "\(example.text)") {
      try Netpbm.read(Data(example.text.utf8), file: "image")
    }
  }

  @Test func `damaged files are read or refused, within the bound`() {
    let originals = Self.files.map(\.bytes)
    var readCount = 0
    for round in 0..<Fuzz.rounds {
      let bytes = Data(Fuzz.file(from: originals, round: round, named: "netpbm"))
      do {
        let image = try Netpbm.read(bytes)
        #expect(image.byteCount <= bytes.count, "round \(round)")
        readCount += 1
      } catch {
        // The compiler sees to it that this is a `NetpbmError`.
        continue
      }
    }
    #expect(readCount > Fuzz.rounds / 100)
  }

  @Test func `messages say what is wrong, then what to do`() {
    let messages: [(NetpbmError.Problem, String)] = [
      (.unreadable("gone"), "f cannot be read (gone); check the path"),
      (.format, "f is no PGM or PPM image; convert it, for example with ImageMagick's convert"),
      (.header, "f has no width, height and maximum after its format; write it anew"),
      (.maximum(0), "f has the maximum 0; it must be 1 to 65535"),
      (.size(width: 0, height: 2), "f has 0×2 pixels; give an image of 1 to 2^28 samples"),
      (
        .truncated(expected: 4, actual: 3),
        "f ends after 3 of 4 samples; it was cut off, get it anew"
      ),
      (.sample(9, maximum: 8), "f has a sample 9 above its maximum 8; write it anew"),
      (
        .notAnImage([1, 2]), "f has the shape [1, 2]; give bytes [1, 1, H, W] or [1, 3, H, W]"
      ),
    ]
    for (problem, words) in messages {
      #expect(NetpbmError(file: "f", problem: problem).description == words)
    }
  }
}
