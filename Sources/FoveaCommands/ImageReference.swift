import Foundation
import FoveaData
import FoveaDrawing
import FoveaFormats
import FoveaTensors

/// An image that a user names: an image file, or numbers of an IDX, `.npy` or `.npz` file, as in `digits.gz:0-9`.
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

/// An image that was read.
struct NamedImage {
  /// What is in it.
  enum Content {
    /// Bytes of one or three channels, which take any size and either number of channels.
    case picture(RasterImage)
    /// Numbers `[1, C, H, W]` as they are.
    case array(Tensor)
  }

  let name: String
  let content: Content
  /// That of its file's numbers.
  let range: ValueRange

  /// `[C, H, W]`.
  var shape: Shape {
    switch content {
    case .picture(let image): [image.channels, image.height, image.width]
    case .array(let numbers): Shape(Array(numbers.shape.dimensions.dropFirst()))
    }
  }

  /// The image `[1, C, H, W]` of a certain shape: a picture is resized, and grey and colour are converted.
  ///
  /// - Throws: `DatasetError.otherImages` for an array of another shape.
  func fitted(to shape: Shape) throws -> Tensor {
    switch content {
    case .picture(let image):
      guard shape[0] == 1 || shape[0] == 3 else {
        throw DatasetError.otherImages(name, expected: shape, actual: self.shape)
      }
      let size = ImageSize(height: shape[1], width: shape[2])
      return try ImageOperation.resize(size, filter: .bilinear)
        .applied(to: image.converted(toChannels: shape[0])).batch
    case .array(let numbers):
      guard self.shape == shape else {
        throw DatasetError.otherImages(name, expected: shape, actual: self.shape)
      }
      return numbers
    }
  }
}

extension NamedImage {
  /// The image for people; of an array the first three channels, from the least number of its file to the largest.
  func picture() throws -> PNGImage {
    switch content {
    case .picture(let image):
      return try PNGImage(
        width: image.width, height: image.height, format: image.channels == 1 ? .grey : .rgb,
        samples: image.bytes)
    case .array(let numbers):
      let extent = max(range.maximum - range.minimum, .leastNormalMagnitude)
      let shares = try Normalization(
        mean: [Float](repeating: range.minimum, count: shape[0]),
        deviation: [Float](repeating: extent, count: shape[0]), unit: 1
      ).normalized(numbers)
      let format = shape[0] < 3 ? PNGImage.Format.grey : .rgb
      let samples = shares.withUnsafeElements(of: Float.self) { shares in
        (0..<shape[1] * shape[2] * format.rawValue).map { place in
          let share = shares[place / format.rawValue * shape[0] + place % format.rawValue]
          return share.isNaN ? 0 : UInt8(max(0, min(255, (share * 255).rounded())))
        }
      }
      return try PNGImage(width: shape[2], height: shape[1], format: format, samples: samples)
    }
  }
}

/// Reads the images that a user names, each file of many images once.
struct ImageReader {
  /// A file of many images, `[N, C, H, W]`.
  private struct Stack {
    let images: Tensor
    let isPictures: Bool
    let range: ValueRange
  }

  private var files: [String: Stack] = [:]

  /// The images of a reference.
  ///
  /// - Throws: `CommandError`, `ImageFileError`, `IDXError` or `NumPyError`.
  mutating func images(_ reference: ImageReference) throws -> [NamedImage] {
    let url = URL(fileURLWithPath: reference.path)
    let isArray = ["npy", "npz"].contains(url.pathExtension.lowercased())
    guard reference.numbers != nil || isArray || Self.isIDX(url) else {
      let image = try ImageDecoder().decode(contentsOf: url)
      // Transparency is laid on white: networks see one channel or three.
      let picture = image.channels == 4 ? try image.converted(toChannels: 3) : image
      return [NamedImage(name: reference.path, content: .picture(picture), range: .bytes)]
    }
    let file =
      try files[reference.path]
      ?? (isArray ? Self.array(url) : Self.pictures(IDX.read(contentsOf: url), of: reference.path))
    files[reference.path] = file
    let count = file.images.shape[0]
    guard let numbers = reference.numbers else {
      throw CommandError.imageNumberMissing(file: reference.path, count: count)
    }
    guard numbers.upperBound < count else {
      throw CommandError.imageNumber(
        file: reference.path, number: numbers.upperBound, count: count)
    }
    return try numbers.map { number in
      let name = "\(reference.path):\(number)"
      let image = file.images.slice(number)
      guard file.isPictures else {
        return NamedImage(name: name, content: .array(image), range: file.range)
      }
      let picture = try RasterImage(
        height: image.shape[2], width: image.shape[3], channels: 1,
        bytes: image.elements(of: UInt8.self))
      return NamedImage(name: name, content: .picture(picture), range: .bytes)
    }
  }

  private static func pictures(_ tensor: Tensor, of file: String) throws(CommandError) -> Stack {
    guard tensor.shape.rank == 3, tensor.elementCount > 0 else {
      throw .notImages(file: file, shape: tensor.shape)
    }
    let shape = Shape([tensor.shape[0], 1] + tensor.shape.dimensions.dropFirst())
    return Stack(images: tensor.reshaped(shape), isPictures: true, range: .bytes)
  }

  /// The array of a `.npy` file, or the array `images` or `test_images` of an archive.
  private static func array(_ url: URL) throws -> Stack {
    let tensor: Tensor
    if url.pathExtension.lowercased() == "npy" {
      tensor = try NumPyFile(contentsOf: url).tensor
    } else {
      let arrays = try NumPyArchive(contentsOf: url).weights
      guard let found = arrays["images"] ?? arrays["test_images"] else {
        throw DatasetError.noArray(url.path, "images", known: Array(arrays.names))
      }
      tensor = found
    }
    guard 3...4 ~= tensor.shape.rank, tensor.elementCount > 0 else {
      throw CommandError.notImages(file: url.path, shape: tensor.shape)
    }
    var dimensions = tensor.shape.dimensions
    if dimensions.count == 3 { dimensions.insert(1, at: 1) }
    let images = tensor.reshaped(Shape(dimensions))
    let range = ArrayStatistics(of: images, indices: Array(0..<dimensions[0])).range
    return Stack(images: images, isPictures: false, range: range)
  }

  /// Whether a file begins as an IDX file does, packed or not.
  private static func isIDX(_ url: URL) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url) else { return false }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 2)).flatMap { $0 } ?? Data()
    return start.elementsEqual([0, 0]) || start.elementsEqual([0x1f, 0x8b])
  }
}

extension Tensor {
  /// One part along the first axis of a row-major tensor, which keeps that axis.
  fileprivate func slice(_ index: Int) -> Tensor {
    func part<Element: TensorElement>(_ type: Element.Type) -> Tensor {
      let count = elementCount / max(shape[0], 1)
      return withUnsafeElements(of: type) {
        Tensor(shape.replacing(0, with: 1), $0[(index * count)..<((index + 1) * count)])
      }
    }
    switch elementType {
    case .uint8: return part(UInt8.self)
    case .int32: return part(Int32.self)
    case .float32: return part(Float.self)
    }
  }
}
