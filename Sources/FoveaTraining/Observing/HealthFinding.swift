/// Something that a training shows when it is not well.
public struct HealthFinding: Hashable, Codable, Sendable {
  /// What is wrong.
  public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
    /// A loss that is infinite or no number.
    case lossNotFinite = "loss not finite"
    /// A loss that has become several times as large as it was.
    case lossExploded = "loss exploded"
    /// A loss that stays where guessing has it.
    case noLearning = "no learning"
    /// Outputs that go to zero together, and often come back.
    case activationCollapse = "activation collapse"
    /// Channels that a ReLU sets to zero for every image.
    case deadUnits = "dead units"
    /// Outputs that are huge, infinite or no numbers.
    case explodingActivations = "exploding activations"
    /// Gradients that are next to nothing beside those of other layers.
    case vanishingGradients = "vanishing gradients"
    /// Gradients that are huge or not finite.
    case explodingGradients = "exploding gradients"
    /// Steps that destroy what was learned.
    case learningRateTooHigh = "learning rate too high"
    /// Steps that hardly change the weights.
    case learningRateTooLow = "learning rate too low"
    /// A validation loss that rises while the training loss falls.
    case overfitting = "overfitting"
  }

  /// What is wrong.
  public let kind: Kind
  /// The first step that shows it, from 0.
  public let step: Int
  /// The path of the layer that shows it; `nil` for the training as a whole.
  public let layer: String?
  /// What was seen.
  public let evidence: String

  /// What usually helps.
  public var remedy: String {
    switch kind {
    case .lossNotFinite, .lossExploded, .learningRateTooHigh:
      "lower the learning rate, warm it up (1cycle), or normalise (BatchNorm)"
    case .noLearning:
      "see the findings about layers first; else look for a learning rate with lr-find, and at the labels"
    case .activationCollapse:
      "normalise (BatchNorm after the layer), begin with a lower learning rate, or take a larger batch"
    case .deadUnits:
      "lower the learning rate, normalise (BatchNorm), or use LeakyReLU"
    case .explodingActivations:
      "normalise (BatchNorm), and scale the initial weights to the layer (Kaiming)"
    case .vanishingGradients:
      "normalise (BatchNorm), add shortcuts, and scale the initial weights to the layer (Kaiming)"
    case .explodingGradients: "clip gradients, lower the learning rate, or normalise (BatchNorm)"
    case .learningRateTooLow: "raise the learning rate; lr-find suggests one"
    case .overfitting: "stop earlier, augment the images, or use weight decay or dropout"
    }
  }
}

extension HealthFinding: CustomStringConvertible {
  public var description: String {
    let place = layer.map { ", layer \($0)" } ?? ""
    return "\(kind.rawValue) (step \(step + 1)\(place)): \(evidence); \(remedy)"
  }
}
