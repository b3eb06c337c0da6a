public import Foundation
public import FoveaTensors

/// The plain image formats PGM (grey) and PPM (colour), as text (P2, P3) or bytes (P5, P6).
///
/// - SeeAlso: https://netpbm.sourceforge.net/doc/pgm.html
public enum Netpbm {
  /// The most samples that an image may have.
  public static let largestSampleCount = 1 << 28

  /// Reads an image as bytes `[1, C, H, W]`; samples are scaled so that the largest becomes 255.
  ///
  /// Reads the first image of a file that has several. Asks for at most four times the file's size: no
  /// file has more samples than bytes.
  ///
  /// - Throws: `NetpbmError`.
  public static func read(contentsOf url: URL) throws(NetpbmError) -> Tensor {
    let data: Data
    do {
      // Not mapped: a mapped file that another process cuts short would end the program.
      data = try Data(contentsOf: url)
    } catch {
      throw NetpbmError(
        file: url.path, problem: .unreadable((error as NSError).localizedDescription))
    }
    return try read(data, file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `NetpbmError`.
  public static func read(_ data: Data, file: String = "the file") throws(NetpbmError) -> Tensor {
    func refuse(_ problem: NetpbmError.Problem) -> NetpbmError {
      NetpbmError(file: file, problem: problem)
    }
    var scanner = Scanner(bytes: Array(data))
    guard data.count >= 2, data[data.startIndex] == UInt8(ascii: "P"),
      let format = Format(rawValue: data[data.startIndex + 1])
    else { throw refuse(.format) }
    scanner.position = 2
    guard scanner.isAtBlank, let width = scanner.number(), let height = scanner.number(),
      let largest = scanner.number()
    else { throw refuse(.header) }
    guard 1...65535 ~= largest else { throw refuse(.maximum(largest)) }
    let channels = format.isColour ? 3 : 1
    guard width > 0, height > 0, let shape = Shape(checking: [1, channels, height, width]),
      shape.elementCount <= largestSampleCount
    else { throw refuse(.size(width: width, height: height)) }

    let count = shape.elementCount
    let sampleBytes = largest > 255 ? 2 : 1
    // One separator follows the header; a sample of text needs a digit and a separator.
    let available =
      format.isText
      ? (scanner.remaining + 1) / 2 : (scanner.remaining - 1) / sampleBytes
    guard available >= count else {
      throw refuse(.truncated(expected: count, actual: max(available, 0)))
    }
    if !format.isText {
      guard scanner.isAtBlank else { throw refuse(.header) }
      scanner.position += 1
    }
    var samples = [UInt8](repeating: 0, count: count)
    for index in 0..<count {
      let sample =
        format.isText ? scanner.number() : scanner.binary(byteCount: sampleBytes)
      guard let sample else { throw refuse(.truncated(expected: count, actual: index)) }
      guard sample <= largest else { throw refuse(.sample(sample, maximum: largest)) }
      samples[index] = UInt8((sample * 255 + largest / 2) / largest)
    }
    return Tensor(shape, order: .channelsLast, filling: UInt8.self) { target in
      _ = target.update(fromContentsOf: samples)
    }
  }

  /// The bytes of a file for one image of bytes, `[1, 1, H, W]` as PGM or `[1, 3, H, W]` as PPM.
  ///
  /// - Throws: `NetpbmError` for any other tensor.
  public static func encoded(_ image: Tensor) throws(NetpbmError) -> Data {
    guard image.shape.rank == 4, image.shape[0] == 1, [1, 3].contains(image.shape[1]),
      image.elementType == .uint8
    else { throw NetpbmError(file: "the image", problem: .notAnImage(image.shape)) }
    let magic = image.shape[1] == 1 ? "P5" : "P6"
    var data = Data("\(magic)\n\(image.shape[3]) \(image.shape[2])\n255\n".utf8)
    image.reordered(.channelsLast).withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }

  private enum Format: UInt8 {
    case greyText = 0x32
    case colourText = 0x33
    case grey = 0x35
    case colour = 0x36

    var isColour: Bool { self == .colourText || self == .colour }
    var isText: Bool { self == .greyText || self == .colourText }
  }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var remaining: Int { bytes.count - position }

    static let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]

    /// Whether a blank comes next.
    var isAtBlank: Bool { position < bytes.count && Self.blanks.contains(bytes[position]) }

    /// The next number of text, after blanks and comments; `nil` where there is none, or it is absurd.
    mutating func number() -> Int? {
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "#") {
          while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        } else if isAtBlank {
          position += 1
        } else {
          break
        }
      }
      var value: Int?
      while position < bytes.count, 0x30...0x39 ~= bytes[position] {
        let next = (value ?? 0) * 10 + Int(bytes[position] - 0x30)
        guard next < 1 << 40 else { return nil }
        value = next
        position += 1
      }
      return value
    }

    /// The next number of one or two bytes, the larger first.
    mutating func binary(byteCount: Int) -> Int? {
      guard remaining >= byteCount else { return nil }
      defer { position += byteCount }
      return bytes[position..<(position + byteCount)].reduce(0) { $0 << 8 | Int($1) }
    }
  }
}

/// Why an image file cannot be read or written.
public struct NetpbmError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(String)
    /// A file of another format.
    case format
    /// Width, height or largest sample are no numbers.
    case header
    /// A largest sample outside 1 to 65535.
    case maximum(Int)
    /// An empty image, or one with more than 2^28 samples.
    case size(width: Int, height: Int)
    /// Fewer samples than the header names.
    case truncated(expected: Int, actual: Int)
    /// A sample above the largest.
    case sample(Int, maximum: Int)
    /// A tensor that is no image of bytes.
    case notAnImage(Shape)
  }

  /// The file, or what stands for it.
  public let file: String
  /// What is wrong.
  public let problem: Problem
}

extension NetpbmError: CustomStringConvertible {
  public var description: String {
    let text =
      switch problem {
      case .unreadable(let reason): "cannot be read (\(reason)); check the path"
      case .format: "is no PGM or PPM image; convert it, for example with ImageMagick's convert"
      case .header: "has no width, height and maximum after its format; write it anew"
      case .maximum(let value): "has the maximum \(value); it must be 1 to 65535"
      case .size(let width, let height):
        "has \(width)×\(height) pixels; give an image of 1 to 2^28 samples"
      case .truncated(let expected, let actual):
        "ends after \(actual) of \(expected) samples; it was cut off, get it anew"
      case .sample(let value, let maximum):
        "has a sample \(value) above its maximum \(maximum); write it anew"
      case .notAnImage(let shape):
        "has the shape \(shape); give bytes [1, 1, H, W] or [1, 3, H, W]"
      }
    return "\(file) \(text)"
  }
}
