import FoveaData
public import FoveaFormats
import FoveaTensors
import FoveaTraining
import Foundation

/// Writes a network to a file that other programs, or this one, take.
public struct ExportCommand: Hashable, Codable, Sendable {
  /// The network and its weights.
  public var source: NetworkSource
  /// The kind of file; by the name of `output` where left out.
  public var format: ExportFormat?
  /// The file.
  public var output: String
  /// The largest difference of outputs that is taken, as a share of the largest; the format's own where left out.
  public var tolerance: Double?
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
    /// How the file compares with its source.
    public let evidence: [ParityEvidence]
    /// What came of laying a file's weights onto the network.
    public let weights: WeightReport?
  }

  /// Asks for an export.
  public init(
    source: NetworkSource, format: ExportFormat? = nil, output: String, tolerance: Double? = nil,
    threads: Int? = nil, opset: Int? = nil
  ) {
    self.source = source
    self.format = format
    self.output = output
    self.tolerance = tolerance
    self.threads = threads
    self.opset = opset
  }

  /// Compares and writes.
  ///
  /// - Throws: `ExportMismatch` where the file would answer otherwise, `CommandError` for a wrong request,
  ///   else what files and networks throw; then nothing is written.
  public func run() throws -> Report {
    if let tolerance, !(0...1 ~= tolerance) {
      throw CommandError.option("--tolerance", value: "\(tolerance)", allowed: "0 to 1")
    }
    let format = try format ?? Self.format(of: output)
    try Self.expect(opset, in: format)
    let found = try source.load()
    return try Self.write(
      found, format: format, output: output, tolerance: tolerance, threads: threads, opset: opset)
  }

  /// The kind of file that a name stands for.
  static func format(of file: String) throws(CommandError) -> ExportFormat {
    let suffix = URL(fileURLWithPath: file).pathExtension
    guard let format = ExportFormat(suffix: suffix) else {
      throw .option(
        "--output", value: file,
        allowed: "a file that ends in ."
          + ExportFormat.allCases.map(\.rawValue).joined(separator: " or ."))
    }
    return format
  }

  /// Throws unless files of the format have an opset, and can be written in this one.
  static func expect(_ opset: Int?, in format: ExportFormat) throws(CommandError) {
    guard let opset else { return }
    guard format == .onnx else {
      throw .conflict("--opset", reason: "only .onnx files have one; leave it out")
    }
    let known = ONNXExportOptions.opsets
    guard known.contains(opset) else {
      throw .option(
        "--opset", value: "\(opset)", allowed: "\(known.lowerBound) to \(known.upperBound)")
    }
  }

  static func write(
    _ found: FoundNetwork, format: ExportFormat, output: String, tolerance: Double? = nil,
    threads: Int? = nil, opset: Int? = nil
  ) throws -> Report {
    let samples = try ExportCheck.samples(for: found)
    let evidence = try format.write(
      found.model, to: output, samples: samples, tolerance: tolerance, threads: threads,
      opset: opset)
    let size = try URL(fileURLWithPath: output).resourceValues(forKeys: [.fileSizeKey]).fileSize
    return Report(
      output: output, format: format, bytes: size ?? 0, evidence: evidence, weights: found.report)
  }
}

extension ExportCheck {
  private static let (randomImages, realImages) = (4, 64)

  /// Random inputs, and images of the training's dataset where they come with the program.
  static func samples(for network: FoundNetwork) throws -> [Sample] {
    let random = randomSample(for: network.model.graph, batch: randomImages)
    guard let input = network.checkpoint?.input,
      [DatasetName.mnist, .mnistMini].map(\.rawValue).contains(input.name)
    else { return [random] }
    let digits = try MNIST.mini(.test).prefix(realImages)
    guard digits.description.imageShape == input.imageShape else { return [random] }
    let images = try input.normalization.normalized(digits.images)
    return [random, Sample(label: "mnist-mini test images", inputs: [images])]
  }
}
