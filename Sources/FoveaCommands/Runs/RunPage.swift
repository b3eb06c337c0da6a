import Foundation
import FoveaAnalysis
import FoveaDrawing
import FoveaTraining

/// The page of a run, from what its folder holds.
struct RunPage {
  private let folder: RunFolder
  private let summary: RunSummary
  private let configuration: TrainConfiguration
  private let manifest: RunManifest?
  private let epochs: [RunEpoch]
  private let network: ModelSummary?
  private let inputShape: [Int]?

  private static let mostPictures = 24
  private static let mostPictureBytes = 8 << 20
  private static let mostTableRows = 1000

  /// Reads a run's folder.
  ///
  /// - Throws: `CommandError` where it is none.
  init(_ folder: RunFolder) throws {
    self.folder = folder
    summary = try RunSummary(folder)
    configuration = try folder.readConfiguration()
    manifest = try? folder.readManifest()
    epochs = folder.readEpochs()
    // A run that failed early has none, and its page is worth most.
    let model = (try? Checkpoint(contentsOf: folder.checkpoint))?.model
    network = try model.map { try ModelSummary(of: $0.inference) }
    inputShape = model?.inputShape.dimensions
  }

  var page: HTMLPage {
    let date = manifest?.started.map { ", " + $0.formatted(.iso8601.year().month().day()) } ?? ""
    return HTMLPage(
      title: folder.url.standardizedFileURL.lastPathComponent,
      subtitle: configuration.title + date,
      sections: [
        .init("Result", result), .init("Curves", curves), .init("Health", health),
        .init("Evaluation", evaluation), .init("Data", data), .init("Layers", layers),
        .init("Network", layerTable),
        .init("Configuration", options), .init("Environment", environment),
        .init("Reproduce", reproduction),
      ].filter { !$0.blocks.isEmpty })
  }

  private var result: [HTMLPage.Block] {
    func percent(_ share: Double?) -> String { share.map { NumberFormat.percent($0) } ?? "–" }
    func loss(_ value: Double?) -> String {
      value.map { NumberFormat.fixed($0, decimals: 4) } ?? "–"
    }
    var facts: [HTMLPage.Fact] = [
      .init("Accuracy", percent(summary.accuracy)),
      .init("Best accuracy", percent(summary.bestAccuracy)),
      .init("Validation loss", loss(epochs.last?.validationLoss)),
      .init("Training loss", loss(summary.trainLoss)),
      .init(
        "Epochs",
        summary.epochs == summary.plannedEpochs
          ? "\(summary.epochs)" : "\(summary.epochs) of \(summary.plannedEpochs)"),
      .init("Time", NumberFormat.clock(seconds: summary.seconds)),
    ]
    if let network {
      facts.append(.init("Parameters", NumberFormat.short(network.totals.parameters)))
      facts.append(.init("Multiply-adds", NumberFormat.short(network.totals.multiplyAdds)))
    }
    let notice: HTMLPage.Block? =
      switch summary.outcome {
      case .completed: nil
      case .running: .notice("The run trains; this is as far as it has come.", isGood: true)
      case .stopped: .notice("The run was stopped before its end.", isGood: false)
      case .failed: .notice("The run failed: \(summary.reason ?? "no reason")", isGood: false)
      case .interrupted:
        .notice("The run's process ended without a word: it was killed.", isGood: false)
      }
    return [notice, .figures(facts), epochTable].compactMap(\.self)
  }

  private var epochTable: HTMLPage.Block? {
    guard !epochs.isEmpty else { return nil }
    return .folded(
      title: Self.title("epochs", count: epochs.count),
      [
        .table(
          header: ["Epoch", "Training loss", "Validation loss", "Accuracy", "Seconds"],
          rows: epochs.prefix(Self.mostTableRows).map { epoch in
            [
              "\(epoch.epoch)", NumberFormat.fixed(epoch.trainLoss, decimals: 4),
              epoch.validationLoss.map { NumberFormat.fixed($0, decimals: 4) } ?? "–",
              epoch.accuracy.map { NumberFormat.percent($0) } ?? "–",
              NumberFormat.fixed(epoch.seconds, decimals: 2),
            ]
          })
      ])
  }

  /// What a table of so many rows shows.
  private static func title(_ rows: String, count: Int) -> String {
    let all = NumberFormat.grouped(count)
    return count <= mostTableRows
      ? "All \(all) \(rows)"
      : "The first \(NumberFormat.grouped(mostTableRows)) of \(all) \(rows)"
  }

  private var curves: [HTMLPage.Block] {
    let steps = folder.readSteps()
    guard !steps.isEmpty else { return [] }
    return RunCharts.curves(steps: steps, epochs: epochs, of: configuration.loss)
      .map { .picture(svg: $0.svg(), caption: nil) }
  }

  private var health: [HTMLPage.Block] {
    guard let findings = folder.readFindings() else {
      return [
        .paragraph("Nobody looked: train with --stats to have layers watched and faults named.")
      ]
    }
    guard !findings.isEmpty else {
      return summary.outcome == .failed
        ? [.notice("Nothing was found before the run failed.", isGood: false)]
        : [.notice("Nothing is wrong.", isGood: true)]
    }
    return findings.map { finding in
      let place = finding.layer.map { ", layer \($0)" } ?? ""
      return .notice(
        "\(finding.kind.rawValue.withCapital), step \(finding.step + 1)\(place): "
          + "\(finding.evidence). What helps: \(finding.remedy).", isGood: false)
    }
  }

