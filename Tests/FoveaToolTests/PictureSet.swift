import Foundation

/// A folder of small grey pictures with a folder for each class.
struct PictureSet {
  let url: URL

  init(_ url: URL) throws {
    self.url = url
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Writes pictures of each class, about as bright as its level.
  func fill(_ levels: [String: Int], count: Int, side: Int = 28) throws {
    for (name, level) in levels {
      for number in 0..<count { try write(name, number: number, level: level, side: side) }
    }
  }

  func write(_ name: String, number: Int, level: Int, side: Int = 28) throws {
    let folder = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let pixels = (0..<side * side).map { UInt8((level + ($0 * 7 + number * 31) % 60) % 256) }
    try (Data("P5 \(side) \(side) 255\n".utf8) + Data(pixels))
      .write(to: folder.appendingPathComponent("\(number).pgm"))
  }
}
