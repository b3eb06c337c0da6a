import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct DataDescriptionTests {
  @Test func `an item goes through the steps of a training into its batch`() async throws {
    let folder = try ImagePipelineTests.folder()
    let block = ImagePipelineTests.block(folder)
    let loaded = try await block.load()
    let described = try await block.describe(item: 2, epoch: 1, batchSize: 3)
    #expect(described.name == loaded.training.name(of: 2))
    #expect(described.name.hasPrefix(described.label + "/"))
    #expect(described.source == "the folder \(folder.url.path), 12 images in 2 classes")
    #expect(described.labels == "the outermost folder's name")
    #expect(
      described.split
        == "25 % of each class for validation, seed 0: 8 to learn from, 4 to be measured on")

    // What was drawn is named, in its order, between the file and the numbers.
    let drawn = try block.trainingTransforms.draw(
      for: ImageSize(height: 9, width: 8),
      at: SamplePosition(seed: 0, epoch: 1, index: loaded.training.indices[2]))
    #expect(described.steps.first?.name == "read \(described.name)")
    #expect(described.steps.dropFirst().dropLast(2).map(\.name) == drawn.map { "\($0)" })
    #expect(drawn.count >= 3)

    let loader = loaded.loaders(batchSize: 3).training
    let order = loader.order(epoch: 1)
    let place = try #require(order.firstIndex(of: 2))
    let batch = try loader.batch(place / 3, epoch: 1, order: order)
    let last = try #require(described.steps.last)
    #expect(last.name == "batch \(place / 3 + 1) of 3, place \(place % 3 + 1)")
    #expect(last.shape == batch.images.shape.dimensions)
    #expect(last.maximum == batch.images.floats.max())
    #expect(last.minimum == batch.images.floats.min())
  }

  @Test func `another epoch draws otherwise, and mixed images name their partner`() async throws {
    let folder = try ImagePipelineTests.folder()
    var block = ImagePipelineTests.block(folder)
    let first = try await block.describe(item: 0, batchSize: 8)
    #expect(try await block.describe(item: 0, batchSize: 8) == first)
    let names = first.steps.map(\.name)
    #expect(try await block.describe(item: 0, epoch: 1, batchSize: 8).steps.map(\.name) != names)

    block.mixing = .mixup(alpha: 1)
    let loaded = try await block.load()
    let loader = loaded.loaders(batchSize: 8).training
    #expect(loader.mixing == block.mixing && loaded.loaders().validation.mixing == nil)
    let batch = try loader.batch(0, epoch: 0, order: loader.order(epoch: 0))
    let mix = try #require(batch.mix)
    let row = try #require(mix.partners.indices.first { mix.partners[$0] != $0 })
    let described = try await block.describe(item: batch.indices[row], batchSize: 8)
    let partner = loaded.training.name(of: batch.indices[mix.partners[row]])
    let words = try #require(described.steps.last?.name)
    #expect(words.contains("% of it averaged with"))
    #expect(words.contains("% of \(partner), \(partner.prefix { $0 != "/" })"), "\(words)")
  }

  @Test func `a large photograph is read at the part of its size that a training reads`()
    async throws
  {
    let folder = try TemporaryFolder()
    let photograph = try ImageGolden.bytes("scaled.jpg")
    for name in ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"] { try folder.write(name, photograph) }
    let block = DataBlock(
      .folder(folder.url.path), splitter: .stratified(validation: 0.5), size: 20,
      trainingTransforms: [.resize(20), .centerCrop(20)], normalization: .imageNet)
    let steps = try await block.describe(item: 0).steps
    #expect(steps[0].shape.suffix(2) == [23, 31])
    #expect(steps[0].name.hasSuffix("stored as 91×123, at a part of its size"))
    #expect(steps[1].name.hasPrefix("resize to 20×26"))
    let training = try await block.load().training
    let source = try training.source.image(at: training.indices[0], minimumSize: 20)
    #expect(steps[0].maximum == source.bytes.max().map(Float.init))
  }

  @Test func `a description is a text with a row a step, and travels as JSON`() async throws {
    let folder = try ImagePipelineTests.folder()
    let described = try await ImagePipelineTests.block(folder).describe(item: 1, batchSize: 4)
    let lines = "\(described)".split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(6).map { $0.prefix { $0 != " " } }
        == ["source", "labels", "split", "item", "class", "epoch"])
    let table = lines.drop { !$0.isEmpty }.dropFirst()
    #expect(table.first?.hasPrefix("step ") == true)
    for word in ["shape", "least", "mean", "largest"] {
      #expect(table.first?.contains(word) == true)
    }
    #expect(table.count == described.steps.count + 1)
    #expect(Set(table.map(\.count)).count == 1)
    #expect(table.last?.contains("4×1×6×6") == true)
    let data = try JSONEncoder().encode(described)
    #expect(try JSONDecoder().decode(DataDescription.self, from: data) == described)
  }

  @Test func `an item that there is not is refused with those that there are`() async throws {
    let folder = try ImagePipelineTests.folder()
    for item in [-1, 8] {
      await #expect(throws: DataBlockError.item(item, count: 8)) {
        try await ImagePipelineTests.block(folder).describe(item: item)
      }
    }
    #expect(
      "\(DataBlockError.item(8, count: 8))"
        == "there is no item 8 among 8 images for training; choose from 0 to 7")
  }

  @Test func `a dataset in memory is split and changed as files are`() async throws {
    let bytes = (0..<8 * 16).map { UInt8($0) }
    let dataset = try ImageDataset(
      name: "memory", images: Tensor([8, 1, 4, 4], bytes), labels: [0, 1, 0, 1, 0, 1, 0, 1],
      classNames: ["a", "b"], normalization: ImagePipelineTests.half)
    let block = DataBlock(
      .folder("nowhere"), splitter: .stratified(validation: 0.25), size: 2, channels: 1,
      trainingTransforms: [.centerCrop(2)], validationTransforms: [.centerCrop(2)],
      normalization: .given(ImagePipelineTests.half))
    let loaded = try await block.load(from: StoredImages(dataset))
    #expect(loaded.training.count == 6 && loaded.validation.count == 2)
    let first = loaded.training.indices[0] * 16
    #expect(
      try loaded.training.image(at: 0, epoch: 0).bytes == [5, 6, 9, 10].map { bytes[first + $0] })
    await #expect(throws: ImageFilesError.self) { try await block.load() }
  }

  @Test func `rules say what they do`() {
    #expect("\(LabelRule.parentFolder)" == "the innermost folder's name")
    #expect("\(LabelRule.fileName(pattern: "^(.+)_"))" == "what ^(.+)_ finds in the file's name")
    #expect("\(Splitter.random(validation: 0.125))" == "12.5 % of all for validation, seed 0")
    #expect(
      "\(Splitter.kFold(count: 5, fold: 1, seed: 3))"
        == "part 2 of 5 of each class for validation, seed 3")
    #expect("\(Splitter.file("v.txt"))" == "what v.txt names for validation")
  }
}
