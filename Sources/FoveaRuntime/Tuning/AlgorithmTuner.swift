public import Foundation
import Synchronization

/// Remembers which algorithm was fastest for each convolution, on this processor.
///
/// A plan asks only where its model of the work leaves a choice open; what is asked for the first time
/// is timed, and written to a file where there is one. So the same choice, and with it the same bits,
/// comes back in every later run.
public final class AlgorithmTuner: Sendable {
  private let file: URL?
  private let known: Mutex<[String: String]>

  /// Files beyond this are not a tuner's.
  static let largestFile = 4 << 20

  /// Starts with the choices of `file`, if there is such a file and it holds choices.
  ///
  /// - Parameter file: Where choices are kept; `nil` for this process alone.
  public init(file: URL? = nil) {
    self.file = file
    known = Mutex(file.flatMap(Self.read) ?? [:])
  }

  /// A tuner that keeps its choices in the user's cache folder, in a file for this kind of processor;
  /// `nil` where the environment variable `FOVEA_TUNING` is `off`.
  public static func chosen() -> AlgorithmTuner? {
    let environment = ProcessInfo.processInfo.environment
    if environment["FOVEA_TUNING"] == "off" { return nil }
    let folder =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
    let name = String(Processor.name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
    return AlgorithmTuner(file: folder.appendingPathComponent("fovea/algorithms-\(name).json"))
  }

  /// The choices so far: a convolution's description, and its algorithm's name.
  public var choices: [String: String] { known.withLock { $0 } }

  /// Takes over choices that another run has made, in place of its own.
  public func adopt(_ choices: [String: String]) {
    known.withLock { $0.merge(choices) { _, new in new } }
  }

  func choice(for key: String) -> String? { known.withLock { $0[key] } }

  func record(_ choice: String, for key: String) {
    let all = known.withLock { known in
      known[key] = choice
      return known
    }
    if let file { Self.write(all, to: file) }
  }

  private static func read(_ file: URL) -> [String: String]? {
    guard
      let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize,
      size <= largestFile, let data = try? Data(contentsOf: file)
    else { return nil }
    return try? JSONDecoder().decode([String: String].self, from: data)
  }

  /// A cache that cannot be written is no error: the next run times again.
  private static func write(_ choices: [String: String], to file: URL) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    guard let data = try? encoder.encode(choices) else { return }
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? data.write(to: file, options: .atomic)
  }
}

/// The processor that this process runs on.
public enum Processor {
  /// The model's name as the system tells it, or the architecture's.
  public static let name: String = {
    #if os(Linux)
    let information =
      (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let line = information.first { $0.hasPrefix("model name") }
    if let value = line?.split(separator: ":").last {
      return value.trimmingCharacters(in: .whitespaces)
    }
    #endif
    #if arch(arm64)
    return "arm64"
    #else
    return "x86_64"
    #endif
  }()
}
