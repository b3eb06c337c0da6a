import Foundation
import FoveaData
import FoveaDrawing
import FoveaFormats
import FoveaTraining

/// Looks at the layers of a training, draws them, and names what is wrong.
struct TrainingWatch {
  /// What looks at the training; all of it belongs among its observers.
  let observers: [any TrainingObserver]
  private let stats: ActivationStats
  private let watcher = HealthWatcher()
  private let firstStep: Int

  /// - Parameter firstStep: The steps that earlier processes have taken.
  init(interval: Int?, images: any LabelledImages, firstStep: Int) throws(TrainingError) {
    self.firstStep = firstStep
    stats = try ActivationStats(interval: interval ?? ActivationStats.defaultInterval)
    observers = [Recorder(), stats, LabelSuspects(of: images), watcher]
  }

  /// What is wrong so far.
  var findings: [HealthFinding] { watcher.outcome }

  /// Writes the pictures of this process and, with those of the steps before, the findings; nothing where
  /// nothing was looked at.
  ///
  /// - Parameter failure: What ended the training, which its watcher was not told.
  func write(title: String, to folder: RunFolder, failure: (any Error)? = nil) throws {
    let earlier = (folder.readFindings() ?? []).filter { $0.step < firstStep }
    var findings = earlier + findings
    if case TrainingError.notFinite(let step, let loss, let origin)? = failure {
      findings.append(
        HealthFinding(
          kind: .lossNotFinite, step: step, layer: nil, evidence: "the loss is \(loss): \(origin)"))
    }
    guard !stats.steps.isEmpty || !findings.isEmpty else { return }
    try folder.write(findings, to: folder.health)
    guard !stats.steps.isEmpty else { return }
    let title = firstStep > 0 ? "\(title), from step \(firstStep + 1)" : title
    for (chart, file) in [
      (Self.layerChart(title: title, stats.steps).svg(), folder.layerChart),
      (Self.histogramChart(title: title, stats.steps).svg(), folder.histogramChart),
      (Self.layerMap(title: title, stats.steps).svg(), folder.layerMap),
      (Self.gradientMap(title: title, stats.steps).svg(), folder.gradientMap),
    ] { try AtomicFile.write(Data(chart.utf8), to: file) }
  }

  /// Mean, standard deviation and share near zero of each layer by step: fastai's `plot_layer_stats`.
  static func layerChart(title: String, _ steps: [ObservedStep]) -> ChartGrid {
    let rows = (steps.first?.layers ?? []).indices.map { index in
      func panel(_ name: String, _ value: (LayerStatistics) -> Double) -> LineChart.Panel {
        let points = steps.map {
          LineChart.Point(x: Double($0.step + 1), y: value($0.layers[index]))
        }
        return .init(.init(name), [.init(name, points)])
      }
      return ChartGrid.Row(
        name(of: index, in: steps),
        [
          panel("mean", \.mean), panel("standard deviation", \.standardDeviation),
          panel("share at most 0.05", \.fastaiNearZeroShare),
        ])
    }
    return ChartGrid(
      title: "Each layer of \(title)", horizontalAxis: .init("step", kind: .whole), rows: rows)
  }

  /// The histogram of each layer by step: fastai's `color_dim`.
  static func histogramChart(title: String, _ steps: [ObservedStep]) -> HistogramTimeline {
    let bounds = LayerStatistics.histogramBounds
    return HistogramTimeline(
      title: "Histograms of the layers of \(title)", horizontalAxis: .init("step", kind: .whole),
      times: steps.map { $0.step + 1 }, verticalAxis: .init("output"),
      bounds: Double(bounds.lowerBound)...Double(bounds.upperBound),
      panels: (steps.first?.layers ?? []).indices.map { index in
        .init(name(of: index, in: steps), steps.map { $0.layers[index].histogram })
      })
  }

  /// Standard deviation, mean and share near zero of all layers by step.
  static func layerMap(title: String, _ steps: [ObservedStep]) -> HeatGrid {
    map(
      title: "All layers of \(title)", steps,
      [
        (.init("standard deviation", kind: .logarithmic), nil, \.standardDeviation),
        (.init("mean"), nil, \.mean),
        (.init("share at most 0.05"), 0...1, \.fastaiNearZeroShare),
      ])
  }

  /// The norm of each layer's gradient by step, and how far a step of plain SGD would move the layer.
  static func gradientMap(title: String, _ steps: [ObservedStep]) -> HeatGrid {
    map(
      title: "Gradients of \(title)", steps,
      [
        (.init("gradient norm", kind: .logarithmic), nil, { $0.gradientNorm ?? .nan }),
        (
          .init("learning rate · gradient norm / weight norm", kind: .logarithmic), nil,
          { $0.updateRatio ?? .nan }
        ),
      ])
  }

  private static func map(
    title: String, _ steps: [ObservedStep],
    _ quantities: [(LineChart.Axis, ClosedRange<Double>?, (LayerStatistics) -> Double)]
  ) -> HeatGrid {
    let layers = steps.first?.layers ?? []
    return HeatGrid(
      title: title, horizontalAxis: .init("step", kind: .whole), times: steps.map { $0.step + 1 },
      rowAxis: "layer", names: layers.map(\.path),
      panels: quantities.map { axis, bounds, value in
        .init(
          axis, rows: layers.indices.map { index in steps.map { value($0.layers[index]) } },
          bounds: bounds)
      })
  }

  private static func name(of index: Int, in steps: [ObservedStep]) -> String {
    "layer \(steps[0].layers[index].path)"
  }
}
