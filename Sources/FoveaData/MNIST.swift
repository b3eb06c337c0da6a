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

  /// Reads the digits from a folder with the four files, plain or `.gz`.
  ///
  /// - Throws: `IDXError` or `DatasetError` where a file is missing or not what it should be.
  public static func load(
    _ split: Split, from folder: URL, name: String = "mnist"
  ) throws -> ImageDataset {
    func read(_ suffix: String, rank: Int) throws -> Tensor {
      let plain = folder.appendingPathComponent("\(split.filePrefix)-\(suffix)")
      let packed = plain.appendingPathExtension("gz")
      let file = FileManager.default.fileExists(atPath: plain.path) ? plain : packed
      let tensor = try IDX.read(contentsOf: file)
      guard tensor.shape.rank == rank else {
        throw IDXError(file: file.path, problem: .rank(expected: rank, actual: tensor.shape))
      }
      return tensor
    }
    let images = try read("images-idx3-ubyte", rank: 3)
    let labels = try read("labels-idx1-ubyte", rank: 1)
    let shape: Shape = [images.shape[0], 1, images.shape[1], images.shape[2]]
    return try ImageDataset(
      name: name, images: images.reshaped(shape),
      labels: labels.elements(of: UInt8.self).map(Int32.init),
      classNames: (0...9).map(String.init), normalization: .mnist)
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
    let places =
      folder.map { [$0, $0.appendingPathComponent("mnist")] }
      ?? DataFolders.fromEnvironment(for: "mnist") + [cache]
    let needed = files.filter { $0.name.hasPrefix(split.filePrefix) }
    for place in places {
      let isThere = needed.allSatisfy { file in
        [file.name, String(file.name.dropLast(3))].contains {
          FileManager.default.fileExists(atPath: place.appendingPathComponent($0).path)
        }
      }
      if isThere { return try load(split, from: place) }
    }
    guard folder == nil else {
      throw DatasetError.notFound(
        name: "mnist", places: places.map(\.path), failures: [])
    }
    for file in needed {
      do {
        try await downloader.fetch(file, into: cache, progress: progress)
      } catch let error as DownloadError {
        throw DatasetError.notFound(
          name: "mnist", places: places.map(\.path), failures: error.failures)
      }
    }
    return try load(split, from: cache)
  }

  /// The first 12,000 training or 2,000 test images, which come with the library.
  ///
  /// - Throws: `DatasetError.missingResources` where they are not beside the program any more.
  public static func mini(_ split: Split) throws -> ImageDataset {
    try load(split, from: Resources.folder("mnist-mini"), name: "mnist-mini")
  }
}

/// Where datasets lie on this machine.
public enum DataFolders {
  /// Where downloads are kept: `$XDG_CACHE_HOME/fovea`, else the system's place for caches.
  public static var cache: URL {
    if let folder = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], !folder.isEmpty {
      return URL(fileURLWithPath: folder).appendingPathComponent("fovea")
    }
    #if canImport(Darwin)
    let caches = "Library/Caches"
    #else
    let caches = ".cache"
    #endif
    return FileManager.default.homeDirectoryForCurrentUser
      .appendingPathComponent(caches).appendingPathComponent("fovea")
  }

  /// `$FOVEA_DATA` and its subfolder `name`, where the variable is set.
  public static func fromEnvironment(for name: String) -> [URL] {
    guard let folder = ProcessInfo.processInfo.environment["FOVEA_DATA"], !folder.isEmpty else {
      return []
    }
    let url = URL(fileURLWithPath: folder)
    return [url, url.appendingPathComponent(name)]
  }
}

/// The files that come with this library.
///
/// SwiftPM's own accessor ends the program when the folder is gone; this one throws.
enum Resources {
  private final class Marker {}

  static func folder(_ name: String) throws(DatasetError) -> URL {
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    let roots = [
      Bundle.main.bundleURL, Bundle.main.resourceURL, program.deletingLastPathComponent(),
      Bundle(for: Marker.self).bundleURL,
      Bundle(for: Marker.self).bundleURL.deletingLastPathComponent(),
    ].compactMap { $0?.standardizedFileURL }
    var places: [String] = []
    for root in roots {
      for suffix in ["resources", "bundle"] {
        let bundle = root.appendingPathComponent("fovea_FoveaData.\(suffix)")
        for folder in [bundle, bundle.appendingPathComponent("Contents/Resources")] {
          let place = folder.appendingPathComponent(name)
          if FileManager.default.fileExists(atPath: place.path) { return place }
          places.append(place.path)
        }
      }
    }
    throw .missingResources(name: name, places: Array(Set(places)).sorted())
  }
}
