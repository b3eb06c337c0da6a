import FoveaTraining

/// A log that a training writes into its run folder besides its tables.
public enum LogName: String, Hashable, Codable, Sendable, CaseIterable {
  /// A JSON object a step and an epoch, `log.jsonl`.
  case jsonl
  /// An event file for TensorBoard.
  case tensorboard

  /// Brings the log to where a training stands.
  func logger(
    in folder: RunFolder, stepsPerEpoch: Int, progress: TrainingProgress?
  ) throws -> any TrainingLogger {
    switch self {
    case .jsonl: try JSONLinesLogger(folder.jsonLines, after: progress)
    case .tensorboard:
      try TensorBoardLogger(folder: folder.url, stepsPerEpoch: stepsPerEpoch, after: progress)
    }
  }
}
