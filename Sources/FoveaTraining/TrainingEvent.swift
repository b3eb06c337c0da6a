public import FoveaData

/// What a training tells its observers; values only.
public enum TrainingEvent: Sendable {
  /// The training starts, or goes on from a checkpoint.
  case began(TrainingOutline)
  /// An epoch starts.
  case epochBegan(epoch: Int)
  /// Images that cannot be read were left out; the end of their step follows, or their evaluation's.
  case imagesSkipped(SkippedImages)
  /// A step's gradients were not finite, and its update was left out; the step's end follows.
  case updateSkipped(SkippedUpdate)
  /// A step has been taken.
  case stepEnded(StepRecord)
  /// Batch normalisations as the evaluation that follows finds them; untold where there are none.
  case normalizationsRead([NormalizationState])
  /// The epoch's training is done; its evaluation starts.
  case validationBegan(epoch: Int)
  /// An epoch has been trained and evaluated.
  case epochEnded(EpochRecord)
  /// The training is over, finished or stopped.
  case ended(TrainingReport)
}

/// What an observer wants to happen next.
public enum TrainingAction: Sendable {
  /// Go on.
  case proceed
  /// Stop after what has just happened, and keep a checkpoint.
  case stop
}

/// What a training is, before its first step.
public struct TrainingOutline: Hashable, Codable, Sendable {
  /// Epochs in all.
  public let epochs: Int
  /// Steps of one epoch.
  public let stepsPerEpoch: Int
  /// Steps that a resumed training had taken before.
  public let firstStep: Int
  /// Images of a batch.
  public let batchSize: Int
  /// The classes of the data; of data that name none, the numbers that the network answers with.
  public let classes: Int
  /// What is made small.
  public let loss: Loss
  /// Batch normalisations as they are now.
  public let normalizations: [NormalizationState]
  /// Paths of layers that compute as in training where the model is evaluated: batch statistics, dropout.
  public let trainingLayersInEvaluation: [String]

  /// Describes a training.
  public init(
    epochs: Int, stepsPerEpoch: Int, firstStep: Int = 0, batchSize: Int, classes: Int,
    loss: Loss = .crossEntropy, normalizations: [NormalizationState] = [],
    trainingLayersInEvaluation: [String] = []
  ) {
    self.epochs = epochs
    self.stepsPerEpoch = stepsPerEpoch
    self.firstStep = firstStep
    self.batchSize = batchSize
    self.classes = classes
    self.loss = loss
    self.normalizations = normalizations
    self.trainingLayersInEvaluation = trainingLayersInEvaluation
  }
}

/// A batch normalisation and what it has measured so far.
public struct NormalizationState: Hashable, Codable, Sendable {
  /// The layer's path.
  public let path: String
  /// The share of a batch in the new running statistics.
  public let momentum: Float
  /// Whether all running means are 0 and all variances 1, as before the first batch.
  public let isAtStart: Bool

  /// Describes a layer.
  public init(path: String, momentum: Float, isAtStart: Bool) {
    self.path = path
    self.momentum = momentum
    self.isAtStart = isAtStart
  }
}

/// Images that a batch did without, because they cannot be read.
public struct SkippedImages: Hashable, Codable, Sendable {
  /// What the images were for.
  public enum Purpose: String, Hashable, Codable, Sendable {
    /// A step.
    case training
    /// An evaluation.
    case validation
  }

  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0; of an evaluation the one after it.
  public let step: Int
  /// What they were for.
  public let purpose: Purpose
  /// Which they are, and what is wrong with them.
  public let images: [DamagedImage]
}

/// One step of a training.
public struct StepRecord: Hashable, Codable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// The loss of the batch, before the update.
  public let loss: Float
  /// The learning rate of the update.
  public let learningRate: Float
  /// The momentum of the update.
  public let momentum: Float
  /// The images of the batch.
  public let images: Int
  /// The time that the step took, in seconds, without waiting for data.
  public let seconds: Double
  /// How long it waited for its batch, in seconds.
  public let waitSeconds: Double
  /// The common norm of the update's gradients before they were clipped by it; `nil` where they are not, and at a
  /// step that ends no update or whose update is left out; infinite where its squares are too large.
  public let gradientNorm: Float?
}

extension Collection<StepRecord> {
  /// The share of updates whose gradients had a norm above `maximum`, 0 to 1; `nil` where no norm is known.
  public func clippedShare(maximum: Double) -> Double? {
    let norms = compactMap(\.gradientNorm).filter { !$0.isNaN }
    guard !norms.isEmpty else { return nil }
    return Double(norms.count { $0 > Float(maximum) }) / Double(norms.count)
  }
}

/// An update that was left out because a gradient was infinite or not a number.
public struct SkippedUpdate: Hashable, Codable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// What the loss was multiplied by.
  public let lossScale: Float
  /// What it is multiplied by from the next step on.
  public let nextLossScale: Float
}

/// One epoch of a training.
public struct EpochRecord: Hashable, Codable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The mean loss of its images, each at the time of its step.
  public let trainingLoss: Double
  /// The mean loss of the validation set; `nil` where there is none.
  public let validationLoss: Double?
  /// The metrics on the validation set, by name.
  public let metrics: [String: Double]
  /// The time of the epoch, in seconds, with its evaluation.
  public let seconds: Double
}

/// The outcome of a training.
public struct TrainingReport: Sendable {
  /// The epochs, in order; a stopped training lacks its last.
  public let epochs: [EpochRecord]
  /// Steps that have been taken in all.
  public let steps: Int
  /// The time of this run, in seconds.
  public let seconds: Double
  /// Whether an observer stopped it before the end.
  public let wasStopped: Bool
  private let outcomes: [ObjectIdentifier: any Sendable]

  init(
    epochs: [EpochRecord], steps: Int, seconds: Double, wasStopped: Bool,
    observers: [any TrainingObserver]
  ) {
    self.epochs = epochs
    self.steps = steps
    self.seconds = seconds
    self.wasStopped = wasStopped
    let found = observers.map { (ObjectIdentifier(type(of: $0)), $0.outcome as any Sendable) }
    outcomes = Dictionary(found) { first, _ in first }
  }

  /// What an observer of a type has found out, the first of several; `nil` where there was none.
  public subscript<Observer: TrainingObserver>(type: Observer.Type) -> Observer.Outcome? {
    outcomes[ObjectIdentifier(type)] as? Observer.Outcome
  }
}
