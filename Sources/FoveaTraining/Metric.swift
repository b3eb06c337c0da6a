/// A number that says how good answers are.
public enum Metric: Hashable, Codable, Sendable {
  /// The share of images, or of pixels, whose likeliest class is right.
  case accuracy
  /// The share of images whose class is among the likeliest `k`.
  case topK(Int)
  /// The intersection over the union of each class's pixels, over all images, and then the mean of the classes that
  /// occur; for maps of classes.
  case meanIoU
  /// The mean of `|x − y|`, for targets that are numbers.
  case meanAbsoluteError
  /// The root of the mean of `(x − y)²` over all images, for targets that are numbers.
  case rootMeanSquaredError

  /// The name in tables and files.
  public var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .topK(let k): "top\(k)"
    case .meanIoU: "mean IoU"
    case .meanAbsoluteError: "mean absolute error"
    case .rootMeanSquaredError: "root mean squared error"
    }
  }

  /// Whether it is about numbers instead of classes.
  var takesNumbers: Bool { self == .meanAbsoluteError || self == .rootMeanSquaredError }

  /// Whether more is better.
  public var higherIsBetter: Bool { !takesNumbers }

  /// What one is, in tables: a share of 1, or what the targets are measured in.
  public var unit: String { takesNumbers ? "the target's" : "share" }

  /// Whether more is better of the metric with a name.
  static func isHigherBetter(_ name: String) -> Bool {
    ![Metric.meanAbsoluteError, .rootMeanSquaredError].contains { $0.name == name }
  }

  /// How many rows of `logits` are right.
  ///
  /// A class counts as likelier than the right one when its logit is larger, or as large and before
  /// it; a row whose right logit is not a number is wrong.
  ///
  /// - Parameters:
  ///   - logits: One row of `classes` numbers an image.
  ///   - labels: The right class of each row.
  public func countRight(
    logits: UnsafeBufferPointer<Float>, classes: Int, labels: UnsafeBufferPointer<Int32>
  ) -> Int {
    let k = if case .topK(let k) = self { k } else { 1 }
    var right = 0
    for (row, label) in labels.enumerated() where 0..<classes ~= Int(label) {
      let scores = logits[(row * classes)..<((row + 1) * classes)]
      let own = scores[scores.startIndex + Int(label)]
      guard !own.isNaN else { continue }
      var better = 0
      for (index, score) in scores.enumerated()
      where score > own || score.isNaN || (score == own && index < Int(label)) {
        better += 1
      }
      if better < k { right += 1 }
    }
    return right
  }
}
