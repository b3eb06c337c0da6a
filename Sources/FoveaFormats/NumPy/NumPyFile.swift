public import Foundation
import FoveaArchives
public import FoveaTensors
import OrderedCollections

/// A `.npy` file: one array, as `numpy.save` writes it.
///
/// Versions 1 to 3 are read, in C and Fortran order and either order of bytes. Fractions become float32,
/// whole numbers int32, bytes and truth values uint8; a number that does not fit is an error, and only
/// float64 is rounded. Pickled objects and structured elements are refused.
///
/// - SeeAlso: The format, <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
public struct NumPyFile: Equatable, Sendable {
  /// The array; row-major.
  public var tensor: Tensor

  private static let alignment = 64

  /// Takes what a file is to hold.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  /// Reads a file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// The file is mapped, and float32, int32 and uint8 in C order lie in it until they are written to.
  /// Other elements take at most 4 times the file's size.
  ///
  /// - Throws: `NumPyError`.
  public init(contentsOf url: URL) throws(NumPyError) {
    try self.init(NumPyArchive.mapped(url).whole, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: `NumPyError`.
  public init(decoding data: Data, file: String = "the file") throws(NumPyError) {
    try self.init(FileBytes(copying: data).whole, file: file)
  }

  init(_ region: ByteRegion, file: String) throws(NumPyError) {
    do throws(NumPyError.Problem) {
      let header = try NumPyHeader(region)
      let needed = header.shape.elementCount * header.element.byteCount
      guard region.count - header.dataStart == needed,
        let elements = region.part(header.dataStart, count: needed)
      else { throw .dataLength(needed: needed, actual: region.count - header.dataStart) }
      tensor = try Self.tensor(header, elements)
    } catch {
      throw NumPyError(file: file, problem: error)
    }
  }

  private static func tensor(
    _ header: NumPyHeader, _ elements: ByteRegion
  ) throws(NumPyError.Problem) -> Tensor {
    let shape = header.shape
    let reversed = Shape(shape.dimensions.reversed())
    let strides =
      header.isFortranOrder ? reversed.rowMajorStrides.reversed() : shape.rowMajorStrides
    guard
      var stored = StoredTensor(
        shape, strides: strides, offset: 0, of: header.element, in: elements)
    else { throw .shape(shape.dimensions) }
    stored.isBigEndian = header.isBigEndian
    do throws(StoredElementError) {
      return try stored.tensor()
    } catch {
      throw .valueOutOfRange(error.value, target: error.target)
    }
  }

  /// The bytes of the file, in version 1 of the format, C order, little-endian.
  public func encoded() -> Data {
    let descriptor =
      switch tensor.elementType {
      case .float32: "<f4"
      case .int32: "<i4"
      case .uint8: "|u1"
      }
    let dimensions = tensor.shape.dimensions.map(String.init)
    let shape = dimensions.joined(separator: ", ") + (dimensions.count == 1 ? "," : "")
    var header = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(shape)), }"
    let unpadded = NumPyHeader.magic.count + 4 + header.utf8.count + 1
    let padding = (Self.alignment - unpadded % Self.alignment) % Self.alignment
    header += String(repeating: " ", count: padding) + "\n"
    var data = Data(capacity: unpadded + padding + tensor.byteCount)
    data.append(contentsOf: NumPyHeader.magic + [1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    tensor.reordered(.rowMajor).withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }

  /// Writes the file in place of `url`, all at once or not at all.
  public func write(to url: URL) throws(FileWriteError) {
    try AtomicFile.write(encoded(), to: url)
  }
}

/// A `.npz` file: arrays by name, as `numpy.savez` and `numpy.savez_compressed` write them.
public struct NumPyArchive: Equatable, Sendable {
  /// The arrays by name, in the file's order; row-major.
  public let weights: Weights

  /// Reads a file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// Memory: what the archive unpacks to, at most 1,032 times its size, and at most 4 times that for
  /// elements that are converted.
  ///
  /// - Throws: `NumPyError`.
  public init(contentsOf url: URL) throws(NumPyError) {
    try self.init(Self.mapped(url).whole, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: `NumPyError`.
  public init(decoding data: Data, file: String = "the file") throws(NumPyError) {
    try self.init(FileBytes(copying: data).whole, file: file)
  }

  init(_ region: ByteRegion, file: String) throws(NumPyError) {
    let archive: ZipArchive
    do throws(ZipError) {
      archive = try ZipArchive(region)
    } catch {
      throw NumPyError(file: file, problem: .archive(error))
    }
    var tensors: OrderedDictionary<String, Tensor> = [:]
    for member in archive.members.values {
      guard member.name.hasSuffix(".npy") else {
        throw NumPyError(file: file, problem: .notAnArray(member.name))
      }
      let contents: ByteRegion
      do throws(ZipError) {
        contents = try archive.contents(of: member, checksum: true)
      } catch {
        throw NumPyError(file: file, problem: .archive(error))
      }
      let array = try NumPyFile(contents, file: "\(file), \(excerpt(member.name))")
      tensors[String(member.name.dropLast(".npy".count))] = array.tensor
    }
    weights = Weights(tensors)
  }

  fileprivate static func mapped(_ url: URL) throws(NumPyError) -> FileBytes {
    do throws(FileReadError) {
      return try FileBytes(mapping: url)
    } catch {
      throw NumPyError(file: error.file, problem: .unreadable(reason: error.reason))
    }
  }
}
