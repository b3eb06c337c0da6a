import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct ImagePipelineTests {
  static let half = Normalization(mean: [0.5], deviation: [0.5])

  /// Twelve pictures of 9×8 in two classes, of which none is like another.
  static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for number in 0..<12 {
      let header = Data("P5 8 9 255\n".utf8)
      let pixels = (0..<72).map { UInt8(truncatingIfNeeded: $0 &* 3 &+ number &* 7) }
      let name = number % 2 == 0 ? "even" : "odd"
      try folder.write("\(name)/\(number).pgm", header + pixels)
    }
    return folder
  }

  static func block(_ folder: TemporaryFolder) -> DataBlock {
    DataBlock(
      .folder(folder.url.path), splitter: .stratified(validation: 0.25), size: 6, channels: 1,
      trainingTransforms: [
        .randomCrop(6), .randomHorizontalFlip(), .colorJitter(brightness: 0.5, contrast: 0.5),
      ],
      validationTransforms: [.centerCrop(6)], normalization: .given(half))
  }

  @Test(arguments: [0, 1, 3])
  func `workers change no augmented batch`(workers: Int) async throws {
    let folder = try Self.folder()
    let training = try await Self.block(folder).load().training
    func batches(_ workers: Int) async throws -> [Batch] {
      let loader = DataLoader(
        training, batchSize: 4, shuffleSeed: 2, workers: workers, mixing: .mixup())
      return try await DataLoaderTests.collect(loader.batches(epoch: 3))
    }
    let (expected, actual) = (try await batches(2), try await batches(workers))
    #expect(actual.map(\.images) == expected.map(\.images))
    #expect(actual.map(\.labels) == expected.map(\.labels))
    #expect(expected.count == 2)
  }

  @Test func `an epoch draws others than the one before, and the same again`() async throws {
    let folder = try Self.folder()
    let training = try await Self.block(folder).load().training
    let images = try (0..<8).map { try training.image(at: $0, epoch: 0) }
    #expect(try (0..<8).map { try training.image(at: $0, epoch: 0) } == images)
    #expect(try (0..<8).map { try training.image(at: $0, epoch: 1) } != images)
  }

  @Test func `the middle crop of a file arrives as normalised numbers`() async throws {
    let folder = try Self.folder()
    let validation = try await Self.block(folder).load().validation
    let index = try #require(validation.indices.first)
    let number = [0, 10, 2, 4, 6, 8, 1, 11, 3, 5, 7, 9][index]
    var numbers = [Float](repeating: 0, count: 36)
    try numbers.withUnsafeMutableBufferPointer {
      try validation.write(0, epoch: 0, to: $0)
    }
    for y in 0..<6 {
      for x in 0..<6 {
        // 9 rows leave 3, of which torchvision's crop rounds half of to even: 2 above; 8 columns leave 1.
        let byte = UInt8(truncatingIfNeeded: ((y + 2) * 8 + x + 1) * 3 + number * 7)
        #expect(numbers[y * 6 + x] == (Float(byte) / 255 - 0.5) / 0.5)
      }
    }
  }

  @Test func `a damaged file ends the epoch by name, or is left out and told`() async throws {
    let folder = try Self.folder()
    try folder.write("odd/1.pgm", Data("P5 8 9 255\nshort".utf8))
    let block = Self.block(folder)
    let pipeline = try ImagePipeline(
      try block.find(), transforms: block.validationTransforms, size: 6,
      normalization: Self.half)
    let strict = DataLoader(pipeline, batchSize: 5)
    let error = await #expect(throws: DamagedImage.self) {
      try await DataLoaderTests.collect(strict.batches(epoch: 0))
    }
    #expect(error?.name == "odd/1.pgm")
    let lenient = DataLoader(pipeline, batchSize: 5, damagedImages: .skip)
    let batches = try await DataLoaderTests.collect(lenient.batches(epoch: 0))
    #expect(batches.map(\.indices) == [[0, 1, 2, 3, 4], [5, 7, 8, 9], [10, 11]])
    #expect(batches.map { $0.images.shape[0] } == [5, 4, 2])
    #expect(batches.flatMap(\.damaged).map(\.name) == ["odd/1.pgm"])
    #expect(batches[1].labels.elements(of: Int32.self) == [0, 1, 1, 1])
    let alone = DataLoader(
      try ImagePipeline(
        pipeline.source, indices: [6], transforms: [], size: 6, normalization: Self.half),
      batchSize: 5, damagedImages: .skip)
    await #expect(throws: DamagedImage.self) {
      try await DataLoaderTests.collect(alone.batches(epoch: 0))
    }
  }

  @Test func `an image that does not come to the size is refused with the remedy`() async throws {
    let folder = try Self.folder()
    var block = Self.block(folder)
    block.trainingTransforms = []
    let training = try await block.load().training
    let error = #expect(throws: DamagedImage.self) { try training.image(at: 0, epoch: 0) }
    #expect(error?.reason.contains("9×8 after the transforms, the network takes 6×6") == true)
  }

  @Test func `one class, an empty part and a wrong transform are refused before training`()
    async throws
  {
    let folder = try Self.folder()
    var block = Self.block(folder)
    block.trainingTransforms = [.randomHorizontalFlip(probability: 2)]
    await #expect(throws: PipelineError.self) { try await block.load() }
    block = Self.block(folder)
    block.splitter = .folders()
    await #expect(throws: SplitError.self) { try await block.load() }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("odd"))
    await #expect(throws: DataBlockError.oneClass("even", path: folder.url.path)) {
      try await Self.block(folder).load()
    }
  }

  @Test func `the steps of an image end with its numbers`() async throws {
    let folder = try Self.folder()
    let block = Self.block(folder)
    let training = try await block.load().training
    let steps = try training.steps(of: 0)
    #expect(steps[0].name.hasPrefix("read even/"))
    #expect(steps[0].shape == [1, 9, 8])
    let last = try #require(steps.last)
    #expect(last.shape == [1, 6, 6])
    let image = try training.image(at: 0, epoch: 0)
    let largest = try #require(image.bytes.max())
    #expect(last.maximum == (Float(largest) / 255 - 0.5) / 0.5)
  }

  @Test func `a description of data travels as JSON`() throws {
    let folder = try Self.folder()
    let block = Self.block(folder)
    let data = try JSONEncoder().encode(block)
    #expect(try JSONDecoder().decode(DataBlock.self, from: data) == block)
  }

  @Test func `images in memory are changed as files are, also two sources in a row`() throws {
    let bytes = (0..<2 * 3 * 4).map { UInt8($0 * 5) }
    let dataset = try ImageDataset(
      name: "memory", images: Tensor([2, 1, 3, 4], bytes), labels: [1, 0],
      classNames: ["a", "b"], normalization: Self.half)
    let source = try StoredImages(dataset)
    let joined = JoinedImages(source, source)
    #expect(joined.labels == [1, 0, 1, 0])
    #expect(joined.name(of: 3) == "memory/1")
    let image = try joined.image(at: 3, minimumSize: nil)
    #expect(image.bytes == Array(bytes[12...]))
    let pipeline = try ImagePipeline(
      joined, indices: [3], transforms: [.centerCrop(2)], size: 2, normalization: Self.half)
    #expect(try pipeline.image(at: 0, epoch: 0).bytes == [13, 14, 17, 18].map { $0 * 5 })
    #expect(pipeline.label(of: 0) == 0)
  }
}
