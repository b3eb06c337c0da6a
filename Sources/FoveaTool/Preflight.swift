import ArgumentParser
import Foundation
import FoveaCommands
import FoveaDrawing
import FoveaTraining

/// `fovea preflight`: tells how signals go through a network before it is trained.
struct Preflight: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at the signal in each layer before training: does it die or explode?",
    discussion: """
      Takes the options of fovea train. Sends the first batch forward and back through the initial weights, changes nothing, \
      and shows for each layer with weights the mean and deviation of its outputs, how far they deviate between images, and their gradient. Names the first layer where \
      the signal or the gradient dies or explodes, and ends with exit code 1 then. Try --init lsuv where one does.
      """)

  @OptionGroup var options: TrainingOptions

  @OptionGroup(title: "Transfer options") var transfer: TransferOptions

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = options.command
    command.transfer = transfer.recipe
    let result = try await PreflightCommand(command).run { step in
      if case .downloading(let progress) = step { downloads.show(progress) }
    }
    console.print(Self.lines(result))
    try console.printJSON(result)
    if !result.signals.findings.isEmpty { throw ExitCode.failure }
  }

  private static func lines(_ report: PreflightCommand.Report) -> [String] {
    func text(_ number: Double?) -> String {
      number.map { String(format: "%.3g", $0) } ?? "not finite"
    }
    let signals = report.signals
    let table = TextTable(
      [
        .init("Layer"), .init("Mean", .right), .init("Deviation", .right),
        .init("Between images", .right),
        .init("Gradient's deviation", .right), .init("Gradient's norm", .right),
      ],
      rows: signals.layers.map {
        [
          $0.path, text($0.mean), text($0.deviation), text($0.spread), text($0.gradientDeviation),
          text($0.gradientNorm),
        ]
      })
    var lines = [
      "\(report.model), \(counted(report.images, "image")): from one to another they deviate by "
        + "\(text(signals.inputSpread)), the loss is \(text(signals.loss))", "",
    ]
    lines += table.header + table.rows.map(table.line) + [""]
    if !signals.zeroNorms.isEmpty {
      lines.append(
        "\(counted(signals.zeroNorms.count, "BatchNorm")) start with the weight 0: what feeds them alone "
          + "gets no gradient in the first step, as it should.")
    }
    guard !signals.findings.isEmpty else {
      return lines + ["Signals and gradients reach every part of the network."]
    }
    return lines + signals.findings.map(\.description)
  }
}
