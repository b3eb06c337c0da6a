import FoveaTraining
import Testing

@Suite struct MetricTests {
  /// Three images, four classes.
  static let logits: [Float] = [
    0.1, 0.9, 0.3, 0.2,
    2, 1, 3, 4,
    5, 5, 5, .nan,
  ]

  func right(_ metric: Metric, labels: [Int32]) -> Int {
    Self.logits.withUnsafeBufferPointer { logits in
      labels.withUnsafeBufferPointer { metric.countRight(logits: logits, classes: 4, labels: $0) }
    }
  }

  @Test(
    arguments: [
      (Metric.accuracy, [1, 3, 0], 2), (.accuracy, [0, 2, 3], 0), (.topK(2), [2, 2, 0], 3),
      (.topK(2), [0, 1, 1], 0), (.topK(4), [0, 0, 2], 3), (.topK(4), [0, 0, 3], 2),
      (.accuracy, [-1, 4, 9], 0),
    ] as [(Metric, [Int32], Int)])
  func `counts rows whose class is likeliest`(metric: Metric, labels: [Int32], expected: Int) {
    #expect(right(metric, labels: labels) == expected)
  }
}
