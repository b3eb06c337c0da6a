import Foundation
import Testing

@testable import FoveaFormats

@Suite struct TensorBoardTests {
  private static func folder() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
  }

  @Test func `checksums are those of RFC 3720`() {
    #expect(CRC32C.checksum(of: Data("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum(of: Data(repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum(of: Data(repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum(of: Data((0..<32).map(UInt8.init))) == 0x46dd_794e)
  }

  @Test func `a record is framed as TensorFlow frames it`() {
    let record = TFRecord.framed(Data("abc".utf8))
    // What the RecordWriter of TensorBoard 2.21.0 writes.
    let expected: [UInt8] = [
      3, 0, 0, 0, 0, 0, 0, 0, 0xb0, 0x99, 0x49, 0x0e, 0x61, 0x62, 0x63, 0x6e, 0x57, 0xf1, 0x21,
    ]
    #expect(record == Data(expected))
    #expect(TFRecord.payloads(in: record + record) == [Data("abc".utf8), Data("abc".utf8)])
  }

  @Test func `damage ends a file, and never more`() {
    let record = TFRecord.framed(Data((0..<40).map(UInt8.init)))
    for count in 0..<record.count {
      #expect(TFRecord.payloads(in: record + record.prefix(count)).count == 1)
    }
    for place in record.indices {
      var damaged = record
      damaged[place] ^= 0x10
      #expect(TFRecord.payloads(in: damaged + record).isEmpty, "\(place)")
    }
  }

  @Test func `events that are none are dropped`() throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try TensorBoardFile(folder: folder) { _, _ in true }
    var bytes = try Data(contentsOf: first.url)
    let garbage =
      [[], [0x2a] + Array(repeating: 0xff, count: 8) + [0x7f], Array(repeating: 0xff, count: 100)]
      + (0...UInt8.max).map { [$0, 0x05, $0] }
    for event in garbage { bytes += TFRecord.framed(Data(event)) }
    try bytes.write(to: first.url)
    let second = try TensorBoardFile(folder: folder) { _, tags in !tags.isEmpty }
    #expect(TFRecord.payloads(in: try Data(contentsOf: second.url)).count == 1)
  }

  @Test func `a file begins with its version and goes on where it is told to`() throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try TensorBoardFile(folder: folder) { _, _ in true }
    for step in 1...5 { try first.append(step: step, [("loss", .scalar(Double(step)))]) }
    try first.append(step: 5, [("spread", .histogram(NumberHistogram([1, 2])))])
    var bytes = try Data(contentsOf: first.url)
    let events = TFRecord.payloads(in: bytes)
    #expect(events.count == 7)
    #expect(events[0].suffix(15) == Data([26, 13] + Array("brain.Event:2".utf8)))
    // Half an event, as a killed process leaves it.
    bytes.append(contentsOf: [1, 2, 3])
    try bytes.write(to: first.url)

    let second = try TensorBoardFile(folder: folder) { step, tags in
      step <= 3 || tags == ["spread"]
    }
    #expect(second.url == first.url)
    try second.append(step: 4, [("loss", .scalar(0))])
    let summaries = try TFRecord.payloads(in: Data(contentsOf: second.url)).dropFirst()
      .map { try TensorBoardEvent(serializedBytes: $0) }
    #expect(summaries.map(\.step) == [1, 2, 3, 5, 4])
    #expect(
      summaries.map { $0.summary.value.map(\.tag) } == [
        ["loss"], ["loss"], ["loss"], ["spread"], ["loss"],
      ])
  }

  @Test func `a histogram counts each finite number once`() {
    let histogram = NumberHistogram([-1, 0, 0.5, 1, 3, .nan, .infinity], bins: 4)
    #expect(histogram.limits == [0, 1, 2, 3])
    #expect(histogram.counts == [1, 2, 1, 1])
    #expect(histogram.count == 5)
    #expect(histogram.minimum == -1 && histogram.maximum == 3)
    #expect(histogram.sum == 3.5 && histogram.sumOfSquares == 11.25)
    #expect(NumberHistogram([Float](), bins: 2).counts == [0, 0])
    #expect(NumberHistogram([7, 7], bins: 2).counts == [2, 0])
  }
}
