/// Why an image file cannot be read or written.
public struct ImageFileError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(String)
    /// The file cannot be written.
    case unwritable(String)
    /// A file of no format that is read; what it seems to be, where that is known.
    case format(String?)
    /// An empty picture, or one of more pixels than allowed.
    case size(height: Int, width: Int, maximumPixels: Int)
    /// Bytes that make no picture, in the words of the format's library.
    case damaged(String)
    /// A picture that can be made only by guessing; how often the library warned, and how first.
    case doubtful(warnings: Int, first: String)
    /// A kind of the format that is not read.
    case unsupported(String)
    /// There is no memory for the picture.
    case memory
    /// What the reader of PGM and PPM files found.
    case netpbm(NetpbmError.Problem)
    /// A picture with channels that the format cannot hold.
    case channels(Int)
    /// A side longer than the format can hold.
    case side(Int, maximum: Int)
    /// A quality or level outside what the format has.
    case option(String, value: Int, allowed: ClosedRange<Int>)
  }

  /// The file, or what stands for it.
  public let file: String
  /// What its first bytes say, or what was to be written.
  public let format: ImageFileFormat?
  /// What is wrong.
  public let problem: Problem
}

extension ImageFileError: CustomStringConvertible {
  public var description: String { "\(file) \(words)" }

  /// What is wrong and what to do, for a sentence that names the file.
  var words: String {
    let name = format?.title ?? "image"
    return
      switch problem
    {
    case .unreadable(let reason): "cannot be read (\(reason)); check the path"
    case .unwritable(let reason): "cannot be written (\(reason)); check the folder and its space"
    case .format(let other):
      "is \(other ?? "no image that is known"); give a JPEG, PNG, WebP, PGM or PPM file"
    case .size(let height, let width, let maximum):
      "has \(height)×\(width) pixels; give 1 to \(maximum) of them, or raise maximumPixels"
    case .damaged(let words): "is a damaged \(name) file (\(words)); get it anew, or leave it out"
    case .doubtful(let warnings, let first):
      "is a damaged \(name) file (\(warnings == 1 ? "1 warning" : "\(warnings) warnings, first"): "
        + "\(first)); get it anew, or set toleratesDamage to read what there is"
    case .unsupported(let words):
      "is a \(name) file of a kind that is not read (\(words)); convert it to PNG"
    case .memory: "needs more memory than there is; shrink it, or set minimumSize for a JPEG file"
    case .netpbm(let problem):
      // The same words as by itself, without the file's name.
      String(NetpbmError(file: "", problem: problem).description.dropFirst())
    case .channels(let channels):
      "cannot be a \(name) file with \(channels) channels; convert the picture to 3 first"
    case .side(let side, let maximum):
      "cannot be a \(name) file with \(side) pixels on a side; give at most \(maximum)"
    case .option(let option, let value, let allowed):
      "cannot be written with \(option) \(value); "
        + "give \(allowed.lowerBound) to \(allowed.upperBound)"
    }
  }
}
