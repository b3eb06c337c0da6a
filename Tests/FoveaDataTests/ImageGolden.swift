import Foundation
import FoveaData
import FoveaTensors
import Testing

/// Files that Pillow wrote, and the pixels that it reads in them.
enum ImageGolden {
  struct Entry: Decodable {
    let file: String
    let channels: Int
  }

  static let entries: [Entry] = {
    struct Manifest: Decodable { let entries: [Entry] }
    guard let data = try? Data(contentsOf: url("images/images.json")) else { return [] }
    return (try? JSONDecoder().decode(Manifest.self, from: data).entries) ?? []
  }()

  static func url(_ name: String) -> URL {
    (Bundle.module.resourceURL ?? URL(fileURLWithPath: ""))
      .appendingPathComponent("Golden/\(name)")
  }

  static func bytes(_ name: String) throws -> Data { try Data(contentsOf: url("images/\(name)")) }

  /// Recorded pixels: PGM or PPM, alpha in a file beside it.
  static func pixels(_ name: String, alpha: Bool = false) throws -> RasterImage {
    let colours = try RasterImage(Netpbm.read(contentsOf: url("\(name).pnm")))
    guard alpha else { return colours }
    let alpha = try RasterImage(Netpbm.read(contentsOf: url("\(name).alpha.pnm")))
    var bytes = try colours.converted(toChannels: 4).bytes
    for (pixel, level) in alpha.bytes.enumerated() { bytes[4 * pixel + 3] = level }
    return try RasterImage(
      height: colours.height, width: colours.width, channels: 4, bytes: bytes)
  }
}

/// Fails once, at the worst byte; another size never passes.
func expectClose(
  _ actual: RasterImage, _ expected: RasterImage, tolerance: Int, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.size == expected.size, actual.channels == expected.channels else {
    Issue.record(
      "\(what): \(actual.size)×\(actual.channels), not \(expected.size)×\(expected.channels)",
      sourceLocation: sourceLocation)
    return
  }
  let distances = zip(actual.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }
  let worst = distances.indices.max { distances[$0] < distances[$1] } ?? 0
  guard distances[worst] > tolerance else { return }
  let count = distances.count { $0 > tolerance }
  Issue.record(
    """
    \(what): byte \(worst) (row \(worst / actual.channels / actual.width)) is \
    \(actual.bytes[worst]), not \(expected.bytes[worst]); \(count) of \(distances.count) differ by \
    more than \(tolerance)
    """, sourceLocation: sourceLocation)
}
