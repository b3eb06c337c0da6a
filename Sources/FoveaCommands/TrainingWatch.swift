import Foundation
import FoveaDrawing
import FoveaFormats
import FoveaTraining

/// Looks at the layers of a training, draws them, and names what is wrong.
struct TrainingWatch {
  private let stats: ActivationStats
  private let recorder = Recorder()

  init() throws(TrainingError) { stats = try ActivationStats() }

  var observers: [any TrainingObserver] { [recorder, stats] }

  func findings(classes: Int) -> [HealthFinding] {
    HealthWatcher(classes: classes).findings(
      steps: recorder.steps, epochs: recorder.epochs, observed: stats.steps)
  }

  /// Writes the pictures and the findings.
  func write(title: String, classes: Int, to folder: RunFolder) throws {
    for (chart, file) in [
      (Self.layerChart(title: title, stats.steps).svg(), folder.layerChart),
      (Self.histogramChart(title: title, stats.steps).svg(), folder.histogramChart),
    ] { try AtomicFile.write(Data(chart.utf8), to: file) }
    try folder.write(findings(classes: classes), to: folder.health)
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
      title: "Layers of \(title)", horizontalAxis: .init("step"), rows: rows)
  }

  /// The histogram of each layer by step: fastai's `color_dim`.
  static func histogramChart(title: String, _ steps: [ObservedStep]) -> HistogramTimeline {
    let bounds = LayerStatistics.histogramBounds
    return HistogramTimeline(
      title: "Histograms of the layers of \(title)", horizontalAxis: .init("step"),
      times: steps.map { $0.step + 1 }, verticalAxis: .init("output"),
      bounds: Double(bounds.lowerBound)...Double(bounds.upperBound),
      panels: (steps.first?.layers ?? []).indices.map { index in
        .init(name(of: index, in: steps), steps.map { $0.layers[index].histogram })
      })
  }

  private static func name(of index: Int, in steps: [ObservedStep]) -> String {
    "layer \(steps[0].layers[index].path)"
  }
}
