import FoveaCommands
import FoveaDrawing
import FoveaTraining
import Synchronization

/// Shows a sweep as it runs, and stops it when the user asks for that.
final class SweepDisplay: TrainingObserver, Sendable {
  private struct State {
    var trials = 0
    var trial = 0
    var table: TextTable?
    /// Epochs that were left when the training at work began, and those that it is to add.
    var epochsLeft = 0
    /// Epochs that were trained here, and in what time.
    var epochs = 0
    var seconds = 0.0
    var stepsPerEpoch = 1
    var step = 0
    var drawn: ContinuousClock.Instant?
  }

  private let console: Console
  private let downloads: DownloadDisplay
  private let measure: BestMeasure
  private let state = Mutex(State())

  init(_ console: Console, measure: BestMeasure) {
    self.console = console
    self.measure = measure
    downloads = DownloadDisplay(console)
  }

  /// Shows what happens around the trainings.
  @Sendable func show(_ event: SweepCommand.Event) {
    switch event {
    case .planned(let trials, let epochs, let folder):
      let table = Self.table(of: trials)
      state.withLock {
        $0.trials = trials.count
        $0.epochsLeft = epochs
        $0.table = table
      }
      console.print(
        "\(counted(trials.count, "training")), \(counted(epochs, "epoch")) to train, into "
          + shortened(folder))
      console.print(table.header)
    case .trialBegan(let trial, _):
      state.withLock {
        $0.trial = trial.number
        $0.step = 0
      }
    case .preparing(.downloading(let progress)): downloads.show(progress)
    case .preparing: break
    case .trialEnded(let trial, let left):
      console.clearDrawing()
      let table = state.withLock {
        $0.epochsLeft = left
        return $0.table
      }
      if let table { console.print(table.line(Self.row(trial))) }
      if let failure = trial.failure { console.print("  \(failure)") }
    }
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .began(let outline):
      Interruption.listen()
      state.withLock { $0.stepsPerEpoch = max(outline.stepsPerEpoch, 1) }
    case .stepEnded:
      let line = state.withLock { state -> String? in
        state.step += 1
        let now = ContinuousClock.now
        if let drawn = state.drawn, now - drawn < .milliseconds(100) { return nil }
        state.drawn = now
        return Self.line(state)
      }
      if let line { console.draw { String(line.prefix($0)) } }
    case .epochEnded(let record):
      state.withLock {
        $0.epochs += 1
        $0.seconds += record.seconds
        $0.epochsLeft = max($0.epochsLeft - 1, 0)
        $0.step = 0
      }
    case .ended: console.clearDrawing()
    default: break
    }
    return Interruption.isRequested ? .stop : .proceed
  }

  private static func line(_ state: State) -> String {
    let share = Double(state.step) / Double(state.stepsPerEpoch)
    let left = max(Double(state.epochsLeft) - share, 0)
    let time =
      state.epochs > 0
      ? ", about \(NumberFormat.clock(seconds: left * state.seconds / Double(state.epochs))) left"
      : ""
    return "Training \(state.trial) of \(state.trials): step \(state.step) of "
      + "\(state.stepsPerEpoch), \(counted(state.epochsLeft, "epoch")) to train\(time)"
  }

  /// Shows what came out.
  func show(_ report: SweepReport) {
    let table = Self.table(of: report.trials)
    let byNumber = Dictionary(report.trials.map { ($0.number, $0) }) { first, _ in first }
    let ranked = report.ranking.compactMap { byNumber[$0] }
    if ranked.count > 1 {
      console.print()
      console.printHeading("By \(measure.rawValue)")
      console.print(table.header + ranked.map { table.line(Self.row($0)) })
    }
    console.print()
    let folder = shortened(report.folder)
    if report.wasStopped {
      console.printResult(
        "Stopped after \(ranked.count) of \(counted(report.trials.count, "training")). Go on with:\n"
          + "  fovea sweep --resume --out \(quoted(folder))")
    }
    if let best = report.best, let winner = ranked.first, let result = winner.results.last {
      let accuracy = result.accuracy.map { NumberFormat.percent($0) } ?? "–"
      console.printResult(
        "Best by the validation images: accuracy \(accuracy), \(shortened(winner.run))\n"
          + "  \(TrainArguments.line(best))")
    } else if !report.wasStopped {
      console.printResult("Every training failed; see the reasons above.")
    }
  }

  private static func table(of trials: [SweepTrial]) -> TextTable {
    let rows = trials.map(row)
    let options = trials.first?.settings.map(\.option) ?? []
    let titles = ["Trial"] + options + ["Epochs", "Loss", "Accuracy", "Time"]
    let columns = titles.enumerated().map { index, title in
      TextTable.Column(
        title, .right,
        minimumWidth: max(rows.map { $0[index].count }.max() ?? 0, index > options.count ? 8 : 0))
    }
    return TextTable(columns)
  }

  private static func row(_ trial: SweepTrial) -> [String] {
    let last = trial.results.last
    let seconds = trial.results.reduce(0) { $0 + $1.seconds }
    let outcome =
      trial.failure != nil
      ? ["failed", "–", "–", "–"]
      : [
        last.map { "\($0.epochs)" } ?? "–",
        last?.loss.map { NumberFormat.fixed($0, decimals: 4) } ?? "–",
        last?.accuracy.map { NumberFormat.percent($0) } ?? "–",
        NumberFormat.fixed(seconds, decimals: 1) + " s",
      ]
    return ["\(trial.number)"] + trial.settings.map(\.value) + outcome
  }
}
