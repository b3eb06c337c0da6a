public import Foundation
import FoveaArchives
public import FoveaTensors
import OrderedCollections

/// A safetensors file: tensors by name, and a few words about them.
///
/// The file is the length of a JSON header (64 bits, little-endian), the header, then the elements of
/// all tensors, little-endian and row-major, without holes.
///
/// Reading takes F32, U8 and I32 as they are. F16, BF16 and F64 become float32, I64, I16 and I8 become
/// int32, BOOL becomes uint8; a number that does not fit is an error, and only F64 is rounded.
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
  /// The file is mapped, and tensors of F32, I32 and U8 lie in it until they are written to; it may be
  /// replaced meanwhile, and must not be cut short in place.
  ///
  /// Memory: at most twice the data section for elements that are converted (four times for I8), and
  /// at most 16 times its header for bookkeeping. Both are known before they are taken.
  ///
  /// - Throws: `SafetensorsError` with the file, the tensor, what is wrong and what to do.
  public init(contentsOf url: URL) throws(SafetensorsError) {
    let file: FileBytes
    do {
      file = try FileBytes(mapping: url)
    } catch {
      throw SafetensorsError(
        file: error.file, tensor: nil, problem: .unreadable(reason: error.reason))
    }
    try self.init(file.whole, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: `SafetensorsError`.
  public init(decoding data: Data, file: String = "the file") throws(SafetensorsError) {
    try self.init(FileBytes(copying: data).whole, file: file)
  }

  init(_ region: ByteRegion, file: String) throws(SafetensorsError) {
    let (header, dataStart) = try Self.readHeader(region.bytes, file: file)
    var tensors: OrderedDictionary<String, Tensor> = [:]
    tensors.reserveCapacity(header.entries.count)
    for (name, entry) in header.entries {
      guard
        let elements = region.part(dataStart + entry.range.lowerBound, count: entry.range.count),
        let stored = StoredTensor(rowMajor: entry.shape, of: entry.element.stored, in: elements)
      else {
        throw SafetensorsError(
          file: file, tensor: name,
          problem: .byteCount(
            stated: entry.range.count,
            needed: entry.shape.elementCount * entry.element.byteCount))
      }
      do throws(StoredElementError) {
        tensors[name] = try stored.tensor()
      } catch {
        throw SafetensorsError(
          file: file, tensor: name,
          problem: .valueOutOfRange(error.value, target: error.target))
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
