import Foundation
import FoveaData
import FoveaFormats
import FoveaTraining

/// Keeps a run's manifest true while it trains, and its folder locked.
final class RunRecord {
  private let folder: RunFolder
  private let lock: RunLock
  private var manifest: RunManifest
  private let project: URL?

  /// Begins a run, or goes on with one.
  ///
  /// - Parameters:
  ///   - earlier: The manifest of the run that goes on, where it has one.
  ///   - data: What it learns from.
  ///   - firstStep: The steps that were taken before.
  ///   - project: The folder whose runs database gets to know of the run; `nil` for none.
  /// - Throws: What files throw.
  init(
    _ folder: RunFolder, lock: RunLock, earlier: RunManifest?, configuration: TrainConfiguration,
    data: DataFingerprint, firstStep: Int, project: URL?
  ) throws {
    let environment = try RunEnvironment.current(threads: configuration.threads)
    let code = CodeVersion.of(
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
    let session = RunSession(
      started: Date(), ended: nil, outcome: .running, reason: nil, firstStep: firstStep,
      epochs: configuration.epochs, environment: environment, code: code)
    self.folder = folder
    self.lock = lock
    self.project = project
    // What goes on does not need them, and they may be gone.
    let isNew = earlier == nil && firstStep == 0
    let weights = isNew ? try Self.startingWeights(configuration) : nil
    var manifest =
      earlier
      ?? RunManifest(
        formatVersion: RunManifest.currentVersion, id: UUID().uuidString.lowercased(),
        seed: configuration.seed, options: [:], data: data,
        startingWeights: weights, sessions: [])
    manifest.options = configuration.options
    manifest.sessions.append(session)
    self.manifest = manifest
    try write()
  }

  /// Says how the process's training ended.
  ///
  /// - Throws: `FileWriteError`.
  func end(_ outcome: RunOutcome, reason: String? = nil) throws {
    let last = manifest.sessions.count - 1
    manifest.sessions[last].ended = Date()
    manifest.sessions[last].outcome = outcome
    manifest.sessions[last].reason = reason
    try write()
  }

  private func write() throws {
    try folder.write(manifest, to: folder.manifest)
    // The folder is the truth: who lists runs finds it there, also where the database cannot be written.
    if let project { try? RunIndex(project: project).register(folder) }
  }

  /// The checksum of the weights that a training starts from.
  static func startingWeights(_ configuration: TrainConfiguration) throws -> String? {
    guard let source = configuration.transfer?.source else { return nil }
    let file = try Checkpoint.file(requested: source, isBest: false)
    return Checksum.sha256(try Data(contentsOf: file, options: .mappedIfSafe))
  }
}

extension RunFolder {
  /// The manifest of a run that goes on after some steps; `nil` where there is none.
  ///
  /// - Throws: `CommandError.damaged`; `dataChanged` where it would go on with other images.
  func manifest(goingOnAt step: Int, with data: DataFingerprint) throws(CommandError)
    -> RunManifest?
  {
    guard FileManager.default.fileExists(atPath: manifest.path) else { return nil }
    let earlier = try readManifest()
    if step > 0, let change = data.difference(from: earlier.data) {
      throw .dataChanged(
        run: url.path, change: change,
        remedy: "put the images back as they were, or start a new run")
    }
    return earlier
  }
}
