import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct DataLoaderTests {
  /// Images of 3×1×2 whose bytes tell which image, channel and pixel they are.
  static func dataset(_ count: Int) throws -> ImageDataset {
    let bytes = (0..<count * 6).map { UInt8($0 % 256) }
    return try ImageDataset(
      name: "numbers", images: Tensor([count, 3, 1, 2], bytes),
      labels: (0..<count).map { Int32($0 % 7) },
      classNames: (0..<7).map(String.init),
      normalization: Normalization(mean: [0, 0.5, 0.25], deviation: [1, 0.5, 0.125]))
  }

  static func collect(_ batches: DataLoader.Batches) async throws -> [Batch] {
    var result: [Batch] = []
    for try await batch in batches { result.append(batch) }
    return result
  }

  @Test func `a batch is normalised, channels-last, and keeps image and label together`()
    async throws
  {
    let dataset = try Self.dataset(10)
    let batches = try await Self.collect(
      DataLoader(dataset, batchSize: 4, shuffleSeed: 1).batches(epoch: 0))
    for batch in batches {
      #expect(batch.images.order == .channelsLast)
      #expect(batch.images.shape == [batch.indices.count, 3, 1, 2])
      #expect(batch.labels.elements(of: Int32.self) == batch.indices.map { Int32($0 % 7) })
      for (place, index) in batch.indices.enumerated() {
        for channel in 0..<3 {
          for x in 0..<2 {
            let byte = Float(index * 6 + channel * 2 + x)
            let normalization = dataset.description.normalization
            let expected =
              (byte / 255 - normalization.mean[channel]) / normalization.deviation[channel]
            #expect(batch.images[[place, channel, 0, x], as: Float.self] == expected)
          }
        }
      }
    }
  }

  @Test(arguments: [0, 1, 2, 5, 100])
  func `workers change no batch`(workers: Int) async throws {
    let dataset = try Self.dataset(53)
    let expected = try await Self.collect(
      DataLoader(dataset, batchSize: 8, shuffleSeed: 3, workers: 1).batches(epoch: 2))
    let actual = try await Self.collect(
      DataLoader(dataset, batchSize: 8, shuffleSeed: 3, workers: workers).batches(epoch: 2))
    #expect(actual.map(\.indices) == expected.map(\.indices))
    #expect(actual.map(\.images) == expected.map(\.images))
    #expect(actual.map(\.labels) == expected.map(\.labels))
  }

  @Test(arguments: [1, 7, 8, 53, 54, Int.max], [false, true])
  func `every index comes once, but for a last part that is dropped`(
    batchSize: Int, dropLast: Bool
  ) async throws {
    let dataset = try Self.dataset(53)
    let loader = DataLoader(dataset, batchSize: batchSize, shuffleSeed: 9, dropLast: dropLast)
    let batches = try await Self.collect(loader.batches(epoch: 0))
    let indices = batches.flatMap(\.indices)
    #expect(batches.count == loader.batchCount)
    #expect(Set(indices).count == indices.count)
    #expect(indices.count == (dropLast ? 53 / batchSize * batchSize : 53))
    #expect(indices == Array(loader.order(epoch: 0).prefix(indices.count)))
    #expect(batches.dropLast().allSatisfy { $0.indices.count == batchSize })
  }

  @Test func `the order depends on seed and epoch, and on nothing else`() throws {
    let dataset = try Self.dataset(100)
    let loader = DataLoader(dataset, batchSize: 8, shuffleSeed: 5)
    #expect(
      loader.order(epoch: 1) == DataLoader(dataset, batchSize: 3, shuffleSeed: 5).order(epoch: 1))
    #expect(loader.order(epoch: 0) != loader.order(epoch: 1))
    #expect(
      loader.order(epoch: 0) != DataLoader(dataset, batchSize: 8, shuffleSeed: 6).order(epoch: 0))
    #expect(loader.order(epoch: 0).sorted() == Array(0..<100))
    #expect(DataLoader(dataset, batchSize: 8).order(epoch: 4) == Array(0..<100))
  }

  @Test func `an epoch that goes on from a batch is the rest of the whole one`() async throws {
    let loader = DataLoader(try Self.dataset(53), batchSize: 8, shuffleSeed: 5)
    let whole = try await Self.collect(loader.batches(epoch: 1)).map(\.indices)
    for first in 0...whole.count + 1 {
      let rest = try await Self.collect(loader.batches(epoch: 1, from: first)).map(\.indices)
      #expect(rest == Array(whole.dropFirst(first)))
    }
    #expect(try await Self.collect(loader.batches(epoch: 1, from: -3)).map(\.indices) == whole)
    #expect(try await Self.collect(loader.batches(epoch: 1, from: .max)).isEmpty)
  }

  @Test func `a consumer may stop, and begin again`() async throws {
    let batches = DataLoader(try Self.dataset(53), batchSize: 2, shuffleSeed: 5, workers: 4)
      .batches(epoch: 0)
    var firsts: [[Int]] = []
    for _ in 0..<3 {
      for try await batch in batches {
        firsts.append(batch.indices)
        break
      }
    }
    #expect(firsts.count == 3 && Set(firsts).count == 1)
  }

  @Test func `an empty dataset has no batch`() async throws {
    let loader = DataLoader(try Self.dataset(0), batchSize: 8, shuffleSeed: 1)
    #expect(loader.batchCount == 0)
    #expect(try await Self.collect(loader.batches(epoch: 0)).isEmpty)
  }

  @Test func `a batch size below 1 counts as 1`() throws {
    #expect(DataLoader(try Self.dataset(3), batchSize: 0).batchCount == 3)
    #expect(DataLoader(try Self.dataset(3), batchSize: .min).batchSize == 1)
  }
}
