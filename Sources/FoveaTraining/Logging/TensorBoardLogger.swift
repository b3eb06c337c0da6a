public import FoveaData
public import Foundation
import FoveaFormats

/// Writes an event file that TensorBoard shows: loss, learning rate and momentum of each step; mean loss,
/// validation loss and metrics of each epoch; pictures and histograms that others give.
///
/// Steps count from 1; an epoch's values stand at its last step.
public final class TensorBoardLogger: TrainingLogger {
  public private(set) var failure: (any Error)?
  private let file: TensorBoardFile
  private let stepsPerEpoch: Int

  private static let epochPrefix = "epoch/"

  /// Brings a run's event file to where a training stands: what is past that is dropped, all where it has
  /// not begun.
  ///
  /// - Parameters:
  ///   - folder: The run's folder, made where it is missing; TensorBoard calls the run by its name.
  ///   - stepsPerEpoch: The steps of an epoch.
  ///   - progress: How far the training is; `nil` at its start.
  /// - Throws: `FileWriteError`, or what the system says.
  public init(folder: URL, stepsPerEpoch: Int, after progress: TrainingProgress? = nil) throws {
    self.stepsPerEpoch = stepsPerEpoch
    let taken = progress?.step ?? 0
    let finished = (progress?.epoch ?? 0) * stepsPerEpoch
    file = try writingLog(folder) {
      try TensorBoardFile(folder: folder) { step, tags in
        // The last step of an epoch may be taken without the epoch being measured.
        let isEpoch = tags.contains { $0.hasPrefix(Self.epochPrefix) }
        return step <= (isEpoch ? finished : taken)
      }
    }
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .stepEnded(let record):
      var numbers = [
        ("loss", record.loss), ("learning rate", record.learningRate),
        ("momentum", record.momentum),
      ]
      if let norm = record.gradientNorm { numbers.append(("gradient norm", norm)) }
      write(
        step: record.step + 1, numbers.map { ("step/" + $0, .scalar(Double($1))) })
    case .epochEnded(let record):
      let losses =
        [("training loss", record.trainingLoss as Double?)]
        + [("validation loss", record.validationLoss)]
      let numbers =
        losses + record.metrics.sorted { $0.key < $1.key }.map { ($0.key, $0.value as Double?) }
        + [("seconds", record.seconds)]
      write(
        step: (record.epoch + 1) * stepsPerEpoch,
        numbers.compactMap { name, number in
          number.map { (Self.epochPrefix + name, .scalar($0)) }
        })
      attempt { try file.synchronize() }
    case .imagesSkipped(let skipped):
      write(
        step: skipped.purpose == .training ? skipped.step + 1 : skipped.step,
        [("damaged images/\(skipped.purpose.rawValue)", .scalar(Double(skipped.images.count)))])
    case .began, .epochBegan, .updateSkipped, .normalizationsRead, .validationBegan, .ended: break
    }
    return failure == nil ? .proceed : .stop
  }

  /// Shows a picture.
  ///
  /// - Parameters:
  ///   - tag: What TensorBoard calls it.
  ///   - step: The step that it belongs to, from 1.
  /// - Throws: `ImageFileError` where it cannot be encoded.
  public func record(image: RasterImage, tag: String, step: Int) throws {
    let png = try ImageEncoder.png().encode(image)
    write(
      step: step,
      [
        (
          tag,
          .image(png: png, height: image.height, width: image.width, channels: image.channels)
        )
      ])
  }

  /// Shows how numbers, such as a layer's weights, are spread.
  ///
  /// - Parameters:
  ///   - numbers: Those that are infinite or none are left out.
  ///   - tag: What TensorBoard calls them.
  ///   - step: The step that they belong to, from 1.
  public func record(histogramOf numbers: some Sequence<Float>, tag: String, step: Int) {
    write(step: step, [(tag, .histogram(NumberHistogram(numbers)))])
  }

  private func write(step: Int, _ values: [(tag: String, value: TensorBoardFile.Value)]) {
    attempt { try file.append(step: step, values) }
  }

  private func attempt(_ body: () throws -> Void) {
    do {
      try writingLog(file.url, body)
    } catch {
      failure = failure ?? error
    }
  }
}
