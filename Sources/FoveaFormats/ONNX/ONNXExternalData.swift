import FoveaArchives
import Foundation

/// Data that lie in files beside a model, in its own folder and nowhere else.
///
/// Reads no more of a file than its size, however many tensors refer to it.
final class ONNXExternalData {
  private let folder: URL?
  private var remaining: [String: Int] = [:]

  /// - Parameter folder: The model's folder; `nil` for a model that is no file.
  init(folder: URL?) { self.folder = folder }

  /// The bytes of a tensor.
  func data(of tensor: Onnx_TensorProto, byteCount: Int) throws(ONNXError.Problem) -> Data {
    let name = tensor.name
    var entries: [String: String] = [:]
    for entry in tensor.externalData {
      guard entries.updateValue(entry.value, forKey: entry.key) == nil else {
        throw .externalData(of: name, reason: "\(ONNXError.excerpt(entry.key)) stands twice")
      }
    }
    func number(_ key: String) throws(ONNXError.Problem) -> Int? {
      guard let text = entries[key] else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw .externalData(of: name, reason: "its \(key) is \(ONNXError.excerpt(text))")
      }
      return number
    }
    let offset = try number("offset") ?? 0
    if let length = try number("length"), length != byteCount {
      throw .dataLength(of: name, stated: length, needed: byteCount)
    }
    let location = entries["location"] ?? ""
    let url = try url(of: location, tensor: name)
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      // A device or a pipe would have no end.
      guard attributes[.type] as? FileAttributeType == .typeRegular,
        let size = (attributes[.size] as? NSNumber)?.intValue
      else {
        throw ONNXError.Problem.externalData(of: name, reason: "\(location) is no regular file")
      }
      guard byteCount <= size, offset <= size - byteCount else {
        throw ONNXError.Problem.externalData(
          of: name,
          reason: "\(location) has \(size) bytes, and \(byteCount) from \(offset) are wanted")
      }
      let left = remaining[location, default: size] - byteCount
      guard left >= 0 else {
        throw ONNXError.Problem.externalData(
          of: name, reason: "tensors take more bytes than \(location) has")
      }
      remaining[location] = left
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      try handle.seek(toOffset: UInt64(offset))
      return byteCount == 0 ? Data() : try handle.read(upToCount: byteCount) ?? Data()
    } catch let problem as ONNXError.Problem {
      throw problem
    } catch {
      throw .externalData(of: name, reason: (error as NSError).localizedDescription)
    }
  }

  /// Where a location lies, once it is sure that it does not lead out of the folder.
  private func url(of location: String, tensor: String) throws(ONNXError.Problem) -> URL {
    guard let folder else {
      throw .externalData(of: tensor, reason: "the model comes without a folder")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain =
      !location.isEmpty
      && parts.allSatisfy { !$0.isEmpty && $0 != ".." && !$0.contains("\\") && !$0.contains("\0") }
    let url = folder.appendingPathComponent(location).resolvingSymlinksInPath()
    let root = folder.resolvingSymlinksInPath().path
    guard isPlain, url.path.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw .externalData(
        of: tensor, reason: "\(ONNXError.excerpt(location)) leads out of the model's folder")
    }
    return url
  }
}
