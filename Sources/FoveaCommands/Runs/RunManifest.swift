public import Foundation

/// How a training ended, or that it has not.
public enum RunOutcome: String, Hashable, Codable, Sendable, CaseIterable {
  /// It trains now.
  case running
  /// It did all that it was asked for.
  case completed
  /// It was asked to stop and kept a checkpoint.
  case stopped
  /// It ended with an error.
  case failed
  /// Its process ended without a word: killed, or the machine was switched off.
  case interrupted
}

/// One process that trained a run: the first, or one that went on.
public struct RunSession: Hashable, Codable, Sendable {
  /// When it started.
  public let started: Date
  /// When it ended; `nil` where it has not, or nobody was there to say.
  public internal(set) var ended: Date?
  /// How it ended; `running` too where its process was killed.
  public internal(set) var outcome: RunOutcome
  /// Why it failed.
  public internal(set) var reason: String?
  /// The steps that had been taken before.
  public let firstStep: Int
  /// The epochs in all that it was to come to.
  public let epochs: Int
  /// Where it ran.
  public let environment: RunEnvironment
  /// The user's own code in the folder where it was started; `nil` without a Git repository.
  public let code: CodeVersion?
}

/// Where a run comes from: all that is needed to train it again, besides its configuration.
public struct RunManifest: Hashable, Codable, Sendable {
  /// The version of the format.
  public let formatVersion: Int
  /// What a run keeps when its folder is moved or renamed.
  public let id: String
  /// What everything random comes from.
  public let seed: UInt64
  /// Every option by its name, defaults filled in; `none` for what is not done.
  public internal(set) var options: [String: String]
  /// What was learned from.
  public let data: DataFingerprint
  /// The SHA-256 of the file of weights that it started from; `nil` for random weights.
  public let startingWeights: String?
  /// The processes that trained it, in order.
  public internal(set) var sessions: [RunSession]

  /// The version of the format that is written.
  public static let currentVersion = 1

  /// Throws for what no run has, such as numbers that nothing can be computed with.
  func check() throws(CommandError) {
    guard 1...Self.currentVersion ~= formatVersion else {
      throw .option(
        "formatVersion", value: "\(formatVersion)", allowed: "1 to \(Self.currentVersion)")
    }
    for session in sessions {
      guard RunFile.steps.contains(session.firstStep) else {
        throw .option("firstStep", value: "\(session.firstStep)", allowed: "0 or more, below 2^53")
      }
      guard RunFile.epochs.contains(session.epochs) else {
        throw .option("epochs", value: "\(session.epochs)", allowed: "1 to 1000000")
      }
    }
  }

  /// Where the last process ran.
  public var environment: RunEnvironment? { sessions.last?.environment }
  /// When the first process started.
  public var started: Date? { sessions.first?.started }
  /// When the last process ended.
  public var ended: Date? { sessions.last?.ended }
}
