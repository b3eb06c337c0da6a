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
    for folder in folders where folder.readEpochs().isEmpty {
      throw CommandError.missing(
        "an epoch of \(folder.url.path)", remedy: "leave the run out: it ended before its first")
    }
    return try file.write(RunCharts.comparison(folders, quantities: quantities))
  }
}
