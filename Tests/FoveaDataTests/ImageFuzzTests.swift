import Foundation
import FuzzSupport
import Testing

@testable import FoveaData

/// Damaged files are read or refused, within the limit, by every way of reading.
@Suite struct ImageFuzzTests {
  static let maximumPixels = 1 << 16

  static let decoders = [
    ImageDecoder(maximumPixels: maximumPixels),
    ImageDecoder(maximumPixels: maximumPixels, toleratesDamage: true),
    ImageDecoder(channels: .grey, minimumSize: ImageSize(4), maximumPixels: maximumPixels),
    ImageDecoder(
      channels: .rgba, appliesOrientation: false, maximumPixels: maximumPixels,
      toleratesDamage: true),
  ]

  @Test(arguments: ["jpg", "png", "webp"])
  func `damaged files are read or refused`(format: String) throws {
    let files = ImageGolden.entries.map(\.file).filter { $0.hasSuffix(format) }
    let originals = try files.map { try [UInt8](ImageGolden.bytes($0)) }
    var (readCount, refusals) = (0, Set<String>())
    for round in 0..<Fuzz.rounds {
      var bytes = Fuzz.file(from: originals, round: round, named: format)
      // Half of the PNG files have their checksums mended, so that damage reaches what they guard.
      if format == "png", round % 2 == 0 { mendChecksums(of: &bytes) }
      let decoder = Self.decoders[round % Self.decoders.count]
      let information = try? decoder.probe(Data(bytes))
      do throws(ImageFileError) {
        let image = try decoder.decode(Data(bytes))
        #expect(image.height * image.width <= Self.maximumPixels, "round \(round)")
        #expect(image.bytes.count == image.height * image.width * image.channels)
        #expect(information != nil, "round \(round)")
        if decoder.minimumSize == nil { #expect(information?.size == image.size) }
        readCount += 1
      } catch {
        refusals.insert(String(error.description.prefix(60)))
      }
    }
    #expect(readCount > Fuzz.rounds / 500)
    #expect(refusals.count > 5)
  }

  /// Sets the checksum of each chunk to that of its bytes.
  private func mendChecksums(of bytes: inout [UInt8]) {
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard end + 4 <= bytes.count else { return }
      let sum = checksum(bytes[place + 4..<end])
      for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
      place = end + 4
    }
  }
}
