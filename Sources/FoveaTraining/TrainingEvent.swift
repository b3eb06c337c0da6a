/// What a training tells its observers; values only.
public enum TrainingEvent: Sendable {
  /// The training starts, or goes on from a checkpoint.
  case began(TrainingOutline)
  /// An epoch starts.
  case epochBegan(epoch: Int)
  /// A step's gradients were not finite, and its update was left out; the step's end follows.
  case updateSkipped(SkippedUpdate)
  /// A step has been taken.
  case stepEnded(StepRecord)
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

/// Something that is told how a training goes.
public protocol TrainingObserver: AnyObject {
  /// Takes an event, in the order in which things happen, on the training's own thread.
  func receive(_ event: TrainingEvent) -> TrainingAction
}

/// How long a training is.
public struct TrainingOutline: Hashable, Codable, Sendable {
  /// Epochs in all.
  public let epochs: Int
  /// Steps of one epoch.
  public let stepsPerEpoch: Int
  /// Steps that a resumed training had taken before.
  public let firstStep: Int
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
public struct TrainingReport: Hashable, Codable, Sendable {
  /// The epochs, in order; a stopped training lacks its last.
  public let epochs: [EpochRecord]
  /// Steps that have been taken in all.
  public let steps: Int
  /// The time of this run, in seconds.
  public let seconds: Double
  /// Whether an observer stopped it before the end.
  public let wasStopped: Bool
}
