import Foundation
import FoveaDrawing
import FoveaFormats
import FoveaTraining

/// Keeps a run folder's tables and charts up to date while a training runs.
///
/// A step's row is in the file before the training goes on, an epoch's rows before its checkpoint, so
/// that a killed process leaves at least what its checkpoint has; `init` drops what is past that.
final class RunWriter: TrainingObserver {
  /// Why writing failed; the training is stopped then.
  private(set) var failure: (any Error)?

  private let folder: RunFolder
  private let title: String
  private let loss: Loss
  private var steps: [StepRecord]
  private var epochs: [EpochRecord]
  private let stepsPerEpoch: Int
  private let stepsFile: FileHandle

  /// Brings the tables to where the training stands.
  ///
  /// - Parameters:
  ///   - title: What charts call the run.
  ///   - loss: What the run makes small.
  ///   - progress: How far the training is; `nil` at its start.
  init(
    _ folder: RunFolder, title: String, loss: Loss, stepsPerEpoch: Int, progress: TrainingProgress?
  ) throws {
    self.folder = folder
    self.loss = loss
    self.title = title
    self.stepsPerEpoch = stepsPerEpoch
    epochs = progress?.finishedEpochs ?? []
    let rows = progress == nil ? "" : (try? String(contentsOf: folder.steps, encoding: .utf8)) ?? ""
    let taken = progress?.step ?? 0
    steps = rows.split(separator: "\n").lazy.compactMap { StepRecord(csvRow: $0) }
      .filter { $0.step < taken }
    let kept = ([StepRecord.csvHeader] + steps.map(\.csvRow)).joined(separator: "\n") + "\n"
    try AtomicFile.write(Data(kept.utf8), to: folder.steps)
    stepsFile = try FileHandle(forWritingTo: folder.steps)
    try stepsFile.seekToEnd()
    try writeMetrics()
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    do {
      switch event {
      case .stepEnded(let record):
        steps.append(record)
        try stepsFile.write(contentsOf: Data((record.csvRow + "\n").utf8))
      case .epochEnded(let record):
        epochs.append(record)
        try stepsFile.synchronize()
        try writeMetrics()
        try writeLossChart()
      case .ended: try writeLossChart()
      case .began, .epochBegan, .updateSkipped, .validationBegan: break
      }
    } catch let error as FileWriteError {
      failure = failure ?? error
    } catch {
      failure =
        failure ?? CommandError.unwritable(folder.steps.path, reason: error.localizedDescription)
    }
    return failure == nil ? .proceed : .stop
  }

  private func writeMetrics() throws {
    var text = "epoch,train_loss,validation_loss,accuracy,seconds\n"
    for epoch in epochs.map(EpochReport.init) {
      let cells = [epoch.trainLoss, epoch.validationLoss, epoch.accuracy, epoch.seconds]
      text += "\(epoch.epoch),\(cells.map { $0.map { "\($0)" } ?? "" }.joined(separator: ","))\n"
    }
    try AtomicFile.write(Data(text.utf8), to: folder.metrics)
  }

  private func writeLossChart() throws {
    let chart = TrainingCharts.loss(
      title: title, of: loss, steps: steps, epochs: epochs, stepsPerEpoch: stepsPerEpoch)
    try AtomicFile.write(Data(chart.svg().utf8), to: folder.lossChart)
  }
}
