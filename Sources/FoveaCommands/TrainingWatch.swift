import Foundation
import FoveaData
import FoveaDrawing
import FoveaFormats
import FoveaTraining

/// Looks at the layers of a training, writes down and draws what they do, and names what is wrong.
struct TrainingWatch {
  /// What looks at the training, without `logger`; all of it belongs among its observers.
  let observers: [any TrainingObserver]
  /// What keeps the looks in the run's folder; it belongs there too.
  let logger: LayerLogger
  private let stats: ActivationStats
  private let watcher = HealthWatcher()
  private let folder: RunFolder
  private let firstStep: Int

  /// - Parameter progress: How far earlier processes have come; `nil` at the start.
  init(
    _ stats: ActivationStats, images: any LabelledImages, folder: RunFolder,
    progress: TrainingProgress?
  ) throws {
    self.stats = stats
    self.folder = folder
    firstStep = progress?.step ?? 0
    logger = try LayerLogger(folder.layers, after: progress)
    observers = [Recorder(), stats, LabelSuspects(of: images), watcher]
  }

  /// What is wrong so far.
  var findings: [HealthFinding] { watcher.outcome }

  /// What shows each look in TensorBoard, where the first batch of a new training is shown at once.
  func histograms(
    in tensorBoard: TensorBoardLogger, of training: DataLoader
  ) throws -> LayerHistograms {
    if firstStep == 0 {
      let grid = try RunFolder.firstBatch(of: training).png()
      try tensorBoard.record(
        image: RasterImage(
          height: grid.height, width: grid.width, channels: grid.format.rawValue,
          bytes: grid.samples), tag: "training/first batch", step: 1)
    }
    return LayerHistograms(in: tensorBoard, layers: stats.layers, interval: stats.interval)
  }

  /// Writes pictures of all looks and, with those of the steps before, the findings; nothing where nothing was
  /// looked at.
  ///
  /// - Parameter failure: What ended the training, which its watcher was not told.
  func write(title: String, failure: (any Error)? = nil) throws {
    logger.finish()
    let earlier = (folder.readFindings() ?? []).filter { $0.step < firstStep }
    var findings = earlier + findings
    if case TrainingError.notFinite(let step, let loss, let origin)? = failure {
      findings.append(
        HealthFinding(
          kind: .lossNotFinite, step: step, layer: nil, evidence: "the loss is \(loss): \(origin)"))
    }
    guard !stats.steps.isEmpty || !findings.isEmpty else { return }
    try folder.write(findings, to: folder.health)
    let charts = LayerCharts(title: title, steps: logger.steps, nearZero: stats.nearZero)
    guard !charts.isEmpty else { return }
    for picture in LayerPicture.allCases {
      try AtomicFile.write(Data(charts[picture].svg().utf8), to: folder.chart(of: picture))
    }
  }
}
