import FoveaGraph
import FoveaTensors

extension Loss {
  /// Throws for settings that no loss has, and for an output that it does not take.
  func check(output: Shape) throws(GraphError) {
    let path = TrainingStep.lossName
    func require(
      _ isAllowed: Bool, _ setting: String, _ value: Any, _ allowed: String
    ) throws(GraphError) {
      guard isAllowed else {
        throw .operation(
          path: path, .setting(name, name: setting, value: "\(value)", allowed: allowed))
      }
    }
    func require(rank: ClosedRange<Int>) throws(GraphError) {
      guard rank.contains(output.rank), output.elementCount > 0 else {
        throw .operation(path: path, .rank(name, expected: rank.lowerBound, actual: output))
      }
    }
    func require(share: Float, _ setting: String) throws(GraphError) {
      try require(0...1 ~= share, setting, share, "0 to 1")
    }
    func require(positive value: Float, _ setting: String) throws(GraphError) {
      try require(value > 0 && value.isFinite, setting, value, "a finite number above 0")
    }
    func require(notNegative value: Float, _ setting: String) throws(GraphError) {
      try require(value >= 0 && value.isFinite, setting, value, "a finite number, 0 or more")
    }
    func require(weights: [Float]?, _ setting: String) throws(GraphError) {
      guard let weights else { return }
      try require(
        weights.count == output[1], "the number of \(setting)", weights.count,
        "\(output[1]), one for each class")
      for weight in weights { try require(notNegative: weight, setting) }
    }

    switch self {
    case .crossEntropy(let smoothing, let weights, _),
      .softCrossEntropy(let smoothing, let weights):
      try require(rank: 2...4)
      try require(share: smoothing, "label smoothing")
      try require(weights: weights, "class weights")
    case .binaryCrossEntropy(let weights):
      try require(rank: weights == nil ? 1...4 : 2...4)
      try require(weights: weights, "positive weights")
    case .sigmoidFocal(let gamma, let alpha):
      try require(rank: 1...4)
      try require(notNegative: gamma, "gamma")
      if let alpha { try require(share: alpha, "alpha") }
    case .softmaxFocal(let gamma, let weights):
      try require(rank: 2...4)
      try require(notNegative: gamma, "gamma")
      try require(weights: weights, "class weights")
    case .dice(_, let smooth):
      try require(rank: 3...4)
      try require(notNegative: smooth, "smooth")
    case .meanSquaredError, .meanAbsoluteError: try require(rank: 1...5)
    case .huber(let delta):
      try require(rank: 1...5)
      try require(positive: delta, "delta")
    case .smoothL1(let beta):
      try require(rank: 1...5)
      try require(notNegative: beta, "beta")
    case .distillation(let temperature, let share):
      try require(rank: 2...2)
      try require(positive: temperature, "temperature")
      try require(share: share, "share")
    case .tripletMargin(let margin, _), .contrastive(let margin):
      try require(rank: 2...2)
      try require(positive: margin, "margin")
    }
  }
}
