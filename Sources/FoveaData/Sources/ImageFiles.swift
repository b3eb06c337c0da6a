public import Foundation

/// Image files, each with a class: a folder of folders, or a table of paths.
public struct ImageFiles: ImageSource {
  /// One image file.
  public struct Item: Hashable, Codable, Sendable {
    /// Where it lies, relative to the root.
    public let path: String
    /// The index of its class.
    public let label: Int32
  }

  /// What the files' paths are relative to.
  public let root: URL
  /// The files, sorted by path where they come from a folder, else in the table's order.
  public let items: [Item]
  /// The name of each class, by its index: sorted, as PyTorch's `ImageFolder` has them.
  public let classNames: [String]
  /// How the files become pixels.
  public let decoder: ImageDecoder

  /// The last part of the root's path.
  public var name: String { root.lastPathComponent }
  /// The class of each image, by the image's index.
  public var labels: [Int32] { items.map(\.label) }

  /// What the names of image files end with, in small letters.
  public static let fileExtensions: Set<String> = [
    "jpg", "jpeg", "png", "webp", "pgm", "ppm", "pnm",
  ]

  /// Gathers files that have the name of their class beside them.
  ///
  /// - Throws: `ImageFilesError.noImages` where there is none.
  public init(
    root: URL, labelled files: [(path: String, label: String)], decoder: ImageDecoder
  ) throws(ImageFilesError) {
    guard !files.isEmpty else {
      throw .noImages(folder: root.path, endings: Self.fileExtensions.sorted())
    }
    let classNames = Set(files.map(\.label)).sorted()
    let indices = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    self.root = root
    self.classNames = classNames
    self.decoder = decoder
    items = files.map { Item(path: $0.path, label: indices[$0.label] ?? 0) }
  }

  /// The image files under a folder, each with the class that `rule` reads from its path.
  ///
  /// Folders are searched to any depth; links to folders are not followed, hidden files are left out.
  ///
  /// - Parameter splitFolders: Names of folders right under the root that are parts of the dataset
  ///   and no classes, such as `train`.
  /// - Throws: `ImageFilesError`.
  public static func folder(
    _ root: URL, rule: LabelRule = .folder, splitFolders: Set<String> = [],
    decoder: ImageDecoder = ImageDecoder()
  ) throws(ImageFilesError) -> ImageFiles {
    let (paths, folders) = try scan(root)
    var files: [(path: String, label: String)] = []
    for path in paths {
      files.append((path, try rule.label(of: path, splitFolders: splitFolders)))
    }
    if rule == .folder {
      // A folder of a class without images is a mistake that would go unseen.
      let known = Set(files.map(\.label))
      for folder in folders {
        let depth = folder.split(separator: "/").count
        let isInSplit = splitFolders.contains(String(folder.prefix { $0 != "/" }))
        guard depth == (isInSplit ? 2 : 1), !splitFolders.contains(folder) else { continue }
        let label = folder.split(separator: "/").last.map(String.init) ?? folder
        guard known.contains(label) else { throw .emptyClass(folder: folder, root: root.path) }
      }
    }
    return try ImageFiles(root: root, labelled: files, decoder: decoder)
  }

  /// The image files and the folders under `root`, sorted, relative to it.
  private static func scan(
    _ root: URL
  ) throws(ImageFilesError) -> (files: [String], folders: [String]) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .noFolder(root.path) }
    var (files, folders): ([String], [String]) = ([], [])
    var pending = [""]
    while let folder = pending.popLast() {
      let url = folder.isEmpty ? root : root.appendingPathComponent(folder)
      let entries: [URL]
      do {
        entries = try FileManager.default.contentsOfDirectory(
          at: url, includingPropertiesForKeys: [.isDirectoryKey, .isRegularFileKey],
          options: .skipsHiddenFiles)
      } catch {
        throw .unreadable(path: url.path, reason: error.localizedDescription)
      }
      for entry in entries {
        let name = entry.lastPathComponent
        let path = folder.isEmpty ? name : folder + "/" + name
        let values = try? entry.resourceValues(forKeys: [.isDirectoryKey, .isSymbolicLinkKey])
        if values?.isDirectory == true {
          guard values?.isSymbolicLink != true else { continue }
          folders.append(path)
          pending.append(path)
        } else if fileExtensions.contains(entry.pathExtension.lowercased()) {
          files.append(path)
        }
      }
    }
    return (files.sorted(), folders.sorted())
  }

  public func name(of index: Int) -> String { items[index].path }

  public func image(
    at index: Int, minimumSize: ImageSize?
  ) throws(ImageFileError) -> RasterImage {
    var decoder = decoder
    decoder.minimumSize = minimumSize
    return try decoder.decode(contentsOf: root.appendingPathComponent(items[index].path))
  }
}

