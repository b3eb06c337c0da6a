import Foundation
import FoveaGraph
public import FoveaTensors

/// How weights follow their gradients.
public enum Optimizer: Hashable, Codable, Sendable {
  /// Stochastic gradient descent with momentum.
  case sgd(momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0)
  /// Adam; weight decay goes through the gradient (L2).
  case adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0)
  /// Adam with weight decay of its own.
  case adamW(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01)
  /// Gradients over the root of their mean square, in PyTorch's form; `centered` takes the square of
  /// their mean off first.
  case rmsProp(
    alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0, centered: Bool = false,
    weightDecay: Double = 0)
  /// The sign of a momentum, with weight decay of its own.
  ///
  /// X. Chen et al., arXiv:2302.06675, who take a third to a tenth of AdamW's learning rate.
  case lion(beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0.1)
  /// Adam whose step is as long as the layer's weights, times the learning rate.
  ///
  /// Y. You et al., arXiv:1904.00962.
  case lamb(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6, weightDecay: Double = 0.01)
  /// Gradients scaled to `trust` times the length of the layer's weights, then SGD with momentum.
  ///
  /// Y. You, I. Gitman, B. Ginsburg, arXiv:1708.03888.
  case lars(
    momentum: Double = 0.9, nesterov: Bool = false, trust: Double = 0.001,
    weightDecay: Double = 1e-4)
  /// A momentum made orthogonal for each matrix and each convolution's filters as rows of one, in
  /// PyTorch's form; AdamW for vectors, with its usual constants and `adamWFactor` times the rate.
  ///
  /// K. Jordan, *Muon: an optimizer for hidden layers in neural networks*, 2024,
  /// https://kellerjordan.github.io/posts/muon/.
  case muon(
    momentum: Double = 0.95, nesterov: Bool = true, weightDecay: Double = 0.1,
    adjustment: MuonAdjustment = .matchRMSAdamW, adamWFactor: Double = 1)

  /// What Muon's step is multiplied by, for a matrix `[rows, columns]`.
  public enum MuonAdjustment: String, Hashable, Codable, Sendable {
    /// `√max(1, rows / columns)`, as first published; rates are about 0.02.
    case original
    /// `0.2 · √max(rows, columns)`, so that AdamW's rates serve (arXiv:2502.16982).
    case matchRMSAdamW

    func factor(rows: Int, columns: Int) -> Double {
      switch self {
      case .original: max(1, Double(rows) / Double(columns)).squareRoot()
      case .matchRMSAdamW: 0.2 * Double(max(rows, columns)).squareRoot()
      }
    }
  }

  /// The name of the graph's input for what changes from step to step.
  public static let settingsName = "optimizer/settings"

  /// SGD's momentum, or Adam's β₁, where no schedule changes it.
  public var momentum: Double {
    switch self {
    case .sgd(let momentum, _, _), .rmsProp(_, _, let momentum, _, _), .lars(let momentum, _, _, _),
      .muon(let momentum, _, _, _, _):
      momentum
    case .adam(let beta1, _, _, _), .adamW(let beta1, _, _, _), .lion(let beta1, _, _),
      .lamb(let beta1, _, _, _):
      beta1
    }
  }

  /// How much weights shrink.
  var weightDecay: Double {
    switch self {
    case .sgd(_, _, let decay), .adam(_, _, _, let decay), .adamW(_, _, _, let decay),
      .rmsProp(_, _, _, _, let decay), .lion(_, _, let decay), .lamb(_, _, _, let decay),
      .lars(_, _, _, let decay), .muon(_, _, let decay, _, _):
      decay
    }
  }

  /// The optimiser of a parameter: Muon leaves vectors to AdamW.
  func optimizer(for shape: Shape) -> Optimizer {
    guard case .muon(_, _, let weightDecay, _, _) = self, shape.rank < 2 else { return self }
    return .adamW(weightDecay: weightDecay)
  }

  /// What the updates read in step `step`, counted from 0.
  public func settings(_ settings: StepSettings, step: Int) -> Tensor {
    let (rate, momentum) = (settings.learningRate, settings.momentum)
    switch self {
    case .adam(_, let beta2, _, _), .adamW(_, let beta2, _, _), .lamb(_, let beta2, _, _):
      let corrections = [Double(momentum), beta2].map { Float(1 - pow($0, Double(step + 1))) }
      return Tensor([AdamUpdate.settingCount], [rate, momentum] + corrections)
    default: return Tensor([SGDUpdate.settingCount], [rate, momentum])
    }
  }

  var settingCount: Int {
    switch self {
    case .adam, .adamW, .lamb: AdamUpdate.settingCount
    default: SGDUpdate.settingCount
    }
  }

  /// The names of the tensors that are remembered for each parameter.
  var states: [String] {
    switch self {
    case .sgd, .lars, .muon: ["velocity"]
    case .adam, .adamW, .lamb: ["mean", "variance"]
    case .rmsProp(_, _, _, let centered, _):
      ["velocity", "meanSquare"] + (centered ? ["mean"] : [])
    case .lion: ["velocity"]
    }
  }
}

