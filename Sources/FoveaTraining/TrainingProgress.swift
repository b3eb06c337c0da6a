/// How far a training has come: with the variables, all that is needed to go on as if never stopped.
public struct TrainingProgress: Hashable, Codable, Sendable {
  /// Epochs that the training is to have.
  public internal(set) var epochs: Int
  /// How learning rate and momentum change.
  public internal(set) var schedule: Schedule
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// Epochs of earlier trainings of the same weights, so that their shuffling is not repeated.
  let epochsBefore: Int
  /// Updates of earlier trainings of the same weights, which the optimiser counts.
  let updatesBefore: Int

  /// The scale of the loss, where gradients are scaled.
  public internal(set) var lossScale: LossScale?

  /// The epochs that are done, in order.
  public private(set) var finishedEpochs: [EpochRecord] = []
  /// The steps that the epoch at work has taken.
  public private(set) var stepInEpoch = 0
  private var lossSum = 0.0
  private var imageCount = 0

  init(
    epochs: Int, schedule: Schedule, stepsPerEpoch: Int, after earlier: TrainingProgress? = nil
  ) {
    self.epochs = epochs
    self.schedule = schedule
    self.stepsPerEpoch = stepsPerEpoch
    epochsBefore = earlier.map { $0.epochsBefore + $0.epoch + ($0.stepInEpoch > 0 ? 1 : 0) } ?? 0
    updatesBefore = earlier.map { $0.updatesBefore + $0.step } ?? 0
    lossScale = earlier?.lossScale
  }

  /// The most epochs, steps and updates that a checkpoint may name, so that no product overflows.
  private static let largestCount = 1 << 30

  /// Whether the numbers, which may come from a file, are those of a training.
  var isConsistent: Bool {
    let counts = [epochs, stepsPerEpoch, epochsBefore, updatesBefore, stepInEpoch, imageCount]
    return counts.allSatisfy { 0...Self.largestCount ~= $0 } && finishedEpochs.count <= epochs
      && stepInEpoch <= stepsPerEpoch && lossScale?.isConsistent ?? true
      && lossScale?.skippedUpdates ?? 0 <= steps
  }

  /// The epoch at work, from 0.
  public var epoch: Int { finishedEpochs.count }
  /// Steps that this training has taken.
  public var step: Int { epoch * stepsPerEpoch + stepInEpoch }
  /// Steps that this training is to take.
  public var totalSteps: Int { epochs * stepsPerEpoch }
  /// The number of the epoch's shuffling.
  var shuffleEpoch: Int { epochsBefore + epoch }
  /// Steps so far, in all trainings; each updates the weights, unless its gradients overflow.
  var steps: Int { updatesBefore + step }
  /// The mean loss of the epoch's images so far.
  public var trainingLoss: Double { imageCount > 0 ? lossSum / Double(imageCount) : 0 }

  mutating func finishStep(loss: Float, images: Int) {
    lossSum += Double(loss) * Double(images)
    imageCount += images
    stepInEpoch += 1
  }

  mutating func finishEpoch(_ record: EpochRecord) {
    finishedEpochs.append(record)
    stepInEpoch = 0
    lossSum = 0
    imageCount = 0
  }
}
