import Foundation
public import FoveaTraining

/// Trains with different settings and tells which are best.
///
/// Each training has a run folder of its own, `trial-1` and so on, and what was trained already is not trained again where it goes on.
/// The best was chosen by the validation images: another set tells how good it is on images that nobody chose by.
public struct SweepCommand: Hashable, Codable, Sendable {
  /// What is tried.
  public var space: SearchSpace
  /// The arguments of `fovea train` that all trainings share.
  public var shared: [String]
  /// How it goes through the space.
  public var strategy: SweepStrategy
  /// What the best is chosen by.
  public var measure: BestMeasure
  /// What random settings are drawn from.
  public var seed: UInt64
  /// The folder of all runs; a new one under `runs/train` where left out.
  public var output: String?

  /// Asks for trainings.
  public init(
    _ space: SearchSpace, shared: [String], strategy: SweepStrategy = .grid,
    measure: BestMeasure = .accuracy, seed: UInt64 = 0, output: String? = nil
  ) {
    self.space = space
    self.shared = shared
    self.strategy = strategy
    self.measure = measure
    self.seed = seed
    self.output = output
  }

  static let fileName = "sweep.json"
  static let trialsName = "trials.json"
  static let resultName = "result.json"

  /// Reads what was asked for in a folder, to go on there.
  ///
  /// - Throws: `CommandError.missing` or `damaged`.
  public init(resuming folder: String) throws(CommandError) {
    self = try RunSeries.read(Self.self, from: folder, file: Self.fileName, kind: "sweep")
    do { try space.check() } catch {
      let file = URL(fileURLWithPath: folder).appendingPathComponent(Self.fileName)
      throw .damaged(file: file.path, reason: "\(error)")
    }
    output = folder
  }

  /// What happens while it runs.
  public enum Event: Sendable {
    /// All trainings are known, and how many epochs are left to train.
    case planned([SweepTrial], epochs: Int, folder: String)
    /// A training begins or goes on, up to an epoch.
    case trialBegan(SweepTrial, epochs: Int)
    /// Something happens before a training.
    case preparing(TrainPreparation)
    /// A training came to the epoch, or failed; and how many epochs are left to train in all.
    case trialEnded(SweepTrial, epochsLeft: Int)
  }

  /// The settings of each training, in order.
  ///
  /// - Throws: `CommandError` where they are too many.
  public func settings() throws(CommandError) -> [[SearchSpace.Setting]] {
    try strategy.trials(of: space, seed: seed)
  }

  /// Trains what is not trained yet.
  ///
  /// - Parameters:
  ///   - training: Makes a training of arguments of `fovea train`: the shared ones and those of a trial.
  ///   - observers: Told what happens in each training; they may stop all.
  ///   - observe: Told what happens around them, also from other threads.
  /// - Returns: What came out, also where it was stopped.
  /// - Throws: `CommandError` for a wrong request, before anything is trained; what trainings throw, but for
  ///   a loss that is no number, which is a trial's result.
  public nonisolated(nonsending) func run(
    training: ([String]) throws -> TrainCommand, observers: [any TrainingObserver] = [],
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) async throws -> SweepReport {
    let all = try settings()
    var commands: [TrainCommand] = []
    var configurations: [TrainConfiguration] = []
    var minutes: Double?
    for settings in all {
      var command = try training(shared + settings.flatMap(\.arguments))
      (minutes, command.maxMinutes) = (command.maxMinutes, nil)
      configurations.append(try TrainConfiguration(command))
      commands.append(command)
    }
    guard let first = configurations.first else {
      throw CommandError.missing("what is to be tried", remedy: "give an option several values")
    }
    let epochs = configurations.map(\.epochs).max() ?? first.epochs
    if case .halving = strategy, configurations.contains(where: { $0.epochs != epochs }) {
      throw CommandError.conflict(
        "--epochs", reason: "halving settles how long each training is; give one number")
    }
    try strategy.check(epochs: epochs)
    let limit = try SeriesLimit(minutes: minutes)
    var request = self
    request.output = nil
    let folder = try RunSeries.folder(
      at: output, name: "sweep-\(first.model)-\(first.datasetTitle)", file: Self.fileName,
      request: request)
    var state = SweepState(
      folder: folder, trials: try Self.trials(all, in: folder), configurations: configurations,
      rungs: strategy.rungs(trials: all.count, epochs: epochs), measure: measure)
    observe(.planned(state.trials, epochs: state.epochsLeft, folder: folder.path))

    func report(wasStopped: Bool) -> SweepReport {
      SweepReport(state.trials, of: self, folder: folder.path, wasStopped: wasStopped)
    }
    while let next = state.next() {
      let trial = state.trials[next.index]
      observe(.trialBegan(trial, epochs: next.epochs))
      var command = commands[next.index]
      command.output = trial.run
      if RunFolder(URL(fileURLWithPath: trial.run)).hasConfiguration {
        command = command.resumed(in: trial.run)
      }
      do {
        let outcome = try await command.run(
          observers: observers + [limit, EpochLimit(next.epochs)]
        ) { observe(.preparing($0)) }
        guard !outcome.wasStopped || outcome.epochs.count >= next.epochs else {
          return report(wasStopped: true)
        }
        try state.finish(next.index, outcome)
      } catch let failure as TrainingError {
        guard case .notFinite = failure else { throw failure }
        try state.fail(next.index, reason: "\(failure)")
      }
      observe(.trialEnded(state.trials[next.index], epochsLeft: state.epochsLeft))
    }
    let result = report(wasStopped: false)
    try RunFolder(folder).write(result, to: folder.appendingPathComponent(Self.resultName))
    return result
  }

  /// The trainings as they were left, or new ones.
  private static func trials(
    _ settings: [[SearchSpace.Setting]], in folder: URL
  ) throws(CommandError) -> [SweepTrial] {
    let digits = String(settings.count).count
    let new = settings.enumerated().map { index, settings in
      let number = String(index + 1)
      let name = "trial-" + String(repeating: "0", count: digits - number.count) + number
      return SweepTrial(
        number: index + 1, settings: settings, run: folder.appendingPathComponent(name).path)
    }
    let file = folder.appendingPathComponent(trialsName)
    guard FileManager.default.fileExists(atPath: file.path) else { return new }
    let known = try RunSeries.read(
      [SweepTrial].self, from: folder.path, file: trialsName, kind: "sweep")
    guard known.flatMap(\.results).allSatisfy({ RunFile.epochs.contains($0.epochs) }) else {
      throw .damaged(file: file.path, reason: "a training has an impossible number of epochs")
    }
    return zip(new, known).map { new, known in
      var trial = new
      trial.results = known.results
      trial.failure = known.failure
      return trial
    } + new.dropFirst(known.count)
  }
}

/// Stops a training after an epoch, which it may have passed already.
private final class EpochLimit: TrainingObserver {
  private let epochs: Int

  init(_ epochs: Int) { self.epochs = epochs }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .began(let outline):
      epochs < outline.epochs && outline.firstStep >= epochs * outline.stepsPerEpoch
        ? .stop : .proceed
    case .epochEnded(let record):
      record.epoch + 1 >= epochs ? .stop : .proceed
    default: .proceed
    }
  }
}
