/// The formats of image files that are read.
public enum ImageFileFormat: String, Hashable, Codable, Sendable, CaseIterable {
  /// JPEG, by libjpeg-turbo.
  case jpeg
  /// PNG, by libpng.
  case png
  /// WebP, lossy and lossless, by libwebp.
  case webP = "webp"
  /// PGM and PPM, as text and bytes.
  case netpbm

  /// The format that a file begins as, whatever its name says; `nil` for another one.
  public init?(sniffing bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(12))
    if start.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if start.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if start.starts(with: "RIFF".utf8), start.dropFirst(8).elementsEqual("WEBP".utf8) {
      self = .webP
    } else if start.first == UInt8(ascii: "P"), start.count > 1, "2356".utf8.contains(start[1]) {
      self = .netpbm
    } else {
      return nil
    }
  }

  /// The name that people write.
  var title: String {
    switch self {
    case .jpeg: "JPEG"
    case .png: "PNG"
    case .webP: "WebP"
    case .netpbm: "Netpbm"
    }
  }

  /// What a file of a format is that is known and not read, for messages.
  static func foreignTitle(_ bytes: some Collection<UInt8>) -> String? {
    let start = Array(bytes.prefix(12))
    if start.dropFirst(4).starts(with: "ftyp".utf8) { return "a HEIF or AVIF file" }
    let signatures: [(title: String, bytes: [UInt8])] = [
      ("a GIF file", Array("GIF8".utf8)), ("a BMP file", Array("BM".utf8)),
      ("a TIFF file", [0x49, 0x49, 0x2a, 0]), ("a TIFF file", [0x4d, 0x4d, 0, 0x2a]),
      ("a web page", Array("<!DOC".utf8)), ("a web page", Array("<html".utf8)),
    ]
    return signatures.first { start.starts(with: $0.bytes) }?.title
  }
}
