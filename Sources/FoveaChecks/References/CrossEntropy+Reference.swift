public import FoveaGraph
import FoveaTensors
import Foundation

extension CrossEntropy {
  /// The wanted probability of each class after smoothing, and the number of targets that count.
  ///
  /// Zeros for a target that is ignored.
  fileprivate func smoothedTarget(_ logits: Shape, _ target: ReferenceTensor)
    throws(OperationError) -> (probabilities: ReferenceTensor, count: Double)
  {
    let (classes, smoothing) = (logits[1], Double(labelSmoothing))
    if self.target == .probabilities {
      let mixed = target.map { (1 - smoothing) * $0 + smoothing / Double(classes) }
      return (mixed, Double(logits.elementCount / classes))
    }
    for label in target.values where label != Double(ignoreIndex) {
      guard 0..<Double(classes) ~= label else {
        throw .setting(
          name, name: "label", value: "\(Int(label))", allowed: "0..<\(classes) or \(ignoreIndex)")
      }
    }
    var result = ReferenceTensor(logits)
    logits.forEachIndex { index in
      var place = index
      place.remove(at: 1)
      let label = target[place]
      guard label != Double(ignoreIndex) else { return }
      let own = label == Double(index[1]) ? 1 - smoothing : 0
      result[index] = own + smoothing / Double(classes)
    }
    return (result, Double(target.values.filter { $0 != Double(ignoreIndex) }.count))
  }

  /// What the sum of all losses is divided by.
  fileprivate func divisor(_ count: Double) -> Double { reduction == .mean ? count : 1 }
}

extension CrossEntropy: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let logits = inputs[0]
    let (wanted, count) = try smoothedTarget(logits.shape, inputs[1])
    let loss = zip(wanted.values, logits.logSoftmax(axis: 1).values).reduce(0) {
      $0 - $1.0 * $1.1
    }
    return [ReferenceTensor(.scalar, [loss / divisor(count)])]
  }
}

extension CrossEntropyGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let logits = inputs[0]
    let (wanted, count) = try loss.smoothedTarget(logits.shape, inputs[1])
    let factor = inputs[2].values[0] / loss.divisor(count)
    let logProbabilities = logits.logSoftmax(axis: 1)

    // d/dx −Σ q log softmax(x) = (Σ q) softmax(x) − q; an ignored target has Σ q = 0.
    var total = ReferenceTensor(logits.shape.replacing(1, with: 1))
    logits.shape.forEachIndex { total[$0] += wanted[$0] }
    var result = ReferenceTensor(logits.shape)
    logits.shape.forEachIndex {
      result[$0] = factor * (total[$0] * exp(logProbabilities[$0]) - wanted[$0])
    }
    guard loss.target == .probabilities else { return [result] }
    let smoothing = Double(loss.labelSmoothing)
    return [result, logProbabilities.map { -factor * (1 - smoothing) * $0 }]
  }
}
