import Foundation
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaData

@Suite struct IDXTests {
  /// Two images of 2×3 pixels.
  static let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + [
      1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255,
    ]
  static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9]

  @Test(arguments: [false, true])
  func `the bytes of a file are these`(compressed: Bool) throws {
    func file(_ bytes: [UInt8]) -> Data { Data(compressed ? gzip(bytes) : bytes) }
    #expect(try IDX.read(file(Self.labels)) == Tensor([3], [7, 0, 9] as [UInt8]))
    #expect(
      try IDX.read(file(Self.images))
        == Tensor([2, 2, 3], [1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255] as [UInt8]))
    #expect(try IDX.read(file([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5])).shape == [0, 5])
    let rank4: [UInt8] = [0, 0, 8, 4] + Array(repeating: [0, 0, 0, 1], count: 4).joined() + [42]
    #expect(try IDX.read(file(rank4)) == Tensor([1, 1, 1, 1], [42] as [UInt8]))
    // Data may begin elsewhere than at 0.
    #expect(try IDX.read((Data([9]) + file(Self.labels)).dropFirst()).shape == [3])
  }

  static let refused: [(what: String, bytes: [UInt8], problem: IDXError.Problem)] = [
    ("nothing", [], .truncated(expected: 4, actual: 0)),
    ("half a magic number", [0, 0], .truncated(expected: 4, actual: 2)),
    ("floats", [0, 0, 13, 1, 0, 0, 0, 0], .magic([0, 0, 13, 1])),
    ("no axis", [0, 0, 8, 0], .magic([0, 0, 8, 0])),
    ("five axes", [0, 0, 8, 5], .magic([0, 0, 8, 5])),
    ("a picture", [0x89, 0x50, 0x4e, 0x47, 0], .magic([0x89, 0x50, 0x4e, 0x47])),
    ("half an extent", [0, 0, 8, 1, 0, 0], .truncated(expected: 8, actual: 6)),
    ("a byte short", Array(labels.dropLast()), .truncated(expected: 11, actual: 10)),
    ("a byte more", labels + [0], .trailing(expected: 11)),
    (
      "past 1 GiB", [0, 0, 8, 2, 0, 1, 0, 0, 0, 0, 0x40, 1], .tooLarge([65_536, 16_385])
    ),
    (
      "past any memory", [0, 0, 8, 3] + Array(repeating: 0xff, count: 12),
      .tooLarge([4_294_967_295, 4_294_967_295, 4_294_967_295])
    ),
    (
      "a zero that hides an overflow",
      [0, 0, 8, 4, 0, 0, 0, 0] + Array(repeating: 0xff, count: 12),
      .tooLarge([0, 4_294_967_295, 4_294_967_295, 4_294_967_295])
    ),
  ]

  @Test(arguments: refused.indices)
  func `damaged files are refused`(index: Int) {
    let example = Self.refused[index]
    let expected = IDXError(file: "images", problem: example.problem)
    #expect(throws: expected, "\(example.what)") {
      try IDX.read(Data(example.bytes), file: "images")
    }
    let packed = #expect(throws: IDXError.self, "\(example.what), packed") {
      try IDX.read(Data(gzip(example.bytes)), file: "images")
    }
    // A packed header can lie about more than a plain one before it is found out.
    if case .truncated = example.problem { return }
    #expect(packed == expected, "\(example.what), packed")
  }

  @Test func `every cut of a packed file is refused`() {
    let packed = gzip(Self.images)
    for count in 0..<packed.count {
      #expect(throws: IDXError.self, "\(count)") { try IDX.read(Data(packed[..<count])) }
    }
  }

  @Test func `bytes after a packed file are refused`() {
    let packed = gzip(Self.labels)
    for tail in [[0], packed, gzip([])] {
      #expect(throws: IDXError(file: "the file", problem: .compression(offset: packed.count))) {
        try IDX.read(Data(packed + tail))
      }
    }
  }

  @Test func `a wrong checksum inside a packed file is refused`() {
    var packed = gzip(Self.labels)
    packed[packed.count - 5] ^= 1
    let error = #expect(throws: IDXError.self) { try IDX.read(Data(packed)) }
    guard case .compression = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a small packed file that names much takes no memory`() {
    let header: [UInt8] = [0, 0, 8, 1, 0x40, 0, 0, 0]
    let packed = Data(gzip(header))
    #expect(
      throws: IDXError(
        file: "the file", problem: .truncated(expected: 8 + 1 << 30, actual: 1032 * packed.count))
    ) { try IDX.read(packed) }
  }

  @Test func `a packed file that goes on for ever is left where its header ends`() {
    let packed = Data(gzip(Self.labels + Array(repeating: 0, count: 10_000_000)))
    #expect(throws: IDXError(file: "the file", problem: .trailing(expected: 11))) {
      try IDX.read(packed)
    }
  }

  @Test func `missing files are refused by name`() {
    let error = #expect(throws: IDXError.self) {
      try IDX.read(contentsOf: URL(fileURLWithPath: "/nowhere/labels"))
    }
    #expect(error?.file == "/nowhere/labels")
    guard case .unreadable = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `damaged files are read or refused, within the bound`() {
    let originals = [Self.images, Self.labels, gzip(Self.images), gzip(Self.labels)]
    var readCount = 0
    for round in 0..<Fuzz.rounds {
      let bytes = Data(Fuzz.file(from: originals, round: round, named: "idx"))
      do {
        let header = try IDX.header(of: bytes, file: "x")
        #expect(header.shape.elementCount <= min(1032 * bytes.count, IDX.largestElementCount))
        #expect(try IDX.read(bytes).shape == header.shape)
        readCount += 1
      } catch {
        // The compiler sees to it that this is an `IDXError`.
        continue
      }
    }
    #expect(readCount > Fuzz.rounds / 100)
  }

  @Test func `messages say what is wrong, then what to do`() {
    let messages: [(IDXError.Problem, String)] = [
      (.unreadable("gone"), "f cannot be read (gone); check the path"),
      (
        .compression(offset: 9),
        "f does not unpack from byte 9 on; it was cut off or damaged, get it anew"
      ),
      (
        .magic([1, 2, 3, 4]),
        "f begins with [1, 2, 3, 4], not with 0, 0, 8 and 1 to 4; give an IDX file of bytes"
      ),
      (
        .truncated(expected: 5, actual: 4),
        "f has 4 bytes at most where 5 are needed; it was cut off, get it anew"
      ),
      (.trailing(expected: 5), "f goes on after the 5 bytes that its header names; get it anew"),
      (
        .tooLarge([9, 9]),
        "f names the extents [9, 9], more than 2^30 bytes; cut it into smaller files"
      ),
      (
        .rank(expected: 3, actual: [2]),
        "f has the shape [2], expected 3 axes; images have 3 axes and labels 1, so check which "
          + "file is which"
      ),
    ]
    for (problem, words) in messages {
      #expect(IDXError(file: "f", problem: problem).description == words)
    }
  }
}
