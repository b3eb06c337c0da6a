public import Foundation
import FoveaArchives
public import FoveaTensors

/// The file format of MNIST: a magic number, big-endian extents, then bytes.
///
/// - SeeAlso: Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*.
public enum IDX {
  /// The most elements that a file may have: 1 GiB of bytes.
  public static let largestElementCount = 1 << 30

  /// Reads a file of bytes, plain or `.gz`, with 1 to 4 axes.
  ///
  /// Asks for the file's size, and for at most twice the bytes that its header names. Those are at
  /// most 1 GiB, and no more than the file can hold: its size, or 1032 times that of a `.gz` file.
  ///
  /// - Throws: `IDXError`.
  public static func read(contentsOf url: URL) throws(IDXError) -> Tensor {
    let data: Data
    do {
      // Not mapped: a mapped file that another process cuts short would end the program.
      data = try Data(contentsOf: url)
    } catch {
      throw IDXError(
        file: url.path, problem: .unreadable((error as NSError).localizedDescription))
    }
    return try read(data, file: url.path)
  }

  /// Reads the bytes of a file, plain or `.gz`.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `IDXError`.
  public static func read(_ data: Data, file: String = "the file") throws(IDXError) -> Tensor {
    let (shape, headerLength) = try header(of: data, file: file)
    let expected = headerLength + shape.elementCount
    func refuse(_ problem: IDXError.Problem) -> IDXError { IDXError(file: file, problem: problem) }
    var whole = data
    if Gzip.isCompressed(data) {
      switch Gzip.unpack(data, limit: expected) {
      case .whole(let unpacked): whole = unpacked
      case .more: throw refuse(.trailing(expected: expected))
      case .damaged(let offset): throw refuse(.compression(offset: offset))
      }
    }
    guard whole.count >= expected else {
      throw refuse(.truncated(expected: expected, actual: whole.count))
    }
    guard whole.count == expected else { throw refuse(.trailing(expected: expected)) }
    return Tensor(shape, filling: UInt8.self) { target in
      _ = whole.dropFirst(headerLength).copyBytes(to: target)
    }
  }

  /// What the first bytes say; after it the memory that the rest can take is bounded by the file.
  static func header(
    of data: Data, file: String
  ) throws(IDXError) -> (shape: Shape, headerLength: Int) {
    func refuse(_ problem: IDXError.Problem) -> IDXError { IDXError(file: file, problem: problem) }
    let start: Data
    let largestCount: Int
    if Gzip.isCompressed(data) {
      switch Gzip.unpack(data, limit: longestHeader) {
      case .whole(let data), .more(let data): start = data
      case .damaged(let offset): throw refuse(.compression(offset: offset))
      }
      largestCount = data.count * Gzip.largestRatio
    } else {
      start = data.prefix(longestHeader)
      largestCount = data.count
    }
    let shape = try shape(of: start, refuse)
    let headerLength = 4 + 4 * shape.rank
    let expected = headerLength + shape.elementCount
    guard expected <= largestCount else {
      throw refuse(.truncated(expected: expected, actual: largestCount))
    }
    return (shape, headerLength)
  }

  private static let longestHeader = 4 + 4 * 4

  private static func shape(
    of header: Data, _ refuse: (IDXError.Problem) -> IDXError
  ) throws(IDXError) -> Shape {
    let bytes = Array(header)
    guard bytes.count >= 4 else { throw refuse(.truncated(expected: 4, actual: bytes.count)) }
    guard bytes[0] == 0, bytes[1] == 0, bytes[2] == 8, 1...4 ~= bytes[3] else {
      throw refuse(.magic(Array(bytes[..<4])))
    }
    let rank = Int(bytes[3])
    guard bytes.count >= 4 + 4 * rank else {
      throw refuse(.truncated(expected: 4 + 4 * rank, actual: bytes.count))
    }
    let extents = (0..<rank).map { axis in
      bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let shape = Shape(checking: extents), shape.elementCount <= largestElementCount else {
      throw refuse(.tooLarge(extents))
    }
    return shape
  }
}

/// Why an IDX file cannot be read.
public struct IDXError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(String)
    /// A `.gz` file that does not unpack from a byte on, or that goes on after its end.
    case compression(offset: Int)
    /// Another magic number than a file of bytes with 1 to 4 axes has.
    case magic([UInt8])
    /// Fewer bytes than the header, or what it names, needs.
    case truncated(expected: Int, actual: Int)
    /// More bytes than the header names.
    case trailing(expected: Int)
    /// More elements than are read.
    case tooLarge([Int])
    /// Another number of axes than such a file has.
    case rank(expected: Int, actual: Shape)
  }

  /// The file, or what stands for it.
  public let file: String
  /// What is wrong.
  public let problem: Problem
}

extension IDXError: CustomStringConvertible {
  public var description: String {
    let text =
      switch problem {
      case .unreadable(let reason): "cannot be read (\(reason)); check the path"
      case .compression(let offset):
        "does not unpack from byte \(offset) on; it was cut off or damaged, get it anew"
      case .magic(let bytes):
        "begins with \(bytes), not with 0, 0, 8 and 1 to 4; give an IDX file of bytes"
      case .truncated(let expected, let actual):
        "has \(actual) bytes at most where \(expected) are needed; it was cut off, get it anew"
      case .trailing(let expected):
        "goes on after the \(expected) bytes that its header names; get it anew"
      case .tooLarge(let extents):
        "names the extents \(extents), more than 2^30 bytes; cut it into smaller files"
      case .rank(let expected, let actual):
        "has the shape \(actual), expected \(expected) axes; "
          + "images have 3 axes and labels 1, so check which file is which"
      }
    return "\(file) \(text)"
  }
}
