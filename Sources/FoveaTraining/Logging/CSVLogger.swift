public import Foundation
import FoveaFormats

/// Writes a table with a row a step and one with a row an epoch.
///
/// A step's row is in the file before the training goes on, an epoch's before its checkpoint, so that a
/// killed process leaves at least what its checkpoint has.
public final class CSVLogger: TrainingLogger {
  public private(set) var failure: (any Error)?
  /// The steps of the table, in order, with those of earlier runs.
  public private(set) var steps: [StepRecord]
  /// The epochs of the table, in order, with those of earlier runs.
  public private(set) var epochs: [EpochRecord]

  private let stepsFile: LineFile
  private let metricsURL: URL
  private let metrics: [String]

  /// Brings the tables to where a training stands: what is past that is dropped, all where it has not
  /// begun.
  ///
  /// - Parameters:
  ///   - steps: The file with a row a step, columns `StepRecord.csvHeader`.
  ///   - epochs: The file with a row an epoch, columns `epoch,train_loss,validation_loss`, the
  ///     metrics and `seconds`.
  ///   - metrics: The names of the metrics.
  ///   - progress: How far the training is; `nil` at its start.
  /// - Throws: `FileWriteError`, or what the system says.
  public init(
    steps: URL, epochs: URL, metrics: [String] = [Metric.accuracy.name],
    after progress: TrainingProgress? = nil
  ) throws {
    let taken = progress?.step ?? 0
    self.epochs = progress?.finishedEpochs ?? []
    self.steps =
      taken == 0
      ? []
      : LineFile.lines(of: steps).lazy.compactMap { StepRecord(csvRow: $0) }
        .filter { $0.step < taken }
    self.metrics = metrics
    metricsURL = epochs
    stepsFile = try LineFile(
      steps, lines: [StepRecord.csvHeader] + self.steps.map(\.csvRow))
    try writeEpochs()
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    do {
      switch event {
      case .stepEnded(let record):
        steps.append(record)
        try stepsFile.append(record.csvRow)
      case .epochEnded(let record):
        epochs.append(record)
        try stepsFile.synchronize()
        try writeEpochs()
      case .began, .epochBegan, .imagesSkipped, .updateSkipped, .normalizationsRead,
        .validationBegan,
        .ended:
        break
      }
    } catch {
      failure = failure ?? error
    }
    return failure == nil ? .proceed : .stop
  }

  private func writeEpochs() throws {
    let header = (["epoch", "train_loss", "validation_loss"] + metrics + ["seconds"])
      .joined(separator: ",")
    let rows = epochs.map { epoch in
      let numbers =
        [epoch.trainingLoss, epoch.validationLoss] + metrics.map { epoch.metrics[$0] }
        + [epoch.seconds]
      return (["\(epoch.epoch + 1)"] + numbers.map { $0.map { "\($0)" } ?? "" })
        .joined(separator: ",")
    }
    try AtomicFile.write(
      Data(([header] + rows).map { $0 + "\n" }.joined().utf8), to: metricsURL)
  }
}
