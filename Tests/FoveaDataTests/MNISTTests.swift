import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct MNISTTests {
  @Test(arguments: [(MNIST.Split.training, 12_000), (.test, 2_000)])
  func `mnist-mini has its images and labels`(split: MNIST.Split, count: Int) throws {
    let mini = try MNIST.mini(split)
    #expect(mini.count == count)
    #expect(mini.description.name == "mnist-mini")
    #expect(mini.description.imageShape == [1, 28, 28])
    #expect(mini.classNames == (0...9).map(String.init))
    let labels = mini.labels.elements(of: Int32.self)
    let histogram = (0..<10).map { digit in labels.count { $0 == digit } }
    #expect(histogram.reduce(0, +) == count)
    #expect(histogram.allSatisfy { $0 > count / 12 })
    #expect(Array(labels.prefix(5)) == (split == .training ? [5, 0, 4, 1, 9] : [7, 2, 1, 0, 4]))
  }

  static let noData: Comment = "MNIST is neither in $FOVEA_DATA/mnist nor in ../shared/data/mnist"

  @Test(.enabled(if: TestData.mnist != nil, noData), arguments: MNIST.Split.allCases)
  func `mnist-mini is the first part of MNIST`(split: MNIST.Split) throws {
    let whole = try MNIST.load(split, from: #require(TestData.mnist))
    let mini = try MNIST.mini(split)
    #expect(whole.count == (split == .training ? 60_000 : 10_000))
    let first = try whole.prefix(mini.count)
    #expect(first.images == mini.images)
    #expect(first.labels == mini.labels)
  }

  @Test(.enabled(if: TestData.mnist != nil, noData))
  func `the normalisation is what the training images have`() throws {
    let images = try MNIST.load(.training, from: #require(TestData.mnist)).images
    let histogram = images.withUnsafeElements(of: UInt8.self) { bytes in
      bytes.reduce(into: [Int](repeating: 0, count: 256)) { $0[Int($1)] += 1 }
    }
    let count = Double(images.elementCount)
    let mean = histogram.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) } / count
    let square = histogram.enumerated().reduce(0) {
      $0 + Double($1.offset * $1.offset * $1.element)
    }
    #expect(abs(mean / 255 - Double(Normalization.mnist.mean[0])) < 5e-5)
    #expect(
      abs(
        (square / count - mean * mean).squareRoot() / 255 - Double(Normalization.mnist.deviation[0])
      )
        < 5e-5)
  }

  /// Four small files of two 1×2 images each, in `folder`.
  static func write(to folder: URL, labels: [UInt8] = [3, 4], packed: Bool) throws {
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]
    let labelFile = [0, 0, 8, 1, 0, 0, 0, 2] + labels
    for split in MNIST.Split.allCases {
      for (suffix, bytes) in [("images-idx3-ubyte", images), ("labels-idx1-ubyte", labelFile)] {
        let url = folder.appendingPathComponent(
          "\(split.filePrefix)-\(suffix)\(packed ? ".gz" : "")")
        try Data(packed ? gzip(bytes) : bytes).write(to: url)
      }
    }
  }

  @Test(arguments: [false, true])
  func `a user's own folder is read, whatever its digits`(packed: Bool) async throws {
    try await inScratchFolder { folder in
      try Self.write(to: folder, packed: packed)
      let found = try await MNIST.find(.test, in: folder)
      #expect(found.images == Tensor([2, 1, 1, 2], [1, 2, 3, 4] as [UInt8]))
      #expect(found.labels == Tensor([2], [3, 4] as [Int32]))
      // The folder above one called mnist does as well.
      let above = folder.appendingPathComponent("above")
      let inner = above.appendingPathComponent("mnist")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      try Self.write(to: inner, packed: packed)
      #expect(try await MNIST.find(.training, in: above).count == 2)
    }
  }

  @Test func `a folder without the files, or with damaged ones, is refused by name`() async throws {
    try await inScratchFolder { folder in
      let missing = await #expect(throws: DatasetError.self) {
        try await MNIST.find(.test, in: folder)
      }
      #expect(missing?.description.contains(folder.path) == true)
      try Self.write(to: folder, labels: [3, 10], packed: true)
      await #expect(throws: DatasetError.label(index: 1, value: 10, classes: 10)) {
        try await MNIST.find(.test, in: folder)
      }
      try Self.write(to: folder, labels: [3], packed: true)
      let damaged = await #expect(throws: IDXError.self) {
        try await MNIST.find(.test, in: folder)
      }
      #expect(damaged?.file.hasSuffix("t10k-labels-idx1-ubyte.gz") == true)
    }
  }

  @Test func `images in place of labels are refused`() async throws {
    try await inScratchFolder { folder in
      try Self.write(to: folder, packed: false)
      let labels = folder.appendingPathComponent("t10k-labels-idx1-ubyte")
      try FileManager.default.removeItem(at: labels)
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent("t10k-images-idx3-ubyte"), to: labels)
      #expect(
        throws: IDXError(file: labels.path, problem: .rank(expected: 1, actual: [2, 1, 2]))
      ) { try MNIST.load(.test, from: folder) }
    }
  }

  @Test func `resources that are gone are an error, with the places`() {
    let error = #expect(throws: DatasetError.self) { try Resources.folder("no-such-folder") }
    guard case .missingResources(let name, let places) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == "no-such-folder")
    #expect(!places.isEmpty)
  }
}
