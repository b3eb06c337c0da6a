public import Foundation

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
    var content = TFRecord.framed(Self.event { $0.write(3, "brain.Event:2") })
    for file in earlier {
      for payload in TFRecord.payloads(in: try Data(contentsOf: file)) {
        guard let summary = EventSummary(payload), keeps(summary.step, summary.tags) else {
          continue
        }
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
    let event = Self.event { event in
      event.write(2, step)
      event.write(5) { summary in
        for (tag, value) in values {
          summary.write(1) { field in
            field.write(1, tag)
            value.write(to: &field)
          }
        }
      }
    }
    try file.write(contentsOf: TFRecord.framed(event))
  }

  /// Waits until the disk has all events.
  ///
  /// - Throws: What the system says.
  public func synchronize() throws { try file.synchronize() }

  private static func event(_ write: (inout ProtobufWriter) -> Void) -> Data {
    var event = ProtobufWriter()
    event.write(1, Date().timeIntervalSince1970)
    write(&event)
    return event.data
  }
}

extension TensorBoardFile.Value {
  /// Writes the fields of a `Summary.Value`.
  fileprivate func write(to field: inout ProtobufWriter) {
    switch self {
    case .scalar(let number): field.write(2, Float(number))
    case .image(let png, let height, let width, let channels):
      field.write(4) { image in
        image.write(1, height)
        image.write(2, width)
        image.write(3, channels)
        image.write(4, png)
      }
    case .histogram(let histogram):
      field.write(5) { message in
        message.write(1, histogram.minimum)
        message.write(2, histogram.maximum)
        message.write(3, Double(histogram.count))
        message.write(4, histogram.sum)
        message.write(5, histogram.sumOfSquares)
        message.write(6, histogram.limits)
        message.write(7, histogram.counts.map(Double.init))
      }
    }
  }
}
