import Foundation
import FoveaFormats

/// An observer that writes what it is told into files, and stops the training where it cannot.
public protocol TrainingLogger: TrainingObserver {
  /// Why writing failed; the training is stopped then.
  var failure: (any Error)? { get }
}

/// Writes something of a log, and says of which file where it fails.
func writingLog<Result>(_ url: URL, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as FileWriteError {
    throw error
  } catch {
    throw TrainingError.log(file: url.path, problem: error.localizedDescription)
  }
}

/// A text file that grows line by line.
struct LineFile {
  private let url: URL
  private let file: FileHandle

  /// Begins a file with some lines, in place of what was there.
  init(_ url: URL, lines: [String]) throws {
    self.url = url
    file = try writingLog(url) {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try AtomicFile.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: url)
      let file = try FileHandle(forWritingTo: url)
      try file.seekToEnd()
      return file
    }
  }

  func append(_ line: String) throws {
    try writingLog(url) { try file.write(contentsOf: Data((line + "\n").utf8)) }
  }

  func synchronize() throws { try writingLog(url) { try file.synchronize() } }

  /// The lines of a file; none where it cannot be read.
  static func lines(of url: URL) -> [Substring] {
    ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(separator: "\n")
  }
}
