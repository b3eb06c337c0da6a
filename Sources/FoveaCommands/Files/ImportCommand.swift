import FoveaFormats
import Foundation

/// Loads a file's weights by name into a network, and writes both as one file.
public struct ImportCommand: Hashable, Codable, Sendable {
  /// The network by name and the file of its weights.
  public var source: NetworkSource
  /// The file to write.
  public var output: String
  /// A text file with the name of a class in each line, or names separated by commas.
  public var labels: String?
  /// What is taken from each channel of an image, of values from 0 to 1.
  public var mean: [Float]?
  /// What each channel is divided by after that.
  public var deviation: [Float]?
  /// Threads; they change no result.
  public var threads: Int?

  /// The largest file of labels, in bytes.
  private static let largestLabels = 16 << 20

  /// Asks for an import.
  public init(source: NetworkSource, output: String) {
    self.source = source
    self.output = output
  }

  /// Loads, compares and writes.
  ///
  /// - Throws: `WeightMismatch` where the weights are not the network's, `CommandError` for a wrong request,
  ///   else what files throw; then nothing is written.
  public func run() throws -> ExportCommand.Report {
    let format = try ExportCommand.format(of: output)
    guard source.weights != nil else {
      throw CommandError.missing(
        "a file of weights", remedy: "name a .pth, .safetensors or .npz file")
    }
    var found = try source.load()
    let classes = try found.model.graph.shapes()[found.model.graph.outputs.values[0]]
    if let labels = try readLabels() {
      guard classes.rank < 2 || classes[1] == labels.count else {
        throw CommandError.option(
          "--labels", value: "\(labels.count) names",
          allowed: "one name for each of the \(classes[1]) classes")
      }
      found.model.information.labels = labels
      found.model.information.postprocessing = .softmax
    }
    found.model.information.preprocessing = try preprocessing(
      channels: found.model.graph.inputs.first?.shape.dimensions.dropFirst().first)
    found.model.information.recipe["source"] =
      source.weights.map { URL(fileURLWithPath: $0).lastPathComponent }
    return try ExportCommand.write(found, format: format, output: output, threads: threads)
  }

  private func readLabels() throws -> [String]? {
    guard let labels else { return nil }
    guard FileManager.default.fileExists(atPath: labels) else {
      return labels.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let url = URL(fileURLWithPath: labels)
    let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    guard size <= Self.largestLabels else {
      throw CommandError.option(
        "--labels", value: "a file of \(size) bytes", allowed: "at most \(Self.largestLabels) bytes"
      )
    }
    return try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
      .map(String.init)
  }

  private func preprocessing(channels: Int?) throws(CommandError) -> Preprocessing? {
    guard mean != nil || deviation != nil else { return nil }
    let (mean, deviation) = (mean ?? [], deviation ?? [])
    guard mean.count == channels, deviation.count == channels, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw .option(
        "--mean and --deviation", value: "\(mean) and \(deviation)",
        allowed: "a mean and a deviation above 0 for each of the \(channels ?? 0) channels")
    }
    return Preprocessing(mean: mean, deviation: deviation)
  }
}
