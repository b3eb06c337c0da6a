import FoveaCommands
import FoveaData
import FoveaDrawing
import FoveaTraining

/// Shows a training as it runs, and stops it when the user asks for that.
final class TrainingDisplay: TrainingObserver {
  private static let table = TextTable([
    .init("Epoch", .right), .init("Train loss", .right), .init("Validation loss", .right),
    .init("Accuracy", .right), .init("Time", .right, minimumWidth: 8),
  ])
  private static let secondsBetweenLines = 0.1

  private let console: Console
  private var meter = ProgressMeter()
  private var drawn: ContinuousClock.Instant?

  private var watcher: HealthWatcher?
  private var told: Set<String> = []
  private var damaged: Set<DamagedImage> = []
  /// The damaged images that are named; the report and the logs have all.
  private static let namedImages = 5

  init(_ console: Console) { self.console = console }

  func attach(to observers: [any TrainingObserver]) { watcher = observers[HealthWatcher.self] }

  /// The table's head, and the epochs that were done before.
  static func lines(before epochs: [EpochReport]) -> [String] { table.header + epochs.map(row) }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .began = event { Interruption.listen() }
    if let state = meter.update(event) { draw(state) }
    if case .updateSkipped(let skipped) = event {
      console.clearDrawing()
      console.print(
        "Step \(skipped.step + 1): a gradient overflowed, and the update was left out; loss scale "
          + "\(NumberFormat.general(Double(skipped.nextLossScale))) from here.")
    }
    if case .imagesSkipped(let skipped) = event { show(skipped) }
    if case .epochEnded(let record) = event {
      console.clearDrawing()
      console.print(Self.row(EpochReport(record)))
      showNewFindings()
    }
    if case .ended = event { console.clearDrawing() }
    return Interruption.isRequested ? .stop : .proceed
  }

  private func show(_ skipped: SkippedImages) {
    console.clearDrawing()
    for image in skipped.images where damaged.insert(image).inserted {
      if damaged.count <= Self.namedImages { console.print("Left out \(image)") }
      if damaged.count == Self.namedImages {
        console.print(
          "More are counted; log.jsonl of --log jsonl and the report of --json name all.")
      }
    }
  }

  /// Prints what is wrong and was not after the epoch before; the end of the training has the last word.
  private func showNewFindings() {
    for finding in watcher?.outcome ?? []
    where told.insert("\(finding.kind.rawValue)/\(finding.layer ?? "")").inserted {
      console.print("  \(finding)")
    }
  }

  private func draw(_ state: ProgressState) {
    let now = ContinuousClock.now
    if let drawn, (now - drawn) / .seconds(1) < Self.secondsBetweenLines { return }
    drawn = now
    console.draw { ProgressBar(width: $0).line(state) }
  }

  private static func row(_ epoch: EpochReport) -> String {
    table.line([
      "\(epoch.epoch)", NumberFormat.fixed(epoch.trainLoss, decimals: 4),
      epoch.validationLoss.map { NumberFormat.fixed($0, decimals: 4) } ?? "–",
      epoch.accuracy.map { NumberFormat.percent($0) } ?? "–",
      NumberFormat.fixed(epoch.seconds, decimals: 2) + " s",
    ])
  }
}
