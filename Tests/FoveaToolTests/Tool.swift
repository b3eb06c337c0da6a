import Foundation
import Testing

/// A folder that goes when the test is done.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// The built `fovea`, run as a user runs it.
struct Tool {
  /// What a run printed, and how it ended.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The last line of standard output, as a JSON object.
    func json() throws -> [String: Any] {
      let line = try #require(output.split(separator: "\n").last)
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return try #require(object as? [String: Any])
    }
  }

  let folder: URL
  var environment: [String: String] = [:]
  /// A program, with its arguments, that runs the tool; none where empty.
  var launcher: [String] = []

  /// The tool lies beside the test program.
  static func location() throws -> URL {
    let programs = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()]
    let candidates = programs.compactMap { $0 }.flatMap {
      [
        $0.appendingPathComponent("fovea"),
        $0.deletingLastPathComponent().appendingPathComponent("fovea"),
      ]
    }
    return try #require(
      candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) },
      "fovea is not beside the tests; build everything first")
  }

  /// Starts the tool; it writes into files of the folder.
  func start(_ arguments: [String], name: String = "run") throws -> Process {
    let process = Process()
    let line = launcher + [try Self.location().path] + arguments
    process.executableURL = URL(fileURLWithPath: line[0])
    process.arguments = Array(line.dropFirst())
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .filter { !["FOVEA_DATA", "NO_COLOR", "FOVEA_ISA"].contains($0.key) }
      .merging(environment) { $1 }
    for (suffix, isOutput) in [("out", true), ("err", false)] {
      let file = folder.appendingPathComponent("\(name).\(suffix)")
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  func outcome(of process: Process, name: String = "run") throws -> Outcome {
    process.waitUntilExit()
    func text(_ suffix: String) throws -> String {
      try String(
        contentsOf: folder.appendingPathComponent("\(name).\(suffix)"), encoding: .utf8)
    }
    return Outcome(
      status: process.terminationStatus, output: try text("out"), errors: try text("err"))
  }

  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  func run(_ arguments: [String]) throws -> Outcome {
    try outcome(of: start(arguments))
  }
}
