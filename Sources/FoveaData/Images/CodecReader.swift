internal import CImageCodecs

/// The bytes of a file that a library decodes.
struct CodecFile {
  let bytes: UnsafeRawBufferPointer
  let format: ImageFileFormat
  let file: String

  func refuse(_ problem: ImageFileError.Problem) -> ImageFileError {
    ImageFileError(file: file, format: format, problem: problem)
  }
}

/// A file whose header a library has read; must not outlive the bytes.
final class CodecReader {
  let format: ImageFileFormat
  private let source: CodecFile
  private var header = fovea_image_header()
  private var report = fovea_image_report()
  private var reader: OpaquePointer?

  var size: ImageSize { ImageSize(height: Int(header.height), width: Int(header.width)) }
  var channels: Int { Int(header.channels) }
  var bitsPerChannel: Int { Int(header.bits) }
  var hasLuma: Bool { header.has_luma }

  /// Opens a file of a format that has a library.
  init(_ source: CodecFile, maximumPixels: Int) throws(ImageFileError) {
    self.source = source
    format = source.format
    let status = fovea_image_open(
      Self.codec(of: format), source.bytes.baseAddress, source.bytes.count,
      UInt64(max(0, maximumPixels)), &reader, &header, &report)
    try check(status, maximumPixels: maximumPixels)
  }

  private static func codec(of format: ImageFileFormat) -> fovea_image_format {
    switch format {
    case .png: FOVEA_IMAGE_PNG
    case .webP: FOVEA_IMAGE_WEBP
    // Netpbm has no library: bytes of its are refused as those of a JPEG file.
    case .jpeg, .netpbm: FOVEA_IMAGE_JPEG
    }
  }

  /// Decodes, once: all channels, or 1 where there is luma.
  func read(channels: Int, denominator: Int, toleratesDamage: Bool) throws(ImageFileError)
    -> RasterImage
  {
    var status = FOVEA_IMAGE_OK
    let size = size.divided(by: denominator)
    let image = RasterImage(filling: size, channels: channels) { target in
      status = fovea_image_read(
        reader, Int32(channels), Int32(denominator), target.baseAddress, target.count, &report)
    }
    try check(status, maximumPixels: 0)
    guard toleratesDamage || report.warnings == 0 else {
      throw source.refuse(.doubtful(warnings: Int(report.warnings), first: message))
    }
    return image
  }

  deinit { fovea_image_close(reader) }

  private var message: String {
    withUnsafeBytes(of: report.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private func check(_ status: fovea_image_status, maximumPixels: Int) throws(ImageFileError) {
    switch status {
    case FOVEA_IMAGE_OK: return
    case FOVEA_IMAGE_SIZE:
      throw source.refuse(
        .size(height: size.height, width: size.width, maximumPixels: maximumPixels))
    case FOVEA_IMAGE_UNSUPPORTED: throw source.refuse(.unsupported(message))
    case FOVEA_IMAGE_MEMORY: throw source.refuse(.memory)
    default: throw source.refuse(.damaged(message))
    }
  }
}

extension ImageSize {
  /// Each side divided and rounded up.
  func divided(by denominator: Int) -> ImageSize {
    ImageSize(
      height: (height + denominator - 1) / denominator,
      width: (width + denominator - 1) / denominator)
  }
}
