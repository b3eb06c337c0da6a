import Foundation
import Synchronization
import Testing

@testable import FoveaData

@Suite struct DownloaderTests {
  static let content = (0..<5_000).map { UInt8($0 * 31 % 251) }
  static let packed = gzip(content)
  static let file = DownloadedFile(
    name: "digits.gz", byteLimit: 10_000, unpackedByteCount: content.count,
    unpackedSHA256: Checksum.sha256(Data(content)))

  /// What comes of mirrors with these answers, in turn, and what then lies in the folder.
  static func fetch(
    _ answers: [LocalServer.Answer], timeout: Double = 10, into folder: URL,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws {
    var paths: [String: LocalServer.Answer] = ["elsewhere": .file(packed)]
    for (index, answer) in answers.enumerated() { paths["\(index)/digits.gz"] = answer }
    let server = try LocalServer(paths)
    let mirrors = try answers.indices.map { try server.url("\($0)/") }
    try await Downloader(mirrors: mirrors, timeout: timeout).fetch(
      file, into: folder, progress: progress)
    withExtendedLifetime(server) {}
  }

  static func names(in folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  }

  @Test func `the checksum is SHA-256`() {
    #expect(
      Checksum.sha256(Data("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Checksum.sha256(Data())
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `a good file arrives, and its progress is told`() async throws {
    try await inScratchFolder { folder in
      let told = Mutex<[DownloadProgress]>([])
      try await Self.fetch([.file(Self.packed)], into: folder) { step in
        told.withLock { $0.append(step) }
      }
      #expect(try Data(contentsOf: folder.appendingPathComponent("digits.gz")) == Data(Self.packed))
      #expect(Self.names(in: folder) == ["digits.gz"])
      let steps = told.withLock { $0 }
      #expect(
        steps.last
          == DownloadProgress(name: "digits.gz", bytes: Self.packed.count, total: Self.packed.count)
      )
      #expect(steps.map(\.bytes) == steps.map(\.bytes).sorted())
    }
  }

  @Test func `another packing of the same content does`() async throws {
    try await inScratchFolder { folder in
      var other = Self.packed
      other[4] = 99  // The time stamp in the header.
      try await Self.fetch([.file(other)], into: folder)
      #expect(Self.names(in: folder) == ["digits.gz"])
    }
  }

  @Test func `a file that is there already is not fetched again, a damaged one is`() async throws {
    try await inScratchFolder { folder in
      let target = folder.appendingPathComponent("digits.gz")
      try Data(Self.packed).write(to: target)
      try await Self.fetch([], into: folder)
      try Data(Self.packed.dropLast()).write(to: target)
      try await Self.fetch([.file(Self.packed)], into: folder)
      #expect(try Data(contentsOf: target) == Data(Self.packed))
    }
  }

  static let bad: [(answer: LocalServer.Answer, words: String)] = [
    (.status(404), "status 404"),
    (.status(503), "status 503"),
    (.file(gzip(content.reversed())), "the content has another checksum"),
    (.file(content), "the content has another checksum"),
    (.file([]), "the content has another checksum"),
    (.file(gzip(content + [0])), "the content has another checksum"),
    (.cut(Array(packed.dropLast(10)), stated: packed.count), ""),
    (.length(10_001), "10001 bytes, more than the 10000 that it may have"),
    (.endless, "more than the 10000 bytes that it may have"),
    (.silence(Array(packed.prefix(10)), stated: packed.count), ""),
    (.silence([], stated: packed.count), ""),
  ]

  @Test(arguments: bad.indices)
  func `a bad mirror is named, and the next one asked`(index: Int) async throws {
    let bad = Self.bad[index]
    try await inScratchFolder { folder in
      let error = await #expect(throws: DownloadError.self) {
        try await Self.fetch([bad.answer], timeout: 2, into: folder)
      }
      #expect(error?.name == "digits.gz")
      #expect(error?.failures.count == 1)
      let failure = error?.failures.first ?? ""
      #expect(failure.contains("/0/digits.gz: ") && failure.hasSuffix(bad.words), "\(failure)")
      #expect(Self.names(in: folder) == [])
      try await Self.fetch([bad.answer, .file(Self.packed)], timeout: 2, into: folder)
      #expect(Self.names(in: folder) == ["digits.gz"])
    }
  }

  @Test func `mirrors that fail are told one by one`() async throws {
    try await inScratchFolder { folder in
      let error = await #expect(throws: DownloadError.self) {
        try await Self.fetch([.status(404), .file([1]), .status(500)], into: folder)
      }
      #expect(
        error?.failures.map { $0.split(separator: ": ").last } == [
          "status 404", "the content has another checksum", "status 500",
        ])
      #expect(error?.description.hasPrefix("digits.gz could not be fetched (http://") == true)
      #expect(error?.description.hasSuffix("or put the file in place yourself") == true)
    }
  }

  @Test func `a redirection is followed`() async throws {
    try await inScratchFolder { folder in
      try await Self.fetch([.redirect("elsewhere")], into: folder)
      #expect(Self.names(in: folder) == ["digits.gz"])
    }
  }

  @Test func `nobody at the other end is a failure`() async throws {
    try await inScratchFolder { folder in
      // A port that was free a moment ago.
      let url = try LocalServer([:]).url("")
      let error = await #expect(throws: DownloadError.self) {
        try await Downloader(mirrors: [url], timeout: 2).fetch(Self.file, into: folder)
      }
      #expect(error?.failures.count == 1)
    }
  }

  @Test func `a cancelled download ends at once, and asks no other mirror`() async throws {
    try await inScratchFolder { folder in
      let download = Task {
        try await Self.fetch(
          [.silence([1], stated: 100), .file(Self.packed)], timeout: 15, into: folder)
      }
      try await Task.sleep(for: .milliseconds(200))
      download.cancel()
      await #expect(throws: CancellationError.self) { try await download.value }
      #expect(Self.names(in: folder) == [])
    }
  }

  @Test(.enabled(if: TestData.mnist != nil, MNISTTests.noData))
  func `MNIST's files have the checksums that are expected`() async throws {
    let source = try #require(TestData.mnist)
    let server = try LocalServer(
      Dictionary(
        uniqueKeysWithValues: MNIST.files.map { file in
          let data = try Data(contentsOf: source.appendingPathComponent(file.name))
          return (file.name, LocalServer.Answer.file(Array(data)))
        }))
    let downloader = Downloader(mirrors: [try server.url("")])
    try await inScratchFolder { folder in
      let cache = folder.appendingPathComponent("cache/mnist")
      for file in MNIST.files { try await downloader.fetch(file, into: cache) }
      #expect(try MNIST.load(.training, from: cache).count == 60_000)
      #expect(try MNIST.load(.test, from: cache).count == 10_000)
    }
    withExtendedLifetime(server) {}
  }
}
