public import Foundation

extension ImageFiles {
  /// The image files that a table of comma-separated values names, each with its class.
  ///
  /// - Parameters:
  ///   - root: What the paths are relative to; the table's folder where left out.
  ///   - pathColumn: The column of the paths; the first where left out.
  ///   - labelColumn: The column of the classes; the second where left out.
  /// - Throws: `ImageFilesError`, with the line of the table.
  public static func table(
    _ file: URL, root: URL? = nil, pathColumn: String? = nil, labelColumn: String? = nil,
    decoder: ImageDecoder = ImageDecoder()
  ) throws(ImageFilesError) -> ImageFiles {
    let table = try CommaSeparatedValues(contentsOf: file)
    let paths = try table.column(pathColumn, position: 0)
    let labels = try table.column(labelColumn, position: 1)
    var files: [(path: String, label: String)] = []
    for row in table.rows {
      func refuse(_ problem: String) -> ImageFilesError {
        .line(file: file.path, line: row.line, problem: problem)
      }
      let (path, label) = (row.fields[paths], row.fields[labels])
      guard !path.isEmpty else { throw refuse("the path is empty; name an image file") }
      guard !label.isEmpty else { throw refuse("\(path) has no class; name one") }
      // A table from elsewhere is not to read files outside its folder.
      guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
        throw refuse("\(path) leaves the folder of the images; give paths inside it")
      }
      files.append((path, label))
    }
    return try ImageFiles(
      root: root ?? file.deletingLastPathComponent(), labelled: files, decoder: decoder)
  }
}

/// A table of text with a header.
///
/// - SeeAlso: Y. Shafranovich, *Common Format and MIME Type for CSV Files*, RFC 4180.
struct CommaSeparatedValues {
  struct Row {
    /// Where the row starts, from 1.
    let line: Int
    let fields: [String]
  }

  let file: String
  let header: [String]
  let rows: [Row]

  /// The largest file that is read, in bytes.
  static let largestByteCount = 1 << 28

  init(contentsOf file: URL) throws(ImageFilesError) {
    let data: Data
    do {
      let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      guard size <= Self.largestByteCount else {
        throw ImageFilesError.unreadable(
          path: file.path, reason: "it has \(size) bytes, and 256 MiB are read at most")
      }
      data = try Data(contentsOf: file)
    } catch let error as ImageFilesError {
      throw error
    } catch {
      throw .unreadable(path: file.path, reason: error.localizedDescription)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadable(path: file.path, reason: "it is no UTF-8 text")
    }
    try self.init(text, file: file.path)
  }

  init(_ text: String, file: String) throws(ImageFilesError) {
    var rows: [Row] = []
    var scanner = Scanner(text)
    while let row = try scanner.row(file: file) {
      if row.fields != [""] { rows.append(row) }
    }
    guard let first = rows.first else {
      throw .unreadable(path: file, reason: "it is empty")
    }
    for row in rows where row.fields.count != first.fields.count {
      throw .line(
        file: file, line: row.line,
        problem: "\(row.fields.count) fields where the header has \(first.fields.count); "
          + "put fields that have commas into quotation marks")
    }
    self.file = file
    header = first.fields
    self.rows = Array(rows.dropFirst())
  }

  /// The position of the column called `name`, or `position` where no name was given.
  func column(_ name: String?, position: Int) throws(ImageFilesError) -> Int {
    guard let name else {
      guard position < header.count else {
        throw .line(
          file: file, line: 1, problem: "one column; give a path and a class, with a comma between")
      }
      return position
    }
    guard let index = header.firstIndex(of: name) else {
      throw .noColumn(name, file: file, known: header)
    }
    return index
  }

  /// Reads rows from the bytes of a text.
  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) {
      bytes = Array(text.utf8)
      // A byte order mark, as spreadsheets write it.
      if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    mutating func row(file: String) throws(ImageFilesError) -> Row? {
      guard position < bytes.count else { return nil }
      let start = line
      var fields: [String] = []
      while true {
        fields.append(try field(file: file))
        guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
        position += 1
      }
      if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
      if position < bytes.count {
        guard bytes[position] == UInt8(ascii: "\n") else {
          throw .line(
            file: file, line: line,
            problem: "text after a closing quotation mark; double the marks inside a field")
        }
        position += 1
        line += 1
      }
      return Row(line: start, fields: fields)
    }

    private mutating func field(file: String) throws(ImageFilesError) -> String {
      let quote = UInt8(ascii: "\"")
      guard position < bytes.count, bytes[position] == quote else {
        let end =
          bytes[position...].firstIndex { [0x2c, 0x0a, 0x0d].contains($0) } ?? bytes.count
        defer { position = end }
        return String(decoding: bytes[position..<end], as: UTF8.self)
      }
      let start = line
      var content: [UInt8] = []
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == quote {
          guard position < bytes.count, bytes[position] == quote else {
            return String(decoding: content, as: UTF8.self)
          }
          position += 1
        }
        if byte == 0x0a { line += 1 }
        content.append(byte)
      }
      throw .line(
        file: file, line: start, problem: "a quotation mark is opened and never closed; close it")
    }
  }
}
