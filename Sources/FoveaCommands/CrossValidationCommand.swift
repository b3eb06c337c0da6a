import Foundation
public import FoveaTraining

/// Trains once for each of several parts of the images: on the others, validated on it.
///
/// Each part has a run folder of its own, `fold-1` and so on. Parts that are done are not trained again where it goes on.
/// Images that a dataset keeps for testing take no part.
public struct CrossValidationCommand: Hashable, Codable, Sendable {
  /// The training of each part, without its output; `maxMinutes` holds for all together.
  public var training: TrainCommand
  /// How many parts.
  public var folds: Int
  /// Whether each part has its share of each class.
  public var isStratified: Bool
  /// The folder of all runs; a new one under `runs/train` where left out.
  public var output: String?

  /// Asks for a training of each part.
  public init(
    _ training: TrainCommand, folds: Int = 5, isStratified: Bool = true, output: String? = nil
  ) {
    self.training = training
    self.folds = folds
    self.isStratified = isStratified
    self.output = output
  }

  /// What the file is called that says what was asked for.
  static let fileName = "cross-validation.json"
  /// What the file of the report is called.
  static let resultName = "result.json"

  /// Reads what was asked for in a folder, to go on there.
  ///
  /// - Throws: `CommandError.missing` or `damaged`.
  public init(resuming folder: String) throws(CommandError) {
    self = try RunSeries.read(
      Self.self, from: folder, file: Self.fileName, kind: "cross-validation")
    output = folder
  }

  /// What happens while it runs.
  public enum Event: Sendable {
    /// A part begins, or its earlier result is taken; parts count from 1.
    case foldBegan(Int, of: Int, run: String)
    /// Something happens before a part's training.
    case preparing(TrainPreparation)
    /// A part is done.
    case foldEnded(Fold)
  }

  /// Trains the parts that are not done.
  ///
  /// - Parameters:
  ///   - observers: Told what happens in each training; they may stop all.
  ///   - observe: Told what happens around them, also from other threads.
  /// - Returns: What came out, also where it was stopped.
  /// - Throws: `CommandError` for a wrong request, else what trainings throw.
  public nonisolated(nonsending) func run(
    observers: [any TrainingObserver] = [], observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) async throws -> Report {
    guard 2...DataFold.largestCount ~= folds else {
      throw CommandError.option(
        "--folds", value: "\(folds)", allowed: "2 to \(DataFold.largestCount)")
    }
    guard training.images.fold == nil else {
      throw CommandError.conflict("--fold", reason: "all folds are trained; leave it out")
    }
    let configuration = try TrainConfiguration(trainCommand(fold: 1, output: nil))
    let limit = try SeriesLimit(minutes: training.maxMinutes)
    var request = self
    request.output = nil
    request.training.maxMinutes = nil
    let folder = try RunSeries.folder(
      at: output, name: "folds-\(configuration.model)-\(configuration.datasetTitle)",
      file: Self.fileName, request: request)
    var done: [Fold] = []
    for number in 1...folds {
      let url = folder.appendingPathComponent("fold-\(number)")
      let run = RunFolder(url)
      observe(.foldBegan(number, of: folds, run: url.path))
      let report: TrainReport
      if let earlier = run.finishedReport() {
        report = earlier
      } else {
        var command = trainCommand(fold: number, output: url.path)
        if run.hasConfiguration {
          command = training.resumed(in: url.path)
        }
        report = try await command.run(observers: observers + [limit]) { observe(.preparing($0)) }
      }
      guard !report.wasStopped else {
        return Report(folds: done, of: folds, folder: folder.path)
      }
      let fold = Fold(number, report)
      done.append(fold)
      observe(.foldEnded(fold))
    }
    let report = Report(folds: done, of: folds, folder: folder.path)
    try RunFolder(folder).write(report, to: folder.appendingPathComponent(Self.resultName))
    return report
  }

  private func trainCommand(fold: Int, output: String?) -> TrainCommand {
    var command = training
    command.images.fold = DataFold(fold, of: folds, isStratified: isStratified)
    command.output = output
    command.isResumed = false
    command.maxMinutes = nil
    return command
  }
}

extension CrossValidationCommand {
  /// What came out for one part.
  public struct Fold: Hashable, Codable, Sendable {
    /// Which part, from 1.
    public let fold: Int
    /// The share of its images whose class was found after the last epoch, 0 to 1.
    public let accuracy: Double?
    /// The mean loss of its images after the last epoch.
    public let loss: Double?
    /// How many epochs were trained.
    public let epochs: Int
    /// How long the training took; of one that was interrupted, since it last went on.
    public let seconds: Double
    /// The run's folder.
    public let run: String

    init(_ fold: Int, _ report: TrainReport) {
      self.fold = fold
      accuracy = report.accuracy
      loss = report.epochs.last?.validationLoss
      epochs = report.epochs.count
      seconds = report.seconds
      run = report.run
    }
  }

  /// A number's mean and spread over the parts.
  public struct Spread: Hashable, Codable, Sendable {
    /// The mean.
    public let mean: Double
    /// The standard deviation of the sample, with one less than the number of parts; 0 for a single one.
    public let deviation: Double

    /// Measures some numbers; `nil` for none.
    public init?(_ numbers: [Double]) {
      guard !numbers.isEmpty else { return nil }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      deviation = (squares / Double(max(numbers.count - 1, 1))).squareRoot()
    }
  }

  /// What came out.
  public struct Report: Hashable, Codable, Sendable {
    /// The parts that are done, in order.
    public let folds: [Fold]
    /// How many parts there are.
    public let foldCount: Int
    /// The accuracy over the parts that are done.
    public let accuracy: Spread?
    /// The loss over the parts that are done.
    public let loss: Spread?
    /// The folder of all runs.
    public let folder: String

    /// Whether it was stopped before all parts were done.
    public var wasStopped: Bool { folds.count < foldCount }

    init(folds: [Fold], of foldCount: Int, folder: String) {
      self.folds = folds
      self.foldCount = foldCount
      accuracy = Spread(folds.compactMap(\.accuracy))
      loss = Spread(folds.compactMap(\.loss))
      self.folder = folder
    }
  }
}
