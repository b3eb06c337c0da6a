import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct MixingTests {
  static func batches(_ mixing: Mixing?, workers: Int = 2, count: Int = 12) async throws -> [Batch]
  {
    let loader = DataLoader(
      try DataLoaderTests.dataset(count), batchSize: 5, shuffleSeed: 4, workers: workers,
      mixing: mixing)
    return try await DataLoaderTests.collect(loader.batches(epoch: 1))
  }

  @Test(arguments: [Mixing.mixup(alpha: 0.4), .cutMix(), .mixupOrCutMix()])
  func `a mixed batch is what its description says of the plain one`(mixing: Mixing) async throws {
    let (plain, mixed) = (try await Self.batches(nil), try await Self.batches(mixing))
    for (plain, mixed) in zip(plain, mixed) {
      let mix = try #require(mixed.mix)
      let expectedShares = plain.classShares(7)
      let shares = mixed.classShares(7)
      for row in plain.indices.indices {
        for channel in 0..<3 {
          for x in 0..<2 {
            let own = plain.images[[row, channel, 0, x], as: Float.self]
            let other = plain.images[[mix.partners[row], channel, 0, x], as: Float.self]
            let isInBox = mix.box.map { $0.rows.contains(0) && $0.columns.contains(x) }
            let expected =
              isInBox.map { $0 ? other : own } ?? mix.share * own + (1 - mix.share) * other
            #expect(mixed.images[[row, channel, 0, x], as: Float.self] == expected)
          }
        }
        for label in 0..<7 {
          let own = expectedShares[[row, label], as: Float.self]
          let other = expectedShares[[mix.partners[row], label], as: Float.self]
          let expected = mix.share * own + (1 - mix.share) * other
          #expect(abs(shares[[row, label], as: Float.self] - expected) < 1e-6)
        }
      }
    }
  }

  @Test(arguments: [0, 1, 3])
  func `workers change no mixed batch`(workers: Int) async throws {
    let expected = try await Self.batches(.mixupOrCutMix(), workers: 2)
    let actual = try await Self.batches(.mixupOrCutMix(), workers: workers)
    #expect(actual.map(\.images) == expected.map(\.images))
    #expect(actual.map(\.mix) == expected.map(\.mix))
  }

  @Test func `the last epochs see images as they are, where that is asked for`() async throws {
    let loader = DataLoader(
      try DataLoaderTests.dataset(12), batchSize: 5, shuffleSeed: 3, mixing: .mixup(),
      mixedEpochs: 2)
    for epoch in 0..<4 {
      for try await batch in loader.batches(epoch: epoch) {
        #expect((batch.mix == nil) == (epoch >= 2))
      }
    }
  }

  /// Mean 1/2 and variance 1/(4(2α + 1)) of Beta(α, α).
  @Test(arguments: [0.2, 1.0, 3.0])
  func `mixup's share has the moments of its beta distribution`(alpha: Double) {
    let shares = (0..<20_000).map { number in
      var draws = RandomDraws(stream: RandomStream(seed: 7, stream: UInt64(number)), next: 0)
      return draws.beta(alpha)
    }
    let mean = shares.reduce(0, +) / Double(shares.count)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)
    #expect(abs(mean - 0.5) < 0.01)
    #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.005)
    #expect(shares.allSatisfy { 0...1 ~= $0 })
  }

  @Test func `CutMix's share is that of the pixels that stay`() {
    for number in 0..<500 {
      var draws = RandomDraws(stream: RandomStream(seed: 3, stream: UInt64(number)), next: 0)
      let mix = Mixing.cutMix().draw(count: 4, size: ImageSize(height: 9, width: 14), &draws)
      let box = mix.box ?? Mix.Box(rows: 0..<0, columns: 0..<0)
      #expect(mix.share == 1 - Float(box.rows.count * box.columns.count) / Float(9 * 14))
      #expect(box.rows.clamped(to: 0..<9) == box.rows)
      #expect(box.columns.clamped(to: 0..<14) == box.columns)
    }
  }
}
