public import Foundation
import FoveaTensors

/// Reads JPEG, PNG, WebP, PGM and PPM files; the first bytes tell the format, not the name.
///
/// Files may come from anywhere: the size is checked against `maximumPixels` before memory is asked
/// for, and whatever is wrong with a file is an `ImageFileError`.
public struct ImageDecoder: Hashable, Codable, Sendable {
  /// The channels that a decoded picture has.
  public enum Channels: String, Hashable, Codable, Sendable, CaseIterable {
    /// As the file has them: grey, RGB, or RGBA where there is transparency.
    case asStored
    /// One; of a JPEG file its own luma, which is read in less time than its colours.
    case grey
    /// Three: red, green and blue.
    case rgb
    /// Four: red, green, blue and alpha.
    case rgba

    var count: Int? {
      switch self {
      case .asStored: nil
      case .grey: 1
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  /// The channels of the picture.
  public var channels: Channels
  /// Red, green and blue of what transparent pixels are laid on, where `channels` has no alpha.
  public var background: [UInt8]
  /// Whether a picture is turned upright as its EXIF data say.
  public var appliesOrientation: Bool
  /// Lets a JPEG file be decoded at ½, ¼ or ⅛ of its size, the smallest at which neither side is
  /// below this: several times as fast where large photographs become small.
  public var minimumSize: ImageSize?
  /// The most pixels that a file may have, by its header.
  public var maximumPixels: Int
  /// Whether a file is read though its library warns of damage and fills in what is missing.
  public var toleratesDamage: Bool

  /// A limit for files from anywhere: 2^27 pixels, about 11,600 by 11,600.
  public static let defaultMaximumPixels = 1 << 27

  /// Chooses how files are read.
  public init(
    channels: Channels = .asStored, background: [UInt8] = RasterImage.white,
    appliesOrientation: Bool = true, minimumSize: ImageSize? = nil,
    maximumPixels: Int = defaultMaximumPixels, toleratesDamage: Bool = false
  ) {
    self.channels = channels
    self.background = background
    self.appliesOrientation = appliesOrientation
    self.minimumSize = minimumSize
    self.maximumPixels = maximumPixels
    self.toleratesDamage = toleratesDamage
  }

  /// Reads a file.
  ///
  /// - Throws: `ImageFileError`.
  public func decode(contentsOf url: URL) throws(ImageFileError) -> RasterImage {
    try decode(Self.data(contentsOf: url), file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `ImageFileError`.
  public func decode(_ data: Data, file: String = "the file") throws(ImageFileError) -> RasterImage
  {
    let format = try Self.format(of: data, file: file)
    if format == .netpbm { return try decodeNetpbm(data, file: file) }
    return try data.withUnsafeBytes { bytes in
      Result { () throws(ImageFileError) in
        try decode(CodecFile(bytes: bytes, format: format, file: file))
      }
    }.get()
  }

  private func decode(_ source: CodecFile) throws(ImageFileError) -> RasterImage {
    let reader = try CodecReader(source, maximumPixels: maximumPixels)
    let orientation = orientation(of: source)
    let wanted = channels.count ?? reader.channels
    let channels = wanted == 1 && reader.hasLuma ? 1 : reader.channels
    let decoded = try reader.read(
      channels: channels, denominator: denominator(of: reader, orientation),
      toleratesDamage: toleratesDamage)
    return decoded.converted(to: wanted, background: background).oriented(orientation)
  }

  private func decodeNetpbm(_ data: Data, file: String) throws(ImageFileError) -> RasterImage {
    let image: RasterImage
    do {
      // The reader has seen to it that this is a picture.
      image = try RasterImage(Netpbm.read(data, file: file))
    } catch let error as NetpbmError {
      throw ImageFileError(file: file, format: .netpbm, problem: .netpbm(error.problem))
    } catch {
      throw ImageFileError(file: file, format: .netpbm, problem: .damaged("\(error)"))
    }
    guard image.height * image.width <= maximumPixels else {
      throw ImageFileError(
        file: file, format: .netpbm,
        problem: .size(height: image.height, width: image.width, maximumPixels: maximumPixels))
    }
    return image.converted(to: channels.count ?? image.channels)
  }

  private func orientation(of source: CodecFile) -> ImageOrientation {
    appliesOrientation ? ExifOrientation.find(in: source.bytes, format: source.format) : .upright
  }

  /// By what the sides of a JPEG file are divided.
  private func denominator(of reader: CodecReader, _ orientation: ImageOrientation) -> Int {
    guard reader.format == .jpeg, let minimum = minimumSize.map(orientation.applied(to:)) else {
      return 1
    }
    let fitting = [8, 4, 2].first { denominator in
      let size = reader.size.divided(by: denominator)
      return size.height >= minimum.height && size.width >= minimum.width
    }
    return fitting ?? 1
  }

  static func data(contentsOf url: URL) throws(ImageFileError) -> Data {
    do {
      // Not mapped: a mapped file that another process cuts short would end the program.
      return try Data(contentsOf: url)
    } catch {
      throw ImageFileError(
        file: url.path, format: nil, problem: .unreadable(Self.reason(error, for: url)))
    }
  }

  /// Why a file cannot be read, in words: those of a folder are of no use.
  private static func reason(_ error: any Error, for url: URL) -> String {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    return isThere && isFolder.boolValue
      ? "it is a folder" : (error as NSError).localizedDescription
  }

  static func format(of data: Data, file: String) throws(ImageFileError) -> ImageFileFormat {
    guard let format = ImageFileFormat(sniffing: data) else {
      let other = data.isEmpty ? "empty" : ImageFileFormat.foreignTitle(data)
      throw ImageFileError(file: file, format: nil, problem: .format(other))
    }
    return format
  }
}

/// What the header of an image file says.
public struct ImageFileInformation: Hashable, Codable, Sendable {
  /// The format, by the first bytes.
  public let format: ImageFileFormat
  /// The size of the picture as it is decoded, upright where EXIF data are heeded.
  public let size: ImageSize
  /// The channels that the picture has as stored: 1, 3 or 4.
  public let channels: Int
  /// Bits of one channel in the file, 1 to 16; decoded pictures have 8.
  public let bitsPerChannel: Int
  /// How the stored picture is turned to stand upright.
  public let orientation: ImageOrientation
}

extension ImageDecoder {
  /// How much of a file is read for its header at first.
  private static let probedBytes = 1 << 16

  /// Reads what a file's header says, without the picture; of PGM and PPM files, all of it.
  ///
  /// `minimumSize` changes nothing here. Damage after the header is not found.
  ///
  /// - Throws: `ImageFileError`.
  public func probe(contentsOf url: URL) throws(ImageFileError) -> ImageFileInformation {
    let start: Data
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      start = try handle.read(upToCount: Self.probedBytes) ?? Data()
    } catch {
      throw ImageFileError(
        file: url.path, format: nil, problem: .unreadable(Self.reason(error, for: url)))
    }
    if start.count < Self.probedBytes { return try probe(start, file: url.path) }
    if ImageFileFormat(sniffing: start) == .jpeg,
      let information = try? probe(start, file: url.path)
    {
      return information
    }
    // The header is longer, or EXIF data may come last.
    return try probe(Self.data(contentsOf: url), file: url.path)
  }

  /// Reads what the header of a file's bytes says.
  ///
  /// - Parameter file: What errors call it.
  /// - Throws: `ImageFileError`.
  public func probe(_ data: Data, file: String = "the file") throws(ImageFileError)
    -> ImageFileInformation
  {
    let format = try Self.format(of: data, file: file)
    if format == .netpbm {
      var decoder = self
      decoder.channels = .asStored
      let image = try decoder.decodeNetpbm(data, file: file)
      return ImageFileInformation(
        format: format, size: image.size, channels: image.channels, bitsPerChannel: 8,
        orientation: .upright)
    }
    return try data.withUnsafeBytes { bytes in
      Result { () throws(ImageFileError) in
        let source = CodecFile(bytes: bytes, format: format, file: file)
        let reader = try CodecReader(source, maximumPixels: maximumPixels)
        let orientation = orientation(of: source)
        return ImageFileInformation(
          format: format, size: orientation.applied(to: reader.size), channels: reader.channels,
          bitsPerChannel: reader.bitsPerChannel, orientation: orientation)
      }
    }.get()
  }
}
