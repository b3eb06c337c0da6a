public import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A file that is fetched, and how it is known to be the right one.
public struct DownloadedFile: Hashable, Sendable {
  /// Its name, on mirrors and in the cache.
  public let name: String
  /// The most bytes that are fetched.
  public let byteLimit: Int
  /// How many bytes it unpacks to.
  public let unpackedByteCount: Int
  /// The SHA-256 of what it unpacks to, in hexadecimal.
  public let unpackedSHA256: String

  /// Describes a `.gz` file.
  public init(name: String, byteLimit: Int, unpackedByteCount: Int, unpackedSHA256: String) {
    self.name = name
    self.byteLimit = byteLimit
    self.unpackedByteCount = unpackedByteCount
    self.unpackedSHA256 = unpackedSHA256
  }

  /// Whether data is the file.
  func matches(_ data: Data) -> Bool {
    guard case .whole(let unpacked) = Gzip.unpack(data, limit: unpackedByteCount) else {
      return false
    }
    return Checksum.sha256(unpacked) == unpackedSHA256
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
  /// Keeps no more than the file's `byteLimit` in memory.
  ///
  /// - Throws: `DownloadError` with what each mirror answered; `CancellationError` where the task was
  ///   cancelled; what the file system throws.
  public func fetch(
    _ file: DownloadedFile, into folder: URL,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws {
    let target = folder.appendingPathComponent(file.name)
    if let data = try? Data(contentsOf: target), file.matches(data) { return }
    var failures: [String] = []
    for mirror in mirrors {
      try Task.checkCancellation()
      let source = mirror.appendingPathComponent(file.name)
      do {
        let data = try await Transfer.data(
          from: source, name: file.name, limit: file.byteLimit, timeout: timeout,
          progress: progress)
        guard file.matches(data) else {
          failures.append("\(source): the content has another checksum")
          continue
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: target, options: .atomic)
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
  private var finish: (Result<Data, TransferError>) -> Void = { _ in }
  private var data = Data()
  private var total: Int?
  private var refusal: TransferError?

  private init(
    name: String, limit: Int, progress: @escaping @Sendable (DownloadProgress) -> Void
  ) {
    self.name = name
    self.limit = limit
    self.progress = progress
  }

  static func data(
    from url: URL, name: String, limit: Int, timeout: Double,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> Data {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    var request = URLRequest(url: url)
    // The file as it is: some servers would unpack or pack it on the way.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let transfer = Transfer(name: name, limit: limit, progress: progress)
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
    return try result.get()
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
    guard data.count + part.count <= limit else {
      refusal = TransferError(reason: "more than the \(limit) bytes that it may have")
      dataTask.cancel()
      return
    }
    data.append(part)
    progress(DownloadProgress(name: name, bytes: data.count, total: total))
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let refusal {
      finish(.failure(refusal))
    } else if let error {
      finish(.failure(TransferError(reason: error.localizedDescription)))
    } else {
      finish(.success(data))
    }
  }
}
