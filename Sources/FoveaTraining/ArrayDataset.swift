public import Foundation
public import FoveaData
import FoveaFormats
import FoveaTensors

/// Images and labels in arrays, as NumPy writes them: one `.npz` file, or a folder of `.npy` files.
///
/// An archive has the arrays `images` and `labels`, or both of each part: `train_images`, `train_labels`, `val_images` …,
/// `test_images` …; a folder has files of these names, or `images.npy` and `labels.npy` in folders `train`, `val` and
/// `test`. The names of classes stand in a folder's `classes.txt`, a line each, where there is one.
public struct ArrayDataset: Sendable {
  /// A part of the dataset.
  public struct Part: Sendable {
    /// `all`, `training`, `validation` or `test`.
    public let name: String
    /// Its images; those of every part are normalised as the first's.
    public let images: ArrayImages

    /// Names a part.
    public init(name: String, images: ArrayImages) {
      self.name = name
      self.images = images
    }
  }

  /// The parts: training first.
  public let parts: [Part]

  private static let prefixes = [
    ("all", [""]), ("training", ["train_", "training_"]),
    ("validation", ["val_", "valid_", "validation_"]), ("test", ["test_", "testing_"]),
  ]
  private static let (imagesName, labelsName, classesFile) = ("images", "labels", "classes.txt")

  /// Whether a path is that of such a file or folder.
  public static func isThere(at url: URL) -> Bool {
    if url.pathExtension.lowercased() == "npz" { return true }
    return !arrayFiles(in: url).isEmpty
  }

  /// Reads the arrays.
  ///
  /// - Parameter normalization: That of the first part where left out.
  /// - Throws: `NumPyError`, or `DatasetError` where arrays are missing or do not fit each other.
  public init(contentsOf url: URL, normalization: Normalization? = nil) throws {
    let name = url.deletingPathExtension().lastPathComponent
    var arrays: [String: Tensor] = [:]
    var classNames: [String]?
    if url.pathExtension.lowercased() == "npz" {
      arrays = Dictionary(
        uniqueKeysWithValues: try NumPyArchive(contentsOf: url).weights.tensors.map { ($0, $1) })
    } else {
      for (name, file) in Self.arrayFiles(in: url) {
        arrays[name] = try NumPyFile(contentsOf: file).tensor
      }
      let text = try? String(
        contentsOf: url.appendingPathComponent(Self.classesFile), encoding: .utf8)
      classNames = text?.split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    let found = Self.prefixes.compactMap { name, prefixes in
      prefixes.first { arrays[$0 + Self.imagesName] != nil }.map { (name, $0) }
    }
    guard !found.isEmpty else {
      throw DatasetError.noArray(url.path, Self.imagesName, known: arrays.keys.sorted())
    }
    let pairs = try found.map { name, prefix in
      guard let images = arrays[prefix + Self.imagesName] else {
        return (name, Tensor(0), Tensor(0))
      }
      guard let labels = arrays[prefix + Self.labelsName] else {
        throw DatasetError.noArray(
          url.path, prefix + Self.labelsName, known: arrays.keys.sorted())
      }
      return (name, images, labels)
    }
    let names = classNames ?? Self.classNames(pairs.map(\.2))
    var parts: [Part] = []
    for (part, images, labels) in pairs {
      let first = parts.first?.images.description
      let images = try ArrayImages(
        name: name, images: images, labels: labels, classNames: names,
        normalization: first?.normalization ?? normalization)
      if let first, first.imageShape != images.description.imageShape {
        throw DatasetError.otherImages(
          "\(part) of \(url.path)", expected: first.imageShape,
          actual: images.description.imageShape)
      }
      try parts.first?.images.statistics.range
        .check(images.statistics.range, of: "\(part) of \(url.path)")
      parts.append(Part(name: part, images: images))
    }
    self.parts = parts
  }

  /// Numbers, up to the largest label of all parts.
  private static func classNames(_ labels: [Tensor]) -> [String] {
    let largest = labels.compactMap { labels -> Int32? in
      switch labels.elementType {
      case .uint8: labels.elements(of: UInt8.self).max().map(Int32.init)
      case .int32: labels.elements(of: Int32.self).max()
      case .float32: nil
      }
    }.max()
    // A label that is far too large is told by name later, and makes no list here.
    return (0...min(max(largest ?? 0, 0), 99_999)).map(String.init)
  }

  /// The arrays of a folder by their names in an archive: `train/images.npy` is `train_images`.
  private static func arrayFiles(in folder: URL) -> [String: URL] {
    var files: [String: URL] = [:]
    for (_, prefixes) in prefixes {
      for prefix in prefixes {
        for name in [imagesName, labelsName] {
          let inner = String(prefix.dropLast())
          let places = [prefix + name, prefix.isEmpty ? name : "\(inner)/\(name)"]
          files[prefix + name] =
            places.map { folder.appendingPathComponent($0 + ".npy") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
        }
      }
    }
    return files
  }
}