/// How the path of a file tells the class of its image.
public enum LabelRule: Hashable, Codable, Sendable {
  /// The outermost folder is the class, as in `cat/indoors/7.jpg` (PyTorch's `ImageFolder`).
  case folder
  /// The innermost folder is the class, as in `2024/cat/7.jpg`.
  case parentFolder
  /// What the first group of a regular expression finds in the file's name, as `^(.+)_\d+\.jpg$`
  /// does in `great_pyrenees_173.jpg`.
  case fileName(pattern: String)

  /// The class that a path tells.
  ///
  /// - Throws: `ImageFilesError.noLabel` where it tells none.
  func label(of path: String, splitFolders: Set<String>) throws(ImageFilesError) -> String {
    var parts = path.split(separator: "/").map(String.init)
    guard let file = parts.popLast() else { throw .noLabel(path: path, rule: self) }
    if let first = parts.first, splitFolders.contains(first) { parts.removeFirst() }
    let label: String?
    switch self {
    case .folder: label = parts.first
    case .parentFolder: label = parts.last
    case .fileName(let pattern):
      let expression: Regex<AnyRegexOutput>
      do { expression = try Regex(pattern) } catch {
        throw .pattern(pattern, reason: "\(error)")
      }
      let match = file.firstMatch(of: expression)
      label = match.flatMap { $0.count > 1 ? $0[1].substring.map(String.init) : nil }
    }
    guard let label, !label.isEmpty else { throw .noLabel(path: path, rule: self) }
    return label
  }
}

/// Why files make no dataset.
public enum ImageFilesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A path where no folder is.
  case noFolder(String)
  /// A folder or table that cannot be read.
  case unreadable(path: String, reason: String)
  /// A folder without an image file.
  case noImages(folder: String, endings: [String])
  /// A class without an image file.
  case emptyClass(folder: String, root: String)
  /// A path that does not tell its class.
  case noLabel(path: String, rule: LabelRule)
  /// Text that is no regular expression.
  case pattern(String, reason: String)
  /// A table's line that is not understood.
  case line(file: String, line: Int, problem: String)
  /// A column that a table has not.
  case noColumn(String, file: String, known: [String])

  public var description: String {
    switch self {
    case .noFolder(let path):
      "there is no folder \(path); check the path"
    case .unreadable(let path, let reason):
      "\(path) cannot be read (\(reason)); check the path and its permissions"
    case .noImages(let folder, let endings):
      "\(folder) has no image files (names that end with \(endings.joined(separator: ", "))); "
        + "name the folder that holds a folder of images for each class"
    case .emptyClass(let folder, let root):
      "the class folder \(folder) in \(root) has no images; add some, or remove the folder"
    case .noLabel(let path, .fileName(let pattern)):
      "the name of \(path) has nothing for the group of the pattern \(pattern); "
        + "mend the pattern, or leave such files out of the folder"
    case .noLabel(let path, _):
      "\(path) lies in no folder that tells its class; put it into a folder with the class' name"
    case .pattern(let pattern, let reason):
      "\(pattern) is no regular expression (\(reason)); put the class in round brackets, "
        + "such as ^(.+)_[0-9]+"
    case .line(let file, let line, let problem):
      "\(file), line \(line): \(problem)"
    case .noColumn(let column, let file, let known):
      "\(file) has no column \(column); its columns are \(known.joined(separator: ", "))"
    }
  }
}
