import Foundation
import FoveaArchives
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaData

/// Datasets in the form in which they are published, made small.
@Suite struct PublishedDatasetTests {
  /// Two images of 2×3 numbers, as an IDX file.
  static let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(1...12)

  static func labels(_ labels: [UInt8]) -> [UInt8] { [0, 0, 8, 1, 0, 0, 0, 2] + labels }

  static func emnist(_ division: EMNIST, labels: [UInt8]) -> [(name: String, data: [UInt8])] {
    ["train", "test"].flatMap { part in
      [
        ("gzip/\(division.name)-\(part)-images-idx3-ubyte.gz", gzip(images)),
        ("gzip/\(division.name)-\(part)-labels-idx1-ubyte.gz", gzip(Self.labels(labels))),
      ]
    }
  }

  static func md5(_ data: Data, in folder: URL) throws -> String {
    let file = folder.appendingPathComponent("sum")
    try data.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try #require(Checksum.md5(contentsOf: file))
  }

  /// An archive on a server of our own, and where it comes to.
  static func fetch(
    _ data: Data, named name: String, archive: PublishedFiles.Archive, needed: [String],
    sum: String? = nil, folder: URL
  ) async throws -> URL {
    let server = try LocalServer([name: .file([UInt8](data))])
    let published = PublishedFiles(
      name: "small", subfolders: ["inner"], mirrors: [try server.url("")],
      downloads: [
        DownloadedFile(
          name: name, byteLimit: 1 << 20, md5: try sum ?? md5(data, in: folder))
      ], archive: archive)
    defer { withExtendedLifetime(server) {} }
    return try await published.find(
      needed, in: nil, cache: folder.appendingPathComponent("cache"), progress: { _ in })
  }

  @Test func `MD5 is what others compute`() async throws {
    try await inScratchFolder { folder in
      let sum = try Self.md5(Data("abc".utf8), in: folder)
      #expect(sum == "900150983cd24fb0d6963f7d28e17f72")
      #expect(Checksum.md5(contentsOf: folder.appendingPathComponent("nothing")) == nil)
    }
  }

  @Test func `Fashion-MNIST has its names, and no folder of digits is taken for it`() async throws {
    try await inScratchFolder { folder in
      let own = folder.appendingPathComponent("fashion-mnist")
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      try MNISTTests.write(to: folder, labels: [0, 1], packed: true)
      try MNISTTests.write(to: own, labels: [9, 8], packed: true)
      let images = try await FashionMNIST.find(.test, in: folder)
      #expect(images.labels == Tensor([2], [9, 8] as [Int32]))
      #expect(images.classNames[9] == "Ankle boot")
      #expect(images.description.name == "fashion-mnist")
    }
  }

  @Test func `EMNIST's images are turned upright, and letters begin at 1`() async throws {
    try await inScratchFolder { folder in
      for (name, data) in Self.emnist(.letters, labels: [1, 26]) {
        try Data(data).write(
          to: folder.appendingPathComponent(String(name.dropFirst("gzip/".count))))
      }
      let letters = try await EMNIST.letters.find(.test, in: folder)
      #expect(letters.description.imageShape == [1, 3, 2])
      #expect(
        letters.images.elements(of: UInt8.self) == [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
      #expect(letters.labels == Tensor([2], [0, 25] as [Int32]))
      #expect(letters.classNames == "abcdefghijklmnopqrstuvwxyz".map(String.init))
      let error = await #expect(throws: DatasetError.self) {
        try await EMNIST.balanced.find(.test, in: folder)
      }
      #expect(error?.description.contains("https://biometrics.nist.gov") == true)
    }
  }

  @Test func `a label of 0 is no letter`() async throws {
    try await inScratchFolder { folder in
      for (name, data) in Self.emnist(.letters, labels: [1, 0]) {
        try Data(data).write(
          to: folder.appendingPathComponent(String(name.dropFirst("gzip/".count))))
      }
      await #expect(throws: DatasetError.label(index: 1, value: -1, classes: 26)) {
        try await EMNIST.letters.find(.test, in: folder)
      }
    }
  }

  @Test func `each division of EMNIST has as many names as classes`() {
    let counts = EMNIST.allCases.map(\.classNames.count)
    #expect(counts == [47, 62, 47, 10, 26, 10])
    #expect(EMNIST.allCases.allSatisfy { Set($0.classNames).count == $0.classNames.count })
    #expect(CIFAR.allCases.map { Set($0.classNames).count } == [10, 100, 20])
  }

  @Test func `a zip archive is fetched, unpacked, and not kept`() async throws {
    try await inScratchFolder { folder in
      let members = Self.emnist(.digits, labels: [3, 4]) + [("../../evil", [1])]
      var zip = ZipBuilder(members)
      zip.hasChecksums = true
      let place = try await Self.fetch(
        zip.data, named: "gzip.zip", archive: .zip(members: "-ubyte.gz"),
        needed: ["emnist-digits-train-images-idx3-ubyte"], folder: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
      #expect(names.sorted() == members.prefix(4).map { String($0.name.dropFirst(5)) }.sorted())
      #expect(try EMNIST.digits.load(.training, from: place).count == 2)
    }
  }

  @Test func `a tar archive is fetched, unpacked, and not kept`() async throws {
    try await inScratchFolder { folder in
      var tar = TarBuilder([
        ("cifar-10-batches-bin/test_batch.bin", [UInt8](CIFARTests.rows([1, 2]))),
        ("../../evil.exe", [1]),
      ])
      tar.members.insert(("cifar-10-batches-bin/", [], "5"), at: 0)
      let place = try await Self.fetch(
        Data(gzip([UInt8](tar.data))), named: "cifar.tar.gz",
        archive: .tarGzip(byteLimit: 1 << 20, members: [".bin"]), needed: ["test_batch.bin"],
        folder: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
      #expect(names == ["test_batch.bin"])
      #expect(try CIFAR.cifar10.load(.test, from: place).count == 2)
    }
  }

  @Test func `an archive that unpacks to too much, or is none, is refused`() async throws {
    try await inScratchFolder { folder in
      for data in [gzip([UInt8](repeating: 0, count: 100_000)), gzip([1, 2, 3]), [1, 2, 3]] {
        let error = await #expect(throws: DatasetError.self) {
          try await Self.fetch(
            Data(data), named: "cifar.tar.gz",
            archive: .tarGzip(byteLimit: 50_000, members: [".bin"]), needed: ["a.bin"],
            folder: folder)
        }
        guard case .archive(let file, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(file.hasSuffix("cifar.tar.gz"))
      }
    }
  }

  @Test func `without a network the error says what to fetch, and where to put it`() async throws {
    try await inScratchFolder { folder in
      let error = await #expect(throws: DatasetError.self) {
        try await Self.fetch(
          Data([1]), named: "cifar.tar.gz", archive: .tarGzip(byteLimit: 10, members: [".bin"]),
          needed: ["a.bin"], sum: "0", folder: folder)
      }
      let text = error?.description ?? ""
      #expect(text.contains("the content has another checksum"))
      #expect(text.contains("/cifar.tar.gz where there is a network, put it into "))
      #expect(text.contains("/cache, or name its folder with --data"))
    }
  }

  @Test func `another archive of the right name in one's own folder is refused`() async throws {
    try await inScratchFolder { folder in
      try Data([1]).write(to: folder.appendingPathComponent("cifar-10-binary.tar.gz"))
      let error = await #expect(throws: DatasetError.self) {
        try await CIFAR.cifar10.find(.test, in: folder)
      }
      #expect(error?.description.contains("another checksum") == true)
    }
  }
}
