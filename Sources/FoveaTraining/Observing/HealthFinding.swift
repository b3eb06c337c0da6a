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
    /// Channels that a ReLU sets to zero for every image of the recent looks.
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
    /// Inputs of sigmoids or tanhs so large that nearly no gradient comes back.
    case saturatedUnits = "saturated units"
    /// Batch normalisation that measures too few images at a time.
    case batchNormOnFewImages = "batch normalisation on few images"
    /// Running statistics, by which a network answers, that have hardly left their first values.
    case statisticsAtStart = "running statistics at their start"
    /// Layers that are evaluated as they are trained, so that an answer depends on chance or on the other images.
    case trainingModeInEvaluation = "training mode in evaluation"
    /// Images that the network takes for another class, surely and again and again.
    case labelNoise = "label noise"
    /// Steps that wait for their images.
    case dataBound = "data-bound loop"
  }

  /// What is wrong.
  public let kind: Kind
  /// The first step that shows it, from 0.
  public let step: Int
  /// The path of the layer that shows it; `nil` for the training as a whole.
  public let layer: String?
  /// What was seen.
  public let evidence: String

  /// Names something.
  public init(kind: Kind, step: Int, layer: String?, evidence: String) {
    self.kind = kind
    self.step = step
    self.layer = layer
    self.evidence = evidence
  }

  /// Whether it concerns how fast a training is, which depends on the machine and its other work, and not what comes
  /// out of it.
  public var isAboutSpeed: Bool { kind == .dataBound }

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
    case .saturatedUnits:
      "scale the initial weights to the layer (Xavier), normalise (BatchNorm), or use ReLU"
    case .batchNormOnFewImages:
      "take batches of 8 or more, or GroupNorm (--norm group:8); accumulating gradients does not help, for each small batch is "
        + "still measured by itself"
    case .statisticsAtStart:
      "train longer, measure them anew (fovea recalibrate-bn), or start from weights that have them"
    case .trainingModeInEvaluation:
      "use the layer's form for answers in the model's inference graph"
    case .labelNoise:
      "look at these images, and correct or leave out those that are labelled wrongly"
    case .dataBound:
      "make more batches ahead (the loader's workers, --workers), store the images smaller, use fewer or cheaper augmentations, or take "
        + "a disk that is faster"
    }
  }
}

extension HealthFinding: CustomStringConvertible {
  public var description: String {
    let place = layer.map { ", layer \($0)" } ?? ""
    return "\(kind.rawValue) (step \(step + 1)\(place)): \(evidence); \(remedy)"
  }
}
