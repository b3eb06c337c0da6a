public import Foundation
public import FoveaTensors
import OrderedCollections

/// A safetensors file: tensors by name, and a few words about them.
///
/// The file is the length of a JSON header (64 bits, little-endian), the header, then the elements of
/// all tensors, little-endian and row-major, without holes.
///
/// Reading takes F32, U8 and I32 as they are. F16, BF16 and F64 become float32 and I64 becomes int32;
/// a number that does not fit is an error, and only F64 is rounded.
///
/// - SeeAlso: The format, <https://huggingface.co/docs/safetensors>.
public struct Safetensors: Equatable, Sendable {
  /// The tensors, in the order of the header; row-major where they come from a file.
  public var weights: Weights
  /// Free text by key: the header's `__metadata__`.
  public var metadata: [String: String]

  /// The longest header that is read or written, in bytes.
  public static let longestHeader = 100_000_000
  /// The size of the number that states the header's length.
  static let lengthByteCount = 8

  /// Gathers what a file is to hold.
  public init(weights: Weights, metadata: [String: String] = [:]) {
    self.weights = weights
    self.metadata = metadata
  }

  /// Reads a file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// Memory: the file's size, at most twice its data section for the elements, and at most 16 times
  /// its header for bookkeeping. All three are known before they are taken.
  ///
  /// - Throws: `SafetensorsError` with the file, the tensor, what is wrong and what to do.
  public init(contentsOf url: URL) throws(SafetensorsError) {
    let data: Data
    do {
      // Not mapped: a mapped file that another process cuts short would end the program.
      data = try Data(contentsOf: url)
    } catch {
      throw SafetensorsError(
        file: url.path, tensor: nil,
        problem: .unreadable(reason: (error as NSError).localizedDescription))
    }
    try self.init(decoding: data, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: `SafetensorsError`.
  public init(decoding data: Data, file: String = "the file") throws(SafetensorsError) {
    let result = data.withUnsafeBytes { bytes in
      Result { () throws(SafetensorsError) in try Safetensors(bytes, file: file) }
    }
    self = try result.get()
  }

  private init(_ bytes: UnsafeRawBufferPointer, file: String) throws(SafetensorsError) {
    let (header, dataStart) = try Self.readHeader(bytes, file: file)
    var tensors: OrderedDictionary<String, Tensor> = [:]
    tensors.reserveCapacity(header.entries.count)
    for (name, entry) in header.entries {
      let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
      do throws(SafetensorsError.Problem) {
        tensors[name] = try entry.element.tensor(
          entry.shape, from: UnsafeRawBufferPointer(rebasing: bytes[range]))
      } catch {
        throw SafetensorsError(file: file, tensor: name, problem: error)
      }
    }
    self.init(weights: Weights(tensors), metadata: header.metadata)
  }

  /// Reads and checks the header; after it every range lies within `bytes`.
  static func readHeader(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(SafetensorsError) -> (header: SafetensorsHeader, dataStart: Int) {
    guard bytes.count >= lengthByteCount else {
      throw SafetensorsError(
        file: file, tensor: nil, problem: .shorterThanHeaderLength(byteCount: bytes.count))
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    let limit = min(bytes.count - lengthByteCount, longestHeader)
    guard length <= limit else {
      throw SafetensorsError(
        file: file, tensor: nil, problem: .headerLength(length, limit: limit))
    }
    let dataStart = lengthByteCount + Int(length)
    var parser = SafetensorsHeaderParser(Array(bytes[lengthByteCount..<dataStart]), file: file)
    let header = try parser.parse()
    try header.checkLayout(dataByteCount: bytes.count - dataStart, file: file)
    return (header, dataStart)
  }
}
