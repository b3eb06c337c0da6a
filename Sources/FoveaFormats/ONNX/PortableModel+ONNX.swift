public import Foundation
import FoveaGraph
public import FoveaTensors

/// What an ONNX file leaves open.
public struct ONNXImportOptions: Sendable {
  /// The shape of each input that is to have another than the file states, or that the file leaves open.
  public var inputShapes: [String: Shape] = [:]
  /// Numbers of inputs that are to be settled for good, such as extents that the network is given.
  public var inputValues: [String: Tensor] = [:]
  /// The extent of a first axis that the file leaves open.
  public var batch = 1

  /// Takes what the file states, and a batch of one.
  public init() {}
}

extension PortableModel {
  /// The key of the file's metadata under which what is known of the network stands, as JSON.
  static let onnxInformationKey = "fovea.information"

  /// Reads an ONNX file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// Operators of opsets 6 to 28; `Documentation/onnx.md` lists them. Shapes are inferred here. Where the
  /// file leaves the first axis of an input open, so does the graph, as far as the network allows.
  /// Numbers of other floating-point types become float32.
  ///
  /// - Parameter url: The file; data outside it are found in its folder and nowhere else.
  /// - Throws: `ONNXError` with the file, the node, what is wrong and what to do.
  public init(
    onnx url: URL, options: ONNXImportOptions = ONNXImportOptions()
  ) throws(ONNXError) {
    let data: Data
    do {
      // Not mapped: a mapped file that another process cuts short would end the program.
      data = try Data(contentsOf: url)
    } catch {
      throw ONNXError(
        file: url.path, problem: .unreadable(reason: (error as NSError).localizedDescription))
    }
    try self.init(
      decodingONNX: data, file: url.path, folder: url.deletingLastPathComponent(),
      options: options)
  }

  /// Reads the bytes of an ONNX file.
  ///
  /// - Parameters:
  ///   - data: The file.
  ///   - file: What an error calls the bytes.
  ///   - folder: Where data outside the file may lie; nowhere where left out.
  ///   - options: What the file leaves open.
  /// - Throws: `ONNXError`.
  public init(
    decodingONNX data: Data, file: String = "the file", folder: URL? = nil,
    options: ONNXImportOptions = ONNXImportOptions()
  ) throws(ONNXError) {
    let model = try ONNXModel(decoding: data, file: file, folder: folder)
    let (graph, weights) = try ONNXBatch.read(model, options)
    var information = ModelInformation()
    if let text = model.metadata[Self.onnxInformationKey] {
      do {
        information = try JSONDecoder().decode(ModelInformation.self, from: Data(text.utf8))
      } catch {
        throw ONNXError(
          file: file, problem: .malformed(reason: "its \(Self.onnxInformationKey): \(error)"))
      }
    } else {
      information.name = model.name
    }
    self.init(graph: graph, weights: weights, information: information)
  }
}
