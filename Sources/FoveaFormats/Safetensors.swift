public import Foundation
public import FoveaTensors

/// Tensors by name, and a map of strings, as a safetensors file holds them.
///
/// A file is the header's length (8 bytes, little-endian), the header (JSON), then the elements, tensor
/// after tensor without holes, in row-major order.
///
/// - SeeAlso: https://github.com/huggingface/safetensors#format
public struct Safetensors: Equatable, Sendable {
  /// The tensors, in the order of their elements in the file.
  public var weights: Weights
  /// The file's `__metadata__`.
  public var metadata: [String: String]

  /// The longest header that is read, in bytes.
  public static let longestHeader = 100_000_000

  /// Gathers what a file is to hold.
  public init(weights: Weights, metadata: [String: String] = [:]) {
    self.weights = weights
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// Asks for no more memory than the file's size, twice it for the tensors where half-precision
  /// numbers become single, and some ten times the header's size.
  ///
  /// - Throws: `SafetensorsError`.
  public init(contentsOf url: URL) throws(SafetensorsError) {
    let data: Data
    do {
      data = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw SafetensorsError(
        file: url.path, problem: .unreadable((error as NSError).localizedDescription))
    }
    try self.init(decoding: data, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `SafetensorsError`.
  public init(decoding data: Data, file: String = "the file") throws(SafetensorsError) {
    func refuse(_ problem: SafetensorsError.Problem) -> SafetensorsError {
      SafetensorsError(file: file, problem: problem)
    }
    guard data.count >= 8 else { throw refuse(.tooShort(bytes: data.count)) }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(Self.longestHeader, data.count - 8)) else {
      throw refuse(.headerLength(length, file: data.count))
    }
    let headerEnd = data.startIndex + 8 + Int(length)
    let header: Header
    do {
      header = try JSONDecoder().decode(
        Header.self, from: Data(data[(data.startIndex + 8)..<headerEnd]))
    } catch {
      throw refuse(.header("\(error)"))
    }

    let elements = data[headerEnd...]
    weights = Weights()
    metadata = header.metadata
    var expectedStart = 0
    let entries = header.entries.sorted {
      ($0.value.start, $0.value.end, $0.key) < ($1.value.start, $1.value.end, $1.key)
    }
    for (name, entry) in entries {
      guard let type = StoredType(rawValue: entry.dtype) else {
        throw refuse(.elementType(tensor: name, entry.dtype))
      }
      guard let shape = Shape(checking: entry.shape) else {
        throw refuse(.shape(tensor: name, entry.shape))
      }
      guard entry.start == expectedStart, entry.end >= entry.start, entry.end <= elements.count
      else {
        throw refuse(
          .offsets(
            tensor: name, start: entry.start, end: entry.end, expectedStart: expectedStart,
            dataBytes: elements.count))
      }
      // No overflow: a shape has at most 2^48 elements.
      let byteCount = shape.elementCount * type.byteCount
      guard entry.end - entry.start == byteCount else {
        throw refuse(
          .byteCount(tensor: name, expected: byteCount, actual: entry.end - entry.start))
      }
      let bytes = elements[(headerEnd + entry.start)..<(headerEnd + entry.end)]
      do {
        weights[name] = try type.tensor(shape, bytes)
      } catch {
        throw refuse(.integer(tensor: name, error.value))
      }
      expectedStart = entry.end
    }
    guard expectedStart == elements.count else {
      throw refuse(.trailing(bytes: elements.count - expectedStart))
    }
  }

  /// The bytes of a file; the header is padded with spaces, so that elements start at a multiple of 8.
  public func encoded() throws -> Data {
    var entries: [String: Header.Entry] = [:]
    var offset = 0
    for (name, tensor) in weights.tensors {
      entries[name] = Header.Entry(
        dtype: StoredType(tensor.elementType).rawValue, shape: tensor.shape.dimensions,
        start: offset, end: offset + tensor.byteCount)
      offset += tensor.byteCount
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = try encoder.encode(Header(entries: entries, metadata: metadata))
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))

    var data = Data(capacity: 8 + header.count + offset)
    for shift in stride(from: 0, to: 64, by: 8) {
      data.append(UInt8(truncatingIfNeeded: UInt64(header.count) >> UInt64(shift)))
    }
    data.append(header)
    for tensor in weights.tensors.values {
      tensor.reordered(.rowMajor).withUnsafeBytes { data.append(contentsOf: $0) }
    }
    return data
  }
}

/// The JSON of a header: an entry a tensor, and `__metadata__`.
private struct Header: Codable {
  struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    let start: Int
    let end: Int

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    init(dtype: String, shape: [Int], start: Int, end: Int) {
      self.dtype = dtype
      self.shape = shape
      self.start = start
      self.end = end
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      dtype = try values.decode(String.self, forKey: .dtype)
      shape = try values.decode([Int].self, forKey: .shape)
      let offsets = try values.decode([Int].self, forKey: .offsets)
      guard offsets.count == 2 else {
        throw DecodingError.dataCorruptedError(
          forKey: .offsets, in: values, debugDescription: "data_offsets must be two numbers")
      }
      (start, end) = (offsets[0], offsets[1])
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(dtype, forKey: .dtype)
      try values.encode(shape, forKey: .shape)
      try values.encode([start, end], forKey: .offsets)
    }
  }

  struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  static let metadataName = "__metadata__"

  let entries: [String: Entry]
  let metadata: [String: String]

  init(entries: [String: Entry], metadata: [String: String]) {
    self.entries = entries
    self.metadata = metadata
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Name.self)
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for key in values.allKeys {
      if key.stringValue == Self.metadataName {
        metadata = try values.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try values.decode(Entry.self, forKey: key)
      }
    }
    self.init(entries: entries, metadata: metadata)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Name.self)
    if !metadata.isEmpty {
      try values.encode(metadata, forKey: Name(stringValue: Self.metadataName))
    }
    for (name, entry) in entries { try values.encode(entry, forKey: Name(stringValue: name)) }
  }
}
