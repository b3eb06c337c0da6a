import FoveaArchives
public import FoveaTensors

/// Why a file does not bring a network with its weights.
public struct ModelFileError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// Weights without a network.
    case weightsAlone
    /// A network without weights.
    case graphAlone
    /// A checkpoint of a training, which has more than a network.
    case checkpoint
    /// A format that a later version of this program writes.
    case version(Int)
    /// A description of the network that makes no sense.
    case damaged(reason: String)
    /// A tensor of the network that the file does not have.
    case missingTensor(_ name: String)
    /// A tensor of the file that the network does not have.
    case unusedTensor(_ name: String)
    /// A tensor of another shape or element type.
    case tensor(_ name: String, expected: Shape, actual: Shape)
    /// A kind of file that is not read.
    case unknown
  }

  /// The file's path, or what the caller calls the bytes.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  /// Says what is wrong with a file.
  public init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }
}

extension ModelFileError: CustomStringConvertible {
  /// What is wrong, then what to do.
  public var description: String { "\(file): \(words)" }

  private var words: String {
    switch problem {
    case .weightsAlone:
      "holds weights without a network; name the network, and the file with --weights"
    case .graphAlone:
      "holds a network without weights; name a file of weights with --weights"
    case .checkpoint:
      "is a checkpoint of a training; read it as such, or export it first"
    case .version(let version):
      "has version \(version) of the format, this program reads \(FoveaModelFile.formatVersion); "
        + "use the program that wrote it"
    case .damaged(let reason):
      "the network's description is damaged (\(reason.prefix(500))); fetch or export it again"
    case .missingTensor(let name):
      "has no tensor \(excerpt(name)), which its network needs; fetch or export it again"
    case .unusedTensor(let name):
      "has a tensor \(excerpt(name)), which its network does not know; fetch or export it again"
    case .tensor(let name, let expected, let actual):
      "tensor \(excerpt(name)) is \(actual), its network has float32 \(expected); fetch or export it again"
    case .unknown:
      "is no file of a network that is read; name a .fovea or .onnx file, a checkpoint or a graph's .json"
    }
  }
}
