import Foundation

/// Files of a run's folder, which anybody may have changed.
enum RunFile {
  /// More than any configuration, manifest or result has.
  static let mostJSONBytes = 16 << 20
  /// More than a table of ten million steps has.
  static let mostTableBytes = 1 << 30

  /// The epochs that a run can have.
  static let epochs = 1...1_000_000
  /// The steps that a run can have, from 0.
  static let steps = 0..<(1 << 53)

  /// Reads a plain file that is no larger than `limit`.
  ///
  /// - Throws: `CommandError.damaged` where it is larger or something else than a file.
  static func read(_ file: URL, limit: Int) throws -> Data {
    let attributes = try FileManager.default.attributesOfItem(
      atPath: file.resolvingSymlinksInPath().path)
    // A named pipe would keep whoever reads it waiting.
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw CommandError.damaged(file: file.path, reason: "it is no plain file")
    }
    guard let size = attributes[.size] as? Int, size <= limit else {
      throw CommandError.damaged(
        file: file.path, reason: "it has more than \(limit >> 20) MiB")
    }
    return try Data(contentsOf: file)
  }

  /// The lines of a table; none where it cannot be read.
  static func lines(_ file: URL) -> [Substring] {
    guard let data = try? read(file, limit: mostTableBytes) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  /// The size and time of a file, as a text that changes with it.
  static func stamp(_ file: URL) -> String {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    else { return "-" }
    let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(attributes[.size] as? Int ?? 0)@\(time)"
  }
}
