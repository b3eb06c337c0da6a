internal import CImageCodecs
public import Foundation

/// Writes pictures as PNG or JPEG files.
public enum ImageEncoder: Hashable, Codable, Sendable {
  /// Exactly, at zlib's level 0 to 9.
  case png(compressionLevel: Int = 6)
  /// With loss, at libjpeg's quality 1 to 100; colours at half the resolution, or at all of it.
  case jpeg(quality: Int = 90, subsamplesChroma: Bool = true)

  /// The bytes of a file.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `ImageFileError` for a level or quality that there is not, alpha in a JPEG file, or a
  ///   side that the format cannot hold.
  public func encode(_ image: RasterImage, file: String = "the picture") throws(ImageFileError)
    -> Data
  {
    try check(image, file: file)
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var report = fovea_image_report()
    let (width, height) = (UInt32(image.width), UInt32(image.height))
    let channels = Int32(image.channels)
    let status =
      switch self {
      case .png(let level):
        fovea_png_write(
          image.bytes, width, height, channels, Int32(level), &bytes, &count, &report)
      case .jpeg(let quality, let subsamples):
        fovea_jpeg_write(
          image.bytes, width, height, channels, Int32(quality), subsamples, &bytes, &count, &report)
      }
    guard status == FOVEA_IMAGE_OK, let bytes else {
      throw ImageFileError(file: file, format: format, problem: .memory)
    }
    defer { fovea_image_free(bytes) }
    return Data(bytes: bytes, count: count)
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Throws: `ImageFileError`.
  public func write(_ image: RasterImage, to url: URL) throws(ImageFileError) {
    let data = try encode(image, file: url.path)
    do {
      try data.write(to: url, options: .atomic)
    } catch {
      throw ImageFileError(
        file: url.path, format: format,
        problem: .unwritable((error as NSError).localizedDescription))
    }
  }

  private var format: ImageFileFormat {
    switch self {
    case .png: .png
    case .jpeg: .jpeg
    }
  }

  private func check(_ image: RasterImage, file: String) throws(ImageFileError) {
    func refuse(_ problem: ImageFileError.Problem) -> ImageFileError {
      ImageFileError(file: file, format: format, problem: problem)
    }
    let (option, value, allowed, longest) =
      switch self {
      case .png(let level): ("compression level", level, 0...9, Int(Int32.max))
      case .jpeg(let quality, _): ("quality", quality, 1...100, 65500)
      }
    guard allowed.contains(value) else {
      throw refuse(.option(option, value: value, allowed: allowed))
    }
    let side = max(image.height, image.width)
    guard side <= longest else { throw refuse(.side(side, maximum: longest)) }
    if format == .jpeg, image.channels == 4 { throw refuse(.channels(4)) }
  }
}
