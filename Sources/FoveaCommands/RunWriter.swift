import Foundation
import FoveaDrawing
import FoveaFormats
import FoveaTraining

/// Keeps a run folder's tables and charts up to date while a training runs.
///
/// An epoch's rows are in the files before its checkpoint; `init` drops what is past the checkpoint.
final class RunWriter: TrainingLogger {
  private var chartFailure: (any Error)?
  private let folder: RunFolder
  private let title: String
  private let loss: Loss
  private let stepsPerEpoch: Int
  private let tables: CSVLogger

  /// The steps so far, with those of earlier runs that this one goes on from.
  var steps: [StepRecord] { tables.steps }

  var failure: (any Error)? { tables.failure ?? chartFailure }

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
    tables = try CSVLogger(steps: folder.steps, epochs: folder.metrics, after: progress)
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    guard case .proceed = tables.receive(event) else { return .stop }
    do {
      switch event {
      case .epochEnded, .ended: try writeLossChart()
      case .began, .epochBegan, .imagesSkipped, .updateSkipped, .stepEnded, .normalizationsRead,
        .validationBegan:
        break
      }
    } catch {
      chartFailure = chartFailure ?? error
    }
    return failure == nil ? .proceed : .stop
  }

  private func writeLossChart() throws {
    let chart = TrainingCharts.loss(
      title: title, of: loss, steps: tables.steps, epochs: tables.epochs,
      stepsPerEpoch: stepsPerEpoch)
    try AtomicFile.write(Data(chart.svg().utf8), to: folder.lossChart)
  }
}
