import FoveaAnalysis
import FoveaCommands
import FoveaDrawing
import FoveaRuntime

/// What a summary says below its table.
enum SummaryText {
  static func totals(_ report: SummaryCommand.Report, batch: Int) -> [String] {
    let totals = report.totals
    let held = [
      (totals.parameters, "trainable"), (totals.frozenParameters, "frozen"),
      (totals.buffers, "in buffers"),
    ].filter { $0.0 > 0 }.map { "\(NumberFormat.grouped($0.0)) \($0.1)" }
    let training =
      totals.peakTrainingBytes.map { "training step with SGD and momentum \(megabytes($0))" }
      ?? "training step unknown: \(report.peakTrainingReason ?? "")"
    return [
      "Parameters     \(held.isEmpty ? "none" : held.joined(separator: ", ")); \(megabytes(totals.weightBytes)) in float32",
      "Multiply-adds  \(NumberFormat.grouped(totals.multiplyAdds)) for a batch of \(batch), or "
        + "\(NumberFormat.grouped(totals.flops)) FLOPs; other operations \(NumberFormat.grouped(totals.otherOperations))",
      "Peak memory    inference \(totals.peakInferenceBytes.map(megabytes) ?? "unknown"), \(training)",
    ]
  }

  static func stages(_ stages: [CostStage]) -> [String] {
    let table = TextTable(
      [
        .init("Stage from"), .init("Map", .right), .init("Channels", .right),
        .init("Parameters", .right), .init("Multiply-adds", .right), .init("Share", .right),
        .init("To the one before", .right), .init("Activations", .right),
      ],
      rows: stages.enumerated().map { index, stage in
        let before = index > 0 ? stages[index - 1].multiplyAdds : nil
        return [
          stage.firstLayer, "\(stage.height)×\(stage.width)", "\(stage.channels)",
          NumberFormat.grouped(stage.parameters), NumberFormat.grouped(stage.multiplyAdds),
          NumberFormat.percent(stage.share, decimals: 1),
          before.map {
            "× " + NumberFormat.fixed(Double(stage.multiplyAdds) / Double($0), decimals: 2)
          } ?? "",
          megabytes(stage.activationBytes),
        ]
      })
    return table.lines + [
      "",
      "Half the height and width and twice the channels: a quarter of the positions meet four times the weights, so a",
      "convolution keeps its multiply-adds, and activations halve. Multiply-adds count on the output grid.",
    ]
  }

  static func memory(_ options: [TrainingMemory]) -> [String] {
    let table = TextTable(
      [
        .init("Training step"), .init("Optimiser"), .init("Peak memory", .right),
        .init("Saved", .right), .init("Added operations", .right),
      ],
      rows: options.map {
        [
          $0.label, $0.optimizer.rawValue, megabytes($0.plannedBytes), megabytes($0.savedBytes),
          NumberFormat.grouped($0.addedOperations),
        ]
      })
    return table.lines + [
      "",
      "Weights, the optimiser's memory, gradients and activations count; the process itself does not.",
    ]
  }

  static func inPlace(_ report: InPlaceReport, of title: String) -> [String] {
    let table = TextTable(
      [.init(title), .init("Operation"), .init("Result"), .init("In place")],
      rows: report.nodes.map {
        [$0.path, $0.operation, $0.outputShape.description, $0.decision.description]
      })
    return table.lines
  }

  static func conventions(_ counts: [CountedCost]) -> [String] {
    let table = TextTable(
      [.init("As counted by"), .init("Number", .right), .init("Its word for it")],
      rows: counts.map { [$0.title, NumberFormat.grouped($0.count), $0.unit] })
    return table.lines + [""] + counts.map { "\($0.title): \($0.rule)." }
  }
}
