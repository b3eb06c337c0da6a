public import Foundation
import FoveaArchives
public import FoveaTensors

/// Tensors by name from a file of any kind that is read; what it is, its content says and not its name.
public struct WeightFile: Sendable {
  /// What a file is.
  public enum Format: String, Hashable, Codable, Sendable, CaseIterable {
    /// A safetensors file.
    case safetensors
    /// What `torch.save` wrote.
    case pyTorch = "PyTorch"
    /// What `numpy.savez` wrote.
    case numPy = "NumPy"
    /// What a training of this package wrote.
    case checkpoint
    /// A network of this package with its weights.
    case foveaModel = "Fovea model"
  }

  /// What the file is.
  public let format: Format
  /// The tensors, in the file's order.
  public let weights: Weights
  /// Where in a PyTorch checkpoint they were, such as `state_dict`.
  public let entry: String
  /// Where else such a checkpoint has tensors, such as `ema`.
  public let otherEntries: [String]

  /// The key of a safetensors file's metadata that makes it a checkpoint of a training.
  public static let checkpointKey = "fovea.checkpoint"
  /// What names of an optimiser's memory begin with in a checkpoint.
  public static let optimizerPrefix = "optimizer/"

  /// Reads a file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// - Parameter entry: Where in a PyTorch checkpoint to look, such as `ema`.
  /// - Throws: `WeightFileError` for a file of another kind, else what the kind's reader throws.
  public init(contentsOf url: URL, entry: String? = nil) throws {
    let region = try FileBytes(mapping: url).whole
    try self.init(region, file: url.path, entry: entry)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - file: What an error calls the bytes.
  ///   - entry: As above.
  /// - Throws: As above.
  public init(decoding data: Data, file: String = "the file", entry: String? = nil) throws {
    try self.init(FileBytes(copying: data).whole, file: file, entry: entry)
  }

  private init(_ region: ByteRegion, file: String, entry: String?) throws {
    let content = FileContent(region)
    guard entry == nil || content == .pyTorch else {
      throw WeightFileError(file: file, problem: .noEntries)
    }
    var (found, others) = ("", [String]())
    switch content {
    case .safetensors:
      let contents = try Safetensors(region, file: file)
      if contents.metadata[Self.checkpointKey] != nil {
        format = .checkpoint
        weights = Weights(
          contents.weights.tensors.filter { !$0.key.hasPrefix(Self.optimizerPrefix) })
      } else {
        format = contents.metadata[FoveaModelFile.headerKey] == nil ? .safetensors : .foveaModel
        weights = contents.weights
      }
    case .pyTorch:
      let contents = try PyTorchFile(region, file: file, entry: entry)
      format = .pyTorch
      weights = contents.weights
      (found, others) = (contents.entry, contents.otherEntries)
    case .numPyArchive:
      format = .numPy
      weights = try NumPyArchive(region, file: file).weights
    case .numPyArray: throw WeightFileError(file: file, problem: .oneArray)
    case .onnx: throw WeightFileError(file: file, problem: .onnx)
    case .json: throw WeightFileError(file: file, problem: .json)
    case .keras: throw WeightFileError(file: file, problem: .keras)
    case .unknown: throw WeightFileError(file: file, problem: .unknown)
    }
    (self.entry, otherEntries) = (found, others)
  }
}

/// Why a file holds no weights that can be read.
public struct WeightFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the file is instead.
  public enum Problem: Hashable, Sendable {
    /// A single array without a name.
    case oneArray
    /// An ONNX file, which is a whole network.
    case onnx
    /// Text.
    case json
    /// A file of Keras or another HDF5 file.
    case keras
    /// Something else.
    case unknown
    /// A file without a choice of entries.
    case noEntries
  }

  /// The file's path, or what the caller calls the bytes.
  public let file: String
  /// What the file is instead.
  public let problem: Problem

  public var description: String {
    "\(file): "
      + [
        .oneArray: "is a single array; save the weights by name with numpy.savez",
        .onnx: "is an ONNX file, which brings its own network; name it in place of the network",
        .json: "is JSON text and holds no weights; name a safetensors, .pth or .npz file",
        .keras:
          "is an HDF5 or Keras file, which is not read; save the weights by PyTorch's names as "
          + "safetensors or .npz",
        .unknown: "is no file of weights that is read; name a safetensors, .pth or .npz file",
        .noEntries:
          "has no entries to choose from, as PyTorch checkpoints have; leave the entry out",
      ][problem, default: ""]
  }
}
