import Foundation
import FoveaData
import FoveaTensors

/// What tells that images and labels are still those of a training.
public struct DataFingerprint: Hashable, Codable, Sendable {
  /// What the checksum is over, besides names of classes and each image's class, in order.
  public enum Method: String, Hashable, Codable, Sendable {
    /// The contents of all images.
    case contents
    /// Names and sizes of files, where their contents would take long to read.
    case namesAndSizes = "names and sizes"
    /// Names alone, for sources that have no files.
    case names
  }

  /// What the checksum is over.
  public let method: Method
  /// The SHA-256 of the images that were learned from.
  public let training: String
  /// The SHA-256 of the images for validation.
  public let validation: String
  /// How many images were learned from.
  public let trainingImages: Int
  /// How many images were for validation.
  public let validationImages: Int

  /// The most bytes of files that are read for a checksum; larger datasets go by names and sizes.
  public static let mostBytes = 256 << 20

  /// What differs, in words; `nil` where nothing does.
  func difference(from earlier: DataFingerprint) -> String? {
    let parts = [
      ("training", training, trainingImages, earlier.training, earlier.trainingImages),
      (
        "validation", validation, validationImages, earlier.validation, earlier.validationImages
      ),
    ]
    let changes = parts.compactMap { name, now, count, before, countBefore -> String? in
      guard now != before || method != earlier.method else { return nil }
      return count == countBefore
        ? "the \(count) \(name) images or their labels are others"
        : "there were \(countBefore) \(name) images, now there are \(count)"
    }
    return changes.isEmpty ? nil : changes.joined(separator: "; ")
  }
}

extension DataFingerprint {
  /// Looks at the images of a training.
  ///
  /// - Throws: What files throw that cannot be read.
  init(training: any LabelledImages, validation: any LabelledImages) throws {
    let bytes = Self.fileBytes(of: training) + Self.fileBytes(of: validation)
    let readsFiles = bytes <= Self.mostBytes
    let first = try Self.digest(of: training, readsFiles: readsFiles)
    let second = try Self.digest(of: validation, readsFiles: readsFiles)
    method = first.method
    self.training = first.sum
    self.validation = second.sum
    trainingImages = training.count
    validationImages = validation.count
  }

  private static func files(of images: any LabelledImages) -> (files: ImageFiles, indices: [Int])? {
    guard let pipeline = images as? ImagePipeline, let files = pipeline.source as? ImageFiles
    else { return nil }
    return (files, pipeline.indices)
  }

  private static func fileBytes(of images: any LabelledImages) -> Int {
    guard let (files, indices) = files(of: images) else { return 0 }
    return indices.reduce(0) { $0 + (size(of: files.items[$1].path, in: files.root) ?? 0) }
  }

  private static func size(of path: String, in root: URL) -> Int? {
    let file = root.appendingPathComponent(path).path
    return (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int
  }

  private static func digest(
    of images: any LabelledImages, readsFiles: Bool
  ) throws -> (sum: String, method: Method) {
    var text = images.description.classNames.joined(separator: "\n") + "\n"
    func label(_ index: Int) -> String { "\(images.label(of: index))" }

    if let dataset = images as? ImageDataset {
      for index in 0..<dataset.count { text += label(index) + "\n" }
      let pixels = dataset.images.withUnsafeElements(of: UInt8.self) { Data($0) }
      text += Checksum.sha256(pixels)
      return (Checksum.sha256(Data(text.utf8)), .contents)
    }
    if let arrays = images as? ArrayImages {
      for (index, sum) in arrays.fingerprints.enumerated() { text += "\(label(index))\t\(sum)\n" }
      return (Checksum.sha256(Data(text.utf8)), .contents)
    }
    if let (files, indices) = files(of: images) {
      for (place, index) in indices.enumerated() {
        let path = files.items[index].path
        text += "\(label(place))\t\(path)\t"
        if readsFiles {
          // A file that cannot be read may be skipped by the training, and is told apart all the same.
          let data = try? Data(contentsOf: files.root.appendingPathComponent(path))
          text += (data.map(Checksum.sha256) ?? "unreadable") + "\n"
        } else {
          text += (size(of: path, in: files.root).map(String.init) ?? "unreadable") + "\n"
        }
      }
      return (Checksum.sha256(Data(text.utf8)), readsFiles ? .contents : .namesAndSizes)
    }
    guard let pipeline = images as? ImagePipeline else {
      for index in 0..<images.count { text += label(index) + "\n" }
      return (Checksum.sha256(Data(text.utf8)), .names)
    }
    let isStored = pipeline.source is StoredImages || pipeline.source is JoinedImages
    for (place, index) in pipeline.indices.enumerated() {
      text += "\(label(place))\t\(pipeline.source.name(of: index))\n"
      if isStored {
        let image = try pipeline.source.image(at: index, minimumSize: nil)
        text += Checksum.sha256(Data(image.bytes)) + "\n"
      }
    }
    return (Checksum.sha256(Data(text.utf8)), isStored ? .contents : .names)
  }
}
