import Foundation
import FoveaDrawing
import FoveaTraining

/// What is drawn of the looks at a training's layers, by the name of its file.
public enum LayerPicture: String, Hashable, Codable, Sendable, CaseIterable {
  /// Mean, standard deviation and shares near zero of each layer by step: fastai's `plot_layer_stats`.
  case layerStats = "layer-stats"
  /// The histogram of each layer by step: fastai's `color_dim`.
  case colorDim = "color-dim"
  /// Spread, mean and shares near zero of all layers in one picture.
  case layerMap = "layer-map"
  /// The norms of all layers' gradients and how far updates moved the layers.
  case gradientMap = "gradient-map"
}

/// Draws what the layers of a run did, from the looks that its folder has.
public struct DrawLayersCommand: Hashable, Codable, Sendable {
  /// The run's folder, or its name in the project.
  public var name: String
  /// What is drawn.
  public var picture: LayerPicture
  /// The SVG or PNG file.
  public var output: String
  /// The project's folder.
  public var project: String

  /// Asks for a picture.
  public init(
    _ name: String, picture: LayerPicture = .layerStats, output: String, project: String = "."
  ) {
    self.name = name
    self.picture = picture
    self.output = output
    self.project = project
  }

  /// Draws it.
  ///
  /// - Throws: `CommandError` for a wrong request, or a run whose layers were not looked at; what files throw.
  public func run() throws -> PictureReport {
    let file = try PictureFile(requested: output)
    let folder = try RunIndex.find(name, project: project)
    let steps: [ObservedStep]
    do {
      steps = try LayerLogger.steps(in: folder.layers)
    } catch TrainingError.log(let file, let problem) {
      throw CommandError.damaged(file: file, reason: problem)
    }
    let charts = LayerCharts(
      title: try folder.readConfiguration().title, steps: steps,
      nearZero: ActivationStats.defaultNearZero)
    guard !charts.isEmpty else {
      throw CommandError.missing(
        "a look at the layers of \(folder.url.path)", remedy: "train with --stats")
    }
    return try file.write(charts[picture])
  }
}
