import FoveaFormats
import Foundation

/// A kind of file that networks are written to.
///
/// All that a kind of file owes is here: its bytes, and how they become a network again. Whatever is
/// written goes through `ExportCheck` before.
public enum ExportFormat: String, Hashable, Codable, Sendable, CaseIterable {
  /// Fovea's own file: network, weights and all that is known of them.
  case fovea
  /// The weights alone.
  case safetensors
  /// ONNX, opset 18 unless another is asked for, for any batch; batch normalisations stay.
  case onnx

  /// The format of files whose names end so, or `nil`.
  public init?(suffix: String) { self.init(rawValue: suffix.lowercased()) }

  /// What the evidence calls the comparison.
  var comparison: String { "\(rawValue) file against its source" }

  /// The largest difference that is taken, as a share of the largest magnitude of an output.
  var tolerance: Double {
    switch self {
    // The same numbers in the same graph.
    case .fovea, .safetensors: 0
    // The same numbers in a graph of ONNX's operators, whose sums may go in another order.
    case .onnx: 1e-4
    }
  }

  /// The key of the metadata under which a safetensors file keeps what is known of the weights.
  static let informationKey = "fovea.information"

  /// The bytes of a file.
  ///
  /// - Parameter opset: The version of ONNX's operators; the usual one where left out.
  func encoded(_ model: PortableModel, file: String, opset: Int?) throws -> Data {
    switch self {
    case .fovea: return try FoveaModelFile.encoded(model, file: file)
    case .safetensors:
      let information = String(
        decoding: try ReportCoding.encode(model.information), as: UTF8.self)
      return try Safetensors(
        weights: model.weights,
        metadata: ["format": "pt", Self.informationKey: information]
      ).encoded(file: file)
    case .onnx:
      var options = ONNXExportOptions()
      options.opset = opset ?? options.opset
      return try ONNXFile(model, options: options).data()
    }
  }

  /// The network of a file's bytes; where a file holds weights alone, in the network of `source`.
  func decoded(_ data: Data, file: String, source: PortableModel) throws -> PortableModel {
    switch self {
    case .fovea, .onnx: return try PortableModel(decoding: data, file: file)
    case .safetensors:
      let weights = try WeightFile(decoding: data, file: file).weights
      return PortableModel(
        graph: source.graph, weights: try weights.fitted(to: source.slots, file: file).weights)
    }
  }

  /// Writes a network: its bytes are read back and compared, what was found goes into the file, and the
  /// file is put in place all at once.
  ///
  /// - Parameters:
  ///   - samples: What both are compared on.
  ///   - tolerance: In place of the format's own.
  ///   - opset: The version of ONNX's operators; the usual one where left out.
  /// - Returns: What was found.
  /// - Throws: `ExportMismatch` where the file would answer otherwise; then nothing is written.
  func write(
    _ model: PortableModel, to path: String, samples: [ExportCheck.Sample],
    tolerance: Double? = nil, threads: Int? = nil, opset: Int? = nil
  ) throws -> [ParityEvidence] {
    let check = ExportCheck(
      comparison: comparison, tolerance: tolerance ?? self.tolerance, threads: threads)
    let candidate = try decoded(
      encoded(model, file: path, opset: opset), file: path, source: model)
    let evidence = try check.evidence(source: model, exported: candidate, samples: samples)
    var proven = model
    proven.information.evidence += evidence
    let data = try encoded(proven, file: path, opset: opset)
    // What is written differs from what was compared in its metadata alone.
    guard try decoded(data, file: path, source: model).weights == candidate.weights else {
      throw CommandError.damaged(file: path, reason: "its weights change when it is read back")
    }
    try AtomicFile.write(data, to: URL(fileURLWithPath: path))
    return evidence
  }
}
