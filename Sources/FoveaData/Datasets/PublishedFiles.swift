import Foundation
import FoveaArchives

/// The files of a dataset: where they lie on this machine, and where they come from.
struct PublishedFiles: Sendable {
  /// What the downloaded file packs.
  enum Archive: Sendable {
    /// A tar archive, packed by gzip, of at most so many bytes; members with this ending are taken.
    case tarGzip(byteLimit: Int, members: [String])
    /// A zip archive; members with this ending are taken.
    case zip(members: String)

    fileprivate func isTaken(_ name: String) -> Bool {
      switch self {
      case .tarGzip(_, let endings): endings.contains(where: name.hasSuffix)
      case .zip(let ending): name.hasSuffix(ending)
      }
    }
  }

  /// What the dataset is called; its folder in the cache, too.
  let name: String
  /// Where else in a folder the files may be, as archives and other programs unpack them.
  let subfolders: [String]
  /// Whether another dataset's files have the same names, so that the folder has to tell.
  var isToldByFolder = false
  /// Folders on the network.
  let mirrors: [URL]
  /// What is fetched: the files, or the one archive that they are in.
  let downloads: [DownloadedFile]
  /// How the files are packed, where they are.
  var archive: Archive?

  /// Finds a folder that has all of some files, plain or `.gz`, or downloads them.
  ///
  /// - Parameters:
  ///   - needed: Names of files, without `.gz`.
  ///   - folder: Where the files are; then nothing is downloaded.
  /// - Throws: `DatasetError.notFound` or `.archive`, or what the file system throws.
  func find(
    _ needed: [String], in folder: URL?, downloader: Downloader? = nil, cache: URL? = nil,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> URL {
    let cache = cache ?? DataFolders.cache.appendingPathComponent(name)
    let places = places(in: folder, cache: cache)
    func isThere(_ place: URL) -> Bool {
      needed.allSatisfy { file in
        [file, file + ".gz"].contains {
          FileManager.default.fileExists(atPath: place.appendingPathComponent($0).path)
        }
      }
    }
    if let place = places.first(where: isThere) { return place }
    let packed = archive.flatMap { _ in downloads.first }
    for place in places {
      guard let packed else { break }
      let file = place.appendingPathComponent(packed.name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      guard packed.matches(contentsOf: file) else {
        throw DatasetError.archive(
          file.path, problem: "has another checksum than the published file")
      }
      // What was unpacked before is the same, and another process may be reading it.
      if !isThere(cache) { try unpack(file, into: cache) }
      return cache
    }
    func missing(_ failures: [String]) -> DatasetError {
      .notFound(
        name: name, places: places.map(\.path), failures: failures,
        addresses: mirrors.prefix(1).flatMap { mirror in
          downloads.map { mirror.appendingPathComponent($0.name).absoluteString }
        })
    }
    guard folder == nil else { throw missing([]) }
    for file in downloads
    where archive != nil || needed.contains(where: { $0 + ".gz" == file.name }) {
      do {
        try await (downloader ?? Downloader(mirrors: mirrors))
          .fetch(file, into: cache, progress: progress)
      } catch let error as DownloadError {
        throw missing(error.failures)
      }
    }
    if let packed {
      let file = cache.appendingPathComponent(packed.name)
      // Another process may have unpacked it meanwhile, and removed it.
      do { try unpack(file, into: cache) } catch { guard isThere(cache) else { throw error } }
      // Its members are there; it would only take up room.
      try? FileManager.default.removeItem(at: file)
    }
    return cache
  }

  private func places(in folder: URL?, cache: URL) -> [URL] {
    let roots = folder.map { [$0] } ?? DataFolders.fromEnvironment.map { [$0] } ?? []
    let inRoots = roots.flatMap { root in
      let own = root.appendingPathComponent(name)
      let inner = subfolders.flatMap {
        [root.appendingPathComponent($0), own.appendingPathComponent($0)]
      }
      // What a folder of all datasets has right in it may be another's.
      guard isToldByFolder else { return [root, own] + inner }
      return [own] + inner + (folder == nil ? [] : [root])
    }
    return inRoots + (folder == nil ? [cache] : [])
  }

  /// Writes the members of an archive into a folder, by the last part of their names.
  private func unpack(_ file: URL, into folder: URL) throws {
    func refuse(_ error: any Error) -> DatasetError { .archive(file.path, problem: "\(error)") }
    func write(_ name: String, _ contents: Data) throws {
      // A member's name is no path: only the last part counts, and it is never "..".
      let last = name.split(separator: "/").last.map(String.init) ?? name
      try contents.write(to: folder.appendingPathComponent(last), options: .atomic)
    }
    guard let archive else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    switch archive {
    case .tarGzip(let limit, _):
      guard case .whole(let data) = Gzip.unpack(try Data(contentsOf: file), limit: limit) else {
        throw DatasetError.archive(file.path, problem: "does not unpack")
      }
      let tar: TarArchive
      do { tar = try TarArchive(data) } catch { throw refuse(error) }
      for name in tar.names where archive.isTaken(name) {
        if let contents = tar.contents(of: name) { try write(name, contents) }
      }
    case .zip:
      let zip: ZipArchive
      do { zip = try ZipArchive(FileBytes(mapping: file).whole) } catch { throw refuse(error) }
      for member in zip.members.values where archive.isTaken(member.name) {
        let contents: Data
        do {
          contents = try zip.contents(of: member, limit: 1 << 30, checksum: true).data
        } catch { throw refuse(error) }
        try write(member.name, contents)
      }
    }
  }
}
