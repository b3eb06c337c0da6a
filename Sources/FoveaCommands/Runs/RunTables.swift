import FoveaTraining

/// An epoch of a run, as its table has it.
public struct RunEpoch: Hashable, Codable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss of the images that were learned from, each at the time of its step.
  public let trainLoss: Double
  /// The mean loss of the images for validation.
  public let validationLoss: Double?
  /// The share of images for validation whose class was found, 0 to 1.
  public let accuracy: Double?
  /// How long it took.
  public let seconds: Double
}

extension RunFolder {
  /// The epochs in the run's table, in order; rows that are damaged are left out.
  func readEpochs() -> [RunEpoch] {
    let lines = RunFile.lines(metrics)
    guard let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false)
    else { return [] }
    let columns = Dictionary(
      header.enumerated().map { (String($1), $0) }, uniquingKeysWith: { first, _ in first })
    return lines.dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      func number(_ column: String) -> Double? {
        columns[column].flatMap { $0 < cells.count ? Double(cells[$0]) : nil }
      }
      guard let epoch = number("epoch").flatMap({ Int(exactly: $0) }),
        RunFile.epochs.contains(epoch),
        let trainLoss = number("train_loss"), let seconds = number("seconds")
      else { return nil }
      return RunEpoch(
        epoch: epoch, trainLoss: trainLoss, validationLoss: number("validation_loss"),
        accuracy: number("accuracy"), seconds: seconds)
    }
  }

  /// The steps in the run's table, in order; rows that are damaged are left out.
  func readSteps() -> [StepRecord] {
    RunFile.lines(steps).dropFirst().compactMap { StepRecord(csvRow: $0) }
  }
}
