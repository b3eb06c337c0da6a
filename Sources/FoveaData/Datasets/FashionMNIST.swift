public import Foundation

/// Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28×28 grey pixels, in MNIST's files.
///
/// - SeeAlso: H. Xiao et al., arXiv:1708.07747.
public enum FashionMNIST {
  /// The name of each class.
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// Mean and deviation of the training images, as they are published.
  public static let normalization = Normalization(mean: [0.2860], deviation: [0.3530])

  /// Where the files lie, and where they come from; checksums as torchvision has them.
  static let published = PublishedFiles(
    // MNIST's files have the same names, so that only the folder tells them apart.
    name: "fashion-mnist", subfolders: ["FashionMNIST/raw"], isToldByFolder: true,
    mirrors: [
      "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ].compactMap(URL.init(string:)),
    downloads: [
      DownloadedFile(
        name: "train-images-idx3-ubyte.gz", byteLimit: 40 << 20,
        md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
      DownloadedFile(
        name: "train-labels-idx1-ubyte.gz", byteLimit: 1 << 20,
        md5: "25c81989df183df01b3e8a0aad5dffbe"),
      DownloadedFile(
        name: "t10k-images-idx3-ubyte.gz", byteLimit: 8 << 20,
        md5: "bef4ecab320f06d8554ea6380940ec79"),
      DownloadedFile(
        name: "t10k-labels-idx1-ubyte.gz", byteLimit: 1 << 20,
        md5: "bb300cfdad3c16e7a12a480ee83cd310"),
    ])

  /// Reads the images from a folder with the four files, plain or `.gz`.
  ///
  /// - Throws: `IDXError` or `DatasetError` where a file is missing or not what it should be.
  public static func load(_ split: MNIST.Split, from folder: URL) throws -> ImageDataset {
    try IDXImages(prefix: split.filePrefix, in: folder)
      .dataset(name: published.name, classNames: classNames, normalization: normalization)
  }

  /// Finds the images, or downloads them, as `MNIST.find` does.
  ///
  /// - Throws: `DatasetError.notFound` with what was looked at, or what `load` throws.
  public static func find(
    _ split: MNIST.Split, in folder: URL? = nil,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageDataset {
    let place = try await published.find(
      IDXImages.fileNames(prefix: split.filePrefix), in: folder, progress: progress)
    return try load(split, from: place)
  }
}
