public import FoveaArchives
public import FoveaTensors

/// Why a NumPy file cannot be read.
public struct NumPyError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(reason: String)
    /// Bytes that no `.npy` file begins with.
    case notNumPy
    /// A version of the format that is not known.
    case version(Int)
    /// A header that is cut short, or larger than any.
    case headerLength(Int)
    /// A header that is not the dictionary that the format knows.
    case header(expected: String, offset: Int)
    /// Elements that have no counterpart here.
    case elementType(String)
    /// A shape with too many elements.
    case shape([Int])
    /// More or fewer bytes than shape and elements need.
    case dataLength(needed: Int, actual: Int)
    /// A number that the type in memory does not hold.
    case valueOutOfRange(_ value: String, target: ElementType)
    /// A damaged archive.
    case archive(ZipError)
    /// A member of an archive that is no array.
    case notAnArray(_ name: String)
  }

  /// The file's path, or what the caller calls the bytes; in an archive, with the member.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }
}

extension NumPyError.Problem: Error {}

extension NumPyError: CustomStringConvertible {
  /// What is wrong, then what to do.
  public var description: String { "\(file): \(words)" }

  private var words: String {
    switch problem {
    case .unreadable(let reason):
      "cannot be read (\(reason)); check the path"
    case .notNumPy:
      "is no .npy file; save the array with numpy.save"
    case .version(let version):
      "has version \(version) of the format, versions 1 to 3 are read; save it again with numpy.save"
    case .headerLength(let length):
      "states a header of \(length) bytes, which the file does not have or no array needs; "
        + "fetch or save it again"
    case .header(let expected, let offset):
      "expected \(expected) at byte \(offset) of the header; save it again with numpy.save"
    case .elementType(let name):
      "has elements of type \(excerpt(name)); convert the array with astype('float32')"
    case .shape(let shape):
      "has the impossible shape \(shape); save it again"
    case .dataLength(let needed, let actual):
      "has \(actual) bytes of elements where shape and type need \(needed); fetch or save it again"
    case .valueOutOfRange(let value, let target):
      "holds \(value), which does not fit \(target.rawValue); scale the values"
    case .archive(let error):
      "\(error)"
    case .notAnArray(let name):
      "the member \(excerpt(name)) is no .npy file; save arrays alone, with numpy.savez"
    }
  }
}
