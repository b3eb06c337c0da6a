public import Foundation
import FoveaTensors
import OrderedCollections

extension Safetensors {
  /// The bytes of the file; the same content always gives the same bytes.
  ///
  /// - Parameter file: What an error calls the bytes.
  /// - Throws: `SafetensorsError` where a tensor is called `__metadata__`, or where names and
  ///   metadata pass the format's 100 MB.
  public func encoded(file: String = "the file") throws(SafetensorsError) -> Data {
    if weights["__metadata__"] != nil {
      throw SafetensorsError(file: file, tensor: "__metadata__", problem: .reservedName)
    }
    // Bytes last, so that each tensor is aligned for readers that map the file.
    let tensors = weights.tensors.elements
    let layout =
      tensors.filter { $0.value.elementType != .uint8 }
      + tensors.filter { $0.value.elementType == .uint8 }
    var begins: [String: Int] = [:]
    var dataByteCount = 0
    for (name, tensor) in layout {
      begins[name] = dataByteCount
      dataByteCount += tensor.byteCount
    }

    let header = encodedHeader(begins: begins)
    guard header.count <= Self.longestHeader else {
      throw SafetensorsError(
        file: file, tensor: nil,
        problem: .headerLength(UInt64(header.count), limit: Self.longestHeader))
    }
    var data = Data(capacity: Self.lengthByteCount + header.count + dataByteCount)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header)
    for (_, tensor) in layout {
      tensor.reordered(.rowMajor).withUnsafeBytes { data.append(contentsOf: $0) }
    }
    return data
  }

  private func encodedHeader(begins: [String: Int]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(quoted($0.key)):\(quoted($0.value))"
      }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    for (name, tensor) in weights.tensors {
      let begin = begins[name, default: 0]
      let dimensions = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(SafetensorsElement(tensor.elementType).rawValue)\","
          + "\"shape\":[\(dimensions)],\"data_offsets\":[\(begin),\(begin + tensor.byteCount)]}")
    }
    let text = Array("{\(members.joined(separator: ","))}".utf8)
    return text + Array(repeating: UInt8(ascii: " "), count: -text.count & 7)
  }

  /// `text` as a JSON string.
  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\0"..<" ": result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
