public import Foundation

/// EMNIST: 814,255 letters and digits by hand, 28×28 grey pixels, divided in six ways.
///
/// The files have columns for rows; images are turned upright as they are read.
///
/// - SeeAlso: G. Cohen et al., arXiv:1702.05373.
public enum EMNIST: String, Hashable, Codable, Sendable, CaseIterable {
  /// 131,600 images of 47 classes, as many of each.
  case balanced
  /// All images, of 62 classes: digits, capital and small letters.
  case byClass = "byclass"
  /// All images, of 47 classes: small letters that look like capitals are one class with them.
  case byMerge = "bymerge"
  /// 280,000 digits.
  case digits
  /// 145,600 letters, capital and small ones in one class.
  case letters
  /// 70,000 digits, chosen as MNIST's were.
  case mnist

  /// What the dataset is called.
  public var name: String { "emnist-\(rawValue)" }

  /// The name of each class.
  public var classNames: [String] {
    let digits = (0...9).map(String.init)
    let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
    switch self {
    case .digits, .mnist: return digits
    case .letters: return capitals.map { $0.lowercased() }
    case .byClass: return digits + capitals + capitals.map { $0.lowercased() }
    case .balanced, .byMerge: return digits + capitals + "abdefghnqrt".map(String.init)
    }
  }

  /// Mean and deviation that are in general use for the division; those of `byClass` where there are none.
  public var normalization: Normalization {
    switch self {
    case .balanced: Normalization(mean: [0.1751], deviation: [0.3332])
    case .letters: Normalization(mean: [0.1722], deviation: [0.3309])
    case .byClass, .byMerge, .digits, .mnist: Normalization(mean: [0.1736], deviation: [0.3317])
    }
  }

  /// Where the files lie, and where they come from; the checksum as torchvision has it.
  static let published = PublishedFiles(
    name: "emnist", subfolders: ["gzip", "EMNIST/raw"],
    mirrors: ["https://biometrics.nist.gov/cs_links/EMNIST/"].compactMap(URL.init(string:)),
    downloads: [
      DownloadedFile(
        name: "gzip.zip", byteLimit: 600 << 20, md5: "58c8d27c78d21e728a6bc7b3cc06412e")
    ], archive: .zip(members: "-ubyte.gz"))

  private func filePrefix(_ split: MNIST.Split) -> String {
    "\(name)-\(split == .training ? "train" : "test")"
  }

  /// Reads the images from a folder with the division's files, plain or `.gz`.
  ///
  /// - Throws: `IDXError` or `DatasetError` where a file is missing or not what it should be.
  public func load(_ split: MNIST.Split, from folder: URL) throws -> ImageDataset {
    var files = try IDXImages(prefix: filePrefix(split), in: folder)
    files.transpose()
    return try files.dataset(
      name: name, classNames: classNames, normalization: normalization,
      firstLabel: self == .letters ? 1 : 0)
  }

  /// Finds the images, or downloads them.
  ///
  /// Looks in `folder`, `$FOVEA_DATA`, their subfolders `emnist` and `gzip`, and the cache folder, for the files or for
  /// `gzip.zip`. Where none has them and no `folder` was named, `gzip.zip` is downloaded, 562 MB, and unpacked into
  /// the cache folder.
  ///
  /// - Throws: `DatasetError.notFound` with what was looked at, or what `load` throws.
  public func find(
    _ split: MNIST.Split, in folder: URL? = nil,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageDataset {
    let place = try await Self.published.find(
      IDXImages.fileNames(prefix: filePrefix(split)), in: folder, progress: progress)
    return try load(split, from: place)
  }
}
