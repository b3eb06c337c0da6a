public import Foundation
import FoveaTensors

/// The MNIST digits: 60,000 training and 10,000 test images of 28×28 grey pixels.
///
/// - SeeAlso: Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791.
public enum MNIST {
  /// Which part of a dataset.
  public enum Split: String, Hashable, Codable, Sendable, CaseIterable {
    /// What a model learns from.
    case training
    /// What it is measured on.
    case test

    var filePrefix: String { self == .training ? "train" : "t10k" }
  }

  /// Where the files are looked for on the network, in turn.
  public static let mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ].compactMap(URL.init(string:))

  /// The four files, and the SHA-256 of what they unpack to: packing differs between mirrors.
  static let files: [DownloadedFile] = [
    DownloadedFile(
      name: "train-images-idx3-ubyte.gz", byteLimit: 20 << 20, unpackedByteCount: 47_040_016,
      unpackedSHA256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    DownloadedFile(
      name: "train-labels-idx1-ubyte.gz", byteLimit: 1 << 20, unpackedByteCount: 60_008,
      unpackedSHA256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    DownloadedFile(
      name: "t10k-images-idx3-ubyte.gz", byteLimit: 4 << 20, unpackedByteCount: 7_840_016,
      unpackedSHA256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    DownloadedFile(
      name: "t10k-labels-idx1-ubyte.gz", byteLimit: 1 << 20, unpackedByteCount: 10_008,
      unpackedSHA256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
  ]

  /// Where the files lie, and where they come from.
  static let published = PublishedFiles(
    name: "mnist", subfolders: ["MNIST/raw"], mirrors: mirrors, downloads: files)

  /// Reads the digits from a folder with the four files, plain or `.gz`.
  ///
  /// - Throws: `IDXError` or `DatasetError` where a file is missing or not what it should be.
  public static func load(
    _ split: Split, from folder: URL, name: String = "mnist"
  ) throws -> ImageDataset {
    try IDXImages(prefix: split.filePrefix, in: folder)
      .dataset(name: name, classNames: (0...9).map(String.init), normalization: .mnist)
  }

  /// Finds the digits, or downloads them.
  ///
  /// Looks in `folder`, `$FOVEA_DATA`, `$FOVEA_DATA/mnist` and the cache folder, in this order. Where
  /// none has the files and no `folder` was named, they are downloaded into the cache folder.
  ///
  /// - Parameter progress: Told what is downloaded, and how much of it.
  /// - Throws: `DatasetError.notFound` with what was looked at, or what `load` throws.
  public static func find(
    _ split: Split, in folder: URL? = nil, downloader: Downloader = Downloader(mirrors: mirrors),
    cache: URL = DataFolders.cache.appendingPathComponent("mnist"),
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageDataset {
    let place = try await published.find(
      IDXImages.fileNames(prefix: split.filePrefix), in: folder, downloader: downloader,
      cache: cache, progress: progress)
    return try load(split, from: place)
  }

  /// The first 12,000 training or 2,000 test images, which come with the library.
  ///
  /// - Throws: `DatasetError.missingResources` where they are not beside the program any more.
  public static func mini(_ split: Split) throws -> ImageDataset {
    try load(split, from: Resources.folder("mnist-mini"), name: "mnist-mini")
  }
}
