import FoveaDrawing
import FoveaTraining

/// Charts of finished runs, from their tables.
enum RunCharts {
  /// Curves of runs over each other; over steps where the learning rate is among them, else over epochs.
  static func comparison(_ folders: [RunFolder], quantities: [RunQuantity]) -> LineChart {
    let usesSteps = quantities.contains(.learningRate)
    let names = distinctNames(folders)
    let tables = folders.map { (epochs: $0.readEpochs(), steps: usesSteps ? $0.readSteps() : []) }
    // Runs with losses of different units share none.
    let units = Set(folders.map { (try? $0.readConfiguration())?.loss.unit })
    let lossUnit = units.count == 1 ? units.first.flatMap { $0 } : nil
    let panels = quantities.map { quantity in
      LineChart.Panel(
        quantity.axis(lossUnit: lossUnit),
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
      horizontalAxis: .init(usesSteps ? "step" : "epoch", kind: .whole), panels: panels)
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

extension RunCharts {
  /// Loss, accuracy and learning rate of a run by step.
  static func curves(steps: [StepRecord], epochs: [RunEpoch], of loss: Loss) -> [LineChart] {
    let stepsPerEpoch = max(1, steps.filter { $0.epoch == 0 }.count)
    func places(_ value: (RunEpoch) -> Double?) -> [LineChart.Point] {
      epochs.compactMap { epoch in
        value(epoch).map { .init(x: Double(epoch.epoch * stepsPerEpoch), y: $0) }
      }
    }
    let raw = steps.map { LineChart.Point(x: Double($0.step + 1), y: Double($0.loss)) }
    var series = [
      LineChart.Series("training, each step", raw, style: .faint),
      LineChart.Series("training, smoothed", TrainingCharts.smoothed(raw)),
    ]
    let validation = places(\.validationLoss)
    if !validation.isEmpty {
      series.append(.init("validation, each epoch", validation, style: .marked))
    }
    func chart(_ title: String, _ panels: [LineChart.Panel]) -> LineChart {
      LineChart(title: title, horizontalAxis: .init("step", kind: .whole), panels: panels)
    }
    let accuracies = places { $0.accuracy.map { $0 * 100 } }
    let accuracy = chart(
      "Accuracy of the validation images",
      [.init(.init("accuracy", unit: "%"), [.init("accuracy", accuracies, style: .marked)])])
    let rate = chart(
      "Learning rate and momentum",
      [
        .init(
          .init("learning rate"),
          [
            .init(
              "learning rate",
              steps.map { .init(x: Double($0.step + 1), y: Double($0.learningRate)) })
          ]),
        .init(
          .init("momentum"),
          [.init("momentum", steps.map { .init(x: Double($0.step + 1), y: Double($0.momentum)) })]),
      ])
    return [
      chart("Loss", [.init(.init(loss.name, unit: loss.unit, kind: .logarithmic), series)])
    ] + (accuracies.isEmpty ? [] : [accuracy]) + [rate]
  }
}

extension RunQuantity {
  fileprivate func axis(lossUnit: String?) -> LineChart.Axis {
    switch self {
    case .trainLoss: .init("training loss", unit: lossUnit, kind: .logarithmic)
    case .validationLoss: .init("validation loss", unit: lossUnit, kind: .logarithmic)
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
