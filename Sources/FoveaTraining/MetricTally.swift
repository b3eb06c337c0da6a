import FoveaData
import FoveaTensors

/// What a metric has counted so far.
struct MetricTally {
  let metric: Metric
  /// What is right, or the sum of errors.
  private var sum = 0.0
  private var count = 0.0
  /// For each class, the pixels where answer and target have it, and where one of them has it.
  private var intersections: [Int] = []
  private var unions: [Int] = []

  init(_ metric: Metric) { self.metric = metric }

  /// The metric over all that was counted; 0 of nothing.
  var value: Double {
    switch metric {
    case .accuracy, .topK, .meanAbsoluteError: return sum / max(count, 1)
    case .rootMeanSquaredError: return (sum / max(count, 1)).squareRoot()
    case .meanIoU:
      let shares = zip(intersections, unions).filter { $1 > 0 }.map { Double($0) / Double($1) }
      return shares.reduce(0, +) / Double(max(shares.count, 1))
    }
  }

  /// Counts a batch.
  ///
  /// - Parameters:
  ///   - output: The answers, `[N, C]` or channels-last `[N, C, H, W]`; any, where targets are numbers.
  ///   - target: Class indices for each row of classes, probabilities `[N, C]`, or numbers as the answers.
  mutating func add(_ output: UnsafeBufferPointer<Float>, classes: Int, target: Tensor) {
    guard !metric.takesNumbers else { return addErrors(output, target) }
    target.likeliestClasses.withUnsafeBufferPointer { labels in
      if metric == .meanIoU { return addPixels(output, classes: classes, labels) }
      sum += Double(metric.countRight(logits: output, classes: classes, labels: labels))
      // An index that is no class, such as that of void pixels, counts for nothing.
      count += Double(labels.count { 0..<classes ~= Int($0) })
    }
  }

  private mutating func addErrors(_ output: UnsafeBufferPointer<Float>, _ target: Tensor) {
    target.reordered(.channelsLast).withUnsafeElements(of: Float.self) { target in
      for (answer, wanted) in zip(output, target) {
        let error = Double(answer) - Double(wanted)
        sum += metric == .meanAbsoluteError ? error.magnitude : error * error
      }
      count += Double(output.count)
    }
  }

  private mutating func addPixels(
    _ output: UnsafeBufferPointer<Float>, classes: Int, _ labels: UnsafeBufferPointer<Int32>
  ) {
    if unions.isEmpty {
      (intersections, unions) = (
        [Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes)
      )
    }
    for (row, label) in labels.enumerated() where 0..<classes ~= Int(label) {
      let scores = output[(row * classes)..<((row + 1) * classes)]
      let best = scores.indices.max {
        scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1)
      }
      let answer = (best ?? scores.startIndex) - scores.startIndex
      unions[Int(label)] += 1
      if answer == Int(label) { intersections[answer] += 1 } else { unions[answer] += 1 }
    }
  }
}

extension TrainingError {
  /// Throws for metrics that have nothing to count: of classes where targets are numbers, or the other way round.
  static func check(_ metrics: [Metric], on data: DataLoader, output: Shape) throws {
    let targeted = data.dataset as? any TargetedImages
    if targeted != nil, data.mixing != nil {
      throw TrainingError.option(
        "mixing", problem: "only classes have shares to be mixed; leave it out")
    }
    for metric in metrics {
      let areNumbers = targeted?.targetElementType == .float32
      // Dice and its like take a number for each class too, which accuracy does not.
      guard metric.takesNumbers == areNumbers else {
        throw TrainingError.option(
          "the metric \(metric.name)",
          problem: areNumbers
            ? "the targets are numbers; measure meanAbsoluteError or rootMeanSquaredError, or nothing"
            : "the targets are classes; measure accuracy, or nothing")
      }
      guard areNumbers || [1, 3].contains(output.rank) else {
        throw TrainingError.option(
          "the metric \(metric.name)",
          problem: "the model gives \(output); classes are counted along [C] or [C, H, W]")
      }
    }
  }
}

extension Tensor {
  /// Class indices as they are, and of probabilities `[N, C]` the first of the largest of each row.
  fileprivate var likeliestClasses: [Int32] {
    let rows = reordered(.rowMajor)
    guard elementType == .float32, shape.rank == 2 else { return rows.elements(of: Int32.self) }
    let (numbers, classes) = (rows.floats, shape[1])
    return (0..<shape[0]).map { row in
      let scores = numbers[(row * classes)..<((row + 1) * classes)]
      let best = scores.indices.max {
        scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1)
      }
      return Int32((best ?? 0) - row * classes)
    }
  }
}
