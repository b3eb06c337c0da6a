public import FoveaData
public import Foundation

/// A dataset that is known by name.
public enum DatasetName: String, Hashable, Codable, Sendable, CaseIterable {
  /// The MNIST digits, looked for on the machine, else downloaded.
  case mnist
  /// The first 12,000 training and 2,000 test digits, which come with the program.
  case mnistMini = "mnist-mini"
  /// Clothes, in files like MNIST's.
  case fashionMNIST = "fashion-mnist"
  /// EMNIST's letters and digits, as many of each.
  case emnistBalanced = "emnist-balanced"
  /// All of EMNIST, of 62 classes.
  case emnistByClass = "emnist-byclass"
  /// All of EMNIST, of 47 classes.
  case emnistByMerge = "emnist-bymerge"
  /// EMNIST's digits.
  case emnistDigits = "emnist-digits"
  /// EMNIST's letters.
  case emnistLetters = "emnist-letters"
  /// EMNIST's digits, chosen as MNIST's were.
  case emnistMNIST = "emnist-mnist"
  /// CIFAR-10.
  case cifar10 = "cifar-10"
  /// CIFAR-100.
  case cifar100 = "cifar-100"
  /// CIFAR-100 in twenty groups of classes.
  case cifar100Coarse = "cifar-100-coarse"

  /// The names as a list in a sentence.
  public static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The dataset called `name`.
  ///
  /// - Throws: `CommandError.unknownName`, which names the nearest.
  public static func requested(_ name: String) throws(CommandError) -> DatasetName {
    guard let dataset = DatasetName(rawValue: name) else {
      throw .unknownName(name, kind: "dataset", known: allCases.map(\.rawValue))
    }
    return dataset
  }

  /// Loads one part of the dataset.
  ///
  /// - Parameters:
  ///   - folder: Where the files are; then nothing is downloaded.
  ///   - progress: Told of downloads.
  /// - Throws: `DatasetError` or `IDXError` where files are missing or damaged.
  public func load(
    _ split: MNIST.Split, from folder: URL?,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageDataset {
    switch (self, folder) {
    case (.mnist, _): return try await MNIST.find(split, in: folder, progress: progress)
    case (.mnistMini, nil): return try MNIST.mini(split)
    case (.mnistMini, let folder?):
      let digits = try await MNIST.find(split, in: folder)
        .prefix(split == .training ? 12_000 : 2_000)
      return try digits.renamed(rawValue)
    case (.fashionMNIST, _):
      return try await FashionMNIST.find(split, in: folder, progress: progress)
    default:
      if let division = EMNIST.allCases.first(where: { $0.name == rawValue }) {
        return try await division.find(split, in: folder, progress: progress)
      }
      guard let images = CIFAR(rawValue: rawValue) else {
        throw DatasetError.unknownDataset(rawValue, known: Self.allCases.map(\.rawValue))
      }
      return try await images.find(split, in: folder, progress: progress)
    }
  }
}

extension ImageDataset {
  /// The same images under another name, or with the numbers that a model was trained on.
  func renamed(_ name: String? = nil, normalization: Normalization? = nil) throws -> ImageDataset {
    try ImageDataset(
      name: name ?? description.name, images: images, labels: labels.elements(of: Int32.self),
      classNames: classNames, normalization: normalization ?? description.normalization)
  }
}
