import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

/// Operations, and what Pillow and torchvision make of them.
@Suite struct ImageOperationTests {
  struct Entry: Decodable {
    let name: String
    let operation: ImageOperation
    let height: Int
    let width: Int
  }

  static let entries: [Entry] = {
    struct Manifest: Decodable { let entries: [Entry] }
    do {
      let data = try Data(contentsOf: ImageGolden.url("transforms/transforms.json"))
      return try JSONDecoder().decode(Manifest.self, from: data).entries
    } catch {
      Issue.record(error)
      return []
    }
  }()

  static func source() throws -> RasterImage { try ImageGolden.pixels("transforms/source") }

  /// None was found on Linux; sines and exponentials of another system may round otherwise.
  static func tolerance(_ operation: ImageOperation) -> Int {
    switch operation {
    case .affine, .perspective, .blur: 1
    default: 0
    }
  }

  @Test func `results are Pillow's and torchvision's`() throws {
    let source = try Self.source()
    let results = try ImageGolden.pixels("transforms/results").bytes
    #expect(Self.entries.count > 60)
    var start = 0
    for entry in Self.entries {
      let end = start + 3 * entry.height * entry.width
      let expected = try RasterImage(
        height: entry.height, width: entry.width, channels: 3, bytes: Array(results[start..<end]))
      start = end
      let actual = try entry.operation.applied(to: source)
      expectClose(actual, expected, tolerance: Self.tolerance(entry.operation), entry.name)
      #expect(try entry.operation.size(of: source.size) == actual.size)
    }
    #expect(start == results.count)
  }
}
