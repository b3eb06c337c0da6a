public import Foundation
import SwiftProtobuf

/// An event file that TensorBoard shows.
///
/// Its first event is `file_version: "brain.Event:2"`; each other is a summary of one step.
///
/// - SeeAlso: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.
public final class TensorBoardFile {
  /// What is shown of a step.
  public enum Value: Hashable, Sendable {
    /// A number, which becomes a point of a curve.
    case scalar(Double)
    /// A PNG file with 1 (grey), 3 (RGB) or 4 (RGBA) channels.
    case image(png: Data, height: Int, width: Int, channels: Int)
    /// How numbers are spread.
    case histogram(NumberHistogram)
  }

  /// The file.
  public let url: URL
  private let file: FileHandle

  private static let prefix = "events.out.tfevents."

  /// Opens a run's event file, or begins one.
  ///
  /// What event files of the folder hold is taken into one, as far as it is to stay; what is damaged, such as
  /// an event that a killed process wrote half, is dropped with all that follows it.
  ///
  /// - Parameters:
  ///   - folder: The run's folder, made where it is missing. TensorBoard calls the run by its name.
  ///   - keeps: Whether an event that is there already stays, by its step and its values' names.
  /// - Throws: `FileWriteError`, and what reading throws.
  public init(folder: URL, keeps: (_ step: Int, _ tags: [String]) -> Bool) throws {
    let files = FileManager.default
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let earlier = try files.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix(Self.prefix) }.sorted()
      .map { folder.appendingPathComponent($0) }
    var content = try Self.record { $0.fileVersion = "brain.Event:2" }
    for file in earlier {
      for payload in TFRecord.payloads(in: try Data(contentsOf: file)) {
        guard let event = try? TensorBoardEvent(serializedBytes: payload),
          case .summary(let summary)? = event.what,
          keeps(Int(event.step), summary.value.map(\.tag))
        else { continue }
        content += TFRecord.framed(payload)
      }
    }
    url =
      earlier.last
      ?? folder.appendingPathComponent("\(Self.prefix)\(Int(Date().timeIntervalSince1970)).fovea")
    try AtomicFile.write(content, to: url)
    for file in earlier.dropLast() { try files.removeItem(at: file) }
    file = try FileHandle(forWritingTo: url)
    try file.seekToEnd()
  }

  /// Appends an event.
  ///
  /// - Parameters:
  ///   - step: The step that it belongs to.
  ///   - values: What is shown, and the names of the charts.
  /// - Throws: What writing throws.
  public func append(step: Int, _ values: [(tag: String, value: Value)]) throws {
    let record = try Self.record { event in
      event.step = Int64(step)
      event.summary.value = values.map { tag, value in
        var field = value.field
        field.tag = tag
        return field
      }
    }
    try file.write(contentsOf: record)
  }

  /// Waits until the disk has all events.
  ///
  /// - Throws: What the system says.
  public func synchronize() throws { try file.synchronize() }

  private static func record(_ fill: (inout TensorBoardEvent) -> Void) throws -> Data {
    var event = TensorBoardEvent()
    event.wallTime = Date().timeIntervalSince1970
    fill(&event)
    return TFRecord.framed(try event.serializedData())
  }
}

extension TensorBoardFile.Value {
  fileprivate var field: TensorBoardSummary.Value {
    var field = TensorBoardSummary.Value()
    switch self {
    case .scalar(let number): field.simpleValue = Float(number)
    case .image(let png, let height, let width, let channels):
      field.image.height = Int32(clamping: height)
      field.image.width = Int32(clamping: width)
      field.image.colorspace = Int32(clamping: channels)
      field.image.encodedImageString = png
    case .histogram(let histogram):
      field.histo.min = histogram.minimum
      field.histo.max = histogram.maximum
      field.histo.num = Double(histogram.count)
      field.histo.sum = histogram.sum
      field.histo.sumSquares = histogram.sumOfSquares
      field.histo.bucketLimit = histogram.limits
      field.histo.bucket = histogram.counts.map(Double.init)
    }
    return field
  }
}
