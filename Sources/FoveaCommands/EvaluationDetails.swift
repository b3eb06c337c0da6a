import FoveaData
import FoveaDrawing
import Foundation
import FoveaFormats
public import FoveaTraining

/// Where a network is right and where it is wrong, class by class and image by image.
public struct EvaluationDetails: Hashable, Codable, Sendable {
  /// How often images of each class are taken for each other class.
  public let confusion: ConfusionMatrix
  /// How well each class is told from the others.
  public let classes: [ConfusionMatrix.ClassScores]
  /// The classes' mean, each of which counts the same.
  public let macroAverage: ConfusionMatrix.ClassScores
  /// The classes' mean, which count by their number of images.
  public let weightedAverage: ConfusionMatrix.ClassScores
  /// The most frequent mistakes.
  public let mostConfused: [ConfusionMatrix.Confusion]
  /// The images that the network is most wrong about.
  public let topLosses: [Predictions.ImageLoss]
  /// How far probabilities are what they say.
  public let calibration: Calibration
  /// The files that were written.
  public let files: [String]

  /// The images of the picture of top losses.
  private static let topLossCount = 25
  /// The images of the picture of results.
  private static let resultCount = 25
  private static let confusedCount = 10

  /// The pictures, in the order in which they are read.
  enum Drawing: String, CaseIterable {
    case confusion
    case confusionPercent = "confusion-percent"
    case classScores = "class-scores"
    case results
    case topLosses = "top-losses"
    case reliability

    func fileName(_ format: PictureFormat) -> String { "\(rawValue).\(format.rawValue)" }
  }

  /// Finds out, and writes pictures and a table into a folder, which is made where it is missing.
  init(
    _ predictions: Predictions, of images: any LabelledImages, title: String, folder: URL,
    format: PictureFormat
  ) throws {
    let confusion = predictions.confusion
    self.confusion = confusion
    classes = confusion.scores
    macroAverage = confusion.macroAverage
    weightedAverage = confusion.weightedAverage
    mostConfused = confusion.mostConfused(Self.confusedCount)
    topLosses = predictions.topLosses(Self.topLossCount)
    calibration = predictions.calibration()

    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritable(folder.path, reason: error.localizedDescription)
    }
    func matrix(_ numbers: ConfusionChart.Numbers) throws(DrawingError) -> ConfusionChart {
      try ConfusionChart(
        title: "Confusion matrix: \(title)", classNames: confusion.classNames,
        counts: confusion.counts, numbers: numbers)
    }
    var files: [String] = []
    for drawing in Drawing.allCases {
      let url = folder.appendingPathComponent(drawing.fileName(format))
      let file = try PictureFile(requested: url.path)
      switch drawing {
      case .confusion: _ = try file.write(matrix(.images))
      case .confusionPercent: _ = try file.write(matrix(.percent))
      case .classScores:
        let rows = classes.map {
          ClassScoresChart.Row(
            $0.name, precision: $0.precision, recall: $0.recall, f1: $0.f1, images: $0.support)
        }
        _ = try file.write(ClassScoresChart(title: "Classes: \(title)", rows: rows))
      case .results:
        _ = try file.write(
          Self.grid(
            of: predictions.sample(Self.resultCount), images, title: "Results: \(title)"))
      case .topLosses:
        _ = try file.write(Self.grid(of: topLosses, images, title: "Top losses: \(title)"))
      case .reliability:
        _ = try file.write(calibration.diagram(title: "Reliability: \(title)"))
      }
      files.append(url.path)
    }
    let table = folder.appendingPathComponent("classes.csv")
    try AtomicFile.write(Data(Self.table(of: classes).utf8), to: table)
    self.files = files + [table.path]
  }

  /// The images with what they are, what they are taken for, their loss, and the probability of what they
  /// are taken for.
  private static func grid(
    of losses: [Predictions.ImageLoss], _ images: any LabelledImages, title: String
  ) throws -> ImageGrid {
    let indices = losses.map(\.index)
    let batch = try DataLoader(images, batchSize: indices.count)
      .batch(0, epoch: 0, order: indices)
    let pictures = ImageGrid.images(of: batch, images.description)
    return ImageGrid(
      title: title,
      cells: zip(losses, pictures).map { loss, picture in
        ImageGrid.Cell(
          picture,
          lines: [
            "true: \(loss.label)",
            "said: \(loss.predicted)",
            "loss \(NumberFormat.fixed(loss.loss, decimals: 2)) nats",
            "p \(NumberFormat.percent(loss.probability, decimals: 1))",
            "image \(loss.index)",
          ], emphasis: loss.predicted == loss.label ? .right : .wrong)
      })
  }

  private static func table(of classes: [ConfusionMatrix.ClassScores]) -> String {
    classes.reduce("class,precision,recall,f1,support\n") { text, scores in
      let cells =
        [scores.precision, scores.recall, scores.f1].map { "\($0)" } + ["\(scores.support)"]
      return text + "\(csvCell(scores.name)),\(cells.joined(separator: ","))\n"
    }
  }
}

extension Calibration {
  fileprivate func diagram(title: String) -> ReliabilityDiagram {
    let images = bins.reduce(0) { $0 + $1.images }
    return ReliabilityDiagram(
      title: title,
      note: "Expected calibration error \(NumberFormat.percent(expectedError)), largest "
        + "\(NumberFormat.percent(largestError)), \(counted(images, "image")) in \(bins.count) bins",
      bins: bins.map {
        .init(
          $0.lowerBound...$0.upperBound, images: $0.images, confidence: $0.confidence,
          accuracy: $0.accuracy)
      })
  }
}
