public import FoveaData
import Foundation

/// Finds images that a network takes for another class than their own, surely and again and again: labels that may
/// be wrong.
///
/// It looks at the answers that steps give anyway, and believes them from when most are right. Batches whose images are mixed are passed over. A network that is
/// trained long enough learns wrong labels by heart, so an image counts from its longest run of epochs.
///
/// - SeeAlso: G. Pleiss et al., *Identifying Mislabeled Data using the Area Under the Margin Ranking*,
///   arXiv:2001.10528, which ranks by a mean over epochs instead.
public final class LabelSuspects: TrainingObserver {
  /// An image whose label may be wrong.
  public struct Suspect: Hashable, Codable, Sendable {
    /// Its place in the dataset.
    public let index: Int
    /// What the dataset calls it, such as the path of its file.
    public let name: String
    /// The class that it is said to be of.
    public let label: String
    /// The class that it was taken for last.
    public let answer: String
    /// The most epochs in a row in which it was taken for another class.
    public let epochs: Int
    /// The first of these epochs, from 0.
    public let epoch: Int
    /// The mean cross-entropy of its answers, all epochs counted.
    public let loss: Double
  }

  /// What was found.
  public struct Outcome: Hashable, Codable, Sendable {
    /// How many images were answered.
    public let images: Int
    /// Images whose label may be wrong, the one of the largest loss first.
    public let suspects: [Suspect]
    /// The probability of another class from which an answer was sure.
    public let confidence: Double

    /// Gathers what was found.
    public init(
      images: Int, suspects: [Suspect], confidence: Double = LabelSuspects.defaultConfidence
    ) {
      self.confidence = confidence
      self.images = images
      self.suspects = suspects
    }
  }

  /// The probability of another class from which an answer is sure, unless told otherwise.
  public static let defaultConfidence = 0.75
  /// The epochs in a row from which an image is suspicious.
  public static let fewestEpochs = 3

  /// The share of right answers, over the last batches, from which the network is believed.
  private static let leastAccuracy = 0.7

  private struct History {
    var lossSum = 0.0
    var epochs = 0
    var run = 0
    var runStart = 0
    var longestRun = 0
    var longestRunStart = 0
    var answer = 0
  }

  /// The probability of another class from which an answer is sure.
  public let confidence: Double
  private let dataset: any LabelledImages
  private var histories: [Int: History] = [:]
  private var accuracy = 0.0

  /// Watches the images of a training.
  ///
  /// - Parameter confidence: The probability of another class from which an answer is sure.
  public init(of dataset: any LabelledImages, confidence: Double = defaultConfidence) {
    self.dataset = dataset
    self.confidence = confidence
  }

  /// Whether the images have classes, which answers can differ from.
  public var wantsAnswers: Bool { !(dataset is any TargetedImages) }

  public func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }

  public func receive(_ answers: StepAnswers) {
    guard wantsAnswers, !answers.isMixed, !answers.indices.isEmpty else { return }
    let classes = answers.logits.count / answers.indices.count
    let isBelieved = accuracy >= Self.leastAccuracy
    var right = 0
    for (row, (index, label)) in zip(answers.indices, answers.labels).enumerated() {
      let logits = answers.logits[(row * classes)..<((row + 1) * classes)].map(Double.init)
      guard let largest = logits.max(), largest.isFinite,
        let answer = logits.firstIndex(of: largest)
      else { continue }
      let sum = logits.reduce(0) { $0 + exp($1 - largest) }
      var history = histories[index] ?? History()
      history.lossSum += log(sum) + largest - logits[Int(label)]
      history.epochs += 1
      if answer == Int(label) { right += 1 }
      if isBelieved, answer != Int(label), 1 / sum >= confidence {
        if history.run == 0 { history.runStart = answers.epoch }
        history.run += 1
        history.answer = answer
        if history.run > history.longestRun {
          (history.longestRun, history.longestRunStart) = (history.run, history.runStart)
        }
      } else {
        history.run = 0
      }
      histories[index] = history
    }
    accuracy = 0.95 * accuracy + 0.05 * Double(right) / Double(answers.indices.count)
  }

  public var outcome: Outcome {
    let names = dataset.description.classNames
    let suspects = histories.filter { $0.value.longestRun >= Self.fewestEpochs }
      .map { index, history in
        Suspect(
          index: index, name: dataset.name(of: index), label: names[Int(dataset.label(of: index))],
          answer: names[history.answer], epochs: history.longestRun,
          epoch: history.longestRunStart, loss: history.lossSum / Double(history.epochs))
      }
    return Outcome(
      images: histories.count,
      suspects: suspects.sorted { ($0.loss, $1.index) > ($1.loss, $0.index) },
      confidence: confidence)
  }
}
