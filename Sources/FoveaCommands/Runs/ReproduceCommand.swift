import Foundation
import FoveaTensors
public import FoveaTraining

/// Trains a run again and says whether the same came out, bit for bit.
public struct ReproduceCommand: Hashable, Codable, Sendable {
  /// The run's folder, or its name in the project.
  public var name: String
  /// The folder of the second training; one beside the run's where left out.
  public var output: String?
  /// Whether it goes on where the data are not those of the run.
  public var allowsChangedData = false
  /// Threads, which change no result; those of the run where left out.
  public var threads: Int?
  /// Where the dataset's files are; where the run had them where left out.
  public var data: String?
  /// The project's folder, whose runs database gets to know of the second training.
  public var project: String

  /// Asks for a second training.
  public init(_ name: String, project: String = ".") {
    self.name = name
    self.project = project
  }

  /// A part of a training that was to come to the same number of epochs throughout.
  struct Phase: Hashable {
    let firstStep: Int
    let epochs: Int
  }

  /// The parts that the result of some processes consists of.
  ///
  /// A process that was killed may have taken steps past its checkpoint, which the next one took anew.
  static func phases(_ sessions: [RunSession]) -> [Phase] {
    var phases: [Phase] = []
    for session in sessions {
      phases.removeAll { $0.firstStep >= session.firstStep }
      if phases.last?.epochs != session.epochs {
        phases.append(Phase(firstStep: session.firstStep, epochs: session.epochs))
      }
    }
    return phases
  }

  /// Trains and compares.
  ///
  /// - Parameters:
  ///   - observers: Told what happens in the loop; they may stop it.
  ///   - preparation: Told what happens before it, also from other threads.
  /// - Throws: `CommandError` for a wrong request, for a run that cannot be trained again, and for data
  ///   that have changed; what a training throws.
  public nonisolated(nonsending) func run(
    observers: [any TrainingObserver] = [],
    preparation: @escaping @Sendable (TrainPreparation) -> Void = { _ in }
  ) async throws -> ReproductionReport {
    let folder = try RunIndex.find(name, project: project)
    if RunLock.isHeld(folder) { throw CommandError.training(folder.url.path) }
    let configuration = try folder.readConfiguration()
    let manifest = try folder.readManifest()
    guard FileManager.default.fileExists(atPath: folder.checkpoint.path) else {
      throw CommandError.nothingToReproduce(folder.url.path)
    }
    let original = try Checkpoint(contentsOf: folder.checkpoint)
    guard let progress = original.progress, progress.step > 0 else {
      throw CommandError.nothingToReproduce(folder.url.path)
    }
    if let weights = manifest.startingWeights, !allowsChangedData {
      let source = configuration.transfer?.source ?? "the file"
      let found = try? RunRecord.startingWeights(configuration)
      guard found == weights else {
        throw CommandError.dataChanged(
          run: folder.url.path,
          change: "\(source), which it started from, "
            + (found == nil ? "cannot be read" : "has other weights"), remedy: ExpectedData.remedy)
      }
    }

    let reproduction = RunFolder(URL(fileURLWithPath: output ?? Self.freeFolder(beside: folder)))
    var command = TrainCommand(configuration)
    command.output = reproduction.url.path
    command.threads = threads ?? configuration.threads
    command.data = data ?? configuration.data
    command.project = project
    command.algorithms = original.algorithms
    command.expectedData =
      allowsChangedData ? nil : ExpectedData(manifest.data, run: folder.url.path)
    let phases = Self.phases(manifest.sessions)
    for (index, phase) in phases.enumerated() {
      command.isResumed = index > 0
      command.epochs = phase.epochs
      let end =
        index + 1 < phases.count
        ? phases[index + 1].firstStep : progress.step
      // What ends by itself needs nobody who stops it.
      let total = phase.epochs * progress.stepsPerEpoch
      let stop = end < total ? StopAfter(step: end, stepsPerEpoch: progress.stepsPerEpoch) : nil
      let report = try await command.run(
        observers: observers + [stop].compactMap(\.self), preparation: preparation)
      guard !report.wasStopped || stop?.hasStopped == true else {
        throw CommandError.reproductionStopped(reproduction.url.path)
      }
      command.expectedData = nil
    }
    return try Self.report(
      folder, manifest, original, reproduction, steps: progress.step)
  }

  private static func report(
    _ folder: RunFolder, _ manifest: RunManifest, _ original: Checkpoint,
    _ reproduction: RunFolder, steps: Int
  ) throws -> ReproductionReport {
    let second = try reproduction.readManifest()
    let log = ReproductionReport.firstDifference(
      folder.readSteps().filter { $0.step < steps }, reproduction.readSteps())
    let weights = ReproductionReport.differences(
      original, try Checkpoint(contentsOf: reproduction.checkpoint))
    var conditions: [ReproductionReport.Condition] = []
    for environment in manifest.sessions.map(\.environment) {
      guard let now = second.environment else { break }
      for condition in ReproductionReport.conditions(environment, now)
      where !conditions.contains(condition) { conditions.append(condition) }
    }
    return ReproductionReport(
      run: folder.url.path, reproduction: reproduction.url.path,
      isEqual: log.difference == nil && weights.differences.isEmpty, steps: log.compared,
      firstStep: log.difference, tensors: weights.compared,
      differentTensors: weights.differences.count, firstTensor: weights.differences.first,
      conditions: conditions, data: second.data.difference(from: manifest.data))
  }

  private static func freeFolder(beside run: RunFolder) -> String {
    let parent = run.url.deletingLastPathComponent()
    let name = run.url.lastPathComponent + "-reproduced"
    var number = 1
    while true {
      let url = parent.appendingPathComponent(number == 1 ? name : "\(name)\(number)")
      if !FileManager.default.fileExists(atPath: url.path) { return url.path }
      number += 1
    }
  }
}

/// The data that a training must have, which another run had.
struct ExpectedData: Hashable, Codable {
  static let remedy =
    "put them back as they were, or train all the same with --allow-changed-data"

  private let fingerprint: DataFingerprint
  private let run: String

  init(_ fingerprint: DataFingerprint, run: String) {
    self.fingerprint = fingerprint
    self.run = run
  }

  /// - Throws: `CommandError.dataChanged`.
  func check(_ found: DataFingerprint) throws(CommandError) {
    guard let change = found.difference(from: fingerprint) else { return }
    throw .dataChanged(
      run: run, change: change, remedy: Self.remedy)
  }
}

/// Stops a training where another one was stopped.
private final class StopAfter: TrainingObserver {
  private let step: Int
  private let stepsPerEpoch: Int
  private(set) var hasStopped = false

  init(step: Int, stepsPerEpoch: Int) {
    self.step = step
    self.stepsPerEpoch = stepsPerEpoch
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    let isEpoch = step % stepsPerEpoch == 0
    switch event {
    case .stepEnded(let record) where !isEpoch && record.step + 1 == step: hasStopped = true
    case .epochEnded(let record) where isEpoch && (record.epoch + 1) * stepsPerEpoch == step:
      hasStopped = true
    default: return .proceed
    }
    return .stop
  }
}
