import Foundation
import FoveaDrawing
import FoveaFormats

/// What a picture's file is written as.
public enum PictureFormat: String, Hashable, Codable, Sendable, CaseIterable {
  /// Lines and words, for browsers and papers.
  case svg
  /// Pixels.
  case png
}

/// A picture that was written.
public struct PictureReport: Hashable, Codable, Sendable {
  /// The file.
  public let file: String
  /// What it was written as.
  public let format: PictureFormat
  /// Its size.
  public let bytes: Int
}

/// Where a picture goes; what the name ends in says how it is written.
struct PictureFile {
  let path: String
  let format: PictureFormat

  /// Reads a file's name.
  ///
  /// - Throws: `CommandError.option` for a name that ends in anything else than one of `formats`.
  init(requested path: String, formats: [PictureFormat] = PictureFormat.allCases)
    throws(CommandError)
  {
    let suffix = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard let format = PictureFormat(rawValue: suffix), formats.contains(format) else {
      let endings = formats.map { ".\($0.rawValue)" }.joined(separator: " or ")
      throw .option("--out", value: path, allowed: "a file whose name ends in \(endings)")
    }
    self.path = path
    self.format = format
  }

  /// Writes an SVG document all at once or not at all.
  func write(svg: String) throws -> PictureReport { try write(Data(svg.utf8)) }

  /// Writes a picture in the file's format, all at once or not at all.
  func write(_ picture: some Picture) throws -> PictureReport {
    switch format {
    case .svg: try write(svg: picture.svg())
    case .png: try write(png: picture.png())
    }
  }

  /// Writes a grid of images in the file's format, all at once or not at all.
  func write(_ grid: ImageGrid) throws -> PictureReport {
    switch format {
    case .svg: try write(svg: grid.svg())
    case .png: try write(png: grid.png())
    }
  }

  /// Writes pixels all at once or not at all.
  func write(png image: PNGImage) throws -> PictureReport { try write(image.encoded()) }

  private func write(_ data: Data) throws -> PictureReport {
    try AtomicFile.write(data, to: URL(fileURLWithPath: path))
    return PictureReport(file: path, format: format, bytes: data.count)
  }
}
