import Foundation

/// The state of the user's own code: the Git repository that a folder belongs to.
public struct CodeVersion: Hashable, Codable, Sendable {
  /// The commit's name in hexadecimal.
  public let commit: String
  /// Whether tracked files differ from the commit; `nil` where that cannot be found out.
  public let isDirty: Bool?

  /// The repository of a folder; `nil` where it is in none, or there is no `git`.
  static func of(_ folder: URL) -> CodeVersion? {
    guard let commit = git(["rev-parse", "--verify", "HEAD"], in: folder),
      (7...64).contains(commit.count), commit.allSatisfy(\.isHexDigit)
    else { return nil }
    let changes = git(["status", "--porcelain", "--untracked-files=no"], in: folder)
    return CodeVersion(commit: commit, isDirty: changes.map { !$0.isEmpty })
  }

  /// What `git` answers, or `nil` where it fails.
  private static func git(_ arguments: [String], in folder: URL) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Asks only: takes no locks, and starts no monitor that the repository's settings name.
    process.arguments =
      ["git", "--no-optional-locks", "-c", "core.fsmonitor=false"] + arguments
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      guard process.terminationReason == .exit, process.terminationStatus == 0 else { return nil }
      return String(decoding: text, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    } catch { return nil }
  }
}

extension CodeVersion: CustomStringConvertible {
  public var description: String {
    String(commit.prefix(12)) + (isDirty == true ? ", with changes" : "")
  }
}
