public import FoveaData
import Foundation

/// Images that a command is about: a dataset's name, a folder of images, or a table of them.
public struct DatasetRequest: Hashable, Codable, Sendable {
  /// A dataset's name, a folder's path, or a `.csv` file's path.
  public var dataset: String
  /// Where the files of a named dataset are.
  public var data: String?
  /// How the path of a file tells its class.
  public var labels: LabelRule
  /// Which images are for what; by the folders' names where left out.
  public var splitter: Splitter?
  /// The column of a table with paths; the first where left out.
  public var pathColumn: String?
  /// The column of a table with classes; the second where left out.
  public var labelColumn: String?

  /// Asks for images.
  public init(_ dataset: String, data: String? = nil) {
    self.dataset = dataset
    self.data = data
    labels = .folder
  }

  /// Images, and the parts that they are in.
  struct Found {
    let source: any ImageSource
    let parts: [(name: String, indices: [Int])]
  }

  private static let trainingFolders = ["train", "training"]
  private static let validationFolders = ["val", "valid", "validation", "test", "testing"]

  /// Throws `CommandError.unknownName` for what is neither a dataset nor a path, `conflict` for what has no
  /// meaning for it.
  func check() throws(CommandError) {
    guard DatasetName(rawValue: dataset) != nil || FileManager.default.fileExists(atPath: dataset)
    else {
      throw .unknownName(
        dataset, kind: "dataset, folder or table",
        known: DatasetName.allCases.map(\.rawValue) + ["the path of a folder"])
    }
    try checkRules()
    if DatasetName(rawValue: dataset) != nil, let splitter, !splitter.isFold {
      throw .conflict(
        splitter.option, reason: "\(dataset) comes in parts; leave it out, or take --fold")
    }
  }

  /// Finds the images, without reading any of a folder.
  ///
  /// - Throws: `CommandError.unknownName` for what is neither a dataset nor a path, else what files
  ///   throw.
  nonisolated(nonsending) func find(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Found {
    try check()
    if let name = DatasetName(rawValue: dataset) {
      let folder = data.map { URL(fileURLWithPath: $0) }
      let training = try StoredImages(await name.load(.training, from: folder, progress: progress))
      let test = try StoredImages(await name.load(.test, from: folder, progress: progress))
      let (first, count) = (training.labels.count, training.labels.count + test.labels.count)
      return try folded(
        Found(
          source: JoinedImages(training, test),
          parts: [("training", Array(0..<first)), ("test", Array(first..<count))]))
    }
    // What is learned from first.
    let folders = (Self.trainingFolders + Self.validationFolders).filter(partFolders.contains)
    let foldsPart = splitter?.isFold == true && !folders.isEmpty
    if let splitter, !foldsPart, splitter.folderNames.isEmpty, !folders.isEmpty {
      // The parts' names would be taken for classes.
      throw CommandError.conflict(
        splitter.option,
        reason:
          "\(dataset) is in parts already, the folders \(folders.joined(separator: " and ")); "
          + "leave \(splitter.option) out")
    }
    let files = try files()
    if let splitter, !foldsPart {
      guard files.classNames.count > 1 else {
        throw DataBlockError.oneClass(files.classNames[0], path: dataset)
      }
      let parts = try splitter.split(files)
      return Found(
        source: files, parts: [("training", parts.training), ("validation", parts.validation)])
    }
    guard !folders.isEmpty else {
      return Found(source: files, parts: [("all", Array(files.labels.indices))])
    }
    let parts = folders.map { folder in
      (folder, files.labels.indices.filter { files.name(of: $0).hasPrefix(folder + "/") })
    }
    return try folded(Found(source: files, parts: parts))
  }

  /// The folds of what is learned from, where they were asked for; the rest takes no part in them.
  private func folded(_ found: Found) throws(SplitError) -> Found {
    guard let splitter, splitter.isFold else { return found }
    let images = found.parts[0].indices
    let parts = try splitter.split(SelectedImages(found.source, images))
    return Found(
      source: found.source,
      parts: [
        ("training", parts.training.map { images[$0] }),
        ("validation", parts.validation.map { images[$0] }),
      ])
  }

  private func files() throws(ImageFilesError) -> ImageFiles {
    let url = URL(fileURLWithPath: dataset)
    if isTable {
      return try .table(
        url, root: data.map { URL(fileURLWithPath: $0) }, pathColumn: pathColumn,
        labelColumn: labelColumn)
    }
    return try .folder(url, rule: labels, splitFolders: splitter?.folderNames ?? partFolders)
  }

  /// The folders right under the root that are parts: those of training and of validation, where
  /// there are both.
  var partFolders: Set<String> {
    func present(_ names: [String]) -> [String] {
      names.filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(
          atPath: dataset + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
      }
    }
    let (training, others) = (present(Self.trainingFolders), present(Self.validationFolders))
    return training.isEmpty || others.isEmpty ? [] : Set(training + others)
  }
}

extension Splitter {
  /// The option that asks for it.
  var option: String {
    switch self {
    case .kFold, .randomFold: "--fold"
    case .file: "--validation-file"
    case .random, .stratified, .folders: "--validation"
    }
  }
}
