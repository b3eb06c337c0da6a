import FoveaGraph
import FoveaTensors
public import Foundation
import SwiftProtobuf

/// How a network is written as ONNX.
public struct ONNXExportOptions: Hashable, Sendable {
  /// The version of the standard operators, one of `opsets`.
  public var opset = 18
  /// Whether the first axis of inputs may have any extent, and is called `N`.
  public var hasDynamicBatch = true
  /// Whether batch normalisations are folded into the convolutions before them.
  public var foldsBatchNorm = false
  /// The most bytes of tensors that lie in the model's own file; more go to a file beside it.
  ///
  /// The encoding of ONNX ends at 2 GB.
  public var largestInlineByteCount = 1_900_000_000

  /// The versions of the standard operators that are written.
  public static let opsets = 13...21

  /// Opset 18, any batch, batch normalisations kept.
  public init() {}
}

/// A network as ONNX has it, ready to be written.
public struct ONNXFile: Sendable {
  private var model: Onnx_ModelProto
  private let largestInlineByteCount: Int

  /// Writes a graph with its weights.
  ///
  /// Inputs and outputs keep their names, tensors the names of their variables. What is known of the
  /// network stands in the file's metadata as JSON.
  ///
  /// - Throws: `ONNXError`: `cannotExport` names an operation without a counterpart, `needsOpset` one that
  ///   the chosen opset does not have yet, `exportOpset` says that an opset is not written, `weight` that a
  ///   variable has no tensor.
  public init(
    _ network: PortableModel, options: ONNXExportOptions = ONNXExportOptions()
  ) throws(ONNXError) {
    do {
      model = try Self.model(network, options)
    } catch {
      throw ONNXError(
        file: network.information.name.isEmpty ? "the network" : network.information.name,
        problem: error)
    }
    largestInlineByteCount = options.largestInlineByteCount
  }

  /// The file's bytes, with all tensors inside.
  ///
  /// - Throws: `ONNXError` for more than the encoding holds.
  public func data() throws(ONNXError) -> Data {
    do {
      return try model.serializedBytes()
    } catch {
      throw ONNXError(
        file: model.graph.name,
        problem: .tooLarge("tensors of more than 2 GB in one file", limit: Int(Int32.max)))
    }
  }

  /// Writes the file, all at once or not at all; tensors that are too large for it go to `<name>.data`
  /// beside it, which is written first.
  ///
  /// - Throws: `FileWriteError`, or `ONNXError`.
  public func write(to url: URL) throws {
    var copy = self
    if let tensors = copy.moveTensorsOut(location: url.lastPathComponent + ".data") {
      try AtomicFile.write(
        tensors,
        to: url.deletingLastPathComponent().appendingPathComponent(url.lastPathComponent + ".data"))
    }
    try AtomicFile.write(try copy.data(), to: url)
  }

  /// Takes the tensors' data out where they are too many, and returns them one after another.
  private mutating func moveTensorsOut(location: String) -> Data? {
    let byteCount = model.graph.initializer.reduce(0) { $0 + $1.rawData.count }
    guard byteCount > largestInlineByteCount else { return nil }
    var tensors = Data(capacity: byteCount)
    for index in model.graph.initializer.indices where model.graph.initializer[index].hasRawData {
      let data = model.graph.initializer[index].rawData
      // Readers that map the file want elements aligned.
      tensors.append(Data(count: -tensors.count & 63))
      let entries = [
        ("location", location), ("offset", "\(tensors.count)"), ("length", "\(data.count)"),
      ]
      model.graph.initializer[index].externalData = entries.map(Onnx_StringStringEntryProto.init)
      model.graph.initializer[index].dataLocation = .external
      model.graph.initializer[index].clearRawData()
      tensors.append(data)
    }
    return tensors
  }

  private static func model(
    _ network: PortableModel, _ options: ONNXExportOptions
  ) throws(ONNXError.Problem) -> Onnx_ModelProto {
    guard ONNXExportOptions.opsets.contains(options.opset) else {
      throw .exportOpset(options.opset, supported: ONNXExportOptions.opsets)
    }
    var network = network
    if options.foldsBatchNorm {
      do {
        (network.graph, network.weights) =
          try network.graph.foldingBatchNorms(network.weights)
      } catch {
        throw .graph(error)
      }
    }
    var model = Onnx_ModelProto()
    // The oldest file version that has the operators, so that old programs read it as well.
    model.irVersion = options.opset < 15 ? 7 : options.opset < 19 ? 8 : options.opset < 21 ? 9 : 10
    model.producerName = "Fovea"
    var operators = Onnx_OperatorSetIdProto()
    operators.domain = ""
    operators.version = Int64(options.opset)
    model.opsetImport = [operators]
    model.graph = try ONNXGraphWriter(network, options).written()
    let name = network.information.name
    model.graph.name = name.isEmpty ? "network" : name
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let information = String(
        decoding: try encoder.encode(network.information), as: UTF8.self)
      model.metadataProps = [
        Onnx_StringStringEntryProto(PortableModel.onnxInformationKey, information)
      ]
    } catch {
      throw .malformed(reason: "\(error)")
    }
    return model
  }
}

extension Onnx_StringStringEntryProto {
  init(_ key: String, _ value: String) {
    self.init()
    self.key = key
    self.value = value
  }
}