  private var evaluation: [HTMLPage.Block] {
    func picture(_ drawing: EvaluationDetails.Drawing) -> HTMLPage.Block? {
      PictureFormat.allCases.lazy.compactMap {
        self.picture(folder.evaluation.appendingPathComponent(drawing.fileName($0)))
      }.first
    }
    let pictures = EvaluationDetails.Drawing.allCases
      .compactMap { drawing -> HTMLPage.Block? in
        guard let block = picture(drawing) else { return nil }
        return drawing == .confusionPercent
          ? .folded(title: "The same in per cent of each true class", [block]) : block
      }
    let table = RunFile.lines(folder.evaluation.appendingPathComponent("classes.csv"))
      .prefix(Self.mostTableRows).map { csvCells($0) }
    guard !pictures.isEmpty || table.count > 1 else {
      guard network != nil else { return [] }
      return [
        .paragraph(
          "Confusion matrix, scores of classes, results, top losses and calibration are not there yet:"
        ),
        .code("fovea report \(quoted(folder.url.path)) --evaluate"),
      ]
    }
    let scores: [HTMLPage.Block] =
      table.count > 1
      ? [
        .folded(
          title: "Precision and recall of each class",
          [
            .table(
              header: ["Class", "Precision", "Recall", "F1", "Images"],
              rows: table.dropFirst().map { row in
                row.enumerated().map { column, text in
                  1...3 ~= column
                    ? Double(text).map { NumberFormat.percent($0) } ?? text : text
                }
              })
          ])
      ] : []
    return pictures + scores
  }

  private var data: [HTMLPage.Block] {
    let rows = RunFile.lines(folder.classCounts).dropFirst().prefix(Self.mostTableRows)
      .map { csvCells($0) }
    let table: HTMLPage.Block? =
      rows.isEmpty
      ? nil
      : .folded(
        title: "Images of each class",
        [.table(header: ["Class", "Training", "Validation"], rows: rows)])
    return [picture(folder.firstBatch), table].compactMap(\.self)
  }

  /// Every picture of the folder that is drawn neither anew nor elsewhere.
  private var layers: [HTMLPage.Block] {
    let drawn = [folder.lossChart, folder.scheduleChart, folder.firstBatch]
      .map(\.lastPathComponent)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
    return names.filter { name in
      !drawn.contains(name) && (name.hasSuffix(".svg") || name.hasSuffix(".png"))
    }.sorted().prefix(Self.mostPictures)
      .compactMap { picture(folder.url.appendingPathComponent($0)) }
  }

  private func picture(_ file: URL) -> HTMLPage.Block? {
    guard let data = try? RunFile.read(file, limit: Self.mostPictureBytes) else { return nil }
    let name = file.deletingPathExtension().lastPathComponent
    return .image(
      data, type: file.pathExtension == "png" ? .png : .svg, description: name, caption: nil)
  }

  private var layerTable: [HTMLPage.Block] {
    guard let network, let inputShape else { return [] }
    return [
      .facts([
        .init("Network", configuration.model),
        .init("Input", NumberFormat.extents(inputShape)),
        .init("Parameters", NumberFormat.grouped(network.totals.parameters)),
        .init("Multiply-adds of an image", NumberFormat.grouped(network.totals.multiplyAdds)),
        .init("Weights", "\(NumberFormat.short(network.totals.weightBytes))B"),
      ]),
      .folded(
        title: Self.title("layers", count: network.layers.count),
        [
          .table(
            header: ["Layer", "Type", "Output", "Parameters", "Multiply-adds"],
            rows: network.layers.prefix(Self.mostTableRows).map { layer in
              [
                layer.path, layer.type,
                NumberFormat.extents(Array(layer.outputShape.dimensions.dropFirst())),
                NumberFormat.grouped(layer.parameters), NumberFormat.grouped(layer.multiplyAdds),
              ]
            })
        ]),
    ]
  }

  private var options: [HTMLPage.Block] {
    [.facts(summary.options.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })]
  }

  private var environment: [HTMLPage.Block] {
    guard let manifest else {
      return [.paragraph("The run is of a version that did not say where it ran.")]
    }
    let data = manifest.data
    var facts = (manifest.environment?.lines ?? []).map { HTMLPage.Fact($0.name, $0.value) }
    facts.append(.init("code", manifest.sessions.last?.code.map { "\($0)" } ?? "no Git repository"))
    facts.append(.init("training images", NumberFormat.grouped(data.trainingImages)))
    facts.append(.init("validation images", NumberFormat.grouped(data.validationImages)))
    let sums: [(name: String, value: String)] =
      [("training images", data.training), ("validation images", data.validation)]
      + (manifest.startingWeights.map { [("starting weights", $0)] } ?? [])
    let sessions = manifest.sessions.enumerated().map { index, session in
      [
        "\(index + 1)", session.started.ISO8601Format(),
        session.ended?.ISO8601Format() ?? "–",
        (index + 1 == manifest.sessions.count ? summary.outcome : session.outcome).rawValue,
        "\(session.firstStep + 1)",
      ]
    }
    return [
      .facts(facts),
      .paragraph("SHA-256 of the data, over labels and \(data.method.rawValue):"),
      .code(sums.map { "\($0.value)  \($0.name)" }.joined(separator: "\n")),
      .table(header: ["Part", "Started", "Ended", "Outcome", "From step"], rows: sessions),
    ]
  }

  private var reproduction: [HTMLPage.Block] {
    let again: [HTMLPage.Block] = [
      .paragraph("Train it again from its folder, and compare bit for bit:"),
      .code("fovea reproduce \(quoted(folder.url.path))"),
    ]
    // A schedule over other epochs at first makes another training of it.
    guard ReproduceCommand.phases(manifest?.sessions ?? []).count <= 1 else { return again }
    return again + [
      .paragraph("Or from nothing but this page, with the same data:"),
      .code(configuration.commandLine),
    ]
  }
}

extension String {
  /// The text with a capital letter at its start.
  fileprivate var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