extension Optimizer {
  /// All inputs that the updates read in step `step`, counted from 0, by name.
  ///
  /// - Parameters:
  ///   - options: As the step was made with; each group with a rate of its own reads its own.
  ///   - updatesPerEpoch: By which groups that were frozen at first count their own updates.
  public func inputs(
    _ settings: StepSettings, step: Int, options: UpdateOptions = UpdateOptions(),
    updatesPerEpoch: Int = 0
  ) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for group in [nil] + options.groups.indices.map(Optional.some) {
      let factor = group.map { options.groups[$0].learningRateFactor } ?? 1
      let rate = Double(settings.learningRate) * factor
      let own = StepSettings(learningRate: Float(rate), momentum: settings.momentum)
      let frozenEpochs = group.flatMap { options.groups[$0].frozenEpochs } ?? 0
      let step = max(step - frozenEpochs * updatesPerEpoch, 0)
      result[Self.inputName(isFallback: false, group: group)] = self.settings(own, step: step)
      guard case .muon(_, _, _, _, let adamWFactor) = self else { continue }
      let fallback = Optimizer.adamW()
      let plain = StepSettings(
        learningRate: Float(rate * adamWFactor), momentum: Float(fallback.momentum))
      result[Self.inputName(isFallback: true, group: group)] =
        fallback.settings(plain, step: step)
    }
    return result
  }

  static func inputName(isFallback: Bool, group: Int?) -> String {
    settingsName + (isFallback ? "/vectors" : "") + (group.map { "/group-\($0)" } ?? "")
  }

  /// Throws for constants that no optimiser has.
  func check() throws(TrainingError) {
    func require(_ isAllowed: Bool, _ setting: String, _ value: Double, _ allowed: String)
      throws(TrainingError)
    {
      guard isAllowed else {
        throw .option("the optimiser", problem: "its \(setting) is \(value); use \(allowed)")
      }
    }
    func require(share: Double, _ setting: String) throws(TrainingError) {
      try require(0..<1 ~= share, setting, share, "0 or more and less than 1")
    }
    func require(notNegative value: Double, _ setting: String) throws(TrainingError) {
      try require(value >= 0 && Float(value).isFinite, setting, value, "a finite number, 0 or more")
    }
    try require(share: momentum, "momentum (β₁)")
    try require(notNegative: weightDecay, "weight decay")
    switch self {
    case .sgd: break
    case .adam(_, let beta2, let epsilon, _), .adamW(_, let beta2, let epsilon, _),
      .lamb(_, let beta2, let epsilon, _):
      try require(share: beta2, "β₂")
      try require(notNegative: epsilon, "epsilon")
    case .rmsProp(let alpha, let epsilon, _, _, _):
      try require(share: alpha, "alpha")
      try require(notNegative: epsilon, "epsilon")
    case .lion(_, let beta2, _): try require(share: beta2, "β₂")
    case .lars(_, _, let trust, _): try require(notNegative: trust, "trust")
    case .muon(_, _, _, _, let factor): try require(notNegative: factor, "factor for AdamW")
    }
  }
}
