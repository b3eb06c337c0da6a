/// How far a training has come: with the variables, all that is needed to go on as if never stopped.
public struct TrainingProgress: Hashable, Codable, Sendable {
  /// Epochs that the training is to have.
  public internal(set) var epochs: Int
  /// How learning rate and momentum change.
  public internal(set) var schedule: Schedule
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// Steps whose gradients make one update; `nil` for one.
  private let accumulatedSteps: Int?
  /// Epochs of earlier trainings of the same weights, so that their shuffling is not repeated.
  let epochsBefore: Int
  /// Updates of earlier trainings of the same weights, which the optimiser counts.
  let updatesBefore: Int
  /// Steps of earlier trainings; `nil` for as many as updates.
  private let stepsBefore: Int?

  /// The scale of the loss, where gradients are scaled.
  public internal(set) var lossScale: LossScale?
  /// What the schedule has seen of the measure that it waits for, where it waits for one.
  public internal(set) var plateau: PlateauState?
  /// How many sets of weights the average of weights has taken in.
  public internal(set) var averagedCount: Int?
  /// What the gradients that are accumulated so far weigh.
  var accumulatedWeight: Double?

  /// The epochs that are done, in order.
  public private(set) var finishedEpochs: [EpochRecord] = []
  /// The steps that the epoch at work has taken.
  public private(set) var stepInEpoch = 0
  private var lossSum = 0.0
  private var imageCount = 0

  init(
    epochs: Int, schedule: Schedule, stepsPerEpoch: Int, stepsPerUpdate: Int = 1,
    after earlier: TrainingProgress? = nil
  ) {
    self.epochs = epochs
    self.schedule = schedule
    self.stepsPerEpoch = stepsPerEpoch
    accumulatedSteps = stepsPerUpdate == 1 ? nil : stepsPerUpdate
    epochsBefore = earlier.map { $0.epochsBefore + $0.epoch + ($0.stepInEpoch > 0 ? 1 : 0) } ?? 0
    updatesBefore = earlier?.updates ?? 0
    stepsBefore = stepsPerUpdate == 1 && earlier?.stepsPerUpdate ?? 1 == 1 ? nil : earlier?.steps
    lossScale = earlier?.lossScale
    averagedCount = earlier?.averagedCount
    plateau = schedule.plateau.map(PlateauState.init)
  }

  /// The most epochs, steps and updates that a checkpoint may name, so that no product overflows.
  private static let largestCount = 1 << 30

  /// Whether the numbers, which may come from a file, are those of a training.
  var isConsistent: Bool {
    let counts = [
      epochs, stepsPerEpoch, epochsBefore, updatesBefore, stepsBefore ?? 0, stepInEpoch, imageCount,
      averagedCount ?? 0,
    ]
    return counts.allSatisfy { 0...Self.largestCount ~= $0 } && finishedEpochs.count <= epochs
      && 1...Self.largestCount ~= stepsPerUpdate && stepInEpoch <= stepsPerEpoch
      && lossScale?.isConsistent ?? true && lossScale?.skippedUpdates ?? 0 <= updates
      && plateau?.isConsistent ?? true && (plateau == nil) == (schedule.plateau == nil)
      && accumulatedWeight?.isFinite ?? true && (try? schedule.check()) != nil
  }

  /// The epoch at work, from 0.
  public var epoch: Int { finishedEpochs.count }
  /// Steps that this training has taken.
  public var step: Int { epoch * stepsPerEpoch + stepInEpoch }
  /// Steps that this training is to take.
  public var totalSteps: Int { epochs * stepsPerEpoch }
  /// Steps whose gradients make one update; the last update of an epoch may have fewer.
  public var stepsPerUpdate: Int { accumulatedSteps ?? 1 }
  /// Updates of an epoch, of which schedules count.
  var updatesPerEpoch: Int { (stepsPerEpoch + stepsPerUpdate - 1) / stepsPerUpdate }
  /// The update that the next step belongs to, from 0.
  public var update: Int {
    epoch * updatesPerEpoch
      + (stepInEpoch == stepsPerEpoch ? updatesPerEpoch : stepInEpoch / stepsPerUpdate)
  }
  /// Updates that this training is to make.
  public var totalUpdates: Int { epochs * updatesPerEpoch }
  /// The number of the epoch's shuffling.
  var shuffleEpoch: Int { epochsBefore + epoch }
  /// Steps so far, in all trainings, from which random operations draw.
  var steps: Int { (stepsBefore ?? updatesBefore) + step }
  /// Updates so far, in all trainings; each changes the weights, unless its gradients overflow.
  var updates: Int { updatesBefore + update }
  /// Whether the next step is the first of an update.
  var beginsUpdate: Bool { stepInEpoch % stepsPerUpdate == 0 }
  /// Whether the next step is the last of an update.
  var endsUpdate: Bool {
    (stepInEpoch + 1) % stepsPerUpdate == 0 || stepInEpoch + 1 == stepsPerEpoch
  }
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
    if let waiting = schedule.plateau { plateau?.take(record, waiting) }
  }
}
