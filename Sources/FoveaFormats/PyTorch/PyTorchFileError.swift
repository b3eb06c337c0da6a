public import FoveaArchives
public import FoveaTensors

/// Why a PyTorch file cannot be read.
public struct PyTorchFileError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(reason: String)
    /// Bytes that no PyTorch file begins with.
    case notPyTorch
    /// The form of PyTorch before 0.1.10, a tar archive.
    case tarFormat
    /// A damaged archive.
    case archive(ZipError)
    /// A part of the file that is not there.
    case missingPart(_ name: String)
    /// A part of the file that is cut short.
    case cutShort(_ part: String)
    /// Something in a pickle that would be imported, and is none of what weights consist of.
    case forbiddenGlobal(_ name: String)
    /// An instruction of a pickle that weights do not need.
    case forbiddenInstruction(_ code: UInt8, offset: Int)
    /// A pickle that ends too early, or whose instructions make no sense together.
    case damagedPickle(_ expected: String, offset: Int)
    /// A pickle with more values than any checkpoint.
    case tooManyValues(limit: Int)
    /// A pickle of more bytes than any checkpoint.
    case pickleTooLarge(byteCount: Int, limit: Int)
    /// Elements that have no counterpart here.
    case elementType(_ name: String)
    /// A tensor that does not lie within its storage, or has an impossible shape.
    case bounds(shape: [Int], strides: [Int], offset: Int, storageBytes: Int)
    /// A number that the type in memory does not hold.
    case valueOutOfRange(_ value: String, target: ElementType)
    /// Tensors that would take far more memory than the file.
    case tooMuchMemory(byteCount: Int, limit: Int)
    /// Two tensors of one name.
    case duplicateName
    /// No dictionary of tensors in the file.
    case noWeights(keys: [String])
    /// A key that was asked for and holds no dictionary of tensors.
    case noEntry(_ entry: String, entries: [String])
  }

  /// The file's path, or what the caller calls the bytes.
  public let file: String
  /// The tensor that is at fault, where one is.
  public let tensor: String?
  /// What is wrong.
  public let problem: Problem

  init(file: String, tensor: String? = nil, problem: Problem) {
    self.file = file
    self.tensor = tensor
    self.problem = problem
  }
}

extension PyTorchFileError.Problem: Error {}

extension PyTorchFileError: CustomStringConvertible {
  /// What is wrong, then what to do.
  public var description: String {
    let place = tensor.map { "\(file), tensor \(excerpt($0))" } ?? file
    return "\(place): \(words)"
  }

  private var words: String {
    switch problem {
    case .unreadable(let reason):
      "cannot be read (\(reason)); check the path"
    case .notPyTorch:
      "is no PyTorch file; give one that torch.save wrote"
    case .tarFormat:
      "is a tar archive, as PyTorch wrote them before 0.1.10; load it in PyTorch and save it again"
    case .archive(let error):
      "\(error)"
    case .missingPart(let name):
      "has no part \(excerpt(name)); the file is incomplete, save it again"
    case .cutShort(let part):
      "\(part) is cut short; fetch or save the file again"
    case .forbiddenGlobal(let name):
      "the pickle wants \(excerpt(name)), which is no part of weights, and nothing was run; "
        + "if you trust the file, load it in PyTorch and save its state_dict() alone"
    case .forbiddenInstruction(let code, let offset):
      "the pickle's instruction 0x\(String(code, radix: 16)) at byte \(offset) is none that "
        + "torch.save writes; save the state_dict() again"
    case .damagedPickle(let expected, let offset):
      "the pickle has no \(expected) at byte \(offset); the file is damaged, fetch or save it again"
    case .tooManyValues(let limit):
      "the pickle has more than \(limit) values; save the state_dict() alone"
    case .pickleTooLarge(let byteCount, let limit):
      "the pickle has \(byteCount) bytes where at most \(limit) are read; save the state_dict() alone"
    case .elementType(let name):
      "has elements of type \(name), which are not read; convert the tensor to float32"
    case .bounds(let shape, let strides, let offset, let storageBytes):
      "shape \(shape) with strides \(strides) from element \(offset) does not lie in its storage of "
        + "\(storageBytes) bytes; the file is damaged or made to mislead, save it again"
    case .valueOutOfRange(let value, let target):
      "holds \(value), which does not fit \(target.rawValue); scale the values"
    case .tooMuchMemory(let byteCount, let limit):
      "its tensors would take \(byteCount) bytes where the file justifies \(limit); save contiguous "
        + "copies of expanded tensors"
    case .duplicateName:
      "the name stands twice; the file is made to mislead, save it again"
    case .noWeights(let keys):
      "holds no dictionary of tensors"
        + (keys.isEmpty
          ? "" : " (its keys: \(keys.prefix(12).map(excerpt).joined(separator: ", ")))")
        + "; save a state_dict()"
    case .noEntry(let entry, let entries):
      "holds no tensors under \(excerpt(entry)); choose from "
        + entries.prefix(12).map(excerpt).joined(separator: ", ")
    }
  }
}
