import Foundation
import FoveaDrawing

/// What of runs is drawn.
public enum RunQuantity: String, Hashable, Codable, Sendable, CaseIterable {
  /// The loss of the images that are learned from, mean of each epoch.
  case trainLoss = "train-loss"
  /// The loss of the images for validation.
  case validationLoss = "validation-loss"
  /// The share of images for validation whose class is found.
  case accuracy
  /// The learning rate, by step.
  case learningRate = "learning-rate"
}

/// Draws curves of several runs over each other.
public struct PlotRunsCommand: Hashable, Codable, Sendable {
  /// The runs' folders, or their names in the project.
  public var runs: [String]
  /// What is drawn, a panel each.
  public var quantities: [RunQuantity]
  /// The picture's file, `.svg` or `.png`.
  public var output: String
  /// The project's folder.
  public var project: String

  /// Asks for a picture.
  public init(
    _ runs: [String], quantities: [RunQuantity] = [.trainLoss, .validationLoss, .accuracy],
    output: String, project: String = "."
  ) {
    self.runs = runs
    self.quantities = quantities
    self.output = output
    self.project = project
  }

  /// Draws it.
  ///
  /// - Throws: `CommandError` for a wrong request or a run that is not there; what files throw.
  public func run() throws -> PictureReport {
    guard !runs.isEmpty else {
      throw CommandError.missing("a run", remedy: "name one run or more to draw")
    }
    let file = try PictureFile(requested: output)
    let folders = try runs.map { try RunIndex.find($0, project: project) }
    return try file.write(RunCharts.comparison(folders, quantities: quantities))
  }
}

/// Charts of finished runs, from their tables.
enum RunCharts {
  /// Curves of runs over each other; over steps where the learning rate is among them, else over epochs.
  static func comparison(_ folders: [RunFolder], quantities: [RunQuantity]) -> LineChart {
    let usesSteps = quantities.contains(.learningRate)
    let names = distinctNames(folders)
    let tables = folders.map { (epochs: $0.readEpochs(), steps: usesSteps ? $0.readSteps() : []) }
    let panels = quantities.map { quantity in
      LineChart.Panel(
        quantity.axis,
        zip(names, tables).map { name, table in
          let stepsPerEpoch = max(1, table.steps.filter { $0.epoch == 0 }.count)
          let points: [LineChart.Point] =
            quantity == .learningRate
            ? table.steps.map { .init(x: Double($0.step + 1), y: Double($0.learningRate)) }
            : table.epochs.compactMap { epoch in
              quantity.value(of: epoch).map {
                .init(x: Double(epoch.epoch * (usesSteps ? stepsPerEpoch : 1)), y: $0)
              }
            }
          return LineChart.Series(
            name, points, style: quantity == .learningRate ? .line : .marked)
        })
    }
    return LineChart(
      title: names.count == 1 ? names[0] : "\(names.count) runs",
      horizontalAxis: .init(usesSteps ? "step" : "epoch"), panels: panels)
  }

  /// The folders' names, with as many of the folders above as tell them apart.
  static func distinctNames(_ folders: [RunFolder]) -> [String] {
    let parts = folders.map { $0.url.standardizedFileURL.pathComponents }
    for depth in 1...(parts.map(\.count).max() ?? 1) {
      let names = parts.map { $0.suffix(depth).joined(separator: "/") }
      if Set(names).count == Set(parts).count { return names }
    }
    return folders.map(\.url.path)
  }
}

extension RunQuantity {
  fileprivate var axis: LineChart.Axis {
    switch self {
    case .trainLoss: .init("training loss", unit: "nats", kind: .logarithmic)
    case .validationLoss: .init("validation loss", unit: "nats", kind: .logarithmic)
    case .accuracy: .init("accuracy", unit: "%")
    case .learningRate: .init("learning rate")
    }
  }

  fileprivate func value(of epoch: RunEpoch) -> Double? {
    switch self {
    case .trainLoss: epoch.trainLoss
    case .validationLoss: epoch.validationLoss
    case .accuracy: epoch.accuracy.map { $0 * 100 }
    case .learningRate: nil
    }
  }
}
