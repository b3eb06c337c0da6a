import FoveaDrawing
import FoveaTraining

/// Pictures of what layers did at the looks of a training.
///
/// Looks need not be at the same layers: a run that goes on may be asked for others.
struct LayerCharts {
  private let title: String
  private let times: [Int]
  /// Every layer, with what it did at each look; `nil` where it was not looked at.
  private let layers: [(path: String, looks: [LayerStatistics?])]
  private let shares: [(name: String, value: (LayerStatistics) -> Double)]

  /// - Parameters:
  ///   - title: What the pictures call the training.
  ///   - steps: The looks, in order.
  ///   - nearZero: The magnitude below which elements are near zero.
  init(title: String, steps: [ObservedStep], nearZero: Float) {
    self.title = title
    times = steps.map { $0.step + 1 }
    let byPath = steps.map { step in
      Dictionary(step.layers.map { ($0.path, $0) }) { first, _ in first }
    }
    var known: Set<String> = []
    layers = steps.flatMap { $0.layers.map(\.path) }.filter { known.insert($0).inserted }
      .map { path in (path, byPath.map { $0[path] }) }
    // Fastai's rule counts every negative element; the other one counts what is small.
    shares = [
      ("share |x| < \(nearZero)", \.nearZeroShare),
      ("share x ≤ 0.05 (fastai)", \.fastaiNearZeroShare),
    ]
  }

  /// Whether nothing was looked at.
  var isEmpty: Bool { layers.isEmpty }

  /// One of the pictures.
  subscript(picture: LayerPicture) -> any Picture {
    switch picture {
    case .layerStats: layerStats
    case .colorDim: histograms
    case .layerMap: layerMap
    case .gradientMap: gradientMap
    }
  }

  private var layerStats: ChartGrid {
    let quantities: [(String, (LayerStatistics) -> Double)] =
      [("mean", \.mean), ("standard deviation", \.standardDeviation)]
      + shares.map { ($0.name, $0.value) }
    let rows = layers.map { path, looks in
      ChartGrid.Row(
        "layer \(path)",
        quantities.map { name, value in
          let points = zip(times, looks).compactMap { time, layer in
            layer.map { LineChart.Point(x: Double(time), y: value($0)) }
          }
          return .init(.init(name), [.init(name, points)])
        })
    }
    return ChartGrid(
      title: "Each layer of \(title)", horizontalAxis: .init("step", kind: .whole), rows: rows)
  }

  private var histograms: HistogramTimeline {
    let bounds = LayerStatistics.histogramBounds
    let none = [Int](repeating: 0, count: LayerStatistics.histogramBins)
    return HistogramTimeline(
      title: "Histograms of the layers of \(title)", horizontalAxis: .init("step", kind: .whole),
      times: times,
      verticalAxis: .init("output"),
      bounds: Double(bounds.lowerBound)...Double(bounds.upperBound),
      panels: layers.map { path, looks in
        .init("layer \(path)", looks.map { $0?.histogram ?? none })
      })
  }

  private var layerMap: HeatGrid {
    map(
      "All layers of \(title)",
      [
        (.init("standard deviation", kind: .logarithmic), nil, \.standardDeviation),
        (.init("mean"), nil, \.mean),
      ] + shares.map { (.init($0.name), 0...1, $0.value) })
  }

  private var gradientMap: HeatGrid {
    map(
      "Gradients of \(title)",
      [
        (.init("gradient norm", kind: .logarithmic), nil, { $0.gradientNorm ?? .nan }),
        (
          .init("update norm / weight norm", kind: .logarithmic), nil,
          { $0.updateRatio ?? .nan }
        ),
      ])
  }

  private func map(
    _ title: String,
    _ quantities: [(LineChart.Axis, ClosedRange<Double>?, (LayerStatistics) -> Double)]
  ) -> HeatGrid {
    HeatGrid(
      title: title, horizontalAxis: .init("step", kind: .whole), times: times, rowAxis: "layer",
      names: layers.map(\.path),
      panels: quantities.map { axis, bounds, value in
        .init(
          axis, rows: layers.map { layer in layer.looks.map { $0.map(value) ?? .nan } },
          bounds: bounds)
      })
  }
}
