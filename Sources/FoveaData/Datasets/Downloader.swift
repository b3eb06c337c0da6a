public import Foundation
import FoveaArchives

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A file that is fetched, and how it is known to be the right one.
public struct DownloadedFile: Hashable, Sendable {
  /// How a file is known.
  public enum Check: Hashable, Sendable {
    /// A `.gz` file, by what it unpacks to, since mirrors pack it differently: the number of bytes, and their
    /// SHA-256 in hexadecimal.
    case unpacked(byteCount: Int, sha256: String)
    /// By the MD5 of its bytes, in hexadecimal.
    case md5(String)
  }

  /// Its name, on mirrors and in the cache.
  public let name: String
  /// The most bytes that are fetched.
  public let byteLimit: Int
  /// How it is known.
  public let check: Check

  /// Describes a `.gz` file by what it unpacks to.
  public init(name: String, byteLimit: Int, unpackedByteCount: Int, unpackedSHA256: String) {
    self.name = name
    self.byteLimit = byteLimit
    check = .unpacked(byteCount: unpackedByteCount, sha256: unpackedSHA256)
  }

  /// Describes a file by its bytes.
  public init(name: String, byteLimit: Int, md5: String) {
    self.name = name
    self.byteLimit = byteLimit
    check = .md5(md5)
  }

  /// Whether a file is the one.
  func matches(contentsOf file: URL) -> Bool {
    switch check {
    case .md5(let sum): return Checksum.md5(contentsOf: file) == sum
    case .unpacked(let byteCount, let sum):
      guard let data = try? Data(contentsOf: file),
        case .whole(let unpacked) = Gzip.unpack(data, limit: byteCount)
      else { return false }
      return Checksum.sha256(unpacked) == sum
    }
  }
}

/// How far a download has come.
public struct DownloadProgress: Hashable, Sendable {
  /// The file.
  public let name: String
  /// Bytes so far.
  public let bytes: Int
  /// Bytes in all, where the mirror says.
  public let total: Int?
}

/// Why no mirror gave a file.
public struct DownloadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let name: String
  /// What each mirror answered, in turn.
  public let failures: [String]

  public var description: String {
    "\(name) could not be fetched (\(failures.joined(separator: "; "))); "
      + "check the network, or put the file in place yourself"
  }
}

/// Fetches files from the first mirror that has them right.
public struct Downloader: Sendable {
  /// Folders that are asked in turn.
  public let mirrors: [URL]
  /// How long a mirror may send nothing, in seconds.
  public let timeout: Double

  /// Makes a downloader.
  public init(mirrors: [URL], timeout: Double = 30) {
    self.mirrors = mirrors
    self.timeout = timeout
  }

  /// Fetches a file into a folder, unless it is there already; it appears there only when it is right.
  ///
  /// Bytes are written as they come, beside the file's place, no more than its `byteLimit`.
  ///
  /// - Throws: `DownloadError` with what each mirror answered; `CancellationError` where the task was
  ///   cancelled; what the file system throws.
  public func fetch(
    _ file: DownloadedFile, into folder: URL,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws {
    let target = folder.appendingPathComponent(file.name)
    if file.matches(contentsOf: target) { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let part = folder.appendingPathComponent(".\(file.name)-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: part) }
    var failures: [String] = []
    for mirror in mirrors {
      try Task.checkCancellation()
      let source = mirror.appendingPathComponent(file.name)
      do {
        try Data().write(to: part)
        try await Transfer.run(
          from: source, to: FileHandle(forWritingTo: part), name: file.name, limit: file.byteLimit,
          timeout: timeout, progress: progress)
        guard file.matches(contentsOf: part) else {
          failures.append("\(source): the content has another checksum")
          continue
        }
        // What is there was looked at above, and is not the file.
        try? FileManager.default.removeItem(at: target)
        try FileManager.default.moveItem(at: part, to: target)
        return
      } catch let error as TransferError {
        failures.append("\(source): \(error.reason)")
      }
    }
    try Task.checkCancellation()
    throw DownloadError(name: file.name, failures: failures)
  }
}

/// Why one mirror did not give a file.
private struct TransferError: Error {
  let reason: String
}

/// One download, whose bytes are counted as they come so that a mirror cannot send without end.
private final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  // The session calls its delegate from one queue alone.
  private let name: String
  private let limit: Int
  private let progress: @Sendable (DownloadProgress) -> Void
  private let target: FileHandle
  private var finish: (Result<Void, TransferError>) -> Void = { _ in }
  private var byteCount = 0
  private var total: Int?
  private var refusal: TransferError?

  private init(
    _ target: FileHandle, name: String, limit: Int,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) {
    self.target = target
    self.name = name
    self.limit = limit
    self.progress = progress
  }

  /// Writes what an address answers to a file, and closes it.
  static func run(
    from url: URL, to target: FileHandle, name: String, limit: Int, timeout: Double,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws {
    defer { try? target.close() }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    var request = URLRequest(url: url)
    // The file as it is: some servers would unpack or pack it on the way.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let transfer = Transfer(target, name: name, limit: limit, progress: progress)
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.finish = { continuation.resume(returning: $0) }
        task.resume()
      }
    } onCancel: {
      task.cancel()
    }
    try result.get()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let length = Int(clamping: response.expectedContentLength)
    if length > 0 { total = length }
    if status != 200 {
      refusal = TransferError(reason: "status \(status)")
    } else if length > limit {
      refusal = TransferError(reason: "\(length) bytes, more than the \(limit) that it may have")
    }
    completionHandler(refusal == nil ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive part: Data) {
    guard refusal == nil else { return }
    guard byteCount + part.count <= limit else {
      refusal = TransferError(reason: "more than the \(limit) bytes that it may have")
      dataTask.cancel()
      return
    }
    do { try target.write(contentsOf: part) } catch {
      refusal = TransferError(reason: "it cannot be written (\(error.localizedDescription))")
      dataTask.cancel()
      return
    }
    byteCount += part.count
    progress(DownloadProgress(name: name, bytes: byteCount, total: total))
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let refusal {
      finish(.failure(refusal))
    } else if let error {
      finish(.failure(TransferError(reason: error.localizedDescription)))
    } else {
      finish(.success(()))
    }
  }
}
