public import Foundation

extension PortableModel {
  /// Reads a network with its weights from a file of any kind that has both; what it is, its content says.
  ///
  /// The file may come from anywhere: whatever its bytes are, this returns or throws. It is mapped, and
  /// weights lie in it until they are written to.
  ///
  /// - Throws: `ModelFileError` for a file without network or weights, else what the kind's reader throws.
  public init(contentsOf url: URL) throws {
    try self.init(FileBytes(mapping: url).whole, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: As above.
  public init(decoding data: Data, file: String = "the file") throws {
    try self.init(FileBytes(copying: data).whole, file: file)
  }

  private init(_ region: ByteRegion, file: String) throws {
    func refuse(_ problem: ModelFileError.Problem) -> ModelFileError {
      ModelFileError(file: file, problem: problem)
    }
    switch FileContent(region) {
    case .safetensors:
      let contents = try Safetensors(region, file: file)
      if contents.metadata[WeightFile.checkpointKey] != nil { throw refuse(.checkpoint) }
      self = try FoveaModelFile.model(of: contents, file: file)
    case .json: throw refuse(.graphAlone)
    case .pyTorch, .numPyArchive: throw refuse(.weightsAlone)
    case .onnx, .numPyArray, .keras, .unknown: throw refuse(.unknown)
    }
  }

  /// The tensors that the network needs, in its order.
  public var slots: [WeightSlot] {
    graph.variables.map { WeightSlot($0.name, $0.shape) }
  }
}
