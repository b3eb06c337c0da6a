/// A number that says how good answers are.
public enum Metric: Hashable, Codable, Sendable {
  /// The share of images whose likeliest class is right.
  case accuracy
  /// The share of images whose class is among the likeliest `k`.
  case topK(Int)

  /// The name in tables and files.
  public var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .topK(let k): "top\(k)"
    }
  }

  /// Whether more is better.
  public var higherIsBetter: Bool { true }

  /// What one is, in tables: a share of 1.
  public var unit: String { "share" }

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
