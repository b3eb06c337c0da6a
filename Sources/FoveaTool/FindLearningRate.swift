import ArgumentParser
import Foundation
import FoveaCommands
import FoveaDrawing

/// `fovea lr-find`: tells which learning rates a network learns at.
struct FindLearningRate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find",
    abstract: "Raise the learning rate step by step and suggest one for training.",
    discussion: """
      Takes the options of fovea train. Draws the loss by learning rate; take the valley where nothing else is known, \
      and stay well under the rate at which the loss rises. With --from and --freeze-body the rate is that of the last layer alone, \
      as in the first epochs of the training; with --from and --body-lr-factor that of all layers.
      """)

  @OptionGroup var options: TrainingOptions

  @OptionGroup(title: "Transfer options") var transfer: TransferOptions

  @Option(help: "The first learning rate.")
  var startLr = 1e-7

  @Option(help: "The last learning rate.")
  var endLr = 10.0

  @Option(help: "Updates between both.")
  var steps = 100

  @Option(help: "The chart's file, .svg or .png.", completion: .file())
  var out = "lr-find.svg"

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    Interruption.listen()
    let start = ContinuousClock.now
    var command = options.command
    command.transfer = transfer.recipe
    let result = try await LearningRateCommand(
      command, from: startLr, to: endLr, steps: steps, chart: out
    ).run { step in
      if case .downloading(let progress) = step { downloads.show(progress) }
    } observe: { step in
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let left = seconds / Double(step + 1) * Double(steps - step - 1)
      console.draw {
        String("Step \(step + 1) of \(steps), at most \(Int(left.rounded(.up))) s left".prefix($0))
      }
      return Interruption.isRequested ? .stop : .proceed
    }
    console.clearDrawing()
    console.print(
      [
        ("valley", result.valley), ("steepest", result.steepest),
        ("minimum / 10", result.minimumOverTen),
      ].map { name, rate in
        name.padding(toLength: 14, withPad: " ", startingAt: 0)
          + (rate.map { NumberFormat.general($0) } ?? "–")
      })
    console.print(
      result.hasDiverged
        ? "The loss exploded after \(counted(result.points.count, "step"))."
        : "The loss did not explode up to \(NumberFormat.general(endLr)).")
    if let chart = result.chart { console.print("Chart: \(shortened(chart.file))") }
    try console.printJSON(result)
  }
}
