public import Foundation
import FoveaTensors

/// CIFAR-10 and CIFAR-100: 50,000 training and 10,000 test images of 32×32 colour pixels.
///
/// Files are those of the binary version: rows of one label (CIFAR-10) or a coarse and a fine label
/// (CIFAR-100), then 1,024 bytes of red, green and blue each.
///
/// - SeeAlso: A. Krizhevsky, *Learning Multiple Layers of Features from Tiny Images* (2009).
public enum CIFAR: String, Hashable, Codable, Sendable, CaseIterable {
  /// Ten classes.
  case cifar10 = "cifar-10"
  /// A hundred classes.
  case cifar100 = "cifar-100"
  /// The images of CIFAR-100, in the twenty groups that its classes are in.
  case cifar100Coarse = "cifar-100-coarse"

  /// Mean and deviation of the training images, as they are published.
  public var normalization: Normalization {
    switch self {
    case .cifar10:
      Normalization(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616])
    case .cifar100, .cifar100Coarse:
      Normalization(mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762])
    }
  }

  private func fileNames(_ split: MNIST.Split) -> [String] {
    switch (self, split) {
    case (.cifar10, .training): (1...5).map { "data_batch_\($0).bin" }
    case (.cifar10, .test): ["test_batch.bin"]
    case (_, .training): ["train.bin"]
    case (_, .test): ["test.bin"]
    }
  }

  private var labelCount: Int { self == .cifar10 ? 1 : 2 }
  /// Which label of a row is the class.
  private var labelPlace: Int { self == .cifar100 ? 1 : 0 }

  /// Where the files lie, and where they come from; checksums as the dataset's own page has them.
  var published: PublishedFiles {
    let base = self == .cifar10 ? "cifar-10" : "cifar-100"
    return PublishedFiles(
      name: base, subfolders: [self == .cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary"],
      mirrors: ["https://www.cs.toronto.edu/~kriz/"].compactMap(URL.init(string:)),
      downloads: [
        DownloadedFile(
          name: "\(base)-binary.tar.gz", byteLimit: 200 << 20,
          md5: self == .cifar10
            ? "c32a1d4ab5d03f1284b67883e8d87530" : "03b5dce01913d631647c71ecec9e9cb8")
      ], archive: .tarGzip(byteLimit: 256 << 20, members: [".bin", ".txt"]))
  }

  /// Finds the images, or downloads them.
  ///
  /// Looks in `folder`, `$FOVEA_DATA`, their subfolders of the dataset's and the archive's names, and the cache
  /// folder, for the files or for the archive. Where none has them and no `folder` was named, the archive is downloaded,
  /// 170 MB, and unpacked into the cache folder.
  ///
  /// - Throws: `DatasetError.notFound` with what was looked at, or what `load` throws.
  public func find(
    _ split: MNIST.Split, in folder: URL? = nil,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageDataset {
    let place = try await published.find(fileNames(split), in: folder, progress: progress)
    return try load(split, from: place)
  }

  private static let pixelCount = 3 * 32 * 32
  /// Rows of one file; the largest known has 50,000.
  private static let largestRowCount = 1 << 20

  /// Reads the images from a folder with the binary version's files.
  ///
  /// - Throws: `CIFARError` where a file is missing or not what it should be; `DatasetError`.
  public func load(_ split: MNIST.Split, from folder: URL) throws -> ImageDataset {
    let rowLength = labelCount + Self.pixelCount
    var rows: [UInt8] = []
    for name in fileNames(split) {
      let file = folder.appendingPathComponent(name)
      func refuse(_ problem: String) -> CIFARError { CIFARError(file: file.path, problem: problem) }
      let size: Int
      do {
        size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      } catch {
        throw refuse(
          "cannot be read (\(error.localizedDescription)); give the binary version's folder")
      }
      guard size > 0, size % rowLength == 0, size / rowLength <= Self.largestRowCount else {
        throw refuse(
          "has \(size) bytes, which are no rows of \(rowLength); it was cut off, or is another version"
        )
      }
      rows += try Data(contentsOf: file)
      guard rows.count % rowLength == 0 else {
        throw refuse("changed while it was read; try again")
      }
    }
    let count = rows.count / rowLength
    let labels = (0..<count).map { Int32(rows[$0 * rowLength + labelPlace]) }
    if let row = labels.firstIndex(where: { $0 >= classNames.count }) {
      throw CIFARError(
        file: folder.path,
        problem: "image \(row) has label \(labels[row]) of \(classNames.count) classes; "
          + "get the files anew")
    }
    let images = Tensor([count, 3, 32, 32], filling: UInt8.self) { target in
      rows.withUnsafeBufferPointer { rows in
        for row in 0..<count {
          let start = row * rowLength + labelCount
          _ = UnsafeMutableBufferPointer(rebasing: target[(row * Self.pixelCount)...])
            .update(fromContentsOf: rows[start..<(start + Self.pixelCount)])
        }
      }
    }
    return try ImageDataset(
      name: rawValue, images: images, labels: labels, classNames: classNames,
      normalization: normalization)
  }
}

extension CIFAR {
  /// The name of each class.
  public var classNames: [String] {
    let text =
      switch self {
      case .cifar10: "airplane automobile bird cat deer dog frog horse ship truck"
      case .cifar100:
        """
        apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can \
        castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin \
        elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster \
        man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck \
        pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk \
        skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger \
        tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
        """
      case .cifar100Coarse:
        """
        aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices \
        household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes \
        large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees \
        vehicles_1 vehicles_2
        """
      }
    return text.split(separator: " ").map(String.init)
  }
}

/// Why CIFAR's files cannot be read.
public struct CIFARError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it, and what to do.
  public let problem: String

  public var description: String { "\(file) \(problem)" }
}
