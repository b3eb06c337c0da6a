public import FoveaAnalysis
public import FoveaData
public import FoveaTensors
public import FoveaTraining

/// One epoch of a training, as reports have it.
public struct EpochReport: Hashable, Codable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss of the training images, each at the time of its step.
  public let trainLoss: Double
  /// The mean loss of the test images; `nil` where there are none.
  public let validationLoss: Double?
  /// The share of test images whose class was found, 0 to 1.
  public let accuracy: Double?
  /// How long it took, with its evaluation.
  public let seconds: Double

  /// Shows a record.
  public init(_ record: EpochRecord) {
    epoch = record.epoch + 1
    trainLoss = record.trainingLoss
    validationLoss = record.validationLoss
    accuracy = record.metrics[Metric.accuracy.name]
    seconds = record.seconds
  }
}

/// What came out of a training.
public struct TrainReport: Hashable, Codable, Sendable {
  /// The share of test images whose class was found after the last epoch, 0 to 1; `nil`, in JSON `null`,
  /// where the training was stopped before the end of its first.
  public let accuracy: Double?
  /// The same of the average of the weights, where one is kept and the training finished.
  public let averagedAccuracy: Double?
  /// The epochs, in order, with those of earlier runs that this one went on from.
  public let epochs: [EpochReport]
  /// How long this run of the command trained.
  public let seconds: Double
  /// What is wrong with the training; `nil` where nobody looked.
  public let findings: [HealthFinding]?
  /// Images that could not be read in this run and were left out, each once; not in the JSON where there were none.
  public let damagedImages: [DamagedImage]
  /// The share of updates whose gradients were longer than `--clip-norm`, 0 to 1; `nil` where nothing clips them so or
  /// no norm is known.
  public let clippedShare: Double?
  /// The run's folder.
  public let run: String
  /// The file with the weights, and all that is needed to go on.
  public let checkpoint: String
  /// The epoch, from 1, whose weights `best.safetensors` has.
  public let bestEpoch: Int?
  /// Whether it ended early because no epoch became better; not in the JSON where it did not.
  public let endedEarly: Bool
  /// Whether it was stopped before its last epoch was done; not part of the JSON.
  public let wasStopped: Bool

  private enum CodingKeys: CodingKey {
    case accuracy, averagedAccuracy, epochs, seconds, findings, run, checkpoint, bestEpoch
    case endedEarly, damagedImages, clippedShare
  }

  init(
    _ report: TrainingReport, folder: RunFolder, averagedAccuracy: Double?,
    findings: [HealthFinding]?, clippedShare: Double?, bestEpoch: Int?, isEarly: Bool
  ) {
    self.bestEpoch = bestEpoch
    endedEarly = isEarly
    self.averagedAccuracy = averagedAccuracy
    self.findings = findings
    self.clippedShare = clippedShare
    damagedImages = report[DamagedImages.self] ?? []
    epochs = report.epochs.map(EpochReport.init)
    accuracy = epochs.last?.accuracy
    seconds = report.seconds
    run = folder.url.path
    checkpoint = folder.checkpoint.path
    wasStopped = report.wasStopped && !isEarly
  }

  /// Reads a report of a finished training.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    accuracy = try values.decode(Double?.self, forKey: .accuracy)
    averagedAccuracy = try values.decodeIfPresent(Double.self, forKey: .averagedAccuracy)
    epochs = try values.decode([EpochReport].self, forKey: .epochs)
    seconds = try values.decode(Double.self, forKey: .seconds)
    findings = try values.decodeIfPresent([HealthFinding].self, forKey: .findings)
    clippedShare = try values.decodeIfPresent(Double.self, forKey: .clippedShare)
    run = try values.decode(String.self, forKey: .run)
    checkpoint = try values.decode(String.self, forKey: .checkpoint)
    bestEpoch = try values.decodeIfPresent(Int.self, forKey: .bestEpoch)
    endedEarly = try values.decodeIfPresent(Bool.self, forKey: .endedEarly) ?? false
    damagedImages =
      try values.decodeIfPresent([DamagedImage].self, forKey: .damagedImages) ?? []
    wasStopped = false
  }

  /// Writes the keys that the report promises, with `null` for an accuracy that is not there.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(accuracy, forKey: .accuracy)
    try values.encodeIfPresent(averagedAccuracy, forKey: .averagedAccuracy)
    try values.encode(epochs, forKey: .epochs)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(findings, forKey: .findings)
    try values.encodeIfPresent(clippedShare, forKey: .clippedShare)
    try values.encode(run, forKey: .run)
    try values.encode(checkpoint, forKey: .checkpoint)
    try values.encodeIfPresent(bestEpoch, forKey: .bestEpoch)
    if endedEarly { try values.encode(true, forKey: .endedEarly) }
    if !damagedImages.isEmpty { try values.encode(damagedImages, forKey: .damagedImages) }
  }
}

/// What happens before a training starts, in this order.
public enum TrainPreparation: Sendable {
  /// All settings are known.
  case configured(TrainConfiguration)
  /// Files of the dataset are being fetched.
  case downloading(DownloadProgress)
  /// Model and data are there.
  case prepared(PreparedTraining)
}

/// What a training starts from.
public struct PreparedTraining: Hashable, Codable, Sendable {
  /// The network, for one image.
  public let summary: ModelSummary
  /// One image, `[C, H, W]`.
  public let imageShape: Shape
  /// How many images are learned from.
  public let trainingImages: Int
  /// How many images are tested on.
  public let validationImages: Int
  /// The run's folder.
  public let run: String
  /// Whether a run that is there already goes on.
  public let isResumed: Bool
  /// Steps that were taken before.
  public let step: Int
  /// The epochs that were done before, in order.
  public let finishedEpochs: [EpochReport]
  /// What was taken from other weights; `nil` for random ones, and where a run goes on.
  public let transfer: TransferReport?
  /// The weights of batch normalisations that start at zero; `nil` where none were to.
  public let zeroNorms: [String]?
  /// The layers whose outputs were made to deviate by 1; `nil` where none were to.
  public let unitVariance: [UnitVarianceInitialization.Layer]?
}
