import Foundation
import FoveaData
import FoveaTensors

/// An image that a user names: an image file, or numbers of an IDX file, as in `digits.gz:0-9`.
struct ImageReference: Hashable, Sendable {
  let path: String
  let numbers: ClosedRange<Int>?

  /// Reads what a user wrote; a file of the whole name wins over a number after the last colon.
  init(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 1, let numbers = Self.range(parts[parts.count - 1]),
      !FileManager.default.fileExists(atPath: text)
    {
      path = parts.dropLast().joined(separator: ":")
      self.numbers = numbers
    } else {
      path = text
      numbers = nil
    }
  }

  private static func range(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends[0], let last = ends.count == 1 ? first : ends[1], ends.count <= 2,
      0 <= first, first <= last
    else { return nil }
    return first...last
  }
}

/// Reads the images that a user names, each IDX file once.
struct ImageReader {
  private var files: [String: Tensor] = [:]

  /// The images of a reference as bytes `[1, C, H, W]`, and what each is called.
  ///
  /// - Throws: `CommandError`, `ImageFileError` or `IDXError`.
  mutating func images(_ reference: ImageReference) throws -> [(name: String, pixels: Tensor)] {
    let url = URL(fileURLWithPath: reference.path)
    guard reference.numbers != nil || Self.isIDX(url) else {
      let image = try ImageDecoder().decode(contentsOf: url)
      // Transparency is laid on white: networks see one channel or three.
      let pixels = image.channels == 4 ? try image.converted(toChannels: 3) : image
      return [(reference.path, pixels.batch)]
    }
    let file = try files[reference.path] ?? IDX.read(contentsOf: url)
    files[reference.path] = file
    guard file.shape.rank == 3, file.elementCount > 0 else {
      throw CommandError.notImages(file: reference.path, shape: file.shape)
    }
    let count = file.shape[0]
    guard let numbers = reference.numbers else {
      throw CommandError.imageNumberMissing(file: reference.path, count: count)
    }
    guard numbers.upperBound < count else {
      throw CommandError.imageNumber(
        file: reference.path, number: numbers.upperBound, count: count)
    }
    let (height, width) = (file.shape[1], file.shape[2])
    return file.withUnsafeElements(of: UInt8.self) { bytes in
      numbers.map { number in
        let image = bytes[(number * height * width)..<((number + 1) * height * width)]
        return ("\(reference.path):\(number)", Tensor([1, 1, height, width], image))
      }
    }
  }

  /// Whether a file begins as an IDX file does, packed or not.
  private static func isIDX(_ url: URL) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url) else { return false }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 2)).flatMap { $0 } ?? Data()
    return start.elementsEqual([0, 0]) || start.elementsEqual([0x1f, 0x8b])
  }
}
