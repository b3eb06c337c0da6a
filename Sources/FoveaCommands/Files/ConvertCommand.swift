public import FoveaFormats
import Foundation

/// Writes a file as another kind of file, which the names say.
public struct ConvertCommand: Hashable, Codable, Sendable {
  /// The file to read, of any kind.
  public var input: String
  /// The file to write.
  public var output: String
  /// Where in a PyTorch checkpoint the weights are.
  public var entry: String?
  /// Threads; they change no result.
  public var threads: Int?
  /// The version of the operators of an ONNX file, one of `ONNXExportOptions.opsets`; the usual one where left out.
  public var opset: Int?

  /// What was written.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let output: String
    /// What kind of file it is.
    public let format: ExportFormat
    /// Its size.
    public let bytes: Int
    /// How many tensors it has.
    public let tensors: Int
    /// Where in the checkpoint the weights were.
    public let entry: String
    /// Where else it has weights.
    public let otherEntries: [String]
    /// How the file compares with its source, where that is a network; of weights alone every bit was compared.
    public let evidence: [ParityEvidence]
  }

  /// Asks for a conversion.
  public init(
    input: String, output: String, entry: String? = nil, threads: Int? = nil, opset: Int? = nil
  ) {
    self.input = input
    self.output = output
    self.entry = entry
    self.threads = threads
    self.opset = opset
  }

  /// Reads, compares and writes.
  ///
  /// - Throws: As the file's reader and the export; then nothing is written.
  public func run() throws -> Report {
    let format = try ExportCommand.format(of: output)
    try ExportCommand.expect(opset, in: format)
    guard FileManager.default.fileExists(atPath: input) else {
      throw CommandError.missing(input, remedy: "name a file that is there")
    }
    do {
      guard entry == nil else { throw ModelFileError(file: input, problem: .weightsAlone) }
      let found = try NetworkSource(fileAt: input).load()
      let report = try ExportCommand.write(
        found, format: format, output: output, threads: threads, opset: opset)
      return Report(
        output: output, format: format, bytes: report.bytes,
        tensors: found.model.weights.tensors.count, entry: "", otherEntries: [],
        evidence: report.evidence)
    } catch let error as ModelFileError where error.problem == .weightsAlone {
      return try convertWeights(format)
    }
  }

  /// Copies weights without a network.
  private func convertWeights(_ format: ExportFormat) throws -> Report {
    guard format == .safetensors else {
      throw CommandError.option(
        "the output", value: output,
        allowed: "a .safetensors file where \(input) holds weights alone; "
          + "with a network: fovea import \(input) --model NAME")
    }
    let source = try WeightFile(contentsOf: URL(fileURLWithPath: input), entry: entry)
    let data = try Safetensors(weights: source.weights, metadata: ["format": "pt"])
      .encoded(file: output)
    guard try WeightFile(decoding: data, file: output).weights == source.weights else {
      throw CommandError.damaged(file: output, reason: "its weights change when it is read back")
    }
    try AtomicFile.write(data, to: URL(fileURLWithPath: output))
    return Report(
      output: output, format: format, bytes: data.count, tensors: source.weights.tensors.count,
      entry: source.entry, otherEntries: source.otherEntries, evidence: [])
  }
}

extension NetworkSource {
  /// Names a file, also where a network has the same name.
  fileprivate init(fileAt path: String) {
    self.init(path.contains("/") ? path : "./" + path)
  }
}
