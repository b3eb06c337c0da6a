/// Which numbers bytes become where a training starts from other weights.
public enum NormalizationPolicy: String, Hashable, Codable, Sendable, CaseIterable {
  /// Those that the weights were trained with.
  case checkpoint
  /// Those of the new images.
  case dataset
  /// ImageNet's, with which published weights were trained.
  case imagenet
}

/// What a training starts from, other than random weights, and how it treats that; each part is left
/// out where `nil`.
public struct TransferRecipe: Hashable, Codable, Sendable {
  /// A run's folder, a checkpoint, or a file of weights.
  public var source: String?
  /// Whether the head is new even where it fits.
  public var renewsHead: Bool?
  /// Whether the first convolution is adapted to images with another number of channels.
  public var adaptsInput: Bool?
  /// Which numbers bytes become; the source's where it knows them, else ImageNet's.
  public var normalization: NormalizationPolicy?
  /// Epochs at the start with the head alone.
  public var frozenEpochs: Int?
  /// What the learning rate of everything but the head is multiplied by.
  public var bodyLearningRateFactor: Double?

  /// Starts from random weights.
  public init() {}

  /// The factor of the body's rate where it is frozen at first and nothing else is said.
  static let defaultBodyFactor = 0.1

  /// Whether head and body are trained differently.
  var isDivided: Bool { frozenEpochs != nil || bodyLearningRateFactor != nil }

  /// Throws for a value out of range, and for options without weights that they are about.
  func check(epochs: Int, recipe: TrainingRecipe) throws(CommandError) {
    let options: [(option: String, isGiven: Bool)] = [
      ("--new-head", renewsHead != nil), ("--adapt-input", adaptsInput != nil),
      ("--normalization", normalization != nil), ("--freeze-body", frozenEpochs != nil),
      ("--body-lr-factor", bodyLearningRateFactor != nil),
    ]
    if source == nil, let given = options.first(where: \.isGiven) {
      throw .conflict(
        given.option, reason: "the training starts from random weights; name others with --from")
    }
    if let frozenEpochs, !(1..<max(epochs, 1) ~= frozenEpochs) {
      throw .option(
        "--freeze-body", value: "\(frozenEpochs)",
        allowed: "1 or more and less than all \(epochs) epochs")
    }
    if let factor = bodyLearningRateFactor, !(factor >= 0 && factor.isFinite) {
      throw .option("--body-lr-factor", value: "\(factor)", allowed: "a number of 0 or more")
    }
    if isDivided, recipe.learningRateFactors != nil {
      throw .conflict(
        "--lr-for",
        reason: "--freeze-body and --body-lr-factor set the rates of head and body; "
          + "choose one way")
    }
  }

  /// Throws for what contradicts a run that goes on.
  func agree(with stored: TransferRecipe, run: String) throws(CommandError) {
    let agreement = RunAgreement(run: run)
    try agreement.check("--from", source, stored.source)
    try agreement.check("--new-head", renewsHead, stored.renewsHead)
    try agreement.check("--adapt-input", adaptsInput, stored.adaptsInput)
    try agreement.check("--normalization", normalization?.rawValue, stored.normalization?.rawValue)
    try agreement.check("--freeze-body", frozenEpochs, stored.frozenEpochs)
    try agreement.check("--body-lr-factor", bodyLearningRateFactor, stored.bodyLearningRateFactor)
  }

  /// What is not left out, in words.
  public var lines: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("starts from", source), ("head", renewsHead == true ? "new" : nil),
      ("first convolution", adaptsInput == true ? "adapted to the channels" : nil),
      ("normalisation of", normalization?.rawValue),
      ("epochs of the head alone", frozenEpochs.map { "\($0)" }),
      (
        "body's rate",
        isDivided ? "× \(bodyLearningRateFactor ?? Self.defaultBodyFactor)" : nil
      ),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}
