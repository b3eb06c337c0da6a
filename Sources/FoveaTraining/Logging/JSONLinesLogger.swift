public import Foundation
import FoveaData

/// Writes a JSON object a step and an epoch, a line each.
///
/// A step's line is `{"kind":"step", …}` with the fields of `StepRecord`, an epoch's
/// `{"kind":"epoch", …}` with those of `EpochRecord`, and images that cannot be read have
/// `{"kind":"damagedImages", …}` with those of `SkippedImages`; steps and epochs count from 1. A number
/// that JSON cannot hold is `"nan"`, `"inf"` or `"-inf"`.
public final class JSONLinesLogger: TrainingLogger {
  public private(set) var failure: (any Error)?
  private let file: LineFile
  private let encoder = JSONEncoder()

  /// Brings a file to where a training stands: what is past that is dropped, all where it has not
  /// begun.
  ///
  /// - Parameters:
  ///   - url: The file, made where it is missing.
  ///   - progress: How far the training is; `nil` at its start.
  /// - Throws: `FileWriteError`, or what the system says.
  public init(_ url: URL, after progress: TrainingProgress? = nil) throws {
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let (steps, epochs) = (progress?.step ?? 0, progress?.epoch ?? 0)
    let decoder = JSONDecoder()
    let kept = LineFile.lines(of: url).filter { line in
      guard let place = try? decoder.decode(Place.self, from: Data(line.utf8)) else { return false }
      return place.kind == .epoch ? place.epoch <= epochs : place.step ?? .max <= steps
    }
    file = try LineFile(url, lines: kept.map(String.init))
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    do {
      switch event {
      case .stepEnded(let record): try append(StepLine(record))
      case .epochEnded(let record):
        try append(EpochLine(record))
        try file.synchronize()
      case .imagesSkipped(let skipped): try append(SkippedLine(skipped))
      case .began, .epochBegan, .updateSkipped, .normalizationsRead, .validationBegan, .ended:
        break
      }
    } catch {
      failure = failure ?? error
    }
    return failure == nil ? .proceed : .stop
  }

  private func append(_ line: some Encodable) throws {
    try file.append(String(decoding: encoder.encode(line), as: UTF8.self))
  }
}

private enum LineKind: String, Codable {
  case step
  case epoch
  case damagedImages
}

/// Which step or epoch a line is of.
private struct Place: Decodable {
  let kind: LineKind
  let epoch: Int
  let step: Int?
}

private struct StepLine: Encodable {
  let kind = LineKind.step
  let epoch: Int
  let step: Int
  let loss: Float
  let learningRate: Float
  let momentum: Float
  let images: Int
  let seconds: Double
  let waitSeconds: Double
  let gradientNorm: Float?

  init(_ record: StepRecord) {
    (epoch, step, loss) = (record.epoch + 1, record.step + 1, record.loss)
    (learningRate, momentum) = (record.learningRate, record.momentum)
    (images, seconds, waitSeconds) = (record.images, record.seconds, record.waitSeconds)
    gradientNorm = record.gradientNorm
  }
}

private struct EpochLine: Encodable {
  let kind = LineKind.epoch
  let epoch: Int
  let trainingLoss: Double
  let validationLoss: Double?
  let metrics: [String: Double]
  let seconds: Double

  init(_ record: EpochRecord) {
    (epoch, trainingLoss) = (record.epoch + 1, record.trainingLoss)
    (validationLoss, metrics, seconds) = (record.validationLoss, record.metrics, record.seconds)
  }
}

private struct SkippedLine: Encodable {
  let kind = LineKind.damagedImages
  let epoch: Int
  let step: Int
  let purpose: SkippedImages.Purpose
  let images: [DamagedImage]

  init(_ skipped: SkippedImages) {
    epoch = skipped.epoch + 1
    // The last step before an evaluation; of training the step that did without them.
    step = skipped.purpose == .training ? skipped.step + 1 : skipped.step
    (purpose, images) = (skipped.purpose, skipped.images)
  }
}
