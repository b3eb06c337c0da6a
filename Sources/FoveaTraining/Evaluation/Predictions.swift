import Foundation

/// What a network answers to each image of a dataset, and what is right.
///
/// | value | shape |
/// | --- | --- |
/// | `indices`, `labels`, `losses` | `[N]`, in the order of the data |
/// | `probabilities` | `[N, classes]`, row by row |
public struct Predictions: Hashable, Codable, Sendable {
  /// What the classes are called.
  public let classNames: [String]
  /// Where each image stands in the dataset.
  public let indices: [Int]
  /// The right class of each image.
  public let labels: [Int]
  /// The softmax of each image's logits.
  public let probabilities: [Float]
  /// The cross-entropy of each image in nats, whatever the network was trained by.
  public let losses: [Double]
  /// The likeliest class of each image, the first of several.
  public let classes: [Int]

  /// Gathers answers.
  ///
  /// - Parameters:
  ///   - logits: A number for each image and class, row by row.
  ///   - classNames: A name for each class.
  ///   - labels: The right class of each image.
  ///   - indices: Where each image stands in the dataset; in its order where left out.
  /// - Throws: `TrainingError.answers` for another number of logits than images and classes have, or a
  ///   class that is not among them; `TrainingError.answer` for a logit that is infinite or no number.
  public init(
    logits: [Float], classNames: [String], labels: [Int], indices: [Int]? = nil
  ) throws(TrainingError) {
    let (count, indices) = (classNames.count, indices ?? Array(labels.indices))
    guard logits.count == labels.count * count, indices.count == labels.count,
      labels.allSatisfy({ 0..<count ~= $0 })
    else {
      throw .answers(logits: logits.count, images: labels.count, classes: count)
    }
    self.classNames = classNames
    self.indices = indices
    self.labels = labels
    var (probabilities, losses, classes) = ([Float](), [Double](), [Int]())
    probabilities.reserveCapacity(logits.count)
    for (row, label) in labels.enumerated() {
      let scores = logits[(row * count)..<((row + 1) * count)].map(Double.init)
      guard scores.allSatisfy(\.isFinite) else { throw .answer(image: indices[row]) }
      let largest = scores.max() ?? 0
      let powers = scores.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      probabilities += powers.map { Float($0 / sum) }
      losses.append(log(sum) + largest - scores[label])
      classes.append(scores.firstIndex(of: largest) ?? 0)
    }
    (self.probabilities, self.losses, self.classes) = (probabilities, losses, classes)
  }

  /// How many images there are.
  public var count: Int { labels.count }

  /// What the network gives a class of an image.
  ///
  /// - Parameters:
  ///   - label: A class, of `0..<classNames.count`.
  ///   - row: The image, of `0..<count`.
  public func probability(of label: Int, row: Int) -> Float {
    probabilities[row * classNames.count + label]
  }

  /// An image and how wrong the network is about it.
  public struct ImageLoss: Hashable, Codable, Sendable {
    /// Where the image stands in the dataset, from 0.
    public let index: Int
    /// The name of its class.
    public let label: String
    /// The name of the likeliest class.
    public let predicted: String
    /// Its cross-entropy, in nats.
    public let loss: Double
    /// What the network gives the likeliest class, 0 to 1.
    public let probability: Double
    /// What it gives the right one.
    public let labelProbability: Double
  }

  /// The images of the largest loss, the largest first.
  public func topLosses(_ limit: Int) -> [ImageLoss] {
    let rows = losses.indices.sorted { (losses[$1], $0) < (losses[$0], $1) }
    return rows.prefix(max(limit, 0)).map(answer)
  }

  /// Some images, spread evenly over all, in their order.
  public func sample(_ limit: Int) -> [ImageLoss] {
    let shown = min(max(limit, 0), count)
    return (0..<shown).map { answer(row: $0 * count / shown) }
  }

  private func answer(row: Int) -> ImageLoss {
    ImageLoss(
      index: indices[row], label: classNames[labels[row]],
      predicted: classNames[classes[row]], loss: losses[row],
      probability: Double(probability(of: classes[row], row: row)),
      labelProbability: Double(probability(of: labels[row], row: row)))
  }

  /// How often each class is taken for each other.
  public var confusion: ConfusionMatrix {
    ConfusionMatrix(classNames: classNames, pairs: zip(labels, classes))
  }

  /// How far the probability of the likeliest class is the share of images that it is right for.
  ///
  /// - Parameter bins: How many ranges of equal width the probabilities are sorted into, at least 1.
  public func calibration(bins: Int = 15) -> Calibration {
    Calibration(
      confidences: classes.indices.map { Double(probability(of: classes[$0], row: $0)) },
      areRight: zip(labels, classes).map { $0 == $1 }, bins: bins)
  }
}
