import FoveaArchives
public import FoveaTensors
public import Foundation

extension PortableModel {
  /// Reads a network with its weights from a file of any kind that has both; what it is, its content says.
  ///
  /// The file may come from anywhere: whatever its bytes are, this returns or throws. A Fovea model file is
  /// mapped, and weights lie in it until they are written to.
  ///
  /// - Throws: `ModelFileError` for a file without network or weights, else what the kind's reader throws.
  public init(contentsOf url: URL) throws {
    let region = try FileBytes(mapping: url).whole
    try self.init(region, file: url.path, folder: url.deletingLastPathComponent())
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: As above.
  public init(decoding data: Data, file: String = "the file") throws {
    try self.init(FileBytes(copying: data).whole, file: file, folder: nil)
  }

  private init(_ region: ByteRegion, file: String, folder: URL?) throws {
    func refuse(_ problem: ModelFileError.Problem) -> ModelFileError {
      ModelFileError(file: file, problem: problem)
    }
    switch FileContent(region) {
    case .safetensors:
      let contents = try Safetensors(region, file: file)
      if contents.metadata[WeightFile.checkpointKey] != nil { throw refuse(.checkpoint) }
      self = try FoveaModelFile.model(of: contents, file: file)
    case .onnx: try self.init(decodingONNX: region.data, file: file, folder: folder)
    case .json: throw refuse(.graphAlone)
    case .pyTorch, .numPyArchive: throw refuse(.weightsAlone)
    case .numPyArray, .keras, .unknown: throw refuse(.unknown)
    }
  }

  /// Reads a file as it is to run on certain tensors, in the order of the file's inputs.
  ///
  /// An ONNX file takes from them the extents that it leaves open, and, where it needs their numbers to know
  /// its shapes, whole numbers as well.
  ///
  /// - Returns: The network, and the names of the file's inputs; the network lacks those that were settled.
  /// - Throws: As `init(contentsOf:)`.
  public static func contents(
    of url: URL, toRunOn tensors: [Tensor]
  ) throws -> (model: PortableModel, inputs: [String]) {
    let region = try FileBytes(mapping: url).whole
    let folder = url.deletingLastPathComponent()
    guard FileContent(region) == .onnx else {
      let model = try PortableModel(region, file: url.path, folder: folder)
      return (model, model.graph.inputs.map(\.name))
    }
    let data = region.data
    let names = try ONNXModel(decoding: data, file: url.path, folder: folder).inputs.map(\.name)
    var options = ONNXImportOptions()
    for (name, tensor) in zip(names, tensors) { options.inputShapes[name] = tensor.shape }
    func read() throws(ONNXError) -> PortableModel {
      try PortableModel(decodingONNX: data, file: url.path, folder: folder, options: options)
    }
    do {
      return (try read(), names)
    } catch {
      guard case .inputNotConstant = error.problem else { throw error }
      for (name, tensor) in zip(names, tensors) where tensor.elementType == .int32 {
        options.inputShapes[name] = nil
        options.inputValues[name] = tensor
      }
      guard !options.inputValues.isEmpty else { throw error }
      return (try read(), names)
    }
  }

  /// The tensors that the network needs, in its order.
  public var slots: [WeightSlot] {
    graph.variables.map { WeightSlot($0.name, $0.shape) }
  }
}
